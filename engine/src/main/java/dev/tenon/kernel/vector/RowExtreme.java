package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Lanes.load;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// The first largest or smallest element of a row: its value in one pass, its place in another that
/// usually ends early.
final class RowExtreme {
    private static final int L = Lanes.FLOATS.length();

    private RowExtreme() {}

    /// Returns the number in the row of the first largest or smallest of its `size` elements from
    /// `at`; NaN comes before any number.
    static int find(MemorySegment x, long at, int size, boolean largest) {
        float value = largest ? max(x, at, size) : min(x, at, size);
        if (Float.isNaN(value)) {
            int i = 0;
            while (!Float.isNaN(Moments.read(x, at + i))) {
                i++;
            }
            return i;
        }
        FloatVector best = FloatVector.broadcast(Lanes.FLOATS, value);
        int i = 0;
        for (; i <= size - L; i += L) {
            VectorMask<Float> here = load(x, at + i).compare(EQ, best);
            if (here.anyTrue()) {
                return i + here.firstTrue();
            }
        }
        while (Moments.read(x, at + i) != value) {
            i++;
        }
        return i;
    }

    /// Returns the largest of `size` elements from `at`, NaN if one is NaN, -infinity for none.
    static float max(MemorySegment x, long at, int size) {
        float max = Float.NEGATIVE_INFINITY;
        int i = 0;
        if (size >= L) {
            FloatVector v = load(x, at);
            for (i = L; i <= size - L; i += L) {
                v = v.max(load(x, at + i));
            }
            max = v.reduceLanes(MAX);
        }
        for (; i < size; i++) {
            max = Math.max(max, Moments.read(x, at + i));
        }
        return max;
    }

    private static float min(MemorySegment x, long at, int size) {
        float min = Float.POSITIVE_INFINITY;
        int i = 0;
        if (size >= L) {
            FloatVector v = load(x, at);
            for (i = L; i <= size - L; i += L) {
                v = v.min(load(x, at + i));
            }
            min = v.reduceLanes(MIN);
        }
        for (; i < size; i++) {
            min = Math.min(min, Moments.read(x, at + i));
        }
        return min;
    }
}
