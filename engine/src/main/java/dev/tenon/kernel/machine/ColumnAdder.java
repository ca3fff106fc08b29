package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Adds up the columns of parts with the routines of [ColumnSumCode]: all strips of a row but the
/// last, which may be narrower, in one call.
final class ColumnAdder {
    /// Bytes from a part's first sums to its second ones.
    static final long SUMS = ColumnCall.SUMS;

    private final Isa isa;
    private final ColumnSumCode.Kind kind;
    private final int most; // vectors of a strip
    private final @Nullable Routine[] routines; // by vectors, without and with a full last one

    ColumnAdder(Isa isa, ColumnSumCode.Kind kind) {
        this.isa = isa;
        this.kind = kind;
        most = ColumnSumCode.vectors(isa);
        routines = new @Nullable Routine[2 * most];
    }

    private Routine routine(int vectors, boolean whole) {
        int place = 2 * (vectors - 1) + (whole ? 1 : 0);
        synchronized (routines) {
            Routine known = routines[place];
            if (known == null) {
                known = ColumnSumCode.of(isa, kind, vectors, whole);
                routines[place] = known;
            }
            return known;
        }
    }

    /// Returns the caller's sums of the first rows of a part, good until its next ones: F64 of each
    /// column, [ColumnShape#folds] times over, and [#SUMS] bytes behind them the second sums.
    ///
    /// @param rows how many of the part's
    /// @param dy for a gradient
    /// @param dx for a slope
    /// @param shift F32 of each column, as often as sums; for a gradient the tables of
    ///   [ColumnNormCode]
    MemorySegment add(
            ColumnShape shape,
            int part,
            int rows,
            MemorySegment x,
            @Nullable MemorySegment dy,
            @Nullable MemorySegment dx,
            MemorySegment shift) {
        int columns = shape.columns(part);
        int folds = shape.folds();
        MemorySegment sums = zeros(folds * columns);
        long at = x.address() + 4 * shape.at(part);
        long stride = shape.foldStride();
        MemorySegment block = Arguments.block();
        block.set(JAVA_LONG, NormCode.TO_DY, dy == null ? 0 : dy.address() - x.address());
        block.set(JAVA_LONG, NormCode.TO_DX, dx == null ? 0 : dx.address() - x.address());
        block.set(JAVA_LONG, NormCode.TO_NEXT, stride);
        int whole = rows / folds;
        if (whole > 0) {
            run(block, at, whole, folds * columns, shift, sums);
        }
        if (rows % folds > 0) {
            run(block, at + whole * stride, 1, rows % folds * columns, shift, sums);
        }
        return sums;
    }

    private static MemorySegment zeros(int columns) {
        MemorySegment sums = Workspace.SUMMARY.bytes(2 * SUMS);
        sums.asSlice(0, 8L * columns).fill((byte) 0);
        sums.asSlice(SUMS, 8L * columns).fill((byte) 0);
        return sums;
    }

    /// Returns the caller's sums of some rows, one of every `step`, as [#add] does, but each column
    /// once.
    MemorySegment sample(
            ColumnShape shape, int part, int rows, int step, MemorySegment x, MemorySegment shift) {
        int columns = shape.columns(part);
        MemorySegment sums = zeros(columns);
        MemorySegment block = Arguments.block();
        block.set(JAVA_LONG, NormCode.TO_DY, 0);
        block.set(JAVA_LONG, NormCode.TO_NEXT, 4L * step * shape.width());
        run(block, x.address() + 4 * shape.at(part), rows, columns, shift, sums);
        return sums;
    }

    private void run(
            MemorySegment block,
            long at,
            int rows,
            int columns,
            MemorySegment shift,
            MemorySegment sums) {
        int strip = most * isa.lanes();
        int strips = columns / strip;
        if (strips > 0) {
            set(block, at, rows, 0, shift, sums);
            block.set(JAVA_LONG, NormCode.CHANNELS, strips);
            routine(most, true).call(block.address(), 0, 0, 0, 0, 0);
        }
        int rest = columns - strips * strip;
        if (rest > 0) {
            set(block, at, rows, strips * strip, shift, sums);
            block.set(JAVA_LONG, NormCode.CHANNELS, 1);
            block.set(JAVA_LONG, NormCode.SIZE, rest);
            routine(Math.ceilDiv(rest, isa.lanes()), rest % isa.lanes() == 0)
                    .call(block.address(), 0, 0, 0, 0, 0);
        }
    }

    private static void set(
            MemorySegment block,
            long at,
            int rows,
            int column,
            MemorySegment shift,
            MemorySegment sums) {
        block.set(JAVA_LONG, NormCode.X, at + 4L * column);
        block.set(JAVA_LONG, NormCode.MEAN, shift.address() + 4L * column);
        block.set(JAVA_LONG, NormCode.SUMS, sums.address() + 8L * column);
        block.set(JAVA_LONG, NormCode.ROWS, rows);
    }
}
