package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Root mean square norm of rows.
///
/// A row's result does not depend on the other rows; weight gradients are added up within blocks of
/// rows in F32 and over the blocks in F64, in their order.
final class MachineRmsNorm {
    private static final int PART = 16_384; // elements of a part

    private record Wanted(boolean backward, boolean toward, int vectors, boolean streams) {}

    private final Isa isa;
    private final Map<Wanted, Routine> routines = new ConcurrentHashMap<>();
    private final Routine columns;

    MachineRmsNorm(Isa isa) {
        this.isa = isa;
        columns = RowNormCode.columns(isa);
    }

    /// @param vectors of a short row, negative if the last is not full; 0 for any other row
    private Routine routine(boolean backward, boolean toward, int vectors, boolean streams) {
        return routines.computeIfAbsent(
                new Wanted(backward, toward, vectors, streams),
                wanted -> {
                    if (wanted.backward) {
                        return RmsNormCode.backward(isa, wanted.toward, wanted.streams);
                    }
                    int count = wanted.vectors;
                    return count == 0
                            ? RmsNormCode.forward(isa, wanted.streams)
                            : ShortRowNormCode.rootMeanSquare(
                                    isa, Math.abs(count), count > 0, wanted.streams);
                });
    }

    private int shortVectors(int size) {
        int vectors = Math.ceilDiv(size, isa.lanes());
        if (vectors > ShortRowNormCode.MOST) {
            return 0;
        }
        return size % isa.lanes() == 0 ? vectors : -vectors;
    }

    private static MemorySegment block(
            MemorySegment x, MemorySegment rstd, MemorySegment w, int size, long from, long to) {
        MemorySegment block = Arguments.block();
        block.set(JAVA_LONG, NormCode.X, x.address() + 4 * from * size);
        block.set(JAVA_LONG, NormCode.MEAN, rstd.address() + 8 * from);
        block.set(JAVA_LONG, NormCode.WEIGHT, w.address());
        block.set(JAVA_LONG, NormCode.ROWS, to - from);
        block.set(JAVA_LONG, NormCode.SIZE, size);
        block.set(JAVA_DOUBLE, NormCode.INVERSE, 1.0 / size);
        block.set(JAVA_DOUBLE, NormCode.INVERSE + 8, 1.0 / size);
        block.set(JAVA_DOUBLE, NormCode.ONE, 1);
        return block;
    }

    private static MemorySegment weights(@Nullable MemorySegment weight, int size) {
        MemorySegment space = Workspace.PARAMETERS.floats(size);
        return MachineRowNorm.expanded(weight, 1, size, 1, space);
    }

    void forward(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            double eps,
            boolean streams) {
        MemorySegment w = weights(weight, size);
        Routine routine = routine(false, false, shortVectors(size), streams);
        Parallel.range(
                rows,
                Math.max(1, PART / size),
                (from, to) -> {
                    MemorySegment block = block(x, rstd, w, size, from, to);
                    block.set(JAVA_LONG, NormCode.RESULT, y.address() + 4 * from * size);
                    block.set(JAVA_DOUBLE, NormCode.EPS, eps);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    void backward(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            boolean streams) {
        MemorySegment w = weights(weight, size);
        int perBlock = RowBlocks.rows(rows, size);
        int blocks = Math.ceilDiv(rows, perBlock);
        long columnBytes = 4L * RowNormCode.COLUMNS;
        long stride = Math.ceilDiv(4L * size, columnBytes) * columnBytes;
        MemorySegment partial = Workspace.SUMS.bytes(stride * (blocks + 2L));
        Routine routine = routine(true, dx != null, 0, streams);
        Parallel.range(
                blocks,
                Math.max(1, PART / Math.max(1, perBlock * size)),
                (from, to) -> {
                    partial.asSlice(from * stride, (to - from) * stride).fill((byte) 0);
                    for (long i = from; i < to; i++) {
                        long first = i * perBlock;
                        long last = Math.min(rows, first + perBlock);
                        MemorySegment block = block(x, rstd, w, size, first, last);
                        long at = 4 * first * size;
                        block.set(JAVA_LONG, NormCode.RESULT, dx == null ? 0 : dx.address() + at);
                        block.set(JAVA_LONG, NormCode.DY, dy.address() + at);
                        block.set(JAVA_LONG, NormCode.FIRST_BIAS, partial.address() + i * stride);
                        routine.call(block.address(), 0, 0, 0, 0, 0);
                    }
                });
        if (dweight == null) {
            return;
        }
        MemorySegment totals = partial.asSlice(stride * blocks); // F64
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
        for (int i = 0; i < size; i++) {
            double sum = totals.getAtIndex(JAVA_DOUBLE, i);
            dweight.set(JAVA_FLOAT_UNALIGNED, 4L * i, (float) sum);
        }
    }
}
