package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Copies elements of another program's type, byte order and strides into a tensor.
///
/// Runs of neighbours are read as such. Where the neighbours in memory are not those of the last
/// axis (a transposed matrix), squares of [#SIDE] elements are turned in a buffer, so that each
/// line of the source and of the result goes through the cache once.
///
/// @param type the stored type
/// @param order the order of the bytes in an element
record StridedCopy(StoredType type, ByteOrder order) {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private static final int SIDE =
            32; // two lines of F32; the buffer, 8 KB, stays in the first cache

    /// Says whether elements with these sizes and strides are already as a tensor has them.
    boolean isNeedless(int[] sizes, long[] strides) {
        long expected = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            if (sizes[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= sizes[axis];
        }
        return type.bytes() == type.read().bytes() && !swaps();
    }

    private boolean swaps() {
        return type.bytes() > 1 && order != ByteOrder.LITTLE_ENDIAN;
    }

    /// Fills `to`, which has the type that `this.type` is read as and elements, from `from`.
    ///
    /// @param offset the number of the first element
    /// @param strides steps between elements, one number per axis of `to`
    void copy(Tensor to, MemorySegment from, long offset, long[] strides) {
        StridedAxes axes = StridedAxes.of(to.shape().sizes(), strides);
        Target target = new Target(to.segment(), to.type());
        axes.forEachPlane((at, first, plane) -> {
            if (plane.stride() != 1) {
                squares(target, at, from, offset + first, plane);
                return;
            }
            for (long i = 0; i < plane.rows(); i++) {
                long line = offset + first + i * plane.rowStride();
                run(target, at + i * plane.rowStep(), from, line, plane.columns());
            }
        });
    }

    /// Where elements go, and the type they have there.
    private record Target(MemorySegment data, DType type) {}

    /// Copies a plane whose neighbours in the result are none in the source.
    private void squares(
            Target to, long at, MemorySegment from, long first, StridedAxes.Plane plane) {
        boolean turns =
                plane.rowStride() == 1 && type.bytes() == 4 && to.type.bytes() == 4 && !swaps();
        long[] row = new long[SIDE];
        int[] square = new int[SIDE * SIDE];
        for (long i = 0; i < plane.rows(); i += SIDE) {
            int rows = (int) Math.min(SIDE, plane.rows() - i);
            for (long j = 0; j < plane.columns(); j += SIDE) {
                int columns = (int) Math.min(SIDE, plane.columns() - j);
                long corner = at + i * plane.rowStep() + j;
                long there = first + i * plane.rowStride() + j * plane.stride();
                if (turns) {
                    for (int k = 0; k < columns; k++) {
                        long line = there + k * plane.stride();
                        MemorySegment.copy(from, INT, line * 4, square, k * SIDE, rows);
                    }
                    turn(to.data, corner, plane.rowStep(), square, rows, columns);
                } else {
                    for (int k = 0; k < rows; k++) {
                        load(row, from, there + k * plane.rowStride(), plane.stride(), columns);
                        store(to, corner + k * plane.rowStep(), row, columns);
                    }
                }
            }
        }
    }

    /// Writes the columns of a square of 32 bits as rows.
    private static void turn(
            MemorySegment to, long at, long step, int[] square, int rows, int columns) {
        int[] line = new int[SIDE];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                line[j] = square[j * SIDE + i];
            }
            MemorySegment.copy(line, 0, to, INT, (at + i * step) * 4, columns);
        }
    }

    /// Copies `count` neighbours.
    private void run(Target to, long at, MemorySegment from, long first, long count) {
        int size = type.bytes();
        if (size == to.type.bytes() && !swaps()) {
            MemorySegment.copy(from, first * size, to.data, at * size, count * size);
            return;
        }
        if (type == StoredType.I8) { // a loop that becomes vectors
            for (long i = 0; i < count; i++) {
                to.data.set(INT, (at + i) * 4, from.get(BYTE, first + i));
            }
            return;
        }
        long[] some = new long[SIDE];
        for (long i = 0; i < count; i += SIDE) {
            int length = (int) Math.min(SIDE, count - i);
            load(some, from, first + i, 1, length);
            store(to, at + i, some, length);
        }
    }

    /// Sets `bits` to those of `count` elements that lie `stride` apart, extended to 64 as the type
    /// asks.
    private void load(long[] bits, MemorySegment from, long first, long stride, int count) {
        boolean swap = swaps();
        switch (type.bytes()) {
            case 8 -> {
                for (int i = 0; i < count; i++) {
                    long some = from.get(LONG, (first + i * stride) * 8);
                    bits[i] = swap ? Long.reverseBytes(some) : some;
                }
            }
            case 4 -> { // no type of these widens with its sign
                for (int i = 0; i < count; i++) {
                    int some = from.get(INT, (first + i * stride) * 4);
                    some = swap ? Integer.reverseBytes(some) : some;
                    bits[i] = Integer.toUnsignedLong(some);
                }
            }
            case 2 -> {
                long kept = type == StoredType.I16 ? -1 : 0xffff;
                for (int i = 0; i < count; i++) {
                    short some = from.get(SHORT, (first + i * stride) * 2);
                    bits[i] = (swap ? Short.reverseBytes(some) : some) & kept;
                }
            }
            default -> {
                long kept = type == StoredType.I8 ? -1 : 0xff;
                for (int i = 0; i < count; i++) {
                    bits[i] = from.get(BYTE, first + i * stride) & kept;
                }
            }
        }
    }

    /// Writes bits to neighbouring elements.
    private static void store(Target target, long first, long[] bits, int count) {
        MemorySegment to = target.data;
        switch (target.type.bytes()) {
            case 8 -> {
                for (int i = 0; i < count; i++) {
                    to.set(LONG, (first + i) * 8, bits[i]);
                }
            }
            case 4 -> {
                for (int i = 0; i < count; i++) {
                    to.set(INT, (first + i) * 4, (int) bits[i]);
                }
            }
            case 2 -> {
                for (int i = 0; i < count; i++) {
                    to.set(SHORT, (first + i) * 2, (short) bits[i]);
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    to.set(BYTE, first + i, (byte) bits[i]);
                }
            }
        }
    }
}
