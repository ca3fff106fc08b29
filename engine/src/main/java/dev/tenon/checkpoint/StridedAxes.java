package dev.tenon.checkpoint;

import java.util.Arrays;

/// The axes of elements that are copied to their own order: those of one element left out, and
/// neighbours joined that are one run in either order.
///
/// @param sizes of the axes, at least one
/// @param strides steps between elements of the source
record StridedAxes(long[] sizes, long[] strides) {
    /// Returns the axes that are left.
    static StridedAxes of(int[] sizes, long[] strides) {
        long[] joined = new long[sizes.length + 1];
        long[] steps = new long[sizes.length + 1];
        int count = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] == 1) {
                continue;
            }
            if (count > 0 && steps[count - 1] == strides[axis] * sizes[axis]) {
                joined[count - 1] *= sizes[axis];
                steps[count - 1] = strides[axis];
            } else {
                joined[count] = sizes[axis];
                steps[count++] = strides[axis];
            }
        }
        if (count == 0) {
            return new StridedAxes(new long[] {1}, new long[] {1});
        }
        return new StridedAxes(Arrays.copyOf(joined, count), Arrays.copyOf(steps, count));
    }

    /// The last axis, and the other one whose elements lie closest to each other.
    ///
    /// @param rows elements of the other axis, 1 if there is none
    /// @param rowStride steps between them in the source
    /// @param rowStep steps between them in the result
    /// @param columns elements of the last axis, neighbours in the result
    /// @param stride steps between them in the source
    record Plane(long rows, long rowStride, long rowStep, long columns, long stride) {}

    /// What is done to a plane.
    @FunctionalInterface
    interface Body {
        /// Does it.
        ///
        /// @param at the plane's first element in the result
        /// @param first the plane's first element in the source, from the first of all
        void run(long at, long first, Plane plane);
    }

    /// Goes through all planes, in the order of the result.
    void forEachPlane(Body body) {
        int last = sizes.length - 1;
        int closest = -1;
        for (int axis = 0; axis < last; axis++) {
            if (closest < 0 || strides[axis] <= strides[closest]) {
                closest = axis;
            }
        }
        long[] places = new long[sizes.length]; // steps in the result
        places[last] = 1;
        for (int axis = last - 1; axis >= 0; axis--) {
            places[axis] = places[axis + 1] * sizes[axis + 1];
        }
        Plane plane =
                closest < 0
                        ? new Plane(1, 0, 0, sizes[last], strides[last])
                        : new Plane(
                                sizes[closest],
                                strides[closest],
                                places[closest],
                                sizes[last],
                                strides[last]);
        each(0, closest, 0, 0, places, plane, body);
    }

    private void each(
            int axis, int closest, long at, long first, long[] places, Plane plane, Body body) {
        if (axis == sizes.length - 1) {
            body.run(at, first, plane);
        } else if (axis == closest) {
            each(axis + 1, closest, at, first, places, plane, body);
        } else {
            for (long i = 0; i < sizes[axis]; i++) {
                long to = at + i * places[axis];
                each(axis + 1, closest, to, first + i * strides[axis], places, plane, body);
            }
        }
    }
}
