package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Moments.read;
import static dev.tenon.kernel.vector.Moments.write;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Group norm over channels (planes) long enough for vectors, with one weight and one bias per
/// plane.
///
/// Parts are groups of planes; a group too large for a core's cache is cut into chunks or planes,
/// so that one sample keeps all cores busy. Either way each plane's and chunk's sums are formed
/// alone and merged in order.
final class PlaneNorm {
    private static final int PART = 16_384; // elements of a part
    private static final int LARGE = 65_536; // a group of more elements (256 KiB) is cut

    private final int groups; // of all samples
    private final int perSample; // groups of one sample
    private final int channels; // of one group
    private final int inner;
    private final int size; // of one group

    PlaneNorm(NormShape shape) {
        groups = shape.rows();
        perSample = shape.groups();
        channels = shape.channels();
        inner = shape.inner();
        size = shape.size();
    }

    void forward(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            double eps) {
        if (size > LARGE) {
            sharedStatistics(mean, rstd, x, eps);
            apply(y, mean, rstd, x, epilogue);
            return;
        }
        Parallel.range(
                groups,
                Math.max(1, PART / size),
                (from, to) -> {
                    double[] sums = Scratch.SUMS.doubles(2);
                    for (int group = (int) from; group < to; group++) {
                        long first = (long) group * size;
                        float shift = (float) (Moments.sum(x, first, size) / size);
                        sums[0] = 0;
                        sums[1] = 0;
                        Moments.addShifted(x, first, size, shift, sums, 0);
                        DType.F64.write(mean, group, Moments.mean(shift, sums[0], size));
                        DType.F64.write(rstd, group, Moments.rstd(sums[0], sums[1], size, eps));
                        for (int c = 0; c < channels; c++) {
                            apply(y, mean, rstd, x, epilogue, group * channels + c);
                        }
                    }
                });
    }

    /// Statistics of groups that are cut into chunks.
    private void sharedStatistics(
            MemorySegment mean, MemorySegment rstd, MemorySegment x, double eps) {
        int chunks = (size + PART - 1) / PART;
        double[] sums = Scratch.SHARED.doubles(3L * groups * chunks);
        Parallel.run(
                groups * chunks,
                part -> {
                    int at = part % chunks * PART;
                    long from = (long) (part / chunks) * size + at;
                    sums[3 * part] = Moments.sum(x, from, Math.min(PART, size - at));
                });
        for (int group = 0; group < groups; group++) {
            DType.F64.write(mean, group, merged(sums, group, chunks, 0) / size);
        }
        Parallel.run(
                groups * chunks,
                part -> {
                    int at = part % chunks * PART;
                    long from = (long) (part / chunks) * size + at;
                    float shift = (float) DType.F64.read(mean, part / chunks);
                    sums[3 * part + 1] = 0;
                    sums[3 * part + 2] = 0;
                    int count = Math.min(PART, size - at);
                    Moments.addShifted(x, from, count, shift, sums, 3 * part + 1);
                });
        for (int group = 0; group < groups; group++) {
            float shift = (float) DType.F64.read(mean, group);
            double sum = merged(sums, group, chunks, 1);
            double square = merged(sums, group, chunks, 2);
            DType.F64.write(mean, group, Moments.mean(shift, sum, size));
            DType.F64.write(rstd, group, Moments.rstd(sum, square, size, eps));
        }
    }

    private static double merged(double[] sums, int group, int chunks, int which) {
        double total = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            total += sums[3 * (group * chunks + chunk) + which];
        }
        return total;
    }

    /// `y = z * weight + bias` with mean and rstd as they are.
    void apply(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue) {
        Parallel.range(
                (long) groups * channels,
                Math.max(1, PART / Math.max(1, inner)),
                (from, to) -> {
                    for (int plane = (int) from; plane < to; plane++) {
                        apply(y, mean, rstd, x, epilogue, plane);
                    }
                });
    }

    /// `y = (x - mean) * (rstd * weight) + bias` for one plane.
    private void apply(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            int plane) {
        MemorySegment weight = epilogue.weight();
        MemorySegment bias = epilogue.bias();
        int group = plane / channels;
        int channel = plane % (perSample * channels);
        float scale =
                (float)
                        (DType.F64.read(rstd, group)
                                * (weight == null ? 1 : read(weight, channel)));
        float shift = bias == null ? 0 : read(bias, channel);
        double mu = DType.F64.read(mean, group);
        PlanePass.apply(y, x, (long) plane * inner, inner, mu, scale, shift);
    }

    void backward(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight) {
        MemorySegment dx = gradients.dx();
        double[] sums = Scratch.SHARED.doubles(2L * groups * channels); // per plane: dy, dy z
        if (size > LARGE) {
            int planes = groups * channels;
            Parallel.run(planes, plane -> sum(dy, x, mean, rstd, plane / channels, plane, sums));
            if (dx != null) {
                double[] weighted = Scratch.MERGED.doubles(2L * groups);
                for (int at = 0; at < 2 * groups; at++) {
                    weighted[at] = weighted(sums, weight, at / 2, at % 2);
                }
                Parallel.run(
                        planes,
                        plane -> {
                            int at = 2 * (plane / channels);
                            double sum = weighted[at];
                            toward(dx, dy, x, mean, rstd, weight, plane, sum, weighted[at + 1]);
                        });
            }
        } else {
            Parallel.range(
                    groups,
                    Math.max(1, PART / size),
                    (from, to) -> {
                        for (int group = (int) from; group < to; group++) {
                            int first = group * channels;
                            for (int c = 0; c < channels; c++) {
                                sum(dy, x, mean, rstd, group, first + c, sums);
                            }
                            double sum = weighted(sums, weight, group, 0);
                            double product = weighted(sums, weight, group, 1);
                            for (int c = 0; c < channels && dx != null; c++) {
                                toward(dx, dy, x, mean, rstd, weight, first + c, sum, product);
                            }
                        }
                    });
        }
        merge(gradients.dweight(), sums, 1);
        merge(gradients.dbias(), sums, 0);
    }

    /// Sets a plane's sums of `dy` and of `dy z`.
    private void sum(
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            int group,
            int plane,
            double[] sums) {
        double mu = DType.F64.read(mean, group);
        PlanePass.sums(dy, x, (long) plane * inner, inner, mu, sums, 2 * plane);
        sums[2 * plane + 1] *= DType.F64.read(rstd, group);
    }

    /// Returns the sum over a group's channels of weight times the plane's sum.
    private double weighted(double[] sums, @Nullable MemorySegment weight, int group, int which) {
        double total = 0;
        int first = group % perSample * channels;
        for (int c = 0; c < channels; c++) {
            double w = weight == null ? 1 : read(weight, first + c);
            total += w * sums[2 * (group * channels + c) + which];
        }
        return total;
    }

    /// `dx = rstd * (dy * weight - sum / n - z * product / n)` for one plane.
    private void toward(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int plane,
            double sum,
            double product) {
        int group = plane / channels;
        double r = DType.F64.read(rstd, group);
        float scale =
                (float) (r * (weight == null ? 1 : read(weight, plane % (perSample * channels))));
        float constant = (float) (-r * sum / size);
        float slope = (float) (-r * r * product / size);
        double mu = DType.F64.read(mean, group);
        PlanePass.toward(dx, dy, x, (long) plane * inner, inner, mu, scale, slope, constant);
    }

    /// Adds up a channel's sums over the samples, in their order.
    private void merge(@Nullable MemorySegment gradient, double[] sums, int which) {
        if (gradient == null) {
            return;
        }
        int width = perSample * channels;
        double[] total = Scratch.MERGED.doubles(width);
        Arrays.fill(total, 0, width, 0);
        for (int plane = 0; plane < groups * channels; plane++) {
            total[plane % width] += sums[2 * plane + which];
        }
        for (int channel = 0; channel < width; channel++) {
            write(gradient, channel, (float) total[channel]);
        }
    }
}
