package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Copies elements of another program's type, byte order and strides into a tensor.
///
/// @param type the stored type
/// @param order the order of the bytes in an element
record StridedCopy(StoredType type, ByteOrder order) {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

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
        int[] sizes = to.shape().sizes();
        int[] index = new int[sizes.length];
        MemorySegment data = to.segment();
        long at = offset;
        for (long i = 0, count = to.count(); i < count; i++) {
            put(data, i, to.type(), element(from, at));
            for (int axis = sizes.length - 1; axis >= 0; axis--) {
                at += strides[axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                at -= strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
    }

    /// Returns the bits of element `index`, extended to 64 as the type asks.
    private long element(MemorySegment from, long index) {
        boolean swap = swaps();
        return switch (type.bytes()) {
            case 8 -> {
                long bits = from.get(LONG, index * 8);
                yield swap ? Long.reverseBytes(bits) : bits;
            }
            case 4 -> {
                int bits = from.get(INT, index * 4);
                yield Integer.toUnsignedLong(swap ? Integer.reverseBytes(bits) : bits);
            }
            case 2 -> {
                short bits = from.get(SHORT, index * 2);
                short number = swap ? Short.reverseBytes(bits) : bits;
                yield type == StoredType.I16 ? number : number & 0xffff;
            }
            default -> {
                byte number = from.get(ValueLayout.JAVA_BYTE, index);
                yield type == StoredType.I8 ? number : number & 0xff;
            }
        };
    }

    private static void put(MemorySegment to, long index, DType read, long bits) {
        switch (read.bytes()) {
            case 8 -> to.set(LONG, index * 8, bits);
            case 4 -> to.set(INT, index * 4, (int) bits);
            case 2 -> to.set(SHORT, index * 2, (short) bits);
            default -> to.set(ValueLayout.JAVA_BYTE, index, (byte) bits);
        }
    }
}
