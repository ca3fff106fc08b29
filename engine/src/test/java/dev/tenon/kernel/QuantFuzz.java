package dev.tenon.kernel;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Draw.Lie;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Calls of the family Quant: weights are packed by the kernel that multiplies them.
final class QuantFuzz implements FuzzFamily {
    private static final BlockFormat[] FORMATS = BlockFormat.values();
    private static final int BLOCK = 32;

    @Override
    public int kernels() {
        return FORMATS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        BlockFormat format = FORMATS[kernel];
        int[] n = d.sizes(3, BLOCK); // rows of x, of the weights, blocks of 32 columns
        int rows = n[1];
        int columns = n[2] * BLOCK;
        if (d.oneIn(2)) {
            n[0] = Math.min(n[0], 1 + d.below(8)); // a few tokens
        }
        Lie toY = apart(d, n[0], rows);
        Lie ofX = apart(d, n[0], columns);
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        MemorySegment data = d.data(ofX.extent(), DType.F32, values);
        long count = (long) rows * columns;
        MemorySegment blocks = Arena.ofAuto().allocate(Math.max(1, format.bytes(count)));
        format.quantise(blocks, d.data(count, DType.F32, Values.NORMAL), count);
        Call call = new Call("quant " + format + " y " + toY + ", x " + ofX + ", " + values);
        int y = call.output("y", DType.F32, toY.extent());
        int x = call.input("x", DType.F32, data);
        int w = call.input("blocks", DType.U8, blocks.asSlice(0, format.bytes(count)));
        int packed = call.scratch("packed", most(format, rows, columns));
        double largest = 0;
        for (long i = 0; i < ofX.extent(); i++) {
            double size = Math.abs(DType.F32.read(data, i));
            largest = Double.isFinite(size) ? Math.max(largest, size) : largest;
        }
        // where the product of both scales is a denormal its last bit counts as often as codes do
        double coarsest = 3e-35 * columns;
        double terms = Math.max(coarsest, largest * Math.max(1, columns / 8.0));
        call.scale(y, i -> terms);
        return call.does((k, s) -> {
            QuantKernel quant = k.quant();
            var weights = quant.pack(s[packed], s[w], format, rows, columns);
            quant.multiply(toY.over(s[y], DType.F32), ofX.over(s[x], DType.F32), weights);
        });
    }

    /// Returns what the larger of both versions packs into; the one in use ends where it ends.
    private static long most(BlockFormat format, int rows, int columns) {
        return Math.max(
                Backend.kernels().quant().packedBytes(format, rows, columns),
                rows * format.bytes(columns));
    }

    private static Lie apart(Draw d, int rows, int columns) {
        long row = (long) columns + (d.oneIn(3) ? d.below(9) : 0);
        return new Lie(new int[] {rows, columns}, new long[] {row, 1}, d.oneIn(2) ? 0 : d.below(9));
    }
}
