package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Moments.load;
import static dev.tenon.kernel.vector.Moments.read;
import static dev.tenon.kernel.vector.Moments.write;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// Normalisation of rows with a weight and a bias per element: layer norm, and group norm whose
/// channels are too short for a vector.
///
/// Row `r` of a sample's `groups` rows uses the `r`-th part of the weights; a channel's weight
/// stands for its `inner` elements. `x - mean` is computed as `(x - high) - low` with the mean
/// split in two floats, so that a large mean costs no digits.
final class RowNorm {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    /// Elements of a part: enough to be worth waking a thread for.
    private static final int PART = 16_384;

    /// Samples whose weight gradients are added up in F32 before they go to F64.
    private static final int BLOCK = 32;

    private static final int CHUNK = 4096; // elements added in F32 lanes before they go to F64

    private final int samples;
    private final int groups;
    private final int channels;
    private final int inner;
    private final int size; // of a row
    private final int width; // of a sample: groups * size

    RowNorm(NormShape shape) {
        samples = shape.samples();
        groups = shape.groups();
        channels = shape.channels();
        inner = shape.inner();
        size = shape.size();
        width = shape.width();
    }

    /// Returns the parameter once per element of a sample, in the caller's `slot`.
    private float[] expanded(@Nullable MemorySegment parameter, float otherwise, Scratch slot) {
        float[] values = slot.floats(width);
        if (parameter == null) {
            Arrays.fill(values, 0, width, otherwise);
        } else if (inner == 1) {
            MemorySegment.copy(parameter, JAVA_FLOAT_UNALIGNED, 0, values, 0, width);
        } else {
            for (int c = 0; c < groups * channels; c++) {
                Arrays.fill(values, c * inner, (c + 1) * inner, read(parameter, c));
            }
        }
        return values;
    }

    void forward(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            double eps) {
        float[] w = expanded(epilogue.weight(), 1, Scratch.WEIGHT);
        float[] b = expanded(epilogue.bias(), 0, Scratch.BIAS);
        Parallel.range(
                (long) samples * groups,
                Math.max(1, PART / Math.max(1, size)),
                (from, to) -> {
                    double[] sums = Scratch.SUMS.doubles(2);
                    for (long row = from; row < to; row++) {
                        statistics(mean, rstd, x, row, eps, sums);
                        apply(y, mean, rstd, x, row, w, b);
                    }
                });
    }

    /// `y = z * weight + bias` with mean and rstd as they are.
    void apply(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue) {
        float[] w = expanded(epilogue.weight(), 1, Scratch.WEIGHT);
        float[] b = expanded(epilogue.bias(), 0, Scratch.BIAS);
        Parallel.range(
                (long) samples * groups,
                Math.max(1, PART / Math.max(1, size)),
                (from, to) -> {
                    for (long row = from; row < to; row++) {
                        apply(y, mean, rstd, x, row, w, b);
                    }
                });
    }

    private void statistics(
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            long row,
            double eps,
            double[] sums) {
        float shift = (float) (Moments.sum(x, row * size, size) / size);
        sums[0] = 0;
        sums[1] = 0;
        Moments.addShifted(x, row * size, size, shift, sums, 0);
        DType.F64.write(mean, row, Moments.mean(shift, sums[0], size));
        DType.F64.write(rstd, row, Moments.rstd(sums[0], sums[1], size, eps));
    }

    private void apply(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            long row,
            float[] w,
            float[] b) {
        double mu = DType.F64.read(mean, row);
        float r = (float) DType.F64.read(rstd, row);
        float high = (float) mu;
        float low = (float) (mu - high);
        long from = row * size;
        int at = (int) (row % groups) * size;
        int i = 0;
        for (; i <= size - L; i += L) {
            FloatVector z = load(x, from + i).sub(high).sub(low).mul(r);
            z.fma(FloatVector.fromArray(S, w, at + i), FloatVector.fromArray(S, b, at + i))
                    .intoMemorySegment(y, (from + i) * 4, LITTLE);
        }
        for (; i < size; i++) {
            float z = (read(x, from + i) - high - low) * r;
            write(y, from + i, Math.fma(z, w[at + i], b[at + i]));
        }
    }

    void backward(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight) {
        MemorySegment dx = gradients.dx();
        float[] w = expanded(weight, 1, Scratch.WEIGHT);
        int blocks = (samples + BLOCK - 1) / BLOCK;
        float[] partial = Scratch.SHARED.floats(2L * blocks * width);
        int grain = Math.max(1, PART / Math.max(1, BLOCK * width));
        Parallel.range(
                blocks,
                grain,
                (from, to) -> {
                    double[] sums = Scratch.SUMS.doubles(2);
                    for (int block = (int) from; block < to; block++) {
                        int at = 2 * block * width;
                        Arrays.fill(partial, at, at + 2 * width, 0);
                        int last = Math.min(samples, (block + 1) * BLOCK) * groups;
                        for (int row = block * BLOCK * groups; row < last; row++) {
                            double mu = DType.F64.read(mean, row);
                            double r = DType.F64.read(rstd, row);
                            int group = row % groups * size;
                            sum(dy, x, row, mu, (float) r, w, group, partial, at + group, sums);
                            if (dx != null) {
                                toward(dx, dy, x, row, mu, r, w, group, sums);
                            }
                        }
                    }
                });
        merge(gradients.dweight(), partial, 0, blocks);
        merge(gradients.dbias(), partial, width, blocks);
    }

    /// Sets `sums` to the sums of `g` and `g z`, and adds `dy z` and `dy` to the weight's and the
    /// bias's partial gradients, which lie `width` apart.
    private void sum(
            MemorySegment dy,
            MemorySegment x,
            long row,
            double mean,
            float rstd,
            float[] w,
            int group,
            float[] partial,
            int at,
            double[] sums) {
        float high = (float) mean;
        float low = (float) (mean - high);
        long from = row * size;
        double sum = 0;
        double product = 0;
        int i = 0;
        while (i <= size - L) {
            FloatVector s = FloatVector.zero(S);
            FloatVector p = s;
            int end = Math.min(size - L, i + CHUNK);
            for (; i <= end; i += L) {
                FloatVector up = load(dy, from + i);
                FloatVector z = load(x, from + i).sub(high).sub(low).mul(rstd);
                FloatVector g = up.mul(FloatVector.fromArray(S, w, group + i));
                s = s.add(g);
                p = g.fma(z, p);
                up.fma(z, FloatVector.fromArray(S, partial, at + i)).intoArray(partial, at + i);
                up.add(FloatVector.fromArray(S, partial, at + width + i))
                        .intoArray(partial, at + width + i);
            }
            sum += Lanes.sum(s);
            product += Lanes.sum(p);
        }
        for (; i < size; i++) {
            float up = read(dy, from + i);
            float z = (read(x, from + i) - high - low) * rstd;
            float g = up * w[group + i];
            sum += g;
            product += (double) g * z;
            partial[at + i] = Math.fma(up, z, partial[at + i]);
            partial[at + width + i] += up;
        }
        sums[0] = sum;
        sums[1] = product;
    }

    /// `dx = rstd * (g - sum(g) / n - z * sum(g z) / n)`.
    private void toward(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long row,
            double mean,
            double rstd,
            float[] w,
            int group,
            double[] sums) {
        float high = (float) mean;
        float low = (float) (mean - high);
        float r = (float) rstd;
        float constant = (float) (-rstd * sums[0] / size);
        float slope = (float) (-rstd * rstd * sums[1] / size);
        FloatVector constants = FloatVector.broadcast(S, constant);
        long from = row * size;
        int i = 0;
        for (; i <= size - L; i += L) {
            FloatVector g = load(dy, from + i).mul(FloatVector.fromArray(S, w, group + i));
            FloatVector d = load(x, from + i).sub(high).sub(low);
            FloatVector rest = d.lanewise(VectorOperators.FMA, slope, constants);
            g.lanewise(VectorOperators.FMA, FloatVector.broadcast(S, r), rest)
                    .intoMemorySegment(dx, (from + i) * 4, LITTLE);
        }
        for (; i < size; i++) {
            float g = read(dy, from + i) * w[group + i];
            float d = read(x, from + i) - high - low;
            write(dx, from + i, Math.fma(g, r, Math.fma(d, slope, constant)));
        }
    }

    /// Adds up the blocks' partial gradients, in their order, and a channel's elements.
    private void merge(@Nullable MemorySegment gradient, float[] partial, int offset, int blocks) {
        if (gradient == null) {
            return;
        }
        int grain = Math.max(1, PART / Math.max(1, blocks * inner));
        Parallel.range(
                (long) groups * channels,
                grain,
                (from, to) -> {
                    for (int c = (int) from; c < to; c++) {
                        double sum = 0;
                        for (int block = 0; block < blocks; block++) {
                            int at = 2 * block * width + offset + c * inner;
                            for (int i = 0; i < inner; i++) {
                                sum += partial[at + i];
                            }
                        }
                        write(gradient, c, (float) sum);
                    }
                });
    }
}
