package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Normalisation down columns: batch norm of rows, of short channels and of images whose channels
/// are last, which are rows too; group and instance norm of such images.
///
/// Parts are blocks of rows, cut as the shape alone says; their sums are merged in double, in their
/// order. Where there are many small sections (samples of a group norm), each is done in one go
/// while it is in a core's cache.
final class MachineColumnNorm {
    private static final int PART = 16_384; // elements that are worth waking a thread for
    private static final int MERGED = 2048; // F64 that are

    private enum Kind {
        APPLY,
        SLOPE,
        TOWARD
    }

    private record Wanted(Kind kind, NormEnd end, boolean streams) {}

    private final Isa isa;
    private final ColumnAdder moments;
    private final ColumnAdder sums;
    private final ColumnAdder[] slopes; // without and with stores past the caches
    private final Map<Wanted, Routine> routines = new ConcurrentHashMap<>();

    MachineColumnNorm(Isa isa) {
        this.isa = isa;
        moments = new ColumnAdder(isa, ColumnSumCode.Kind.MOMENTS);
        sums = new ColumnAdder(isa, ColumnSumCode.Kind.GRADIENT);
        slopes =
                new ColumnAdder[] {
                    new ColumnAdder(isa, ColumnSumCode.Kind.SLOPE),
                    new ColumnAdder(isa, ColumnSumCode.Kind.SLOPE_PAST)
                };
    }

    private Routine routine(Kind kind, NormEnd end, boolean streams) {
        return routines.computeIfAbsent(
                new Wanted(kind, end, streams),
                wanted ->
                        switch (wanted.kind) {
                            case APPLY -> ColumnNormCode.apply(isa, wanted.end, wanted.streams);
                            case SLOPE -> ColumnNormCode.slope(isa, wanted.end);
                            case TOWARD -> ColumnNormCode.toward(isa, wanted.streams);
                        });
    }

    // ---- how sections and parts are gone through

    /// What is done to a part or a section.
    @FunctionalInterface
    private interface Body {
        void run(int number);
    }

    /// Does `begin` for each section, `first` for each part, `between` for each section, and `last`
    /// for each part.
    private static void go(
            ColumnShape shape, Body begin, Body first, Body between, @Nullable Body last) {
        if (shape.isTogether()) {
            int size = shape.rows() * shape.width();
            Parallel.range(
                    shape.sections(),
                    Math.max(1, PART / size),
                    (from, to) -> {
                        for (int section = (int) from; section < to; section++) {
                            begin.run(section);
                            parts(shape, section, first);
                            between.run(section);
                            if (last != null) {
                                parts(shape, section, last);
                            }
                        }
                    });
            return;
        }
        for (int section = 0; section < shape.sections(); section++) {
            begin.run(section);
        }
        Parallel.run(shape.parts(), first::run);
        for (int section = 0; section < shape.sections(); section++) {
            between.run(section);
        }
        if (last != null) {
            Parallel.run(shape.parts(), last::run);
        }
    }

    private static void parts(ColumnShape shape, int section, Body body) {
        int parts = shape.partsOfSection();
        for (int part = section * parts; part < (section + 1) * parts; part++) {
            body.run(part);
        }
    }

    // ---- tables

    /// What tables are made of.
    ///
    /// @param mean of each statistic, or null for 0
    /// @param totals of each statistic the sums of `g` and of `g z` over n, or null
    private record Numbers(
            ColumnShape shape,
            @Nullable MemorySegment mean,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            @Nullable MemorySegment bias,
            @Nullable MemorySegment totals) {}

    /// The tables of the parts: where there is one section, its strips share them.
    private static final class Tables {
        private static final long BYTES = (long) ColumnNormCode.TABLES * ColumnNormCode.TABLE;

        private final Numbers numbers;
        private final @Nullable MemorySegment shared;

        Tables(Numbers numbers) {
            this.numbers = numbers;
            ColumnShape shape = numbers.shape;
            if (shape.sections() > 1) {
                shared = null;
                return;
            }
            MemorySegment all = Workspace.TABLES.bytes(BYTES * shape.strips());
            for (int strip = 0; strip < shape.strips(); strip++) {
                fill(all.asSlice(BYTES * strip, BYTES), strip);
            }
            shared = all;
        }

        MemorySegment of(int part) {
            if (shared != null) {
                return shared.asSlice(BYTES * (part % numbers.shape.strips()), BYTES);
            }
            MemorySegment own = Workspace.PARAMETERS.bytes(BYTES);
            ColumnShape shape = numbers.shape;
            boolean known = // this thread has just done the section's first part
                    shape.isTogether() && shape.strips() == 1 && part % shape.partsOfSection() > 0;
            if (!known) {
                fill(own, part);
            }
            return own;
        }

        private void fill(MemorySegment table, int part) {
            ColumnShape shape = numbers.shape;
            int from = shape.from(part);
            int columns = shape.columns(part);
            int statistic = shape.section(part) * shape.perSection() + from / shape.span();
            int channel = from / shape.inner();
            int ofStatistic = from % shape.span();
            int ofChannel = from % shape.inner();
            for (int c = 0; c < columns; c++) {
                set(table, c, statistic, channel);
                if (++ofStatistic == shape.span()) {
                    ofStatistic = 0;
                    statistic++;
                }
                if (++ofChannel == shape.inner()) {
                    ofChannel = 0;
                    channel++;
                }
            }
            for (int i = 0; i < ColumnNormCode.TABLES; i++) {
                MemorySegment one = table.asSlice((long) i * ColumnNormCode.TABLE);
                ColumnMoments.repeat(one, columns, shape.copies());
            }
        }

        private void set(MemorySegment table, int column, int statistic, int channel) {
            double mu = numbers.mean == null ? 0 : DType.F64.read(numbers.mean, statistic);
            double r = DType.F64.read(numbers.rstd, statistic);
            float high = (float) mu;
            double shift = at(numbers.bias, channel, 0);
            if (numbers.totals != null) {
                shift = -r * numbers.totals.getAtIndex(JAVA_DOUBLE, 2L * statistic);
                double product = numbers.totals.getAtIndex(JAVA_DOUBLE, 2L * statistic + 1);
                put(table, ColumnNormCode.SLOPE, column, -r * r * product);
            }
            put(table, ColumnNormCode.HIGH, column, high);
            put(table, ColumnNormCode.LOW, column, mu - high);
            put(table, ColumnNormCode.SCALE, column, r * at(numbers.weight, channel, 1));
            put(table, ColumnNormCode.SHIFT, column, shift);
        }

        private static void put(MemorySegment table, int which, int column, double value) {
            table.set(JAVA_FLOAT, which + 4L * column, (float) value);
        }
    }

    private static float at(@Nullable MemorySegment parameter, int channel, float otherwise) {
        return parameter == null ? otherwise : parameter.get(JAVA_FLOAT_UNALIGNED, 4L * channel);
    }

    // ---- forward

    /// Mean and biased variance of each channel.
    void moments(NormShape of, MemorySegment mean, MemorySegment variance, MemorySegment x) {
        ColumnShape shape = ColumnShape.ofChannels(of);
        ColumnMoments all = new ColumnMoments(shape, x, moments);
        go(shape, all::begin, all::part, all::merge, null);
        Parallel.range(
                shape.perSection(),
                Math.max(1, MERGED / shape.span()),
                (from, to) -> {
                    for (int channel = (int) from; channel < to; channel++) {
                        all.finish(channel, mean, variance);
                    }
                });
    }

    /// `y = f((x - mean) * rstd * weight + bias + residual)` for channels.
    void apply(
            NormShape of,
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            boolean streams) {
        ColumnShape shape = ColumnShape.ofChannels(of);
        Tables tables =
                new Tables(
                        new Numbers(shape, mean, rstd, epilogue.weight(), epilogue.bias(), null));
        Body body = applied(shape, y, x, epilogue, tables, streams);
        Parallel.run(shape.parts(), body::run);
    }

    private Body applied(
            ColumnShape shape,
            MemorySegment y,
            MemorySegment x,
            NormEpilogue epilogue,
            Tables tables,
            boolean streams) {
        NormEnd end = NormEnd.of(epilogue);
        Routine routine = routine(Kind.APPLY, end, streams);
        return part -> {
            MemorySegment table = tables.of(part);
            ColumnCall call = new ColumnCall(shape, part, shape.rowsOf(shape.block(part)));
            call.to(NormCode.X, x);
            call.to(NormCode.RESULT, y);
            call.tables(table);
            end.write(call.block(), x, null, epilogue, 0);
            call.run(routine);
        };
    }

    /// Group norm of samples whose channels are last.
    void forward(
            NormShape of,
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            double eps,
            boolean streams) {
        ColumnShape shape = ColumnShape.ofGroups(of);
        ColumnMoments all = new ColumnMoments(shape, x, moments);
        int groups = shape.perSection();
        Body statistics =
                section -> {
                    all.merge(section);
                    for (int group = section * groups; group < (section + 1) * groups; group++) {
                        all.finish(group, mean, rstd);
                        double variance = DType.F64.read(rstd, group);
                        DType.F64.write(rstd, group, 1 / Math.sqrt(variance + eps));
                    }
                };
        Numbers numbers = new Numbers(shape, mean, rstd, epilogue.weight(), epilogue.bias(), null);
        if (shape.isTogether()) {
            Body applied = applied(shape, y, x, epilogue, new Tables(numbers), streams);
            go(shape, all::begin, all::part, statistics, applied);
        } else {
            go(shape, all::begin, all::part, statistics, null);
            Body applied = applied(shape, y, x, epilogue, new Tables(numbers), streams);
            Parallel.run(shape.parts(), applied::run);
        }
    }

    // ---- backward

    /// `dx = dy * rstd * weight`: the gradient of [#apply] alone where the statistics are
    /// constants.
    void scale(
            NormShape of,
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            boolean streams) {
        ColumnShape shape = ColumnShape.ofChannels(of);
        Tables tables = new Tables(new Numbers(shape, null, rstd, weight, null, null));
        Body body = applied(shape, dx, dy, NormEpilogue.of(null, null), tables, streams);
        Parallel.run(shape.parts(), body::run);
    }

    /// The gradients of [#apply].
    ///
    /// @param upstream what the gradients are made of: `dy`, or where the epilogue has an
    ///   activation the place for what it makes of `dy`, which may be `dx`
    void channelsBackward(
            NormShape of,
            NormGradients gradients,
            MemorySegment upstream,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            boolean streams) {
        ColumnShape shape = ColumnShape.ofChannels(of);
        ColumnSums all = new ColumnSums(shape, rstd, epilogue.weight());
        MemorySegment dx = gradients.dx();
        MemorySegment beside = ofBatch ? null : dx;
        Body summed = summed(shape, all, beside, upstream, dy, x, mean, rstd, epilogue, streams);
        go(shape, _ -> {}, summed, all::section, null);
        all.parameters(gradients.dweight(), gradients.dbias());
        if (ofBatch && dx != null) {
            Body toward = toward(shape, dx, upstream, x, mean, rstd, epilogue, all, streams);
            Parallel.run(shape.parts(), toward::run);
        }
    }

    /// The gradients of [#forward].
    ///
    /// @param upstream as in [#channelsBackward]
    void backward(
            NormShape of,
            NormGradients gradients,
            MemorySegment upstream,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            boolean streams) {
        ColumnShape shape = ColumnShape.ofGroups(of);
        ColumnSums all = new ColumnSums(shape, rstd, epilogue.weight());
        Body summed = summed(shape, all, null, upstream, dy, x, mean, rstd, epilogue, false);
        MemorySegment dx = gradients.dx();
        if (dx != null && shape.isTogether()) {
            Body toward = toward(shape, dx, upstream, x, mean, rstd, epilogue, all, streams);
            go(shape, _ -> {}, summed, all::section, toward);
        } else {
            go(shape, _ -> {}, summed, all::section, null);
            if (dx != null) {
                Body toward = toward(shape, dx, upstream, x, mean, rstd, epilogue, all, streams);
                Parallel.run(shape.parts(), toward::run);
            }
        }
        all.parameters(gradients.dweight(), gradients.dbias());
    }

    /// @param dx where `dy * rstd * weight` is written beside, or null
    private Body summed(
            ColumnShape shape,
            ColumnSums all,
            @Nullable MemorySegment dx,
            MemorySegment upstream,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            boolean streams) {
        Tables tables =
                new Tables(
                        new Numbers(shape, mean, rstd, epilogue.weight(), epilogue.bias(), null));
        NormEnd end = NormEnd.ofGradient(epilogue);
        @Nullable Routine slope = end.isPlain() ? null : routine(Kind.SLOPE, end, false);
        boolean past = streams && shape.foldStride() % isa.bytes() == 0;
        ColumnAdder adder = dx == null ? sums : slopes[past ? 1 : 0];
        return part -> {
            MemorySegment table = tables.of(part);
            int rows = shape.rowsOf(shape.block(part));
            if (slope != null) {
                ColumnCall call = new ColumnCall(shape, part, rows);
                call.to(NormCode.X, x);
                call.to(NormCode.DY, upstream);
                call.tables(table);
                end.write(call.block(), x, dy, epilogue, 0);
                call.run(slope);
            }
            all.set(part, adder.add(shape, part, rows, x, upstream, dx, table));
        };
    }

    private Body toward(
            ColumnShape shape,
            MemorySegment dx,
            MemorySegment upstream,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            ColumnSums all,
            boolean streams) {
        Tables tables =
                new Tables(new Numbers(shape, mean, rstd, epilogue.weight(), null, all.totals()));
        Routine routine = routine(Kind.TOWARD, NormEnd.of(NormEpilogue.of(null, null)), streams);
        return part -> {
            MemorySegment table = tables.of(part);
            ColumnCall call = new ColumnCall(shape, part, shape.rowsOf(shape.block(part)));
            call.to(NormCode.X, x);
            call.to(NormCode.DY, upstream);
            call.to(NormCode.RESULT, dx);
            call.tables(table);
            call.run(routine);
        };
    }
}
