package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Epilogue;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Matmul: matrix products.
public final class MatmulOps {
    private MatmulOps() {}

    /// Returns the matrix product of `a [.., m, k]` and `b [.., k, n]`, of shape `[.., m, n]`:
    /// `c_ij = Σ_k a_ik b_kj`.
    ///
    /// Leading axes are a batch and broadcast. A vector `a [k]` counts as `[1, k]` and a vector `b
    /// [k]` as `[k, 1]`; that axis is dropped from the result, as in NumPy and PyTorch. Mixed types
    /// are promoted ([DType#promote]).
    ///
    /// @throws ShapeException if an operand is a scalar, if `a`'s last size is not `b`'s
    ///   second-to-last, if the leading axes do not broadcast, or if the type is not F32 or F64
    public static Tensor matmul(Tensor a, Tensor b) {
        check(a, b);
        DType type = checkedType("matmul", a, b);
        Tensor u = a.to(type);
        Tensor v = b.to(type);
        if (a.rank() > 1 && b.rank() > 1) {
            return product(u, v);
        }
        Tensor c =
                product(
                        a.rank() > 1 ? u : u.reshape(1, a.size(0)),
                        b.rank() > 1 ? v : v.reshape(b.size(0), 1));
        int[] sizes = c.shape().sizes();
        int[] kept = Arrays.copyOf(sizes, sizes.length - (b.rank() > 1 ? 0 : 1));
        if (a.rank() == 1) { // the last axis but n's
            int row = sizes.length - 2;
            int[] shorter = new int[kept.length - 1];
            System.arraycopy(kept, 0, shorter, 0, row);
            System.arraycopy(kept, row + 1, shorter, row, kept.length - row - 1);
            kept = shorter;
        }
        return c.reshape(kept);
    }

    private static void check(Tensor a, Tensor b) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw new ShapeException(
                    "matmul: operands must have at least one axis; got a "
                            + a.shape()
                            + " and b "
                            + b.shape()
                            + ". Multiply by a scalar with mul");
        }
        int inner = a.size(-1);
        int rows = b.size(b.rank() == 1 ? 0 : -2);
        if (inner != rows) {
            throw new ShapeException(
                    "matmul: a's last size must equal b's "
                            + (b.rank() == 1 ? "only" : "second-to-last")
                            + "; got a "
                            + a.shape()
                            + " and b "
                            + b.shape()
                            + " ("
                            + inner
                            + " != "
                            + rows
                            + ")");
        }
    }

    private static DType checkedType(String op, Tensor a, Tensor b) {
        DType type = a.type().promote(b.type());
        if (!type.isArithmetic()) {
            throw new ShapeException(
                    op
                            + ": the type must be F32 or F64; got "
                            + a.type()
                            + " "
                            + a.shape()
                            + " and "
                            + b.type()
                            + " "
                            + b.shape()
                            + ". Convert with to(DType.F32)");
        }
        return type;
    }

    /// The product of operands with at least two axes, one type and fitting sizes.
    private static Tensor product(Tensor a, Tensor b) {
        Shape batch = leading(a).broadcast(leading(b), "matmul");
        int[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = a.size(-2);
        sizes[batch.rank() + 1] = b.size(-1);
        Tensor c = Tensor.empty(a.type(), Shape.of(sizes));
        multiply(c, a, b, batch, false);
        return Autograd.record(c, new Matmul(a, b));
    }

    private static Shape leading(Tensor x) {
        return Shape.of(Arrays.copyOf(x.shape().sizes(), x.rank() - 2));
    }

    private static void multiply(Tensor c, Tensor a, Tensor b, Shape batch, boolean accumulate) {
        boolean oneMatrix = b.rank() == 2 && batch.count() != 1;
        if (oneMatrix) { // one b for all: the batch is more rows of a
            Tensor rows = flat(a);
            Backend.kernels()
                    .matmul()
                    .multiply(matrices(flat(c), 1), matrices(rows, 1), matrices(b, 1), accumulate);
            return;
        }
        int count = Math.toIntExact(batch.count());
        Backend.kernels()
                .matmul()
                .multiply(
                        matrices(c, count),
                        matrices(a, batch, count),
                        matrices(b, batch, count),
                        accumulate);
    }

    /// `x` as one matrix whose rows are all its rows; outside of the graph.
    private static Tensor flat(Tensor x) {
        if (x.rank() == 2) {
            return x;
        }
        Shape shape = Shape.of(x.shape().count(0, x.rank() - 1), x.size(-1));
        Layout layout = x.layout().reshape(shape);
        if (layout == null) {
            return flat(copy(x));
        }
        return new Tensor(x.storage(), layout, x.type());
    }

    private static Tensor copy(Tensor x) {
        return Autograd.noGrad(() -> ElementwiseOps.copy(x));
    }

    /// `x` as a batch of matrices, broadcast to the leading axes `batch`.
    private static Strided matrices(Tensor x, Shape batch, int count) {
        int[] sizes = Arrays.copyOf(batch.sizes(), batch.rank() + 2);
        sizes[batch.rank()] = x.size(-2);
        sizes[batch.rank() + 1] = x.size(-1);
        Shape shape = Shape.of(sizes);
        Tensor wide = new Tensor(x.storage(), x.layout().expand(shape), x.type());
        return matrices(wide, count);
    }

    private static Strided matrices(Tensor x, int count) {
        Shape shape = Shape.of(count, x.size(-2), x.size(-1));
        Layout layout = x.layout().reshape(shape);
        if (layout == null) { // the batch cannot be walked with one stride
            return copy(x).reshape(shape.sizes()).strided(shape);
        }
        return new Tensor(x.storage(), layout, x.type()).strided(shape);
    }

    private record Matmul(Tensor a, Tensor b) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(a, b);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {
                a.needsGradient()
                        ? ReduceOps.sumTo(product(dy, b.transpose(-1, -2)), a.shape())
                        : null,
                b.needsGradient() ? towardB(dy) : null
            };
        }

        private Tensor towardB(Tensor dy) {
            if (b.rank() == 2) { // the batch is part of the sum
                return product(flat(a).transpose(0, 1), flat(dy));
            }
            return ReduceOps.sumTo(product(a.transpose(-1, -2), dy), b.shape());
        }
    }

    /// Returns `x weightᵀ + bias` over the last axis of `x`: `y_o = Σ_i x_i weight_oi + bias_o`.
    ///
    /// @param x `[.., in]`, at least one axis
    /// @param weight `[out, in]`
    /// @param bias `[out]`, or null for none
    /// @return `[.., out]`
    /// @throws ShapeException if the sizes do not fit, or the types differ or are not F32 or F64
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        checkLinear(x, weight, bias);
        Tensor y = affine(x, weight, bias, null);
        return Autograd.record(y, new Linear(x, weight, bias, null));
    }

    /// Returns `activation(x weightᵀ + bias)`: the same elements as the function of
    /// [#linear(Tensor, Tensor, Tensor)], but stored once.
    ///
    /// Where a gradient will be asked for, only RELU is: its slope follows from the result, others
    /// need what they are applied to.
    ///
    /// @param activation a function without settings
    /// @throws ShapeException as [#linear(Tensor, Tensor, Tensor)] does
    public static Tensor linear(
            Tensor x, Tensor weight, @Nullable Tensor bias, UnaryOp activation) {
        boolean graph =
                Autograd.isRecording()
                        && (x.needsGradient()
                                || weight.needsGradient()
                                || (bias != null && bias.needsGradient()));
        if (graph && activation != UnaryOp.RELU) {
            return ElementwiseOps.unary(activation, linear(x, weight, bias), 0, 0);
        }
        checkLinear(x, weight, bias);
        Tensor y = affine(x, weight, bias, activation);
        return Autograd.record(y, new Linear(x, weight, bias, y));
    }

    private static void checkLinear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (x.rank() == 0 || weight.rank() != 2 || x.size(-1) != weight.size(1)) {
            throw new ShapeException(
                    "linear: weight must be [out, in] with x's last size as in; got x "
                            + x.shape()
                            + " and weight "
                            + weight.shape());
        }
        if (bias != null && (bias.rank() != 1 || bias.size(0) != weight.size(0))) {
            throw new ShapeException(
                    "linear: bias must have one element per row of weight; got bias "
                            + bias.shape()
                            + " and weight "
                            + weight.shape());
        }
        checkedType("linear", x, weight);
        if (x.type() != weight.type() || (bias != null && bias.type() != x.type())) {
            throw new ShapeException(
                    "linear: x, weight and bias must have one type; got "
                            + x.type()
                            + ", "
                            + weight.type()
                            + " and "
                            + (bias == null ? "no bias" : bias.type()));
        }
    }

    private static Tensor affine(
            Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable UnaryOp activation) {
        Tensor y = Tensor.empty(x.type(), x.shape().with(-1, weight.size(0)));
        Tensor rows = matrix(x);
        Tensor transposed =
                new Tensor(
                        weight.storage(), weight.layout().permute(new int[] {1, 0}), weight.type());
        Backend.kernels()
                .matmul()
                .multiply(
                        matrices(matrix(y), 1),
                        matrices(rows, 1),
                        matrices(transposed, 1),
                        new Epilogue(
                                1,
                                0,
                                bias == null ? null : contiguous(bias).segment(),
                                activation));
        return y;
    }

    private static Strided contiguous(Tensor x) {
        Strided elements = x.strided(x.shape());
        return elements.isContiguous() ? elements : copy(x).strided(x.shape());
    }

    /// `x` as one matrix, a vector as one row; outside of the graph.
    private static Tensor matrix(Tensor x) {
        return x.rank() > 1
                ? flat(x)
                : new Tensor(x.storage(), x.layout().expand(Shape.of(1, x.size(0))), x.type());
    }

    /// @param rectified the result, if its negative elements were set to zero; or null
    private record Linear(
            Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable Tensor rectified)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return bias == null ? List.of(x, weight) : List.of(x, weight, bias);
        }

        @Override
        public List<Tensor> saved() {
            return rectified == null ? List.of(x, weight) : List.of(x, weight, rectified);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor upstream =
                    rectified == null
                            ? dy.contiguous()
                            : ElementwiseOps.timesSlope(UnaryOp.RELU, dy, rectified, 0, 0);
            Tensor rows = matrix(upstream);
            Tensor dx = x.needsGradient() ? product(rows, weight).reshape(x.shape().sizes()) : null;
            Tensor dw = weight.needsGradient() ? product(rows.transpose(0, 1), matrix(x)) : null;
            if (bias == null) {
                return new Tensor[] {dx, dw};
            }
            Tensor db = bias.needsGradient() ? ReduceOps.sum(rows, 0, false) : null;
            return new Tensor[] {dx, dw, db};
        }
    }
}
