package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

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
        Values values = d.values();
        MemorySegment data = d.data(ofX.extent(), DType.F32, values);
        long count = (long) rows * columns;
        MemorySegment blocks = Arena.ofAuto().allocate(Math.max(1, format.bytes(count)));
        format.quantise(
                blocks, weights(d, count, format.isQuantised() || values == Values.HUGE), count);
        Call call = new Call("quant " + format + " y " + toY + ", x " + ofX + ", " + values);
        int y = call.output("y", DType.F32, toY.extent());
        int x = call.input("x", DType.F32, data);
        int w = call.input("blocks", DType.U8, blocks.asSlice(0, format.bytes(count)));
        int packed = call.scratch("packed", most(format, rows, columns));
        Product product = new Product(ofX, data, blocks, format, columns);
        long step = toY.strides()[0];
        call.within(y, i -> product.sum((i - toY.offset()) / step, (i - toY.offset()) % step));
        return call.does((k, s) -> {
            QuantKernel quant = k.quant();
            assertThat(quant.packedBytes(format, rows, columns))
                    .isLessThanOrEqualTo(s[packed].byteSize());
            var weights = quant.pack(s[packed], s[w], format, rows, columns);
            quant.multiply(toY.over(s[y], DType.F32), ofX.over(s[x], DType.F32), weights);
        });
    }

    /// Weights of usual size, or so small that their scale is a denormal F16.
    private static MemorySegment weights(Draw d, long count, boolean finite) {
        if (d.oneIn(4)) {
            return d.within(count, DType.F32, -1e-4, 1e-4);
        }
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.SPECIAL);
        return d.data(count, DType.F32, finite && values == Values.SPECIAL ? Values.TINY : values);
    }

    /// The definition of [QuantKernel] with an enclosure for the sum over blocks, the only part
    /// that is not the same in every version.
    private record Product(
            Lie ofX, MemorySegment data, MemorySegment blocks, BlockFormat format, int columns) {
        Enclosure sum(long row, long output) {
            double sum = 0;
            double sizes = 0;
            for (int block = 0; block < columns / BLOCK; block++) {
                double largest = 0;
                for (int j = 0; j < BLOCK; j++) {
                    largest = Math.max(largest, Math.abs(x(row, BLOCK * block + j)));
                }
                float inverse = Math.min((float) (127 / largest), Float.MAX_VALUE);
                float scale = Double.isFinite(largest) ? (float) largest / 127 : Float.NaN;
                long place = (output * columns + (long) BLOCK * block) / BLOCK * format.bytes();
                float both = format.isQuantised() ? format.scale(blocks, place) * scale : 1;
                if (Float.isInfinite(both)) { // the scales' product overflows
                    return Enclosure.any(DType.F32);
                }
                for (int j = 0; j < BLOCK; j++) {
                    float x = x(row, BLOCK * block + j);
                    double product =
                            format.isQuantised()
                                    ? both * Math.rint(x * inverse) * format.code(blocks, place, j)
                                    : x * wide(output * columns + BLOCK * block + j);
                    sum += product;
                    sizes += Math.abs(product);
                }
            }
            return Enclosure.sum(DType.F32, sum, sizes, columns, 0);
        }

        private float x(long row, int column) {
            return (float) DType.F32.read(data, ofX.offset() + row * ofX.strides()[0] + column);
        }

        private double wide(long number) {
            DType type = format == BlockFormat.F16 ? DType.F16 : DType.BF16;
            return type.read(blocks, number);
        }
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
