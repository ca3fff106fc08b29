package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Copies of F32 and I32 without conversion: rows that are contiguous on both sides or repeat one
/// element, and matrices that are turned.
final class MachineCopy {
    /// Bytes of a result from which on it is stored past the caches.
    private static final long PAST_CACHES = 16L << 20;

    private static final int ROWS = 256; // that one call turns: 1 KiB of each row of x
    private static final int COLUMNS = 64; // that one call turns
    private static final int GRAIN = 16_384; // elements of a part, at least
    private static final int SIDE = TransposeCode.SIDE;
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;

    private final PlaneRoutine rows;
    private final PlaneRoutine rowsPast;
    private final PlaneRoutine repeats;
    private final Turns turns;
    private final Turns turnsPast;
    private final int bytes; // of a vector

    MachineCopy(Isa isa) {
        bytes = isa.bytes();
        rows = rows(isa, false);
        rowsPast = rows(isa, true);
        Pass pass = new Pass(isa);
        pass.store(Gpr.RDI, pass.scalar(Gpr.RSI, 0));
        repeats = new PlaneRoutine(pass);
        turns = Turns.of(false);
        turnsPast = Turns.of(true);
    }

    private static PlaneRoutine rows(Isa isa, boolean streaming) {
        Pass pass = new Pass(isa).streaming(streaming);
        pass.store(Gpr.RDI, pass.stream(Gpr.RSI));
        return new PlaneRoutine(pass);
    }

    /// Routines that turn one block of columns at a time, and two.
    private record Turns(Routine one, Routine two) {
        static Turns of(boolean streaming) {
            return new Turns(
                    new TransposeCode(1).routine(streaming),
                    new TransposeCode(2).routine(streaming));
        }
    }

    /// Copies `x` to `y` if there is a way here and says whether there was.
    boolean run(Strided y, Strided x) {
        boolean words = y.type() == DType.F32 || y.type() == DType.I32;
        if (!words || y.type() != x.type() || y.count() == 0) {
            return false;
        }
        Nest nest = Nest.of(y, x);
        if (PlaneRoutine.takes(nest, y, x)) {
            if (nest.innerStride(1) == 0) {
                repeats.run(nest, y, x);
            } else {
                (isPast(nest, y, bytes) ? rowsPast : rows).run(nest, y, x);
            }
            return true;
        }
        int axis = axisOfStrideOne(nest);
        boolean turns = axis >= 0 && y.data().isNative() && x.data().isNative();
        if (turns) {
            transpose(nest, axis, y, x);
        }
        return turns;
    }

    /// Says whether a result is large and all its rows begin at a multiple of `bytes`.
    private static boolean isPast(Nest nest, Strided y, int bytes) {
        boolean past = 4 * y.count() >= PAST_CACHES;
        past &= (y.data().address() + 4 * y.offset()) % bytes == 0;
        for (int axis = 0; axis + 1 < nest.rank(); axis++) {
            past &= 4 * nest.stride(0, axis) % bytes == 0;
        }
        return past;
    }

    /// Returns the outer axis along which `x` is contiguous if blocks are worth it, or -1.
    private static int axisOfStrideOne(Nest nest) {
        if (nest.innerStride(0) != 1 || nest.inner() < SIDE) {
            return -1;
        }
        for (int axis = nest.rank() - 2; axis >= 0; axis--) {
            if (nest.stride(1, axis) == 1 && nest.size(axis) >= SIDE) {
                return axis;
            }
        }
        return -1;
    }

    private void transpose(Nest nest, int axis, Strided y, Strided x) {
        Plane plane =
                new Plane(
                        isPast(nest, y, 64) ? turnsPast : turns,
                        y.data(),
                        x.data(),
                        PlaneRoutine.address(y),
                        PlaneRoutine.address(x),
                        4 * nest.stride(0, axis),
                        4 * nest.innerStride(1));
        int columns = nest.inner();
        nest.planes(axis)
                .rows(
                        rowsOfPart(nest.size(axis), columns),
                        (at, count) -> {
                            for (int i = 0; i < count; i += ROWS) {
                                for (int j = 0; j < columns; j += COLUMNS) {
                                    plane.tile(
                                            4 * at[0] + i * plane.yRow + 4L * j,
                                            4 * at[1] + 4L * i + j * plane.xRow,
                                            Math.min(ROWS, count - i),
                                            Math.min(COLUMNS, columns - j));
                                }
                            }
                        });
    }

    /// An eighth of the rows, so that threads find work, or more where that is little.
    private static int rowsOfPart(int rows, int columns) {
        int some = Math.max(rows / 8, GRAIN / columns);
        return Math.clamp(some / SIDE * SIDE, 4 * SIDE, ROWS);
    }

    /// A matrix that is turned.
    ///
    /// @param yBase address of `y`'s memory
    /// @param yRow bytes from row to row of `y`
    /// @param xRow bytes from row to row of `x`
    private record Plane(
            Turns turns,
            MemorySegment y,
            MemorySegment x,
            long yBase,
            long xBase,
            long yRow,
            long xRow) {
        /// Turns `rows` by `columns` elements from bytes `yAt` and `xAt` on.
        void tile(long yAt, long xAt, int rows, int columns) {
            int whole = rows / SIDE * SIDE;
            int wide = columns / (2 * SIDE) * (2 * SIDE);
            turn(turns.two, yAt, xAt, whole / SIDE, wide / (2 * SIDE));
            turn(
                    turns.one,
                    yAt + 4L * wide,
                    xAt + wide * xRow,
                    whole / SIDE,
                    (columns - wide) / SIDE);
            for (int r = 0; r < rows; r++) {
                int first = r < whole ? columns / SIDE * SIDE : 0;
                for (int c = first; c < columns; c++) {
                    y.set(WORD, yAt + r * yRow + 4L * c, x.get(WORD, xAt + 4L * r + c * xRow));
                }
            }
        }

        private void turn(Routine routine, long yAt, long xAt, int rows, int columns) {
            if (rows > 0 && columns > 0) {
                routine.call(yBase + yAt, xBase + xAt, yRow, xRow, rows, columns);
            }
        }
    }
}
