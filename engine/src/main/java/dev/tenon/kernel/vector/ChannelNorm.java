package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Moments.read;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Batch norm over channels (planes) long enough for vectors.
///
/// Planes are cut into pieces that depend on the shape alone. Each piece's statistics and sums are
/// formed alone, in one pass over memory, and merged in double in the order of the samples.
final class ChannelNorm {
    private static final int PIECE = 16_384; // elements of a part

    private final int channels;
    private final int inner;
    private final int planes;
    private final int cuts; // pieces of a plane
    private final long n; // elements of a statistic

    ChannelNorm(NormShape shape) {
        channels = shape.parameters();
        inner = shape.inner();
        planes = shape.planes();
        cuts = (inner + PIECE - 1) / PIECE;
        n = shape.perParameter();
    }

    /// What is done to the elements of one channel from `from` on.
    @FunctionalInterface
    private interface Body {
        void run(int channel, int piece, long from, int count);
    }

    private void forEachPiece(Body body) {
        Parallel.range(
                (long) planes * cuts,
                Math.max(1, PIECE / Math.max(1, inner)),
                (first, last) -> {
                    for (int piece = (int) first; piece < last; piece++) {
                        int plane = piece / cuts;
                        int at = piece % cuts * PIECE;
                        long from = (long) plane * inner + at;
                        body.run(plane % channels, piece, from, Math.min(PIECE, inner - at));
                    }
                });
    }

    /// Mean and biased variance of each channel.
    void moments(MemorySegment mean, MemorySegment variance, MemorySegment x) {
        double[] parts = Scratch.SHARED.doubles(2L * planes * cuts); // mean, squared deviations
        forEachPiece((channel, piece, from, count) -> {
            double[] sums = Scratch.SUMS.doubles(2);
            int some = Math.min(count, Moments.CHUNK);
            float shift = (float) (Moments.sum(x, from, some) / some);
            sums[0] = 0;
            sums[1] = 0;
            Moments.addShifted(x, from, count, shift, sums, 0);
            double squares = Moments.squares(sums[0], sums[1], count);
            parts[2 * piece + 1] = squares;
            parts[2 * piece] =
                    Double.isNaN(squares) // then the differences do not say
                            ? plainMean(x, from, count)
                            : Moments.mean(shift, sums[0], count);
        });
        Parallel.range(
                channels,
                Math.max(1, PIECE / Math.max(1, planes / Math.max(1, channels) * cuts)),
                (from, to) -> {
                    for (int channel = (int) from; channel < to; channel++) {
                        merge(mean, variance, parts, channel);
                    }
                });
    }

    private static double plainMean(MemorySegment x, long from, int count) {
        double sum = 0;
        for (long i = from; i < from + count; i++) {
            sum += read(x, i);
        }
        return sum / count;
    }

    /// The variance is the mean of the pieces' plus the variance of their means (Chan, Golub,
    /// LeVeque 1979).
    private void merge(MemorySegment mean, MemorySegment variance, double[] parts, int channel) {
        double sum = 0;
        for (int plane = channel; plane < planes; plane += channels) {
            for (int cut = 0; cut < cuts; cut++) {
                sum += count(cut) * parts[2 * (plane * cuts + cut)];
            }
        }
        double mu = sum / n;
        double squares = 0;
        for (int plane = channel; plane < planes; plane += channels) {
            for (int cut = 0; cut < cuts; cut++) {
                double off = parts[2 * (plane * cuts + cut)] - mu;
                squares += parts[2 * (plane * cuts + cut) + 1] + count(cut) * off * off;
            }
        }
        DType.F64.write(mean, channel, mu);
        DType.F64.write(variance, channel, squares / n);
    }

    private double count(int cut) {
        return Math.min(PIECE, inner - cut * PIECE);
    }

    /// `y = (x - mean) * (rstd * weight) + bias`.
    void apply(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue) {
        MemorySegment bias = epilogue.bias();
        forEachPiece((channel, piece, from, count) ->
                PlanePass.apply(
                        y,
                        x,
                        from,
                        count,
                        DType.F64.read(mean, channel),
                        (float) scale(rstd, epilogue.weight(), channel),
                        bias == null ? 0 : read(bias, channel)));
    }

    static double scale(MemorySegment rstd, @Nullable MemorySegment weight, int channel) {
        return DType.F64.read(rstd, channel) * (weight == null ? 1 : read(weight, channel));
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
        MemorySegment dx = gradients.dx();
        double[] totals = totals(ofBatch ? null : dx, dy, x, mean, rstd, weight);
        write(gradients.dbias(), totals, 0, channels);
        write(gradients.dweight(), totals, 1, channels);
        if (dx == null || !ofBatch) {
            return;
        }
        forEachPiece((channel, piece, from, count) -> {
            double scale = scale(rstd, weight, channel);
            double r = DType.F64.read(rstd, channel);
            PlanePass.toward(
                    dx,
                    dy,
                    x,
                    from,
                    count,
                    DType.F64.read(mean, channel),
                    (float) scale,
                    (float) (-scale * r * totals[2 * channel + 1] / n),
                    (float) (-scale * totals[2 * channel] / n));
        });
    }

    /// Returns each channel's sums of `dy` and of `dy z`.
    ///
    /// @param dx where `dy * rstd * weight` is written while a piece is in the cache, or null
    private double[] totals(
            @Nullable MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight) {
        double[] parts = Scratch.SHARED.doubles(2L * planes * cuts);
        forEachPiece((channel, piece, from, count) -> {
            PlanePass.sums(dy, x, from, count, DType.F64.read(mean, channel), parts, 2 * piece);
            if (dx != null) {
                float scale = (float) scale(rstd, weight, channel);
                PlanePass.apply(dx, dy, from, count, 0, scale, 0);
            }
        });
        double[] totals = Scratch.MERGED.doubles(2L * channels);
        for (int channel = 0; channel < channels; channel++) {
            double sum = 0;
            double product = 0;
            for (int plane = channel; plane < planes; plane += channels) {
                for (int piece = plane * cuts; piece < (plane + 1) * cuts; piece++) {
                    sum += parts[2 * piece];
                    product += parts[2 * piece + 1];
                }
            }
            totals[2 * channel] = sum;
            totals[2 * channel + 1] = product * DType.F64.read(rstd, channel);
        }
        return totals;
    }

    /// Writes a channel's first or second total to a gradient.
    static void write(@Nullable MemorySegment to, double[] totals, int which, int channels) {
        for (int channel = 0; channel < channels && to != null; channel++) {
            Moments.write(to, channel, (float) totals[2 * channel + which]);
        }
    }
}
