package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Moments.load;
import static dev.tenon.kernel.vector.Moments.read;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Batch norm over channels too short for vectors: a sample is a row, and vectors reach across
/// channels.
///
/// Statistics and sums are formed down the columns of blocks of rows, F32 within a block, and
/// merged in double in the order of the blocks.
final class ColumnNorm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private static final int PART = 16_384; // elements of a part

    /// Rows of a block. The shift of a block's columns is their first row; whatever the elements,
    /// its squared distance to the mean is at most the variance times the rows, so that the block's
    /// variance loses two digits at worst.
    private static final int BLOCK = 64;

    private static final int STRIP = 256; // columns of a part: 64 KiB with the rows of a block

    private final int rows;
    private final int channels;
    private final int inner;
    private final int width; // of a row
    private final int blocks;
    private final int strips;
    private final long n; // elements of a statistic

    ColumnNorm(NormShape shape) {
        rows = shape.samples();
        channels = shape.parameters();
        inner = shape.inner();
        width = shape.width();
        blocks = (rows + BLOCK - 1) / BLOCK;
        strips = (width + STRIP - 1) / STRIP;
        n = shape.perParameter();
    }

    private int rowsOf(int block) {
        return Math.min(BLOCK, rows - block * BLOCK);
    }

    /// What is done to the columns from `from` to below `to` of a block's rows.
    @FunctionalInterface
    private interface Body {
        void run(int block, int from, int to);
    }

    private void forEachStrip(Body body) {
        Parallel.range(
                (long) blocks * strips,
                Math.max(1, PART / (Math.min(BLOCK, rows) * Math.min(STRIP, width))),
                (first, last) -> {
                    for (int part = (int) first; part < last; part++) {
                        int from = part % strips * STRIP;
                        body.run(part / strips, from, Math.min(width, from + STRIP));
                    }
                });
    }

    /// Mean and biased variance of each channel.
    void moments(MemorySegment mean, MemorySegment variance, MemorySegment x) {
        // [blocks, 2, width]: means, squared deviations
        double[] parts = Scratch.SHARED.doubles(2L * blocks * width);
        forEachStrip((block, from, to) -> {
            int j = from;
            for (; j <= to - L; j += L) {
                moments(x, block, j, parts);
            }
            for (; j < to; j++) {
                moment(x, block, j, parts);
            }
        });
        for (int channel = 0; channel < channels; channel++) {
            double sum = 0;
            for (int block = 0; block < blocks; block++) {
                int at = 2 * block * width + channel * inner;
                for (int j = at; j < at + inner; j++) {
                    sum += rowsOf(block) * parts[j];
                }
            }
            double mu = sum / n;
            double squares = 0;
            for (int block = 0; block < blocks; block++) {
                int at = 2 * block * width + channel * inner;
                for (int j = at; j < at + inner; j++) {
                    double off = parts[j] - mu;
                    squares += parts[j + width] + rowsOf(block) * off * off;
                }
            }
            DType.F64.write(mean, channel, mu);
            DType.F64.write(variance, channel, squares / n);
        }
    }

    private void moments(MemorySegment x, int block, int column, double[] parts) {
        long first = (long) block * BLOCK * width + column;
        int count = rowsOf(block);
        FloatVector shift = load(x, first);
        FloatVector sum = FloatVector.zero(S);
        FloatVector square = sum;
        for (int row = 1; row < count; row++) {
            FloatVector d = load(x, first + (long) row * width).sub(shift);
            sum = sum.add(d);
            square = d.fma(d, square);
        }
        for (int lane = 0; lane < L; lane++) {
            set(x, block, column + lane, sum.lane(lane), square.lane(lane), parts);
        }
    }

    private void moment(MemorySegment x, int block, int column, double[] parts) {
        long first = (long) block * BLOCK * width + column;
        float shift = read(x, first);
        float sum = 0;
        float square = 0;
        for (int row = 1; row < rowsOf(block); row++) {
            float d = read(x, first + (long) row * width) - shift;
            sum += d;
            square = Math.fma(d, d, square);
        }
        set(x, block, column, sum, square, parts);
    }

    /// Sets mean and squared deviations of a block's column from its shifted sums.
    private void set(
            MemorySegment x, int block, int column, float sum, float square, double[] parts) {
        int count = rowsOf(block);
        long first = (long) block * BLOCK * width + column;
        int at = 2 * block * width + column;
        float shift = read(x, first);
        if (Float.isInfinite(shift)) { // the differences from it are not numbers
            double plain = 0;
            for (int row = 0; row < count; row++) {
                plain += read(x, first + (long) row * width);
            }
            parts[at] = plain / count;
        } else {
            parts[at] = shift + (double) sum / count;
        }
        parts[at + width] = Moments.squares(sum, square, count);
    }

    /// Per column: mean in two parts, scale and shift, one after another in the caller's slot.
    private float[] columns(MemorySegment mean, MemorySegment rstd, NormEpilogue epilogue) {
        float[] columns = Scratch.WEIGHT.floats(4L * width);
        MemorySegment bias = epilogue.bias();
        for (int channel = 0; channel < channels; channel++) {
            double mu = DType.F64.read(mean, channel);
            float high = (float) mu;
            float scale = (float) ChannelNorm.scale(rstd, epilogue.weight(), channel);
            fill(columns, 0, channel, high);
            fill(columns, 1, channel, (float) (mu - high));
            fill(columns, 2, channel, scale);
            fill(columns, 3, channel, bias == null ? 0 : read(bias, channel));
        }
        return columns;
    }

    private void fill(float[] columns, int which, int channel, float value) {
        int at = which * width + channel * inner;
        Arrays.fill(columns, at, at + inner, value);
    }

    /// `y = (x - mean) * (rstd * weight) + bias`.
    void apply(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue) {
        float[] columns = columns(mean, rstd, epilogue);
        Parallel.range(
                rows,
                Math.max(1, PART / Math.max(1, width)),
                (first, last) -> {
                    for (long row = first; row < last; row++) {
                        apply(y, x, row * width, columns);
                    }
                });
    }

    private void apply(MemorySegment y, MemorySegment x, long from, float[] columns) {
        int j = 0;
        for (; j <= width - L; j += L) {
            load(x, from + j)
                    .sub(FloatVector.fromArray(S, columns, j))
                    .sub(FloatVector.fromArray(S, columns, width + j))
                    .fma(
                            FloatVector.fromArray(S, columns, 2 * width + j),
                            FloatVector.fromArray(S, columns, 3 * width + j))
                    .intoMemorySegment(y, (from + j) * 4, LITTLE);
        }
        for (; j < width; j++) {
            float d = read(x, from + j) - columns[j] - columns[width + j];
            float value = Math.fma(d, columns[2 * width + j], columns[3 * width + j]);
            Moments.write(y, from + j, value);
        }
    }

    /// The gradients, given `dy`, what comes to the norm itself.
    void backward(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            @Nullable MemorySegment weight) {
        float[] columns = columns(mean, rstd, NormEpilogue.of(weight, null));
        MemorySegment dx = gradients.dx();
        double[] totals = totals(ofBatch ? null : dx, dy, x, columns, rstd);
        ChannelNorm.write(gradients.dbias(), totals, 0, channels);
        ChannelNorm.write(gradients.dweight(), totals, 1, channels);
        if (dx == null || !ofBatch) {
            return;
        }
        float[] slopes = Scratch.BIAS.floats(width);
        for (int channel = 0; channel < channels; channel++) {
            double scale = ChannelNorm.scale(rstd, weight, channel);
            double r = DType.F64.read(rstd, channel);
            float slope = (float) (-scale * r * totals[2 * channel + 1] / n);
            Arrays.fill(slopes, channel * inner, (channel + 1) * inner, slope);
            fill(columns, 3, channel, (float) (-scale * totals[2 * channel] / n));
        }
        Parallel.range(
                rows,
                Math.max(1, PART / Math.max(1, width)),
                (first, last) -> {
                    for (long row = first; row < last; row++) {
                        toward(dx, dy, x, row * width, columns, slopes);
                    }
                });
    }

    /// Returns each channel's sums of `dy` and of `dy z`.
    ///
    /// @param dx where `dy * scale` is written while a strip is in the cache, or null
    private double[] totals(
            @Nullable MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            float[] columns,
            MemorySegment rstd) {
        float[] parts = Scratch.SHARED.floats(2L * blocks * width); // [blocks, 2, width]
        forEachStrip((block, from, to) -> {
            int j = from;
            for (; j <= to - L; j += L) {
                sums(dy, x, block, j, columns, parts);
            }
            for (; j < to; j++) {
                sum(dy, x, block, j, columns, parts);
            }
            if (dx != null) {
                scale(dx, dy, block, from, to, columns);
            }
        });
        double[] totals = Scratch.MERGED.doubles(2L * channels);
        for (int channel = 0; channel < channels; channel++) {
            double sum = 0;
            double product = 0;
            for (int block = 0; block < blocks; block++) {
                int at = 2 * block * width + channel * inner;
                for (int j = at; j < at + inner; j++) {
                    sum += parts[j];
                    product += parts[j + width];
                }
            }
            totals[2 * channel] = sum;
            totals[2 * channel + 1] = product * DType.F64.read(rstd, channel);
        }
        return totals;
    }

    /// `dx = dy * scale` for columns of a block.
    private void scale(
            MemorySegment dx, MemorySegment dy, int block, int from, int to, float[] columns) {
        long row = (long) block * BLOCK * width;
        for (int i = 0; i < rowsOf(block); i++, row += width) {
            int j = from;
            for (; j <= to - L; j += L) {
                load(dy, row + j)
                        .mul(FloatVector.fromArray(S, columns, 2 * width + j))
                        .intoMemorySegment(dx, (row + j) * 4, LITTLE);
            }
            for (; j < to; j++) {
                Moments.write(dx, row + j, read(dy, row + j) * columns[2 * width + j]);
            }
        }
    }

    private void sums(
            MemorySegment dy,
            MemorySegment x,
            int block,
            int column,
            float[] columns,
            float[] parts) {
        FloatVector high = FloatVector.fromArray(S, columns, column);
        FloatVector low = FloatVector.fromArray(S, columns, width + column);
        FloatVector sum = FloatVector.zero(S);
        FloatVector product = sum;
        long at = (long) block * BLOCK * width + column;
        for (int row = 0; row < rowsOf(block); row++, at += width) {
            FloatVector up = load(dy, at);
            sum = sum.add(up);
            product = load(x, at).sub(high).sub(low).fma(up, product);
        }
        sum.intoArray(parts, 2 * block * width + column);
        product.intoArray(parts, (2 * block + 1) * width + column);
    }

    private void sum(
            MemorySegment dy,
            MemorySegment x,
            int block,
            int column,
            float[] columns,
            float[] parts) {
        float sum = 0;
        float product = 0;
        long at = (long) block * BLOCK * width + column;
        for (int row = 0; row < rowsOf(block); row++, at += width) {
            float up = read(dy, at);
            sum += up;
            product =
                    Math.fma(read(x, at) - columns[column] - columns[width + column], up, product);
        }
        parts[2 * block * width + column] = sum;
        parts[(2 * block + 1) * width + column] = product;
    }

    /// `dx = dy * scale + ((x - mean) * slope + constant)` for one row.
    private void toward(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long from,
            float[] columns,
            float[] slopes) {
        int j = 0;
        for (; j <= width - L; j += L) {
            FloatVector rest =
                    load(x, from + j)
                            .sub(FloatVector.fromArray(S, columns, j))
                            .sub(FloatVector.fromArray(S, columns, width + j))
                            .fma(
                                    FloatVector.fromArray(S, slopes, j),
                                    FloatVector.fromArray(S, columns, 3 * width + j));
            load(dy, from + j)
                    .fma(FloatVector.fromArray(S, columns, 2 * width + j), rest)
                    .intoMemorySegment(dx, (from + j) * 4, LITTLE);
        }
        for (; j < width; j++) {
            float d = read(x, from + j) - columns[j] - columns[width + j];
            float rest = Math.fma(d, slopes[j], columns[3 * width + j]);
            float value = Math.fma(read(dy, from + j), columns[2 * width + j], rest);
            Moments.write(dx, from + j, value);
        }
    }
}
