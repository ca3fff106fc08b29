package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Batch norm over channels (planes) long enough for vectors.
///
/// To the routines of group norm each plane is a group, with its channel's statistics. Parts are
/// planes or pieces of them, cut as the shape alone says; each has its own statistics and sums,
/// which are merged in double in the order of the samples.
final class MachineChannelNorm {
    private static final int PART = 16_384; // elements of a part

    /// Elements of a plane that are read at a stretch: a longer plane is cut.
    private static final int PIECE = 65_536;

    private final MachinePlaneNorm planes;
    private final MachineChannelMoments moments;
    private final Routine[] toward; // without and with stores past the caches

    MachineChannelNorm(Isa isa, MachinePlaneNorm planes) {
        this.planes = planes;
        moments = new MachineChannelMoments(isa);
        toward =
                new Routine[] {
                    PlaneNormCode.towardEach(isa, false), PlaneNormCode.towardEach(isa, true)
                };
    }

    /// Planes that a routine does one after another, or a piece of one.
    @FunctionalInterface
    private interface Body {
        /// @param part the first part's number
        /// @param plane the first plane
        /// @param count planes
        /// @param from the first element
        /// @param length elements of a plane
        void run(int part, int plane, int count, long from, int length);
    }

    private static int cuts(NormShape shape) {
        return (shape.inner() + PIECE - 1) / PIECE;
    }

    private static void forEach(NormShape shape, Body body) {
        int inner = shape.inner();
        int cuts = cuts(shape);
        if (cuts == 1) {
            Parallel.range(
                    shape.planes(),
                    Math.max(1, PART / inner),
                    (from, to) ->
                            body.run(
                                    (int) from,
                                    (int) from,
                                    (int) (to - from),
                                    from * inner,
                                    inner));
            return;
        }
        Parallel.run(
                Math.multiplyExact(shape.planes(), cuts),
                part -> {
                    int at = part % cuts * PIECE;
                    long from = (long) (part / cuts) * inner + at;
                    body.run(part, part / cuts, 1, from, Math.min(PIECE, inner - at));
                });
    }

    /// Mean and biased variance of each channel.
    void moments(NormShape shape, MemorySegment mean, MemorySegment variance, MemorySegment x) {
        moments.run(shape, mean, variance, x);
    }

    /// Statistics once per plane.
    private record PerPlane(MemorySegment mean, MemorySegment rstd) {
        static PerPlane of(NormShape shape, @Nullable MemorySegment mean, MemorySegment rstd) {
            long bytes = 8L * shape.parameters();
            MemorySegment all = Workspace.SUMMARY.bytes(16L * shape.planes());
            MemorySegment means = all.asSlice(0, 8L * shape.planes());
            MemorySegment rstds = all.asSlice(8L * shape.planes());
            for (int sample = 0; sample < shape.samples(); sample++) {
                if (mean == null) {
                    means.asSlice(sample * bytes, bytes).fill((byte) 0);
                } else {
                    MemorySegment.copy(mean, 0, means, sample * bytes, bytes);
                }
                MemorySegment.copy(rstd, 0, rstds, sample * bytes, bytes);
            }
            return new PerPlane(means, rstds);
        }
    }

    /// `y = f((x - mean) * rstd * weight + bias + residual)`.
    void apply(
            NormShape shape,
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            boolean streams) {
        PerPlane each = PerPlane.of(shape, mean, rstd);
        planes.apply(shape, y, each.mean, each.rstd, x, epilogue, streams);
    }

    /// `dx = dy * rstd * weight`: the gradient of [#apply] alone where the statistics are
    /// constants.
    void scale(
            NormShape shape,
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            boolean streams) {
        PerPlane each = PerPlane.of(shape, null, rstd);
        NormEpilogue weighted = NormEpilogue.of(weight, null);
        planes.apply(shape, dx, each.mean, each.rstd, dy, weighted, streams);
    }

    /// @param upstream what the gradients are made of: `dy`, or where the epilogue has an
    ///   activation the place for what it makes of `dy`, which may be `dx`
    void backward(
            NormShape shape,
            NormGradients gradients,
            MemorySegment upstream,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            boolean streams) {
        PerPlane each = PerPlane.of(shape, mean, rstd);
        MemorySegment dx = gradients.dx();
        MemorySegment sums =
                planes.channelSums(
                        shape,
                        ofBatch ? null : dx,
                        upstream,
                        dy,
                        x,
                        each.mean,
                        each.rstd,
                        epilogue,
                        streams);
        MachinePlaneNorm.collect(sums, 0, shape.parameters(), gradients.dbias());
        MachinePlaneNorm.collect(sums, 1, shape.parameters(), gradients.dweight());
        if (ofBatch && dx != null) {
            MemorySegment slopes = slopes(shape, mean, rstd, epilogue.weight(), sums);
            toward(shape, dx, upstream, x, slopes, toward[streams ? 1 : 0]);
        }
    }

    /// Returns the table of [PlaneNormCode#towardEach].
    private static MemorySegment slopes(
            NormShape shape,
            MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            MemorySegment sums) {
        int channels = shape.parameters();
        long n = shape.perParameter();
        MemorySegment table = Workspace.TABLES.floats((long) PlaneNormCode.SLOPES * channels);
        for (int channel = 0; channel < channels; channel++) {
            double mu = DType.F64.read(mean, channel);
            double r = DType.F64.read(rstd, channel);
            double scale =
                    r * (weight == null ? 1 : weight.get(JAVA_FLOAT_UNALIGNED, 4L * channel));
            float high = (float) mu;
            float[] numbers = {
                high,
                (float) (mu - high),
                (float) scale,
                (float) (-scale * r * sums.getAtIndex(JAVA_DOUBLE, 2L * channel + 1) / n),
                (float) (-scale * sums.getAtIndex(JAVA_DOUBLE, 2L * channel) / n)
            };
            long at = 4L * PlaneNormCode.SLOPES * channel;
            MemorySegment.copy(numbers, 0, table, JAVA_FLOAT, at, numbers.length);
        }
        return table;
    }

    private static void toward(
            NormShape shape,
            MemorySegment dx,
            MemorySegment upstream,
            MemorySegment x,
            MemorySegment slopes,
            Routine routine) {
        int channels = shape.parameters();
        long bytes = 4L * PlaneNormCode.SLOPES;
        forEach(
                shape,
                (part, plane, count, from, length) -> {
                    MemorySegment block = Arguments.block();
                    block.set(JAVA_LONG, NormCode.RESULT, dx.address() + 4 * from);
                    block.set(JAVA_LONG, NormCode.X, x.address() + 4 * from);
                    block.set(JAVA_LONG, NormCode.DY, upstream.address() + 4 * from);
                    block.set(JAVA_LONG, NormCode.MEAN, 0);
                    block.set(JAVA_LONG, NormCode.ROWS, count);
                    block.set(JAVA_LONG, NormCode.INNER, length);
                    long table = slopes.address();
                    block.set(JAVA_LONG, NormCode.WEIGHT, table + plane % channels * bytes);
                    block.set(JAVA_LONG, NormCode.FIRST_WEIGHT, table);
                    block.set(JAVA_LONG, NormCode.END_WEIGHT, table + channels * bytes);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }
}
