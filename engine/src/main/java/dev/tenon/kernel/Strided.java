package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// One operand of an elementwise kernel: elements of a segment that lie `strides[axis]` elements
/// apart.
///
/// A stride of 0 repeats one element along its axis (broadcasting). Element `(i0, i1, ...)` is
/// number `offset + i0 * strides[0] + i1 * strides[1] + ...` of `data`.
///
/// @param data the segment that holds the elements
/// @param type the type of its elements
/// @param offset number of the first element
/// @param sizes elements along each axis
/// @param strides distance in elements between neighbours along each axis
public record Strided(MemorySegment data, DType type, long offset, int[] sizes, long[] strides) {
    /// Returns the number of elements.
    public long count() {
        long count = 1;
        for (int size : sizes) {
            count *= size;
        }
        return count;
    }

    /// Says whether the elements lie one after another in row-major order.
    public boolean isContiguous() {
        long expected = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            if (sizes[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= sizes[axis];
        }
        return true;
    }

    /// Returns the elements of a contiguous operand as a segment of their own.
    public MemorySegment segment() {
        return data.asSlice(type.bytes(offset), type.bytes(count()));
    }
}
