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

    private static final int TILE = 64; // rows and columns that one call turns
    private static final int GRAIN = 16_384;
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;

    private final PlaneRoutine rows;
    private final PlaneRoutine rowsPast;
    private final PlaneRoutine repeats;
    private final Routine turn;
    private final Routine turnPast;
    private final int bytes; // of a vector

    MachineCopy(Isa isa) {
        bytes = isa.bytes();
        rows = rows(isa, false);
        rowsPast = rows(isa, true);
        Pass pass = new Pass(isa);
        pass.store(Gpr.RDI, pass.scalar(Gpr.RSI, 0));
        repeats = new PlaneRoutine(pass);
        turn = new TransposeCode().routine(false);
        turnPast = new TransposeCode().routine(true);
    }

    private static PlaneRoutine rows(Isa isa, boolean streaming) {
        Pass pass = new Pass(isa).streaming(streaming);
        pass.store(Gpr.RDI, pass.stream(Gpr.RSI));
        return new PlaneRoutine(pass);
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
        if (nest.innerStride(0) != 1 || nest.inner() < TransposeCode.SIDE) {
            return -1;
        }
        for (int axis = nest.rank() - 2; axis >= 0; axis--) {
            if (nest.stride(1, axis) == 1 && nest.size(axis) >= TransposeCode.SIDE) {
                return axis;
            }
        }
        return -1;
    }

    private void transpose(Nest nest, int axis, Strided y, Strided x) {
        Plane plane =
                new Plane(
                        isPast(nest, y, 32) ? turnPast : turn,
                        y.data(),
                        x.data(),
                        PlaneRoutine.address(y),
                        PlaneRoutine.address(x),
                        4 * nest.stride(0, axis),
                        4 * nest.innerStride(1));
        int columns = nest.inner();
        int most = Math.max(TILE, GRAIN / columns / TILE * TILE);
        nest.planes(axis)
                .rows(
                        most,
                        (at, count) -> {
                            for (int i = 0; i < count; i += TILE) {
                                for (int j = 0; j < columns; j += TILE) {
                                    plane.tile(
                                            4 * at[0] + i * plane.yRow + 4L * j,
                                            4 * at[1] + 4L * i + j * plane.xRow,
                                            Math.min(TILE, count - i),
                                            Math.min(TILE, columns - j));
                                }
                            }
                        });
    }

    /// A matrix that is turned.
    ///
    /// @param yBase address of `y`'s memory
    /// @param yRow bytes from row to row of `y`
    /// @param xRow bytes from row to row of `x`
    private record Plane(
            Routine turn,
            MemorySegment y,
            MemorySegment x,
            long yBase,
            long xBase,
            long yRow,
            long xRow) {
        /// Turns `rows` by `columns` elements from bytes `yAt` and `xAt` on.
        void tile(long yAt, long xAt, int rows, int columns) {
            int side = TransposeCode.SIDE;
            int whole = rows / side * side;
            int wide = columns / side * side;
            if (whole > 0 && wide > 0) {
                turn.call(yBase + yAt, xBase + xAt, yRow, xRow, whole / side, wide / side);
            }
            for (int r = 0; r < rows; r++) {
                for (int c = r < whole ? wide : 0; c < columns; c++) {
                    y.set(WORD, yAt + r * yRow + 4L * c, x.get(WORD, xAt + 4L * r + c * xRow));
                }
            }
        }
    }
}
