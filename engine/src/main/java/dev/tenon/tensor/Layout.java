package dev.tenon.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Where the elements of a tensor lie in its storage: element `(i0, i1, ...)` is number `offset +
/// i0 * strides[0] + i1 * strides[1] + ...`.
final class Layout {
    final Shape shape;
    final long[] strides;
    final long offset;

    private Layout(Shape shape, long[] strides, long offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    private static long[] rowMajor(Shape shape) {
        long[] strides = new long[shape.rank()];
        long stride = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape.size(axis);
        }
        return strides;
    }

    boolean isContiguous() {
        long expected = 1;
        for (int axis = strides.length - 1; axis >= 0; axis--) {
            int size = shape.size(axis);
            if (size != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= size;
        }
        return true;
    }

    Layout permute(int[] axes) {
        int[] sizes = new int[axes.length];
        long[] moved = new long[axes.length];
        boolean[] seen = new boolean[shape.rank()];
        if (axes.length != shape.rank()) {
            throw badPermutation(axes);
        }
        for (int i = 0; i < axes.length; i++) {
            int axis = shape.axis(axes[i], "permute");
            if (seen[axis]) {
                throw badPermutation(axes);
            }
            seen[axis] = true;
            sizes[i] = shape.size(axis);
            moved[i] = strides[axis];
        }
        return new Layout(Shape.of(sizes), moved, offset);
    }

    private ShapeException badPermutation(int[] axes) {
        return new ShapeException(
                "permute: axes must name each axis once; got "
                        + Arrays.toString(axes)
                        + " for "
                        + shape);
    }

    Layout slice(int axis, int from, int to) {
        int front = shape.axis(axis, "slice");
        int size = shape.size(front);
        if (from < 0 || to < from || to > size) {
            throw new ShapeException(
                    "slice: 0 <= from <= to <= size must hold; got from "
                            + from
                            + ", to "
                            + to
                            + ", size "
                            + size
                            + " (axis "
                            + axis
                            + " of "
                            + shape
                            + ")");
        }
        return new Layout(shape.with(front, to - from), strides, offset + from * strides[front]);
    }

    Layout expand(Shape target) {
        int lead = target.rank() - shape.rank();
        long[] repeated = new long[target.rank()];
        for (int axis = 0; axis < target.rank(); axis++) {
            int size = axis < lead ? 1 : axis - lead < shape.rank() ? shape.size(axis - lead) : 1;
            if (lead < 0 || (size != target.size(axis) && size != 1)) {
                throw new ShapeException(
                        "expand: only axes of size 1 grow and new axes come first; got "
                                + shape
                                + " to "
                                + target);
            }
            repeated[axis] = axis < lead || size != target.size(axis) ? 0 : strides[axis - lead];
        }
        return new Layout(target, repeated, offset);
    }

    /// Returns the layout of the same elements, in the same order, under another shape, or null if
    /// they would have to be copied.
    @Nullable Layout reshape(Shape target) {
        if (isContiguous()) {
            return new Layout(target, rowMajor(target), offset);
        }
        long[] fresh = new long[target.rank()];
        int from = 0;
        int to = 0;
        int[] old = shape.sizes();
        while (to < target.rank()) { // match runs of old axes with runs of new axes of equal count
            long have = from < old.length ? old[from] : 1;
            long want = target.size(to);
            int fromEnd = Math.min(from + 1, old.length);
            int toEnd = to + 1;
            while (have != want) {
                if (have < want) {
                    have *= fromEnd < old.length ? old[fromEnd] : 1;
                    fromEnd++;
                } else {
                    want *= toEnd < target.rank() ? target.size(toEnd) : 1;
                    toEnd++;
                }
                if (fromEnd > old.length || toEnd > target.rank()) {
                    return null;
                }
            }
            for (int axis = from;
                    axis + 1 < fromEnd;
                    axis++) { // the run must be walkable with one stride
                if (strides[axis] != strides[axis + 1] * old[axis + 1]) {
                    return null;
                }
            }
            long stride = fromEnd > from ? strides[fromEnd - 1] : 1;
            for (int axis = toEnd - 1; axis >= to; axis--) {
                fresh[axis] = stride;
                stride *= target.size(axis);
            }
            from = fromEnd;
            to = toEnd;
        }
        return new Layout(target, fresh, offset);
    }

    /// The first and last element numbers that any index reaches; `last < first` where there are no
    /// elements.
    long last() {
        long last = offset;
        for (int axis = 0; axis < strides.length; axis++) {
            if (shape.size(axis) == 0) {
                return offset - 1;
            }
            last += (shape.size(axis) - 1) * strides[axis];
        }
        return last;
    }
}
