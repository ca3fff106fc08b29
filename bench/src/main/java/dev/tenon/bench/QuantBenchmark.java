package dev.tenon.bench;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.QuantKernel;
import dev.tenon.kernel.QuantKernel.Weights;
import dev.tenon.kernel.Strided;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Products with the weights of language models: many rows (reading a prompt, prefill), beside the
/// multiply-adds of F32, and one or a few (writing an answer, decode), beside reading memory.
final class QuantBenchmark {
    private static final int DIFFERENT = 64; // rows of weights, which then repeat
    private static final int CHECKED = 3; // outputs at each end

    private QuantBenchmark() {}

    static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        BlockFormat[] formats = {
            BlockFormat.Q4_0, BlockFormat.Q8_0, BlockFormat.F16, BlockFormat.BF16
        };
        for (BlockFormat format : formats) {
            String name = "quant " + format + " prefill 128x2048x2048";
            trials.add(
                    Trial.of(
                            name,
                            Work.ARITHMETIC,
                            2.0 * 128 * 2048 * 2048,
                            () -> product(name, format, 128, 2048, 2048)));
        }
        for (BlockFormat format : formats) {
            trials.add(decode(format, 1));
        }
        trials.add(decode(BlockFormat.Q4_0, 4));
        trials.add(decode(BlockFormat.Q8_0, 4));
        return trials;
    }

    /// A matrix larger than the last cache, so that its bytes are what counts.
    private static Trial decode(BlockFormat format, int m) {
        int n = 8192;
        int k = 16384;
        String name = "quant " + format + " decode " + m + "x" + n + "x" + k;
        return Trial.of(
                name, Work.READING, n * format.bytes(k), () -> product(name, format, m, n, k));
    }

    private static Runnable product(String name, BlockFormat format, int m, int n, int k) {
        QuantKernel kernel = Backend.kernels().quant();
        MemorySegment blocks = blocks(format, n, k);
        MemorySegment packed = Operands.empty(DType.U8, kernel.packedBytes(format, n, k));
        Weights weights = kernel.pack(packed, blocks, format, n, k);
        MemorySegment out = Operands.empty((long) m * n);
        Strided x = rows(Operands.numbers((long) m * k, 1), 0, m, k);
        Strided y = rows(out, 0, m, n);
        kernel.multiply(y, x, weights);
        for (int row : new int[] {0, m - 1}) {
            for (int first : new int[] {0, n - CHECKED}) {
                MemorySegment part =
                        blocks.asSlice(first * format.bytes(k), CHECKED * format.bytes(k));
                MemorySegment expected = Operands.empty(CHECKED);
                Operands.DEFINITION
                        .quant()
                        .multiply(
                                rows(expected, 0, 1, CHECKED),
                                rows(x.data(), (long) row * k, 1, k),
                                new Weights(format, CHECKED, k, part));
                Operands.check(
                        name,
                        Operands.part(out, (long) row * n + first, CHECKED),
                        expected,
                        1e-6 * Math.sqrt(k));
            }
        }
        return () -> kernel.multiply(y, x, weights);
    }

    /// Returns weights `[n, k]` as a file has them.
    private static MemorySegment blocks(BlockFormat format, int n, int k) {
        long some = DIFFERENT * format.bytes(k);
        MemorySegment blocks = Operands.empty(DType.U8, n * format.bytes(k));
        format.quantise(blocks, Operands.numbers((long) DIFFERENT * k), (long) DIFFERENT * k);
        for (long at = some; at < blocks.byteSize(); at += some) {
            MemorySegment.copy(blocks, 0, blocks, at, Math.min(some, blocks.byteSize() - at));
        }
        return blocks;
    }

    private static Strided rows(MemorySegment data, long offset, int rows, int columns) {
        return new Strided(
                data, DType.F32, offset, new int[] {rows, columns}, new long[] {columns, 1});
    }
}
