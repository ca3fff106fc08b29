package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ReduceKernel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Reduce: sums, means, variances, extremes and softmax along an axis.
///
/// Axes count from the front, negative ones from the end. Types are F32 or F64. An axis of size 1
/// stays where `keep` is true, otherwise it goes.
public final class ReduceOps {
    private ReduceOps() {}

    // ---- sums and means

    /// Returns the sum of all elements, a scalar.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    public static Tensor sum(Tensor x) {
        return sum(flat(x), 0, false);
    }

    /// Returns the mean of all elements, a scalar.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    public static Tensor mean(Tensor x) {
        return mean(flat(x), 0, false);
    }

    private static Tensor flat(Tensor x) {
        return x.reshape(Math.toIntExact(x.count()));
    }

    /// Returns the sum along `axis`: `y = sum over s of x[.., s, ..]`.
    ///
    /// @throws ShapeException if there is no such axis or the type is not F32 or F64
    public static Tensor sum(Tensor x, int axis, boolean keep) {
        Rows rows = Rows.of(x, axis, "sum");
        Tensor y = rows.result(x.type());
        kernel().sum(y.segment(), rows.x.segment(), rows.outer, rows.size, rows.inner, x.type());
        return rows.finish(Autograd.record(y, new Sum(rows.x, 1)), keep);
    }

    /// Returns the mean along `axis`: `y = 1/n sum over s of x[.., s, ..]` with `n` the axis's
    /// size.
    ///
    /// @throws ShapeException if there is no such axis or the type is not F32 or F64
    public static Tensor mean(Tensor x, int axis, boolean keep) {
        Rows rows = Rows.of(x, axis, "mean");
        Tensor y = rows.result(x.type());
        kernel().mean(y.segment(), rows.x.segment(), rows.outer, rows.size, rows.inner, x.type());
        return rows.finish(Autograd.record(y, new Sum(rows.x, 1.0 / rows.size)), keep);
    }

    /// `y = factor * sum of x`.
    private record Sum(Tensor x, double factor) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor scaled = factor == 1 ? dy : ElementwiseOps.mul(dy, factor);
            return new Tensor[] {scaled.expand(x.shape())};
        }

        @Override
        public String name() {
            return factor == 1 ? "sum" : "mean";
        }
    }

    /// Sums `x` over the axes along which `shape` was broadcast, so that the result has that shape:
    /// the gradient of broadcasting.
    ///
    /// @throws ShapeException if `shape` does not broadcast to the shape of `x`
    public static Tensor sumTo(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        int lead = x.rank() - shape.rank();
        if (lead < 0 || !shape.broadcast(x.shape(), "sumTo").equals(x.shape())) {
            throw new ShapeException(
                    "sumTo: the shape must broadcast to that of x; got "
                            + shape
                            + " and x "
                            + x.shape());
        }
        Tensor y = x;
        for (int last = x.rank(); last > 0; ) { // runs of summed axes, last first: it shrinks most
            boolean summed = isSummed(x, shape, last - 1 - lead, last - 1);
            int first = last - 1;
            while (first > 0 && isSummed(x, shape, first - 1 - lead, first - 1) == summed) {
                first--;
            }
            if (summed && y.count() != 0) {
                int run = x.shape().count(first, last);
                y = sum(y.reshape(y.shape().count(0, first), run, -1), 1, true);
                int[] sizes = x.shape().sizes();
                for (int axis = first; axis < x.rank(); axis++) {
                    boolean kept = axis >= last && !isSummed(x, shape, axis - lead, axis);
                    sizes[axis] = kept ? sizes[axis] : 1;
                }
                y = y.reshape(sizes);
            }
            last = first;
        }
        return y.count() == shape.count()
                ? y.reshape(shape.sizes())
                : Tensor.zeros(x.type(), shape);
    }

    private static boolean isSummed(Tensor x, Shape shape, int axis, int axisOfX) {
        return axis < 0 || (shape.size(axis) == 1 && x.size(axisOfX) != 1);
    }

    // ---- variance and norm

    /// Returns the variance along `axis`: `y = sum over s of (x[.., s, ..] - mean)^2 / (n -
    /// correction)` with `n` the axis's size.
    ///
    /// @param correction 1 (PyTorch's default) for the unbiased estimate, 0 for the population's
    ///   variance
    /// @throws ShapeException if there is no such axis or the type is not F32 or F64
    public static Tensor variance(Tensor x, int axis, boolean keep, double correction) {
        Rows rows = Rows.of(x, axis, "variance");
        Tensor y = rows.result(x.type());
        kernel().variance(
                        y.segment(),
                        rows.x.segment(),
                        rows.outer,
                        rows.size,
                        rows.inner,
                        correction,
                        x.type());
        Variance op = new Variance(rows.x, rows.axis, correction);
        return rows.finish(Autograd.record(y, op), keep);
    }

    private record Variance(Tensor x, int axis, double correction) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x);
        }

        /// `dx = dy * 2 (x - mean) / (n - correction)`.
        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            double divisor = Math.max(0, x.size(axis) - correction);
            Tensor centred = ElementwiseOps.sub(x, mean(x, axis, true));
            return new Tensor[] {ElementwiseOps.mul(centred, ElementwiseOps.mul(dy, 2 / divisor))};
        }
    }

    /// Returns the global L2 norm of `tensors`, `sqrt(sum of the squares of all their elements)`,
    /// added up in double, for gradient clipping; no gradient flows through it.
    ///
    /// @throws ShapeException if a type is not F32 or F64
    public static double norm(List<Tensor> tensors) {
        return Autograd.noGrad(() -> {
            double sum = 0;
            for (Tensor x : tensors) {
                checkType(x, "norm");
                Tensor source = x.contiguous();
                sum += kernel().sumOfSquares(source.segment(), x.count(), x.type());
            }
            return Math.sqrt(sum);
        });
    }

    // ---- extremes

    /// Returns the largest element along `axis`; the gradient goes to the first of equal ones. NaN
    /// counts as larger than any number.
    ///
    /// @throws ShapeException if there is no such axis, it is empty, or the type is not F32 or F64
    public static Tensor max(Tensor x, int axis, boolean keep) {
        return extreme(x, axis, keep, true);
    }

    /// Returns the smallest element along `axis`; the gradient goes to the first of equal ones. NaN
    /// counts as smaller than any number.
    ///
    /// @throws ShapeException if there is no such axis, it is empty, or the type is not F32 or F64
    public static Tensor min(Tensor x, int axis, boolean keep) {
        return extreme(x, axis, keep, false);
    }

    private static Tensor extreme(Tensor x, int axis, boolean keep, boolean largest) {
        Rows rows = Rows.of(x, axis, largest ? "max" : "min");
        Tensor y = rows.result(x.type());
        Tensor index = rows.result(DType.I64);
        extreme(y, index, rows, largest, largest ? "max" : "min");
        Extreme op = new Extreme(rows.x, rows.axis, index, largest);
        return rows.finish(Autograd.record(y, op), keep);
    }

    private static void extreme(Tensor y, Tensor index, Rows rows, boolean largest, String op) {
        if (rows.size == 0) {
            throw new ShapeException(
                    op
                            + ": the axis must not be empty; got axis "
                            + rows.axis
                            + " of "
                            + rows.x.shape());
        }
        kernel().extreme(
                        y.segment(),
                        index.segment(),
                        rows.x.segment(),
                        rows.outer,
                        rows.size,
                        rows.inner,
                        largest,
                        rows.x.type());
    }

    /// Returns the number of the largest element along `axis`, I64 without that axis; of equal ones
    /// the first, and NaN counts as larger than any number.
    ///
    /// @throws ShapeException if there is no such axis, it is empty, or the type is not F32 or F64
    public static Tensor argmax(Tensor x, int axis) {
        return Autograd.noGrad(() -> {
            Rows rows = Rows.of(x, axis, "argmax");
            Tensor index = rows.result(DType.I64);
            extreme(rows.result(x.type()), index, rows, true, "argmax");
            return rows.finish(index, false);
        });
    }

    private record Extreme(Tensor x, int axis, Tensor index, boolean largest) implements Op {
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
            kernel().extremeGradient(
                            dx.segment(),
                            upstream.segment(),
                            index.segment(),
                            x.shape().count(0, axis),
                            x.size(axis),
                            x.shape().count(axis + 1, x.rank()),
                            x.type());
            return new Tensor[] {dx};
        }

        @Override
        public String name() {
            return largest ? "max" : "min";
        }
    }

    // ---- softmax

    /// Returns `y[.., s, ..] = exp(x[.., s, ..]) / sum over t of exp(x[.., t, ..])` along `axis`,
    /// worked out after subtracting the largest element, so that nothing overflows.
    ///
    /// @throws ShapeException if there is no such axis or the type is not F32 or F64
    public static Tensor softmax(Tensor x, int axis) {
        return softmax(x, axis, false);
    }

    /// Returns `y[.., s, ..] = x[.., s, ..] - log(sum over t of exp(x[.., t, ..]))` along `axis`,
    /// the logarithm of [#softmax(Tensor, int)] without its underflow.
    ///
    /// @throws ShapeException if there is no such axis or the type is not F32 or F64
    public static Tensor logSoftmax(Tensor x, int axis) {
        return softmax(x, axis, true);
    }

    private static Tensor softmax(Tensor x, int axis, boolean log) {
        Rows rows = Rows.of(x, axis, log ? "logSoftmax" : "softmax");
        Tensor y = Tensor.empty(x.type(), x.shape());
        kernel().softmax(
                        y.segment(),
                        rows.x.segment(),
                        rows.outer,
                        rows.size,
                        rows.inner,
                        log,
                        x.type());
        return Autograd.record(y, new Softmax(rows.x, y, rows.axis, log));
    }

    private record Softmax(Tensor x, Tensor y, int axis, boolean log) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(y);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            kernel().softmaxGradient(
                            dx.segment(),
                            upstream.segment(),
                            y.segment(),
                            x.shape().count(0, axis),
                            x.size(axis),
                            x.shape().count(axis + 1, x.rank()),
                            log,
                            x.type());
            return new Tensor[] {dx};
        }

        @Override
        public String name() {
            return log ? "logSoftmax" : "softmax";
        }
    }

    // ---- shared

    private static ReduceKernel kernel() {
        return Backend.kernels().reduce();
    }

    private static void checkType(Tensor x, String op) {
        if (!x.type().isArithmetic()) {
            throw new ShapeException(
                    op
                            + ": the type must be F32 or F64; got "
                            + x.type()
                            + " "
                            + x.shape()
                            + ". Convert with to(DType.F32)");
        }
    }

    /// A checked, contiguous input seen as `[outer, size, inner]`.
    private record Rows(Tensor x, int axis, int outer, int size, int inner) {
        static Rows of(Tensor x, int axis, String op) {
            checkType(x, op);
            int front = x.shape().axis(axis, op);
            return new Rows(
                    x.contiguous(),
                    front,
                    x.shape().count(0, front),
                    x.size(front),
                    x.shape().count(front + 1, x.rank()));
        }

        Tensor result(DType type) {
            return Tensor.empty(type, x.shape().with(axis, 1));
        }

        Tensor finish(Tensor y, boolean keep) {
            if (keep) {
                return y;
            }
            int[] sizes = new int[y.rank() - 1];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = y.size(i < axis ? i : i + 1);
            }
            return y.reshape(sizes);
        }
    }
}
