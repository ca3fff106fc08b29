package dev.tenon.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Views: other shapes and orders of the same memory.
final class ViewOps {
    private ViewOps() {}

    static Tensor reshape(Tensor x, int... sizes) {
        Shape shape = resolved(x, sizes);
        if (shape.equals(x.shape())) {
            return x;
        }
        Layout layout = x.layout().reshape(shape);
        if (layout == null) {
            return reshape(ElementwiseOps.copy(x), sizes);
        }
        return Autograd.record(new Tensor(x.storage(), layout, x.type()), new Reshape(x));
    }

    private static Shape resolved(Tensor x, int[] sizes) {
        int open = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= Math.max(sizes[i], 0);
            }
        }
        int[] full = sizes.clone();
        if (open >= 0 && known > 0 && x.count() % known == 0) {
            full[open] = Math.toIntExact(x.count() / known);
        }
        long count = Arrays.stream(full).asLongStream().reduce(1, (a, b) -> a * b);
        if (count != x.count() || Arrays.stream(full).anyMatch(size -> size < 0)) {
            throw new ShapeException(
                    "reshape: the number of elements must stay; got "
                            + x.shape()
                            + " ("
                            + x.count()
                            + ") to "
                            + Arrays.toString(sizes));
        }
        return Shape.of(full);
    }

    private record Reshape(Tensor x) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {reshape(dy, x.shape().sizes())};
        }
    }

    static Tensor permute(Tensor x, int... axes) {
        return Autograd.record(
                new Tensor(x.storage(), x.layout().permute(axes), x.type()),
                new Permute(x, axes.clone()));
    }

    private record Permute(Tensor x, int[] axes) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            int[] back = new int[axes.length];
            for (int i = 0; i < axes.length; i++) {
                back[x.shape().axis(axes[i], "permute")] = i;
            }
            return new Tensor[] {permute(dy, back)};
        }
    }

    static Tensor slice(Tensor x, int axis, int from, int to) {
        Layout layout = x.layout().slice(axis, from, to);
        return Autograd.record(
                new Tensor(x.storage(), layout, x.type()),
                new Slice(x, x.shape().axis(axis, "slice"), from, to));
    }

    private record Slice(Tensor x, int axis, int from, int to) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.zeros(x.type(), x.shape());
            new Tensor(dx.storage(), dx.layout().slice(axis, from, to), dx.type()).assign(dy);
            return new Tensor[] {dx};
        }
    }

    static Tensor expand(Tensor x, Shape shape) {
        if (shape.equals(x.shape())) {
            return x;
        }
        return Autograd.record(
                new Tensor(x.storage(), x.layout().expand(shape), x.type()), new Expand(x));
    }

    private record Expand(Tensor x) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {ReduceOps.sumTo(dy, x.shape())};
        }
    }
}
