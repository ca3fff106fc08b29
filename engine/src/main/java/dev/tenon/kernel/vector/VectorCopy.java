package dev.tenon.kernel.vector;

import dev.tenon.dtype.BFloat16;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// `y = x` for strided operands: whole rows at once where both are contiguous, transposes in square
/// tiles, conversions from and to F32 in loops of their own.
final class VectorCopy {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
    private static final int TILE = 16; // a line of the cache holds 16 F32
    private static final int SHORT_ROW = 16; // below it a loop is faster than a call to copy memory

    private VectorCopy() {}

    /// Copies `x` to `y` if there is a fast way and says whether there was.
    static boolean run(Strided y, Strided x) {
        Nest nest = Nest.of(y, x);
        if (y.type() == x.type()) {
            return same(nest, y, x);
        }
        Conversion conversion = conversion(y.type(), x.type());
        if (conversion == null) {
            return false;
        }
        long yStep = nest.innerStride(0);
        long xStep = nest.innerStride(1);
        MemorySegment to = y.data();
        MemorySegment from = x.data();
        nest.rows(
                Nest.GRAIN,
                (at, count) -> conversion.run(to, at[0], yStep, from, at[1], xStep, count));
        return true;
    }

    // ---- one type

    private static boolean same(Nest nest, Strided y, Strided x) {
        int bytes = y.type().bytes();
        MemorySegment to = y.data();
        MemorySegment from = x.data();
        long yStep = nest.innerStride(0);
        long xStep = nest.innerStride(1);
        if (yStep == 1 && xStep == 1 && (nest.inner() >= SHORT_ROW || bytes != 4)) {
            int grain = nest.rank() == 1 ? 8 * Nest.GRAIN : Nest.GRAIN;
            nest.rows(
                    grain,
                    (at, count) ->
                            MemorySegment.copy(
                                    from, at[1] * bytes, to, at[0] * bytes, (long) count * bytes));
            return true;
        }
        if (bytes != 4) {
            return false;
        }
        int axis = axisOfStrideOne(nest);
        if (yStep == 1 && axis >= 0) {
            transpose(nest, axis, to, from);
        } else {
            nest.rows(
                    Nest.GRAIN, (at, count) -> words(to, at[0], yStep, from, at[1], xStep, count));
        }
        return true;
    }

    private static void words(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            y.set(INT, (yAt + i * yStep) * 4, x.get(INT, (xAt + i * xStep) * 4));
        }
    }

    /// Returns the outer axis along which `x` is contiguous if it is long enough to be worth tiles,
    /// or -1.
    private static int axisOfStrideOne(Nest nest) {
        int last = nest.rank() - 1;
        for (int axis = last - 1; axis >= 0; axis--) {
            if (nest.stride(1, axis) == 1 && nest.size(axis) >= 4 && nest.innerStride(1) > 1) {
                return axis;
            }
        }
        return -1;
    }

    /// Copies plane after plane of `axis` and the last axis, each in tiles, so that lines of the
    /// cache are used up on both sides.
    private static void transpose(Nest nest, int axis, MemorySegment to, MemorySegment from) {
        int columns = nest.inner();
        long yRow = nest.stride(0, axis);
        long xColumn = nest.innerStride(1);
        nest.planes(axis)
                .rows(
                        Math.max(TILE, Nest.GRAIN / columns),
                        (at, count) -> {
                            for (int i = 0; i < count; i += TILE) {
                                int height = Math.min(TILE, count - i);
                                for (int j = 0; j < columns; j += TILE) {
                                    int width = Math.min(TILE, columns - j);
                                    long yAt = at[0] + i * yRow + j;
                                    long xAt = at[1] + i + j * xColumn;
                                    tile(to, yAt, yRow, from, xAt, xColumn, height, width);
                                }
                            }
                        });
    }

    private static void tile(
            MemorySegment y,
            long yAt,
            long yRow,
            MemorySegment x,
            long xAt,
            long xColumn,
            int rows,
            int columns) {
        for (int r = 0; r < rows; r++) {
            long yRowAt = yAt + r * yRow;
            long xRowAt = xAt + r;
            for (int c = 0; c < columns; c++) {
                y.set(INT, (yRowAt + c) * 4, x.get(INT, (xRowAt + c * xColumn) * 4));
            }
        }
    }

    // ---- conversions

    /// Converts `count` elements that lie `yStep` and `xStep` apart.
    @FunctionalInterface
    private interface Conversion {
        void run(
                MemorySegment y,
                long yAt,
                long yStep,
                MemorySegment x,
                long xAt,
                long xStep,
                int n);
    }

    private static @Nullable Conversion conversion(DType to, DType from) {
        if (to == DType.F32) {
            return switch (from) {
                case F64 -> VectorCopy::doublesToFloats;
                case F16 -> VectorCopy::halvesToFloats;
                case BF16 -> VectorCopy::brainsToFloats;
                case I64 -> VectorCopy::longsToFloats;
                case I32 -> VectorCopy::intsToFloats;
                case U8, BOOL -> VectorCopy::bytesToFloats;
                case F32 -> null;
            };
        }
        if (from == DType.F32) {
            return switch (to) {
                case F64 -> VectorCopy::floatsToDoubles;
                case F16 -> VectorCopy::floatsToHalves;
                case BF16 -> VectorCopy::floatsToBrains;
                case F32, I64, I32, U8, BOOL -> null;
            };
        }
        return null;
    }

    private static void doublesToFloats(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            double v = x.get(DOUBLE, (xAt + i * xStep) * 8);
            y.set(FLOAT, (yAt + i * yStep) * 4, (float) v);
        }
    }

    private static void halvesToFloats(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            short v = x.get(SHORT, (xAt + i * xStep) * 2);
            y.set(FLOAT, (yAt + i * yStep) * 4, Float.float16ToFloat(v));
        }
    }

    private static void brainsToFloats(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            short v = x.get(SHORT, (xAt + i * xStep) * 2);
            y.set(FLOAT, (yAt + i * yStep) * 4, BFloat16.toFloat(v));
        }
    }

    private static void longsToFloats(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            long v = x.get(LONG, (xAt + i * xStep) * 8);
            y.set(FLOAT, (yAt + i * yStep) * 4, (float) (double) v);
        }
    }

    private static void intsToFloats(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            int v = x.get(INT, (xAt + i * xStep) * 4);
            y.set(FLOAT, (yAt + i * yStep) * 4, (float) v);
        }
    }

    private static void bytesToFloats(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            byte v = x.get(ValueLayout.JAVA_BYTE, (xAt + i * xStep));
            y.set(FLOAT, (yAt + i * yStep) * 4, v & 0xff);
        }
    }

    private static void floatsToDoubles(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            float v = x.get(FLOAT, (xAt + i * xStep) * 4);
            y.set(DOUBLE, (yAt + i * yStep) * 8, v);
        }
    }

    private static void floatsToHalves(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            float v = x.get(FLOAT, (xAt + i * xStep) * 4);
            y.set(SHORT, (yAt + i * yStep) * 2, Float.floatToFloat16(v));
        }
    }

    private static void floatsToBrains(
            MemorySegment y, long yAt, long yStep, MemorySegment x, long xAt, long xStep, int n) {
        for (int i = 0; i < n; i++) {
            float v = x.get(FLOAT, (xAt + i * xStep) * 4);
            y.set(SHORT, (yAt + i * yStep) * 2, BFloat16.fromFloat(v));
        }
    }
}
