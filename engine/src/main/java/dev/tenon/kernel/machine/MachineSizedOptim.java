package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.SizedOptim;
import dev.tenon.kernel.Tiles;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/// Lamb and Adafactor in machine code, for F32; F64 goes below.
abstract class MachineSizedOptim implements SizedOptim {
    static final int GRAIN = 16_384; // elements of a part, as the vector backend cuts
    private static final int ROWS = 64; // of a tile in one call, which is short then
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

    private final Isa isa;
    private final SizedOptim below;
    private @Nullable Routines routines;

    private static final class Routines {
        final Routine moments;
        final Routine decayingMoments; // with L2 decay
        final Routine lambStep;
        final Routine squares; // of a row
        final Routine manySquares; // of groups of rows
        final Routine size;
        final Routine step;

        Routines(Isa isa) {
            moments = new SizedOptimCode(isa).lambMoments(false);
            decayingMoments = new SizedOptimCode(isa).lambMoments(true);
            lambStep = new SizedOptimCode(isa).lambStep();
            squares = new SizedOptimCode(isa).squares(1);
            manySquares = new SizedOptimCode(isa).squares(SizedOptimCode.GROUP);
            size = new SizedOptimCode(isa).size();
            step = new SizedOptimCode(isa).step();
        }
    }

    /// @param below the backend that does what has no machine code
    MachineSizedOptim(Isa isa, SizedOptim below) {
        this.isa = isa;
        this.below = below;
    }

    private synchronized Routines routines() {
        Routines made = routines;
        if (made == null) {
            made = new Routines(isa);
            routines = made;
        }
        return made;
    }

    /// Says whether machine code takes operands of `count` elements.
    static boolean takes(DType type, long count, @Nullable MemorySegment... operands) {
        boolean takes = type == DType.F32;
        for (MemorySegment operand : operands) {
            if (operand == null) {
                continue;
            }
            takes &= operand.isNative();
            if (takes && operand.byteSize() < 4 * count) {
                throw new IndexOutOfBoundsException(
                        "optim: operands must have at least "
                                + 4 * count
                                + " bytes; got "
                                + operand.byteSize());
            }
        }
        return takes;
    }

    /// The decay's numbers, then the step's, as F32.
    static float[] numbers(Decay decay, double... step) {
        float[] numbers = new float[3 + step.length];
        numbers[0] = (float) decay.gradientScale();
        numbers[OptimRule.L2] = (float) decay.l2();
        numbers[2] = (float) decay.keep();
        for (int i = 0; i < step.length; i++) {
            numbers[3 + i] = (float) step[i];
        }
        return numbers;
    }

    // ---- Lamb

    @Override
    public Sizes lambMoments(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, m, v)) {
            return below.lambMoments(w, g, m, v, count, step, decay, type);
        }
        float[] numbers =
                numbers(
                        decay,
                        1 - step.beta1(),
                        1 - step.beta2(),
                        step.rate(),
                        step.rootScale(),
                        step.epsilon());
        Routine routine =
                numbers[OptimRule.L2] == 0 ? routines().moments : routines().decayingMoments;
        int parts = Math.toIntExact((count + GRAIN - 1) / GRAIN);
        MemorySegment sums = Workspace.SUMS.bytes(16L * Math.max(1, parts));
        holding(
                () ->
                        Parallel.range(
                                count,
                                GRAIN,
                                (from, to) -> {
                                    routine.call(
                                            w.address() + 4 * from,
                                            g.address() + 4 * from,
                                            m.address() + 4 * from,
                                            v.address() + 4 * from,
                                            Arguments.floats(numbers),
                                            to - from);
                                    MemorySegment both =
                                            Arguments.block().asSlice(SizedOptimCode.SUMS, 16);
                                    MemorySegment.copy(both, 0, sums, from / GRAIN * 16, 16);
                                }),
                w,
                g,
                m,
                v);
        double weight = 0;
        double change = 0;
        for (int i = 0; i < parts; i++) {
            weight += sums.getAtIndex(DOUBLE, 2L * i);
            change += sums.getAtIndex(DOUBLE, 2L * i + 1);
        }
        return new Sizes(weight, change);
    }

    @Override
    public void lambStep(
            MemorySegment w,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            double factor,
            double keep,
            DType type) {
        if (!takes(type, count, w, m, v)) {
            below.lambStep(w, m, v, count, step, factor, keep, type);
            return;
        }
        float rate = (float) (factor * step.rate());
        Routine routine = routines().lambStep;
        holding(
                () ->
                        Parallel.range(
                                count,
                                GRAIN,
                                (from, to) ->
                                        routine.call(
                                                w.address() + 4 * from,
                                                m.address() + 4 * from,
                                                v.address() + 4 * from,
                                                0,
                                                Arguments.floats(
                                                        (float) keep,
                                                        rate,
                                                        (float) step.rootScale(),
                                                        (float) step.epsilon()),
                                                to - from)),
                w,
                m,
                v);
    }

    // ---- Adafactor

    @Override
    public void adafactorSquares(
            MemorySegment rows,
            MemorySegment columns,
            MemorySegment g,
            int height,
            int width,
            DType type) {
        if (!takes(type, (long) height * width, g)) {
            below.adafactorSquares(rows, columns, g, height, width, type);
            return;
        }
        Tiles tiles = new Tiles(height, width);
        int room = (width + isa.lanes() - 1) / isa.lanes() * isa.lanes(); // whole vectors
        MemorySegment down = Workspace.SUMS.bytes(8L * tiles.down() * room + 8);
        MemorySegment across = Workspace.SUMMARY.bytes(8L * tiles.across() * height + 8);
        Routines both = routines();
        holding(
                () ->
                        tiles.run((row, column, from, to, first, last) -> {
                            long sums = 8L * ((long) row * room + first);
                            int vectors =
                                    (last - first + isa.lanes() - 1) / isa.lanes() * isa.lanes();
                            down.asSlice(sums, 8L * vectors).fill((byte) 0);
                            int some = 0;
                            for (int i = from; i < to; i += some) {
                                boolean group = to - i >= SizedOptimCode.GROUP;
                                int size = group ? SizedOptimCode.GROUP : 1;
                                int groups = Math.min(ROWS, to - i) / size;
                                some = groups * size;
                                (group ? both.manySquares : both.squares)
                                        .call(
                                                across.address()
                                                        + 8L * ((long) column * height + i),
                                                g.address() + 4L * ((long) i * width + first),
                                                groups,
                                                4L * width,
                                                down.address() + sums,
                                                last - first);
                            }
                        }),
                g);
        merge(down, tiles.down(), room, columns, width);
        merge(across, tiles.across(), height, rows, height);
    }

    private static void merge(
            MemorySegment parts, int count, int stride, MemorySegment sums, int size) {
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int part = 0; part < count; part++) {
                sum += parts.getAtIndex(DOUBLE, (long) part * stride + i);
            }
            DType.F64.write(sums, i, sum);
        }
    }

    @Override
    public double adafactorSize(
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            int height,
            int width,
            DType type) {
        if (!takes(type, (long) height * width, g)
                || !takes(type, height, rows)
                || !takes(type, width, columns)) {
            return below.adafactorSize(g, rows, columns, limit, height, width, type);
        }
        Tiles tiles = new Tiles(height, width);
        int parts = tiles.down() * tiles.across();
        MemorySegment sums = Workspace.SUMS.bytes(8L * parts + 8);
        Routine routine = routines().size;
        holding(
                () ->
                        tiles.run((down, across, from, to, first, last) -> {
                            double sum = 0;
                            for (int i = from; i < to; i += ROWS) {
                                MemorySegment block = Arguments.block();
                                block.set(
                                        ValueLayout.JAVA_FLOAT,
                                        SizedOptimCode.LIMIT,
                                        (float) limit);
                                block.set(WORD, SizedOptimCode.ROWS, rows.address() + 4L * i);
                                block.set(
                                        WORD,
                                        SizedOptimCode.COLUMNS,
                                        columns.address() + 4L * first);
                                routine.call(
                                        block.address() + SizedOptimCode.SUMS,
                                        g.address() + 4L * ((long) i * width + first),
                                        Math.min(ROWS, to - i),
                                        4L * width,
                                        block.address(),
                                        last - first);
                                sum += block.get(DOUBLE, SizedOptimCode.SUMS);
                            }
                            sums.setAtIndex(DOUBLE, (long) down * tiles.across() + across, sum);
                        }),
                g,
                rows,
                columns);
        double sum = 0;
        for (int part = 0; part < parts; part++) {
            sum += sums.getAtIndex(DOUBLE, part);
        }
        return sum;
    }

    @Override
    public void adafactorStep(
            MemorySegment w,
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            double rate,
            double keep,
            int height,
            int width,
            DType type) {
        if (!takes(type, (long) height * width, w, g)
                || !takes(type, height, rows)
                || !takes(type, width, columns)) {
            below.adafactorStep(w, g, rows, columns, limit, rate, keep, height, width, type);
            return;
        }
        Routine routine = routines().step;
        holding(
                () ->
                        new Tiles(height, width)
                                .run((_, _, from, to, first, last) -> {
                                    for (int i = from; i < to; i += ROWS) {
                                        long at = 4L * ((long) i * width + first);
                                        MemorySegment block = Arguments.block();
                                        block.set(
                                                ValueLayout.JAVA_FLOAT,
                                                SizedOptimCode.LIMIT,
                                                (float) limit);
                                        block.set(
                                                ValueLayout.JAVA_FLOAT,
                                                SizedOptimCode.KEEP,
                                                (float) keep);
                                        block.set(
                                                ValueLayout.JAVA_FLOAT,
                                                SizedOptimCode.RATE,
                                                (float) rate);
                                        block.set(
                                                WORD, SizedOptimCode.ROWS, rows.address() + 4L * i);
                                        block.set(
                                                WORD,
                                                SizedOptimCode.COLUMNS,
                                                columns.address() + 4L * first);
                                        block.set(WORD, SizedOptimCode.WEIGHTS, w.address() + at);
                                        routine.call(
                                                0,
                                                g.address() + at,
                                                Math.min(ROWS, to - i),
                                                4L * width,
                                                block.address(),
                                                last - first);
                                    }
                                }),
                w,
                g,
                rows,
                columns);
    }

    /// Runs what has only the operands' addresses.
    private static void holding(Runnable work, MemorySegment... operands) {
        try {
            work.run();
        } finally {
            Reference.reachabilityFence(operands);
        }
    }
}
