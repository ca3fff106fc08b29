package dev.tenon.kernel.scalar;

import dev.tenon.kernel.Strided;

/// The element numbers of a strided operand in row-major order, one at a time.
final class Walk {
    private final int[] sizes;
    private final long[] strides;
    private final int[] index;
    private long number;

    Walk(Strided operand) {
        sizes = operand.sizes();
        strides = operand.strides();
        index = new int[sizes.length];
        number = operand.offset();
    }

    /// Returns the current element's number and moves to the next.
    long next() {
        long current = number;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            number += strides[axis];
            if (++index[axis] < sizes[axis]) {
                break;
            }
            number -= strides[axis] * sizes[axis];
            index[axis] = 0;
        }
        return current;
    }
}
