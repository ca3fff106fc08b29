package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Normalisation of rows with a weight and a bias per element: layer norm, and group norm whose
/// channels are too short for vectors of their own. A channel's weight then stands for its
/// elements.
final class MachineRowNorm {
    private static final int PART = 16_384; // elements of a part
    private static final int COLLECTED = 4096; // F64 of a part

    private enum Kind {
        FORWARD,
        BACKWARD,
        SUMS
    }

    private record Wanted(Kind kind, NormEnd end, boolean streams) {}

    private final Isa isa;
    private final @Nullable Routine[] shortRows = new @Nullable Routine[4 * ShortRowNormCode.MOST];
    private final Map<Wanted, Routine> routines = new ConcurrentHashMap<>();
    private final Routine columns;
    private final MachineLongRowNorm longRows;

    MachineRowNorm(Isa isa) {
        this.isa = isa;
        columns = RowNormCode.columns(isa);
        longRows = new MachineLongRowNorm(isa);
    }

    private Routine routine(Kind kind, NormEnd end, boolean streams) {
        return routines.computeIfAbsent(
                new Wanted(kind, end, streams),
                wanted ->
                        switch (wanted.kind) {
                            case FORWARD -> RowNormCode.forward(isa, wanted.end, wanted.streams);
                            case BACKWARD ->
                                    RowNormCode.backward(isa, true, wanted.end, wanted.streams);
                            case SUMS -> RowNormCode.backward(isa, false, wanted.end, false);
                        });
    }

    /// Returns the parameter once per element of a sample, at `to` if it is not there already.
    static MemorySegment expanded(
            @Nullable MemorySegment parameter,
            float otherwise,
            int count,
            int inner,
            MemorySegment to) {
        if (parameter != null && inner == 1) {
            return parameter;
        }
        for (int c = 0; c < count; c++) {
            float value =
                    parameter == null ? otherwise : parameter.get(JAVA_FLOAT_UNALIGNED, 4L * c);
            for (int i = c * inner; i < (c + 1) * inner; i++) {
                to.setAtIndex(JAVA_FLOAT, i, value);
            }
        }
        return to;
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
        int width = shape.width();
        int size = shape.size();
        MemorySegment space = Workspace.PARAMETERS.floats(2L * width);
        int parameters = shape.parameters();
        int inner = shape.inner();
        MemorySegment w = expanded(epilogue.weight(), 1, parameters, inner, space);
        MemorySegment b =
                expanded(epilogue.bias(), 0, parameters, inner, space.asSlice(4L * width));
        NormEnd end = NormEnd.of(epilogue);
        Routine routine = forward(size, end, streams);
        Parallel.range(
                shape.rows(),
                Math.max(1, PART / size),
                (from, to) -> {
                    MemorySegment block = block(shape, x, mean, rstd, from, to);
                    long at = 4 * (from % shape.groups()) * size;
                    block.set(JAVA_LONG, NormCode.RESULT, y.address() + 4 * from * size);
                    block.set(JAVA_LONG, NormCode.WEIGHT, w.address() + at);
                    block.set(JAVA_LONG, NormCode.BIAS, b.address() + at);
                    block.set(JAVA_LONG, NormCode.FIRST_WEIGHT, w.address());
                    block.set(JAVA_LONG, NormCode.FIRST_BIAS, b.address());
                    block.set(JAVA_LONG, NormCode.END_WEIGHT, w.address() + 4L * width);
                    block.set(JAVA_DOUBLE, NormCode.EPS, eps);
                    end.write(block, x, null, epilogue, 0);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    private Routine forward(int size, NormEnd end, boolean streams) {
        int vectors = (size + isa.lanes() - 1) / isa.lanes();
        if (vectors > ShortRowNormCode.MOST || !end.isPlain()) {
            return routine(Kind.FORWARD, end, streams);
        }
        boolean whole = size % isa.lanes() == 0;
        int place = 4 * (vectors - 1) + (whole ? 2 : 0) + (streams ? 1 : 0);
        synchronized (shortRows) {
            Routine known = shortRows[place];
            if (known == null) {
                known = ShortRowNormCode.forward(isa, vectors, whole, streams);
                shortRows[place] = known;
            }
            return known;
        }
    }

    /// Returns the caller's block of words with what all routines need for rows from `from` to
    /// below `to`.
    static MemorySegment block(
            NormShape shape,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            long from,
            long to) {
        int size = shape.size();
        MemorySegment block = Arguments.block();
        block.set(JAVA_LONG, NormCode.X, x.address() + 4 * from * size);
        block.set(JAVA_LONG, NormCode.MEAN, mean.address() + 8 * from);
        block.set(JAVA_LONG, NormCode.TO_RSTD, rstd.address() - mean.address());
        block.set(JAVA_LONG, NormCode.ROWS, to - from);
        block.set(JAVA_LONG, NormCode.SIZE, size);
        block.set(JAVA_LONG, NormCode.INNER, shape.inner());
        block.set(JAVA_LONG, NormCode.CHANNELS, shape.channels());
        block.set(JAVA_DOUBLE, NormCode.INVERSE, 1.0 / size);
        block.set(JAVA_DOUBLE, NormCode.INVERSE + 8, 1.0 / size);
        block.set(JAVA_FLOAT, NormCode.INVERSE_F32, 1f / size);
        block.set(JAVA_DOUBLE, NormCode.ONE, 1);
        return block;
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
        MemorySegment dx = gradients.dx();
        int width = shape.width();
        int size = shape.size();
        boolean isLong = shape.groups() == 1 && size >= MachineLongRowNorm.LONG;
        int samples =
                isLong ? MachineLongRowNorm.together(size) : RowBlocks.rows(shape.samples(), width);
        int blocks = (shape.samples() + samples - 1) / samples;
        int columnBlocks = (2 * width + RowNormCode.COLUMNS - 1) / RowNormCode.COLUMNS;
        long stride = 4L * columnBlocks * RowNormCode.COLUMNS;
        MemorySegment space = Workspace.PARAMETERS.floats(2L * width);
        int parameters = shape.parameters();
        int inner = shape.inner();
        NormEnd end = NormEnd.ofGradient(epilogue);
        MemorySegment w = expanded(epilogue.weight(), 1, parameters, inner, space);
        MemorySegment b =
                end.isPlain()
                        ? w
                        : expanded(
                                epilogue.bias(), 0, parameters, inner, space.asSlice(4L * width));
        MemorySegment partial = Workspace.SUMS.bytes(stride * (blocks + 2L));
        if (isLong) {
            MemorySegment to = dx == null ? MemorySegment.NULL : dx;
            MachineLongRowNorm.Source source =
                    new MachineLongRowNorm.Source(
                            size, upstream, dy, x, mean, rstd, w, b, epilogue);
            for (int i = 0; i < blocks; i++) {
                int last = Math.min(shape.samples(), (i + 1) * samples);
                MemorySegment own = partial.asSlice(i * stride, stride);
                longRows.backward(source, i * samples, last, to, own, 4L * width, streams);
            }
            merge(shape, partial, stride, blocks, gradients);
            return;
        }
        Routine routine = routine(dx == null ? Kind.SUMS : Kind.BACKWARD, end, streams);
        Parallel.range(
                blocks,
                Math.max(1, PART / Math.max(1, samples * width)),
                (from, to) -> {
                    partial.asSlice(from * stride, (to - from) * stride).fill((byte) 0);
                    for (long i = from; i < to; i++) {
                        long first = i * samples * shape.groups();
                        long last = Math.min(shape.samples(), (i + 1) * samples) * shape.groups();
                        MemorySegment block = block(shape, x, mean, rstd, first, last);
                        long at = 4 * first * size;
                        block.set(JAVA_LONG, NormCode.RESULT, dx == null ? 0 : dx.address() + at);
                        block.set(JAVA_LONG, NormCode.DY, upstream.address() + at);
                        block.set(JAVA_LONG, NormCode.WEIGHT, w.address());
                        block.set(JAVA_LONG, NormCode.FIRST_WEIGHT, w.address());
                        block.set(JAVA_LONG, NormCode.FIRST_BIAS, partial.address() + i * stride);
                        block.set(JAVA_LONG, NormCode.END_WEIGHT, w.address() + 4L * width);
                        block.set(JAVA_LONG, NormCode.TO_BIAS, 4L * width);
                        end.write(block, x, dy, epilogue, b.address() - w.address());
                        routine.call(block.address(), 0, 0, 0, 0, 0);
                    }
                });
        merge(shape, partial, stride, blocks, gradients);
    }

    /// Adds up the blocks' partial gradients, in their order, and a channel's elements.
    private void merge(
            NormShape shape,
            MemorySegment partial,
            long stride,
            int blocks,
            NormGradients gradients) {
        if (gradients.dweight() == null && gradients.dbias() == null) {
            return;
        }
        MemorySegment totals = partial.asSlice(stride * blocks); // F64
        long columnBytes = 4L * RowNormCode.COLUMNS;
        Parallel.range(
                stride / columnBytes,
                Math.max(1, PART / (RowNormCode.COLUMNS * blocks)),
                (from, to) ->
                        columns.call(
                                totals.address() + 2 * columnBytes * from,
                                partial.address() + columnBytes * from,
                                stride,
                                blocks,
                                0,
                                to - from));
        collect(shape, totals, 0, gradients.dweight());
        collect(shape, totals, shape.width(), gradients.dbias());
    }

    private static void collect(
            NormShape shape, MemorySegment totals, int from, @Nullable MemorySegment gradient) {
        if (gradient == null) {
            return;
        }
        int inner = shape.inner();
        Parallel.range(
                shape.parameters(),
                Math.max(1, COLLECTED / inner),
                (first, last) -> {
                    for (int c = (int) first; c < last; c++) {
                        double sum = 0;
                        for (int i = from + c * inner; i < from + (c + 1) * inner; i++) {
                            sum += totals.getAtIndex(JAVA_DOUBLE, i);
                        }
                        gradient.set(JAVA_FLOAT_UNALIGNED, 4L * c, (float) sum);
                    }
                });
    }
}
