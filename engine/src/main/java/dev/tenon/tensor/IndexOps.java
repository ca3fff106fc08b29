package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Index: choosing elements by index, joining, cutting and padding.
///
/// Indices are I64 or I32 tensors; a negative index is an error, not an index from the end.
public final class IndexOps {
    private IndexOps() {}

    // ---- choosing

    /// Returns row `index[..]` of `weight` for each index.
    ///
    /// The gradient of a row is the sum of the gradients of its uses, added in the order of the
    /// indices.
    ///
    /// @param weight `[V, D]`
    /// @param index any shape, each in `[0, V)`
    /// @return `[index..., D]`
    /// @throws ShapeException if `weight` has not two axes, or an index is out of range
    public static Tensor embedding(Tensor weight, Tensor index) {
        if (weight.rank() != 2) {
            throw new ShapeException(
                    "embedding: the weight must have two axes; got " + weight.shape());
        }
        return rows("embedding", weight, index);
    }

    /// Returns `x[index]` along axis 0: row `index[..]` of `x` for each index.
    ///
    /// @param x `[V, ...]`
    /// @param index any shape, each in `[0, V)`
    /// @return `[index..., ...]`
    /// @throws ShapeException if `x` has no axis, or an index is out of range
    public static Tensor take(Tensor x, Tensor index) {
        if (x.rank() == 0) {
            throw new ShapeException("take: x must have at least one axis; got " + x.shape());
        }
        return rows("take", x, index);
    }

    private static Tensor rows(String op, Tensor x, Tensor index) {
        Tensor picked = checkedIndex(op, index, x.size(0));
        int[] sizes = Arrays.copyOf(picked.shape().sizes(), picked.rank() + x.rank() - 1);
        for (int axis = 1; axis < x.rank(); axis++) {
            sizes[picked.rank() + axis - 1] = x.size(axis);
        }
        Tensor y = Tensor.empty(x.type(), Shape.of(sizes));
        Tensor source = x.dense();
        Backend.kernels()
                .index()
                .take(
                        y.segment(),
                        source.segment(),
                        picked.segment(),
                        Math.toIntExact(picked.count()),
                        x.shape().count(1, x.rank()),
                        x.type());
        return Autograd.record(y, new Take(op, x, picked));
    }

    private record Take(String name, Tensor x, Tensor index) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(index);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            Backend.kernels()
                    .index()
                    .takeGradient(
                            dx.segment(),
                            upstream.segment(),
                            index.segment(),
                            Math.toIntExact(index.count()),
                            x.shape().count(1, x.rank()),
                            x.type());
            return new Tensor[] {dx};
        }
    }

    /// Returns the elements of `x` that `index` names along `axis`: `y[i][j][k] =
    /// x[i][index[i][j][k]][k]` for axis 1 of three.
    ///
    /// @param x any shape
    /// @param index as many axes as `x`, and along every axis but `axis` at most its size
    /// @return the shape of `index`
    /// @throws ShapeException if the shapes do not fit, or an index is out of range
    public static Tensor gather(Tensor x, int axis, Tensor index) {
        int front = x.shape().axis(axis, "gather");
        Tensor picked = checkedIndex("gather", index, x.size(front));
        boolean fits = index.rank() == x.rank();
        Tensor source = x;
        for (int i = 0; fits && i < x.rank(); i++) {
            if (i != front) {
                fits = index.size(i) <= x.size(i);
                if (fits && index.size(i) < x.size(i)) {
                    source = source.slice(i, 0, index.size(i));
                }
            }
        }
        if (!fits) {
            throw new ShapeException(
                    "gather: the index must have x's axes and nowhere be larger but along the axis; got index "
                            + index.shape()
                            + " for x "
                            + x.shape()
                            + ", axis "
                            + axis);
        }
        Tensor dense = source.contiguous();
        Tensor y = Tensor.empty(x.type(), picked.shape());
        Sizes sizes = Sizes.of(dense, front);
        Backend.kernels()
                .index()
                .gather(
                        y.segment(),
                        dense.segment(),
                        picked.segment(),
                        sizes.outer,
                        sizes.size,
                        picked.size(front),
                        sizes.inner,
                        x.type());
        return Autograd.record(y, new Gather(dense, front, picked));
    }

    /// The sizes of a tensor around one axis.
    private record Sizes(int outer, int size, int inner) {
        static Sizes of(Tensor x, int axis) {
            return new Sizes(
                    x.shape().count(0, axis), x.size(axis), x.shape().count(axis + 1, x.rank()));
        }
    }

    private record Gather(Tensor x, int axis, Tensor index) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(index);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            Sizes sizes = Sizes.of(x, axis);
            Backend.kernels()
                    .index()
                    .gatherGradient(
                            dx.segment(),
                            upstream.segment(),
                            index.segment(),
                            sizes.outer,
                            sizes.size,
                            index.size(axis),
                            sizes.inner,
                            x.type());
            return new Tensor[] {dx};
        }
    }

    /// Returns the indices as contiguous I64, all of them in `[0, bound)`.
    private static Tensor checkedIndex(String op, Tensor index, int bound) {
        if (index.type() != DType.I64 && index.type() != DType.I32) {
            throw new ShapeException(
                    op
                            + ": indices must be I64 or I32; got "
                            + index.type()
                            + " "
                            + index.shape()
                            + ". Convert with to(DType.I64)");
        }
        Tensor dense = index.to(DType.I64).contiguous();
        var data = dense.segment();
        for (long i = 0, n = dense.count(); i < n; i++) {
            long value = DType.I64.readLong(data, i);
            if (value < 0 || value >= bound) {
                throw new ShapeException(
                        op
                                + ": indices must be in [0, "
                                + bound
                                + "); got "
                                + value
                                + " at position "
                                + i);
            }
        }
        return dense;
    }

    /// Returns for each index a row that is 1 at the index and 0 elsewhere.
    ///
    /// @param index any shape, each in `[0, classes)`
    /// @param classes the length of a row
    /// @return `[index..., classes]`
    /// @throws ShapeException if an index is out of range
    public static Tensor oneHot(Tensor index, int classes, DType type) {
        Tensor picked = checkedIndex("oneHot", index, classes);
        int[] sizes = Arrays.copyOf(picked.shape().sizes(), picked.rank() + 1);
        sizes[picked.rank()] = classes;
        Tensor y = Tensor.empty(type, Shape.of(sizes));
        Backend.kernels()
                .index()
                .oneHot(
                        y.segment(),
                        picked.segment(),
                        Math.toIntExact(picked.count()),
                        classes,
                        type);
        return y;
    }

    // ---- joining and cutting

    /// Returns the tensors one after another along `axis`.
    ///
    /// @param tensors at least one, of one type, equal in all sizes but that of `axis`
    /// @throws ShapeException if they do not fit together
    public static Tensor cat(List<Tensor> tensors, int axis) {
        if (tensors.isEmpty()) {
            throw new ShapeException("cat: at least one tensor is needed; got none");
        }
        Tensor first = tensors.getFirst();
        int front = first.shape().axis(axis, "cat");
        long total = 0;
        for (Tensor tensor : tensors) {
            if (tensor.rank() != first.rank()
                    || tensor.type() != first.type()
                    || !tensor.shape().with(front, first.size(front)).equals(first.shape())) {
                throw new ShapeException(
                        "cat: types and all sizes but axis "
                                + axis
                                + "'s must be equal; got "
                                + describe(tensors));
            }
            total += tensor.size(front);
        }
        Tensor y = Tensor.empty(first.type(), first.shape().with(front, Math.toIntExact(total)));
        int outer = first.shape().count(0, front);
        long step = first.type().bytes(y.shape().count(front, y.rank()));
        long start = 0;
        for (Tensor tensor : tensors) {
            Tensor dense = tensor.dense();
            long bytes = first.type().bytes(tensor.shape().count(front, tensor.rank()));
            Backend.kernels()
                    .index()
                    .copyBlocks(y.segment(), start, step, dense.segment(), 0, bytes, outer, bytes);
            start += bytes;
        }
        return Autograd.record(y, new Cat(List.copyOf(tensors), front));
    }

    private static String describe(List<Tensor> tensors) {
        StringBuilder text = new StringBuilder();
        for (Tensor tensor : tensors) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(tensor.type())
                    .append(' ')
                    .append(tensor.shape());
        }
        return text.toString();
    }

    private record Cat(List<Tensor> inputs, int axis) implements Op {
        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            @Nullable Tensor[] gradients = new Tensor[inputs.size()];
            int from = 0;
            for (int i = 0; i < gradients.length; i++) {
                int to = from + inputs.get(i).size(axis);
                gradients[i] = inputs.get(i).needsGradient() ? dy.slice(axis, from, to) : null;
                from = to;
            }
            return gradients;
        }
    }

    /// Returns views of consecutive parts of `x` along `axis`.
    ///
    /// @param sizes the size of each part; their sum is the size of the axis
    /// @throws ShapeException if the sum is another
    public static List<Tensor> split(Tensor x, int axis, int... sizes) {
        int front = x.shape().axis(axis, "split");
        long sum = 0;
        boolean negative = false;
        for (int size : sizes) {
            sum += size;
            negative |= size < 0;
        }
        if (negative || sum != x.size(front)) {
            throw new ShapeException(
                    "split: sizes must be at least 0 and add up to the axis's; got "
                            + Arrays.toString(sizes)
                            + " for axis "
                            + axis
                            + " of "
                            + x.shape());
        }
        List<Tensor> parts = new ArrayList<>(sizes.length);
        int from = 0;
        for (int size : sizes) {
            parts.add(x.slice(front, from, from + size));
            from += size;
        }
        return List.copyOf(parts);
    }

    /// Returns the tensors side by side along a new axis.
    ///
    /// @param tensors at least one, of one type and shape
    /// @param axis where the new axis is in the result; negative counts from the result's end
    /// @throws ShapeException if types or shapes differ
    public static Tensor stack(List<Tensor> tensors, int axis) {
        if (tensors.isEmpty()) {
            throw new ShapeException("stack: at least one tensor is needed; got none");
        }
        Tensor first = tensors.getFirst();
        int[] sizes = Arrays.copyOf(first.shape().sizes(), first.rank() + 1);
        int front = Shape.of(sizes).axis(axis, "stack");
        System.arraycopy(first.shape().sizes(), front, sizes, front + 1, first.rank() - front);
        sizes[front] = 1;
        List<Tensor> slabs = new ArrayList<>(tensors.size());
        for (Tensor tensor : tensors) {
            if (!tensor.shape().equals(first.shape()) || tensor.type() != first.type()) {
                throw new ShapeException(
                        "stack: types and shapes must be equal; got " + describe(tensors));
            }
            slabs.add(tensor.reshape(sizes));
        }
        return cat(slabs, front);
    }

    // ---- padding

    /// Returns `x` with `value` around it.
    ///
    /// @param widths elements before and after along the last axis, then before and after along the
    ///   one before it, and so on: PyTorch's order. Axes not named are not padded
    /// @throws ShapeException if the number of widths is odd or more than two per axis, or a width
    ///   is negative
    public static Tensor pad(Tensor x, double value, int... widths) {
        int axes = widths.length / 2;
        if (widths.length % 2 != 0
                || axes > x.rank()
                || Arrays.stream(widths).anyMatch(width -> width < 0)) {
            throw new ShapeException(
                    "pad: widths must be pairs, at most one per axis, none negative; got "
                            + Arrays.toString(widths)
                            + " for "
                            + x.shape());
        }
        int[] sizes = x.shape().sizes();
        for (int i = 0; i < axes; i++) {
            int axis = x.rank() - 1 - i;
            sizes[axis] = Math.addExact(sizes[axis], widths[2 * i] + widths[2 * i + 1]);
        }
        Tensor y = Tensor.full(x.type(), Shape.of(sizes), value);
        inside(y, x.shape(), widths).assign(x);
        return Autograd.record(y, new Pad(x, widths.clone()));
    }

    /// Returns the view of `y` that lies inside the padding.
    private static Tensor inside(Tensor y, Shape shape, int[] widths) {
        Tensor view = y;
        for (int i = 0; i < widths.length / 2; i++) {
            int axis = y.rank() - 1 - i;
            view = view.slice(axis, widths[2 * i], widths[2 * i] + shape.size(axis));
        }
        return view;
    }

    private record Pad(Tensor x, int[] widths) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {inside(dy, x.shape(), widths)};
        }
    }
}
