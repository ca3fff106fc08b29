package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BoxMuller;
import dev.tenon.kernel.Philox;
import dev.tenon.kernel.RandomKernel;
import java.lang.foreign.MemorySegment;

/// The definition of the family Random: random numbers from a counter.
public final class ScalarRandom implements RandomKernel {
    @Override
    public void uniform(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double lo,
            double hi,
            DType type) {
        double top = type == DType.F32 ? Math.nextDown((float) hi) : Math.nextDown(hi);
        deal(
                first,
                count,
                key,
                stream,
                type == DType.F64 ? 2 : 4,
                (words, j, i) -> {
                    double u =
                            type == DType.F64 ? bits53(words, 2 * j) : (words[j] >>> 8) * 0x1p-24;
                    type.write(y, i, Math.min(lo + (hi - lo) * u, top));
                });
    }

    private static double bits53(int[] words, int at) {
        return (((long) (words[at] >>> 5) << 26) + (words[at + 1] >>> 6)) * 0x1p-53;
    }

    @Override
    public void normal(
            MemorySegment y,
            long first,
            long count,
            long key,
            long stream,
            double mean,
            double deviation,
            DType type) {
        double[] z = new double[4];
        deal(
                first,
                count,
                key,
                stream,
                type == DType.F64 ? 2 : 4,
                (words, j, i) -> {
                    if (type == DType.F64) {
                        BoxMuller.fromWords(z, words[0], words[1], words[2], words[3]);
                    } else {
                        BoxMuller.fromWords(z, j & 2, words[j & 2], words[(j & 2) + 1]);
                    }
                    type.write(y, i, mean + deviation * z[j]);
                });
    }

    @Override
    public void dropout(
            MemorySegment y,
            MemorySegment x,
            long first,
            long count,
            double p,
            long key,
            long stream,
            DType type) {
        long threshold = (long) (p * 0x1p32);
        double scale = 1 / (1 - p);
        deal(
                first,
                count,
                key,
                stream,
                4,
                (words, j, i) -> {
                    boolean keep = Integer.toUnsignedLong(words[j]) >= threshold;
                    type.write(y, i, keep ? type.read(x, i) * scale : 0);
                });
    }

    /// Hands the blocks' words to the elements `[first, first + count)`, each of which gets a share
    /// of one block.
    private static void deal(
            long first, long count, long key, long stream, int shares, Element element) {
        int[] words = new int[4];
        int chunk = CHUNK_BLOCKS * shares; // elements
        for (long start = first / chunk * chunk; start < first + count; start += chunk) {
            for (int b = 0; b < CHUNK_BLOCKS; b++) {
                Philox.block(words, key, stream, start / shares + b);
                for (int j = 0; j < shares; j++) {
                    long i = start + (long) j * CHUNK_BLOCKS + b - first;
                    if (i >= 0 && i < count) {
                        element.write(words, j, i);
                    }
                }
            }
        }
    }

    /// Writes element `i` from share `j` of a block's words.
    @FunctionalInterface
    private interface Element {
        void write(int[] words, int j, long i);
    }
}
