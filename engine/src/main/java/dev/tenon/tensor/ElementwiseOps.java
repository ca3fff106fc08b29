package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.UnaryOp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Elementwise: functions of one element, arithmetic with broadcasting,
/// conversion.
public final class ElementwiseOps {
    private ElementwiseOps() {}

    /// Returns `-x`.
    public static Tensor neg(Tensor x) {
        return unary(UnaryOp.NEG, x, 0, 0);
    }

    /// Returns `x + value`.
    public static Tensor add(Tensor x, double value) {
        return unary(UnaryOp.ADD, x, value, 0);
    }

    /// Returns `x * value`.
    public static Tensor mul(Tensor x, double value) {
        return unary(UnaryOp.MUL, x, value, 0);
    }

    /// Returns `op(x)` for each element, with the op's settings `a` and `b`.
    ///
    /// @throws ShapeException if the type is not F32 or F64
    public static Tensor unary(UnaryOp op, Tensor x, double a, double b) {
        if (!x.type().isArithmetic()) {
            throw new ShapeException(
                    name(op)
                            + ": the type must be F32 or F64; got "
                            + x.type()
                            + " "
                            + x.shape()
                            + ". Convert with to(DType.F32)");
        }
        Tensor source = x.contiguous();
        Tensor y = Tensor.empty(x.type(), x.shape());
        Backend.kernels()
                .elementwise()
                .unary(y.segment(), source.segment(), x.count(), op, a, b, x.type());
        return Autograd.record(y, new Unary(op, source, a, b));
    }

    private static String name(Enum<?> op) {
        return op.name().toLowerCase(java.util.Locale.ROOT);
    }

    private record Unary(UnaryOp op, Tensor x, double a, double b) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            Backend.kernels()
                    .elementwise()
                    .unaryGradient(
                            dx.segment(),
                            upstream.segment(),
                            x.segment(),
                            x.count(),
                            op,
                            a,
                            b,
                            x.type());
            return new Tensor[] {dx};
        }

        @Override
        public String name() {
            return ElementwiseOps.name(op);
        }
    }

    /// Returns `a + b`, broadcast.
    ///
    /// @throws ShapeException if shapes do not broadcast
    public static Tensor add(Tensor a, Tensor b) {
        return binary(BinaryOp.ADD, a, b);
    }

    /// Returns `a - b`, broadcast.
    public static Tensor sub(Tensor a, Tensor b) {
        return binary(BinaryOp.SUB, a, b);
    }

    /// Returns `a * b`, element by element, broadcast.
    public static Tensor mul(Tensor a, Tensor b) {
        return binary(BinaryOp.MUL, a, b);
    }

    /// Returns `a / b`, element by element, broadcast.
    public static Tensor div(Tensor a, Tensor b) {
        return binary(BinaryOp.DIV, a, b);
    }

    /// Returns `op(a, b)` for each pair of elements, broadcast; mixed types are promoted
    /// ([DType#promote]).
    ///
    /// @throws ShapeException if shapes do not broadcast
    public static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        Shape shape = a.shape().broadcast(b.shape(), name(op));
        DType type = a.type().promote(b.type());
        Tensor u = a.to(type);
        Tensor v = b.to(type);
        Tensor y = Tensor.empty(op.isComparison() ? DType.BOOL : type, shape);
        Backend.kernels()
                .elementwise()
                .binary(y.strided(shape), u.strided(shape), v.strided(shape), op);
        return op.isComparison() ? y : Autograd.record(y, new Binary(op, u, v));
    }

    private record Binary(BinaryOp op, Tensor a, Tensor b) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public List<Tensor> saved() {
            return op == BinaryOp.ADD || op == BinaryOp.SUB ? List.of() : List.of(a, b);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {
                a.needsGradient() ? ReduceOps.sumTo(towardA(dy), a.shape()) : null,
                b.needsGradient() ? ReduceOps.sumTo(towardB(dy), b.shape()) : null
            };
        }

        private Tensor towardA(Tensor dy) {
            return switch (op) {
                case ADD, SUB -> dy;
                case MUL -> mul(dy, b);
                case DIV -> div(dy, b);
                case POW -> mul(dy, mul(b, binary(BinaryOp.POW, a, add(b, -1))));
                case MAXIMUM -> mul(dy, share(BinaryOp.GREATER, a, b));
                case MINIMUM -> mul(dy, share(BinaryOp.LESS, a, b));
                default -> throw new IllegalStateException(op + " has no gradient");
            };
        }

        private Tensor towardB(Tensor dy) {
            return switch (op) {
                case ADD -> dy;
                case SUB -> neg(dy);
                case MUL -> mul(dy, a);
                case DIV -> neg(div(mul(dy, a), mul(b, b)));
                case POW -> mul(dy, mul(binary(BinaryOp.POW, a, b), unary(UnaryOp.LOG, a, 0, 0)));
                case MAXIMUM -> mul(dy, share(BinaryOp.GREATER, b, a));
                case MINIMUM -> mul(dy, share(BinaryOp.LESS, b, a));
                default -> throw new IllegalStateException(op + " has no gradient");
            };
        }

        /// 1 where `u` wins, one half where both are equal, as PyTorch shares a tie.
        private static Tensor share(BinaryOp wins, Tensor u, Tensor v) {
            Tensor tie = binary(BinaryOp.EQUAL, u, v).to(u.type());
            return add(binary(wins, u, v).to(u.type()), mul(tie, 0.5));
        }

        @Override
        public String name() {
            return ElementwiseOps.name(op);
        }
    }

    /// Returns the elements of `x` converted to `type`; the gradient is converted back.
    public static Tensor cast(Tensor x, DType type) {
        Tensor y = Tensor.empty(type, x.shape());
        Backend.kernels().elementwise().copy(y.strided(x.shape()), x.strided(x.shape()));
        return Autograd.record(y, new Cast(x));
    }

    /// Returns a contiguous copy of `x`.
    public static Tensor copy(Tensor x) {
        return cast(x, x.type());
    }

    private record Cast(Tensor x) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {dy.to(x.type())};
        }
    }
}
