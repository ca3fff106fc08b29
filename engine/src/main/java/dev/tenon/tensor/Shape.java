package dev.tenon.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The sizes of a tensor, one per axis, outermost first; no axes is a scalar.
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] sizes;

    private Shape(int[] sizes) {
        this.sizes = sizes;
    }

    /// Returns the shape with these sizes.
    ///
    /// @throws ShapeException if a size is negative or the number of elements exceeds 2^40
    public static Shape of(int... sizes) {
        if (sizes.length == 0) {
            return SCALAR;
        }
        long count = 1;
        for (int size : sizes) {
            if (size < 0) {
                throw new ShapeException(
                        "shape: sizes must be at least 0; got " + Arrays.toString(sizes));
            }
            count *= Math.max(size, 1);
            if (count > 1L << 40) {
                throw new ShapeException(
                        "shape: at most 2^40 elements; got " + Arrays.toString(sizes));
            }
        }
        return new Shape(sizes.clone());
    }

    /// Returns the number of axes.
    public int rank() {
        return sizes.length;
    }

    /// Returns the size of `axis`; negative axes count from the end.
    public int size(int axis) {
        return sizes[axis(axis, "shape")];
    }

    /// Returns the sizes of all axes, a copy.
    public int[] sizes() {
        return sizes.clone();
    }

    /// Returns the number of elements.
    public long count() {
        long count = 1;
        for (int size : sizes) {
            count *= size;
        }
        return count;
    }

    /// Returns the number of elements in the axes `from` (included) to `to` (excluded).
    public int count(int from, int to) {
        int count = 1;
        for (int axis = from; axis < to; axis++) {
            count = Math.multiplyExact(count, sizes[axis]);
        }
        return count;
    }

    /// Returns `axis` counted from the front, for an axis counted from either end.
    ///
    /// @param op the operation to name in the message
    /// @throws ShapeException if there is no such axis
    public int axis(int axis, String op) {
        int front = axis < 0 ? axis + sizes.length : axis;
        if (front < 0 || front >= sizes.length) {
            throw new ShapeException(
                    op
                            + ": axis must be in ["
                            + -sizes.length
                            + ", "
                            + sizes.length
                            + "); got "
                            + axis
                            + " for "
                            + this);
        }
        return front;
    }

    /// Returns this shape with `size` as the size of `axis`.
    public Shape with(int axis, int size) {
        int[] changed = sizes.clone();
        changed[axis(axis, "shape")] = size;
        return of(changed);
    }

    /// Returns the shape that this and `other` broadcast to, by NumPy's rule: aligned at the last
    /// axis, sizes must be equal or one of them 1.
    ///
    /// @param op the operation to name in the message
    /// @throws ShapeException if two sizes differ and neither is 1
    public Shape broadcast(Shape other, String op) {
        if (equals(other)) {
            return this;
        }
        int rank = Math.max(rank(), other.rank());
        int[] joined = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int a = i <= rank() ? sizes[rank() - i] : 1;
            int b = i <= other.rank() ? other.sizes[other.rank() - i] : 1;
            if (a != b && a != 1 && b != 1) {
                throw new ShapeException(
                        op
                                + ": shapes must broadcast; got "
                                + this
                                + " and "
                                + other
                                + " ("
                                + a
                                + " != "
                                + b
                                + ")");
            }
            joined[rank - i] = a == 1 ? b : a;
        }
        return of(joined);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /// Returns for example `[2, 3]`; a scalar is `[]`.
    @Override
    public String toString() {
        return IntStream.of(sizes)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
