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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Group norm over channels (planes) long enough for vectors, with one weight and one bias per
/// plane.
///
/// Parts are groups; a group too large for a core's cache is cut into pieces, planes or parts of
/// them, so that one sample keeps all cores busy. Each piece's sums are formed alone and merged in
/// order.
final class MachinePlaneNorm {
    private static final int PART = 16_384; // elements of a part
    private static final int LARGE = 65_536; // a group of more elements (256 KiB) is cut

    private enum Kind {
        FORWARD,
        APPLY,
        BACKWARD,
        SUMS,
        SUMS_AND_SLOPE,
        TOWARD
    }

    private record Wanted(Kind kind, NormEnd end, boolean streams) {}

    private final Isa isa;
    private final Map<Wanted, Routine> routines = new ConcurrentHashMap<>();
    private final Routine moments;
    private final Routine merge;

    MachinePlaneNorm(Isa isa) {
        this.isa = isa;
        moments = RowNormCode.moments(isa);
        merge = PlaneNormCode.merge();
    }

    private Routine routine(Kind kind, NormEnd end, boolean streams) {
        return routines.computeIfAbsent(new Wanted(kind, end, streams), this::write);
    }

    private Routine write(Wanted wanted) {
        NormEnd end = wanted.end;
        return switch (wanted.kind) {
            case FORWARD -> PlaneNormCode.forward(isa, true, end, wanted.streams);
            case APPLY -> PlaneNormCode.forward(isa, false, end, wanted.streams);
            case BACKWARD -> backward(PlaneNormCode.Slope.GROUP, wanted);
            case SUMS -> backward(PlaneNormCode.Slope.NONE, wanted);
            case SUMS_AND_SLOPE -> backward(PlaneNormCode.Slope.CONSTANT, wanted);
            case TOWARD -> PlaneNormCode.toward(isa, wanted.streams);
        };
    }

    private Routine backward(PlaneNormCode.Slope slope, Wanted wanted) {
        return PlaneNormCode.backward(isa, slope, wanted.end, wanted.streams);
    }

    void forward(
            NormShape shape,
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            double eps,
            boolean streams) {
        if (shape.size() > LARGE) {
            statistics(shape, mean, rstd, x, eps);
            apply(shape, y, mean, rstd, x, epilogue, streams);
        } else {
            whole(Kind.FORWARD, shape, y, mean, rstd, x, epilogue, eps, streams);
        }
    }

    /// `y = f(z * weight + bias + residual)` with mean and rstd as they are.
    void apply(
            NormShape shape,
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            boolean streams) {
        if (shape.size() <= LARGE) {
            whole(Kind.APPLY, shape, y, mean, rstd, x, epilogue, 0, streams);
            return;
        }
        int parameters = shape.parameters();
        MemorySegment space = Workspace.PARAMETERS.floats(2L * parameters);
        MemorySegment w = MachineRowNorm.expanded(epilogue.weight(), 1, parameters, 1, space);
        MemorySegment b = biases(epilogue, parameters, space);
        NormEnd end = NormEnd.of(epilogue);
        Routine routine = routine(Kind.APPLY, end, streams);
        Pieces pieces = new Pieces(shape);
        Parallel.run(
                pieces.parts(),
                part -> {
                    MemorySegment block = pieces.block(part, x, mean, rstd);
                    block.set(JAVA_LONG, NormCode.RESULT, y.address() + 4 * pieces.at(part));
                    long first = 4L * pieces.channel(part);
                    block.set(JAVA_LONG, NormCode.WEIGHT, w.address() + first);
                    block.set(JAVA_LONG, NormCode.BIAS, b.address() + first);
                    block.set(JAVA_LONG, NormCode.END_WEIGHT, Long.MAX_VALUE);
                    end.write(block, x, null, epilogue, 0);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    /// Groups that are not cut.
    private void whole(
            Kind kind,
            NormShape shape,
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            double eps,
            boolean streams) {
        int parameters = shape.parameters();
        MemorySegment space = Workspace.PARAMETERS.floats(2L * parameters);
        MemorySegment w = MachineRowNorm.expanded(epilogue.weight(), 1, parameters, 1, space);
        MemorySegment b = biases(epilogue, parameters, space);
        NormEnd end = NormEnd.of(epilogue);
        int size = shape.size();
        Routine routine = routine(kind, end, streams);
        Parallel.range(
                shape.rows(),
                Math.max(1, PART / size),
                (from, to) -> {
                    MemorySegment block = MachineRowNorm.block(shape, x, mean, rstd, from, to);
                    long first = 4 * (from % shape.groups()) * shape.channels();
                    block.set(JAVA_LONG, NormCode.RESULT, y.address() + 4 * from * size);
                    block.set(JAVA_LONG, NormCode.WEIGHT, w.address() + first);
                    block.set(JAVA_LONG, NormCode.BIAS, b.address() + first);
                    block.set(JAVA_LONG, NormCode.FIRST_WEIGHT, w.address());
                    block.set(JAVA_LONG, NormCode.FIRST_BIAS, b.address());
                    block.set(JAVA_LONG, NormCode.END_WEIGHT, w.address() + 4L * parameters);
                    block.set(JAVA_DOUBLE, NormCode.EPS, eps);
                    end.write(block, x, null, epilogue, 0);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    /// Returns the biases, which may have the second half of `space`.
    private static MemorySegment biases(
            NormEpilogue epilogue, int parameters, MemorySegment space) {
        return MachineRowNorm.expanded(
                epilogue.bias(), 0, parameters, 1, space.asSlice(4L * parameters));
    }

    /// Returns the elements of a part of a group that is cut: many, because memory is read fastest
    /// without a stop, but enough parts to share.
    private static int piece(NormShape shape) {
        return shape.size() >= 1 << 20 ? 65_536 : 16_384;
    }

    /// How large groups are cut: into parts of planes, or into some planes at a time.
    private static final class Pieces {
        private final NormShape shape;
        private final int piece; // elements of a part
        private final int cuts; // parts of a plane
        private final int together; // planes of a part
        private final int perGroup;

        Pieces(NormShape shape) {
            this.shape = shape;
            piece = piece(shape);
            cuts = (shape.inner() + piece - 1) / piece;
            together = cuts > 1 ? 1 : Math.min(shape.channels(), piece / shape.inner());
            perGroup = (shape.channels() + together - 1) / together * cuts;
        }

        int parts() {
            return Math.multiplyExact(shape.rows(), perGroup);
        }

        int group(int part) {
            return part / perGroup;
        }

        /// The first of the part's planes, in its group.
        int plane(int part) {
            return part % perGroup / cuts * together;
        }

        /// The first of the part's channels, in its sample.
        int channel(int part) {
            return group(part) % shape.groups() * shape.channels() + plane(part);
        }

        int planes(int part) {
            return Math.min(together, shape.channels() - plane(part));
        }

        /// Where the part begins.
        long at(int part) {
            return ((long) group(part) * shape.channels() + plane(part)) * shape.inner()
                    + (long) (part % cuts) * piece;
        }

        /// Elements of the part in one plane.
        int inner(int part) {
            return Math.min(piece, shape.inner() - part % cuts * piece);
        }

        /// Where the part's first sums go: two for each plane and cut.
        long sums(int part) {
            return 2 * (((long) group(part) * shape.channels() + plane(part)) * cuts + part % cuts);
        }

        MemorySegment block(int part, MemorySegment x, MemorySegment mean, MemorySegment rstd) {
            int group = group(part);
            MemorySegment block = MachineRowNorm.block(shape, x, mean, rstd, group, group + 1);
            block.set(JAVA_LONG, NormCode.X, x.address() + 4 * at(part));
            block.set(JAVA_LONG, NormCode.INNER, inner(part));
            block.set(JAVA_LONG, NormCode.CHANNELS, planes(part));
            return block;
        }
    }

    /// Statistics of groups that are cut into chunks: each chunk has its own mean and variance, so
    /// that memory is read once; then (Chan, Golub, LeVeque 1979) the group's variance is the mean
    /// of the chunks' plus the variance of their means.
    private void statistics(
            NormShape shape, MemorySegment mean, MemorySegment rstd, MemorySegment x, double eps) {
        int size = shape.size();
        int piece = piece(shape);
        int chunks = (size + piece - 1) / piece;
        int groups = shape.rows();
        MemorySegment all = Workspace.SUMS.bytes(16L * groups * chunks);
        long toVariance = 8L * groups * chunks;
        Parallel.run(
                Math.multiplyExact(groups, chunks),
                part -> {
                    int at = part % chunks * piece;
                    int count = Math.min(piece, size - at);
                    long from = (long) (part / chunks) * size + at;
                    MemorySegment block = Arguments.block();
                    block.set(JAVA_LONG, NormCode.X, x.address() + 4 * from);
                    block.set(JAVA_LONG, NormCode.MEAN, all.address() + 8L * part);
                    block.set(JAVA_LONG, NormCode.TO_RSTD, toVariance);
                    block.set(JAVA_LONG, NormCode.SIZE, count);
                    block.set(JAVA_DOUBLE, NormCode.INVERSE, 1.0 / count);
                    block.set(JAVA_DOUBLE, NormCode.INVERSE + 8, 1.0 / count);
                    block.set(JAVA_DOUBLE, NormCode.FIRST, 1.0 / Math.min(NormCode.CHUNK, count));
                    moments.call(block.address(), 0, 0, 0, 0, 0);
                });
        for (int group = 0; group < groups; group++) {
            merge(shape, all.asSlice(8L * group * chunks), toVariance, group, mean, rstd, eps);
        }
    }

    private static void merge(
            NormShape shape,
            MemorySegment chunks,
            long toVariance,
            int group,
            MemorySegment mean,
            MemorySegment rstd,
            double eps) {
        int size = shape.size();
        int piece = piece(shape);
        double sum = 0;
        long place = 0;
        for (int at = 0; at < size; at += piece, place += 8) {
            sum += Math.min(piece, size - at) * chunks.get(JAVA_DOUBLE, place);
        }
        double mu = sum / size;
        double squares = 0;
        place = 0;
        for (int at = 0; at < size; at += piece, place += 8) {
            double off = chunks.get(JAVA_DOUBLE, place) - mu;
            double variance = chunks.get(JAVA_DOUBLE, toVariance + place) + off * off;
            squares += Math.min(piece, size - at) * variance;
        }
        DType.F64.write(mean, group, mu);
        DType.F64.write(rstd, group, 1 / Math.sqrt(squares / size + eps));
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
            NormEpilogue epilogue,
            boolean streams) {
        int parameters = shape.parameters();
        MemorySegment space = Workspace.PARAMETERS.floats(2L * parameters);
        MemorySegment w = MachineRowNorm.expanded(epilogue.weight(), 1, parameters, 1, space);
        NormEnd end = NormEnd.ofGradient(epilogue);
        MemorySegment b = end.isPlain() ? w : biases(epilogue, parameters, space);
        Pieces pieces = new Pieces(shape);
        boolean cut = shape.size() > LARGE;
        int cuts = cut ? pieces.cuts : 1;
        long planes = (long) shape.planes() * cuts;
        MemorySegment all =
                Workspace.SUMS.bytes(16 * planes + 16L * shape.rows() + 8L * 2 * parameters);
        MemorySegment dx = gradients.dx();
        MemorySegment totals = all.asSlice(16 * planes);
        Source source = new Source(shape, upstream, x, mean, rstd);
        BlockEnd ends = block -> end.write(block, x, dy, epilogue, b.address() - w.address());
        if (cut) {
            sums(pieces, source, ends, null, all, w, routine(Kind.SUMS, end, false));
            if (dx != null) {
                weigh(shape, cuts, all, w, totals);
                Routine routine = routine(Kind.TOWARD, end, streams);
                toward(pieces, source, dx, w, totals, routine);
            }
        } else {
            Routine routine = routine(dx == null ? Kind.SUMS : Kind.BACKWARD, end, streams);
            whole(source, ends, dx, all, w, routine);
        }
        MemorySegment merged = all.asSlice(16 * planes + 16L * shape.rows());
        merge(shape, cuts, all, merged);
        collect(merged, 0, parameters, gradients.dbias());
        collect(merged, 1, parameters, gradients.dweight());
    }

    /// Returns the sums over the samples of `dy` and of `dy z` of each channel, two F64 for each,
    /// good until the caller's next norm. Where the epilogue has an activation, first writes what
    /// its gradient makes of `dy`.
    ///
    /// @param dx where `dy * rstd * weight` is written in the same pass, or null
    /// @param upstream as in [#backward]
    MemorySegment channelSums(
            NormShape shape,
            @Nullable MemorySegment dx,
            MemorySegment upstream,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            boolean streams) {
        int parameters = shape.parameters();
        MemorySegment space = Workspace.PARAMETERS.floats(2L * parameters);
        MemorySegment w = MachineRowNorm.expanded(epilogue.weight(), 1, parameters, 1, space);
        NormEnd end = NormEnd.ofGradient(epilogue);
        MemorySegment b = end.isPlain() ? w : biases(epilogue, parameters, space);
        Pieces pieces = new Pieces(shape);
        int cuts = shape.size() > LARGE ? pieces.cuts : 1;
        long sums = 16L * shape.planes() * cuts;
        MemorySegment all = Workspace.SUMS.bytes(sums + 16L * parameters);
        Source source = new Source(shape, upstream, x, mean, rstd);
        BlockEnd ends = block -> end.write(block, x, dy, epilogue, b.address() - w.address());
        Routine routine =
                dx == null
                        ? routine(Kind.SUMS, end, false)
                        : routine(Kind.SUMS_AND_SLOPE, end, streams);
        if (shape.size() > LARGE) {
            sums(pieces, source, ends, dx, all, w, routine);
        } else {
            whole(source, ends, dx, all, w, routine);
        }
        MemorySegment merged = all.asSlice(sums);
        merge(shape, cuts, all, merged);
        return merged;
    }

    /// What all routines of a gradient read.
    private record Source(
            NormShape shape,
            MemorySegment upstream,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd) {}

    /// Writes to a block what the activation's gradient needs.
    @FunctionalInterface
    private interface BlockEnd {
        void write(MemorySegment block);
    }

    /// The gradient of groups that are not cut.
    private static void whole(
            Source source,
            BlockEnd ends,
            @Nullable MemorySegment dx,
            MemorySegment all,
            MemorySegment w,
            Routine routine) {
        NormShape shape = source.shape;
        int size = shape.size();
        Parallel.range(
                shape.rows(),
                Math.max(1, PART / size),
                (from, to) -> {
                    MemorySegment block =
                            MachineRowNorm.block(
                                    shape, source.x, source.mean, source.rstd, from, to);
                    long at = 4 * from * size;
                    long first = 4 * (from % shape.groups()) * shape.channels();
                    long sums = all.address() + 16 * from * shape.channels();
                    block.set(JAVA_LONG, NormCode.RESULT, dx == null ? 0 : dx.address() + at);
                    block.set(JAVA_LONG, NormCode.DY, source.upstream.address() + at);
                    block.set(JAVA_LONG, NormCode.SUMS, sums);
                    block.set(JAVA_LONG, NormCode.WEIGHT, w.address() + first);
                    block.set(JAVA_LONG, NormCode.FIRST_WEIGHT, w.address());
                    block.set(
                            JAVA_LONG, NormCode.END_WEIGHT, w.address() + 4L * shape.parameters());
                    ends.write(block);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    /// Sets the sums of the pieces of groups that are cut.
    ///
    /// @param dx what the routine writes beside them, or null
    private static void sums(
            Pieces pieces,
            Source source,
            BlockEnd ends,
            @Nullable MemorySegment dx,
            MemorySegment all,
            MemorySegment w,
            Routine routine) {
        Parallel.run(
                pieces.parts(),
                part -> {
                    MemorySegment block = pieces.block(part, source.x, source.mean, source.rstd);
                    long sums = all.address() + 8 * pieces.sums(part);
                    long at = 4 * pieces.at(part);
                    block.set(JAVA_LONG, NormCode.RESULT, dx == null ? 0 : dx.address() + at);
                    block.set(JAVA_LONG, NormCode.DY, source.upstream.address() + at);
                    block.set(JAVA_LONG, NormCode.SUMS, sums);
                    block.set(JAVA_LONG, NormCode.WEIGHT, w.address() + 4L * pieces.channel(part));
                    block.set(JAVA_LONG, NormCode.END_WEIGHT, Long.MAX_VALUE);
                    ends.write(block);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    /// Writes `dx` of the pieces of groups that are cut.
    private static void toward(
            Pieces pieces,
            Source source,
            MemorySegment dx,
            MemorySegment w,
            MemorySegment totals,
            Routine routine) {
        int size = source.shape.size();
        Parallel.run(
                pieces.parts(),
                part -> {
                    MemorySegment block = pieces.block(part, source.x, source.mean, source.rstd);
                    int group = pieces.group(part);
                    slopes(
                            block,
                            DType.F64.read(source.mean, group),
                            DType.F64.read(source.rstd, group),
                            totals.getAtIndex(JAVA_DOUBLE, 2L * group) / size,
                            totals.getAtIndex(JAVA_DOUBLE, 2L * group + 1) / size);
                    long at = 4 * pieces.at(part);
                    long first = 4L * pieces.channel(part);
                    block.set(JAVA_LONG, NormCode.RESULT, dx.address() + at);
                    block.set(JAVA_LONG, NormCode.DY, source.upstream.address() + at);
                    block.set(JAVA_LONG, NormCode.WEIGHT, w.address() + first);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    static void collect(
            MemorySegment merged, int which, int parameters, @Nullable MemorySegment gradient) {
        for (int c = 0; c < parameters && gradient != null; c++) {
            double sum = merged.getAtIndex(JAVA_DOUBLE, 2L * c + which);
            gradient.set(JAVA_FLOAT_UNALIGNED, 4L * c, (float) sum);
        }
    }

    /// Sets a group's two totals: weights times its planes' sums.
    private static void weigh(
            NormShape shape, int cuts, MemorySegment sums, MemorySegment w, MemorySegment totals) {
        int channels = shape.channels();
        for (int group = 0; group < shape.rows(); group++) {
            double sum = 0;
            double product = 0;
            for (int c = 0; c < channels; c++) {
                float weight =
                        w.get(JAVA_FLOAT_UNALIGNED, 4L * (group % shape.groups() * channels + c));
                long first = 2L * ((long) group * channels + c) * cuts;
                for (long at = first; at < first + 2L * cuts; at += 2) {
                    sum += weight * sums.getAtIndex(JAVA_DOUBLE, at);
                    product += weight * sums.getAtIndex(JAVA_DOUBLE, at + 1);
                }
            }
            totals.setAtIndex(JAVA_DOUBLE, 2L * group, sum);
            totals.setAtIndex(JAVA_DOUBLE, 2L * group + 1, product);
        }
    }

    /// Writes what [PlaneNormCode#toward] reads.
    private static void slopes(
            MemorySegment block, double mean, double rstd, double sum, double product) {
        float high = (float) mean;
        float[] numbers = {
            high,
            (float) (mean - high),
            (float) rstd,
            (float) (-rstd * rstd * product),
            (float) (-rstd * sum)
        };
        MemorySegment.copy(numbers, 0, block, JAVA_FLOAT, NormCode.SLOPES, numbers.length);
    }

    /// Adds up a channel's sums over samples and cuts, in their order.
    private void merge(NormShape shape, int cuts, MemorySegment sums, MemorySegment merged) {
        int width = shape.parameters();
        merged.asSlice(0, 16L * width).fill((byte) 0);
        if (cuts == 1) {
            merge.call(merged.address(), sums.address(), 0, shape.samples(), 0, width);
            return;
        }
        for (int plane = 0; plane < shape.planes(); plane++) {
            long to = 2L * (plane % width);
            for (long at = 2L * plane * cuts; at < 2L * (plane + 1) * cuts; at++) {
                double sum =
                        merged.getAtIndex(JAVA_DOUBLE, to + at % 2)
                                + sums.getAtIndex(JAVA_DOUBLE, at);
                merged.setAtIndex(JAVA_DOUBLE, to + at % 2, sum);
            }
        }
    }
}
