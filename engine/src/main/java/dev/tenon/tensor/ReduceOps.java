package dev.tenon.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Reduce: sums, means, extremes and softmax along axes.
public final class ReduceOps {
    private ReduceOps() {}

    /// Returns the sum of all elements, a scalar.
    public static Tensor sum(Tensor x) {
        Tensor flat = x.reshape(Math.toIntExact(x.count()));
        return sum(flat, 0, false);
    }

    /// Returns the mean of all elements, a scalar.
    public static Tensor mean(Tensor x) {
        return ElementwiseOps.mul(sum(x), 1.0 / x.count());
    }

    /// Returns the sum along `axis`, which stays with size 1 if `keep`.
    public static Tensor sum(Tensor x, int axis, boolean keep) {
        int front = x.shape().axis(axis, "sum");
        Tensor source = x.contiguous();
        int outer = x.shape().count(0, front);
        int inner = x.shape().count(front + 1, x.rank());
        Tensor y = Tensor.empty(x.type(), x.shape().with(front, 1));
        Backend.kernels()
                .reduce()
                .sum(y.segment(), source.segment(), outer, x.size(front), inner, x.type());
        Autograd.record(y, new Sum(x));
        return keep ? y : dropAxis(y, front);
    }

    private static Tensor dropAxis(Tensor y, int axis) {
        int[] sizes = new int[y.rank() - 1];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = y.size(i < axis ? i : i + 1);
        }
        return y.reshape(sizes);
    }

    private record Sum(Tensor x) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {dy.expand(x.shape())};
        }
    }

    /// Sums `x` over the axes along which `shape` was broadcast, so that the result has that shape:
    /// the gradient of broadcasting.
    public static Tensor sumTo(Tensor x, Shape shape) {
        Tensor y = x;
        while (y.rank() > shape.rank()) {
            y = sum(y, 0, false);
        }
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (shape.size(axis) == 1 && y.size(axis) != 1) {
                y = sum(y, axis, true);
            }
        }
        return y;
    }
}
