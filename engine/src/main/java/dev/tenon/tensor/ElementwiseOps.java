package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.UnaryOp;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Operations of the family Elementwise: functions of one element, arithmetic with broadcasting,
/// comparison, choice, conversion.
///
/// Functions of one element take F32 or F64 and throw [ShapeException] for any other type. Those of
/// two tensors broadcast by NumPy's rule and promote mixed types ([DType#promote]); they throw
/// [ShapeException] where the shapes do not broadcast.
public final class ElementwiseOps {
    private ElementwiseOps() {}

    // ---- functions of one element

    /// Returns `-x`.
    public static Tensor neg(Tensor x) {
        return unary(UnaryOp.NEG, x, 0, 0);
    }

    /// Returns `|x|`; the derivative at 0 is 0.
    public static Tensor abs(Tensor x) {
        return unary(UnaryOp.ABS, x, 0, 0);
    }

    /// Returns 1 for positive `x`, -1 for negative, 0 for zero; the derivative is 0.
    public static Tensor sign(Tensor x) {
        return unary(UnaryOp.SIGN, x, 0, 0);
    }

    /// Returns `e^x`.
    public static Tensor exp(Tensor x) {
        return unary(UnaryOp.EXP, x, 0, 0);
    }

    /// Returns the natural logarithm of `x`: -infinity for 0, NaN below.
    public static Tensor log(Tensor x) {
        return unary(UnaryOp.LOG, x, 0, 0);
    }

    /// Returns `sqrt(x)`, NaN for negative `x`.
    public static Tensor sqrt(Tensor x) {
        return unary(UnaryOp.SQRT, x, 0, 0);
    }

    /// Returns `x^2`.
    public static Tensor square(Tensor x) {
        return unary(UnaryOp.SQUARE, x, 0, 0);
    }

    /// Returns `1 / x`.
    public static Tensor reciprocal(Tensor x) {
        return unary(UnaryOp.RECIPROCAL, x, 0, 0);
    }

    /// Returns `sin(x)`, `x` in radians.
    public static Tensor sin(Tensor x) {
        return unary(UnaryOp.SIN, x, 0, 0);
    }

    /// Returns `cos(x)`, `x` in radians.
    public static Tensor cos(Tensor x) {
        return unary(UnaryOp.COS, x, 0, 0);
    }

    /// Returns `tanh(x)`.
    public static Tensor tanh(Tensor x) {
        return unary(UnaryOp.TANH, x, 0, 0);
    }

    /// Returns the error function, `2/sqrt(pi) * integral of exp(-t^2) from 0 to x`.
    public static Tensor erf(Tensor x) {
        return unary(UnaryOp.ERF, x, 0, 0);
    }

    /// Returns `1 / (1 + exp(-x))`.
    public static Tensor sigmoid(Tensor x) {
        return unary(UnaryOp.SIGMOID, x, 0, 0);
    }

    /// Returns `max(x, 0)`; the derivative at 0 is 0.
    public static Tensor relu(Tensor x) {
        return unary(UnaryOp.RELU, x, 0, 0);
    }

    /// Returns `x * sigmoid(x)` (Elfwing et al. 2018; Ramachandran et al. 2017, "Swish").
    public static Tensor silu(Tensor x) {
        return unary(UnaryOp.SILU, x, 0, 0);
    }

    /// Returns `x * Phi(x) = 0.5 x (1 + erf(x / sqrt(2)))` (Hendrycks and Gimpel 2016), exact.
    public static Tensor gelu(Tensor x) {
        return unary(UnaryOp.GELU_ERF, x, 0, 0);
    }

    /// Returns `0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))`, the same paper's approximation of
    /// [#gelu].
    public static Tensor geluTanh(Tensor x) {
        return unary(UnaryOp.GELU_TANH, x, 0, 0);
    }

    /// Returns `x` where `x > 0`, `slope * x` elsewhere.
    ///
    /// @param slope factor of negative elements; PyTorch's default is 0.01
    public static Tensor leakyRelu(Tensor x, double slope) {
        return unary(UnaryOp.LEAKY_RELU, x, slope, 0);
    }

    /// Returns `x ^ exponent`.
    public static Tensor pow(Tensor x, double exponent) {
        return unary(UnaryOp.POW, x, exponent, 0);
    }

    /// Returns `min(max(x, low), high)`; the derivative is 1 from `low` to `high`, 0 outside.
    ///
    /// @throws TenonException unless `low <= high`
    public static Tensor clamp(Tensor x, double low, double high) {
        if (!(low <= high)) {
            throw new TenonException(
                    "clamp: low must be at most high; got low " + low + " and high " + high);
        }
        return unary(UnaryOp.CLAMP, x, low, high);
    }

    /// Returns `x + value`.
    public static Tensor add(Tensor x, double value) {
        return unary(UnaryOp.ADD, x, value, 0);
    }

    /// Returns `x - value`.
    public static Tensor sub(Tensor x, double value) {
        return unary(UnaryOp.ADD, x, -value, 0);
    }

    /// Returns `x * value`.
    public static Tensor mul(Tensor x, double value) {
        return unary(UnaryOp.MUL, x, value, 0);
    }

    /// Returns `op(x)` for each element, with the op's settings `a` and `b`.
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

    private record Unary(UnaryOp op, Tensor x, double a, double b) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return op == UnaryOp.NEG || op == UnaryOp.ADD || op == UnaryOp.MUL
                    ? List.of()
                    : List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {
                switch (op) {
                    case NEG -> neg(dy);
                    case ADD -> dy;
                    case MUL -> mul(dy, a);
                    default -> timesSlope(op, dy, x, a, b);
                }
            };
        }

        @Override
        public String name() {
            return ElementwiseOps.name(op);
        }
    }

    /// Returns `dy * op'(x)`, outside of the graph.
    static Tensor timesSlope(UnaryOp op, Tensor dy, Tensor x, double a, double b) {
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
        return dx;
    }

    // ---- arithmetic with broadcasting

    /// Returns `a + b`.
    public static Tensor add(Tensor a, Tensor b) {
        return binary(BinaryOp.ADD, a, b);
    }

    /// Returns `a - b`.
    public static Tensor sub(Tensor a, Tensor b) {
        return binary(BinaryOp.SUB, a, b);
    }

    /// Returns `a * b`, element by element.
    public static Tensor mul(Tensor a, Tensor b) {
        return binary(BinaryOp.MUL, a, b);
    }

    /// Returns `a / b`, element by element; two integer tensors give F32.
    public static Tensor div(Tensor a, Tensor b) {
        return a.type().isFloating() || b.type().isFloating()
                ? binary(BinaryOp.DIV, a, b)
                : binary(BinaryOp.DIV, a.to(DType.F32), b.to(DType.F32));
    }

    /// Returns `a ^ b`, element by element; the gradient with respect to `b` is 0 where `a` is 0.
    public static Tensor pow(Tensor a, Tensor b) {
        return binary(BinaryOp.POW, a, b);
    }

    /// Returns the larger of `a` and `b`, NaN where one is NaN; equal ones share the gradient.
    public static Tensor maximum(Tensor a, Tensor b) {
        return binary(BinaryOp.MAXIMUM, a, b);
    }

    /// Returns the smaller of `a` and `b`, NaN where one is NaN; equal ones share the gradient.
    public static Tensor minimum(Tensor a, Tensor b) {
        return binary(BinaryOp.MINIMUM, a, b);
    }

    // ---- comparison

    /// Returns where `a = b`, BOOL.
    public static Tensor equal(Tensor a, Tensor b) {
        return binary(BinaryOp.EQUAL, a, b);
    }

    /// Returns where `a < b`, BOOL.
    public static Tensor less(Tensor a, Tensor b) {
        return binary(BinaryOp.LESS, a, b);
    }

    /// Returns where `a <= b`, BOOL.
    public static Tensor lessEqual(Tensor a, Tensor b) {
        return binary(BinaryOp.LESS_EQUAL, a, b);
    }

    /// Returns where `a > b`, BOOL.
    public static Tensor greater(Tensor a, Tensor b) {
        return binary(BinaryOp.GREATER, a, b);
    }

    /// Returns `op(a, b)` for each pair of elements.
    public static Tensor binary(BinaryOp op, Tensor a, Tensor b) {
        Shape shape = a.shape().broadcast(b.shape(), name(op));
        DType type = a.type().promote(b.type());
        if (op.isComparison()) {
            return Autograd.noGrad(() -> computed(op, a.to(type), b.to(type), DType.BOOL, shape));
        }
        Tensor u = a.to(type);
        Tensor v = b.to(type);
        return Autograd.record(computed(op, u, v, type, shape), new Binary(op, u, v));
    }

    private static Tensor computed(BinaryOp op, Tensor u, Tensor v, DType type, Shape shape) {
        Tensor y = Tensor.empty(type, shape);
        Backend.kernels()
                .elementwise()
                .binary(y.strided(shape), u.strided(shape), v.strided(shape), op);
        return y;
    }

    private record Binary(BinaryOp op, Tensor a, Tensor b) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public List<Tensor> saved() {
            return switch (op) {
                case ADD, SUB -> List.of();
                case MUL -> // each is the other's derivative
                        a.needsGradient()
                                ? b.needsGradient() ? List.of(a, b) : List.of(b)
                                : List.of(a);
                case DIV -> b.needsGradient() ? List.of(a, b) : List.of(b);
                default -> List.of(a, b);
            };
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
                case POW -> { // b = 0: a^-1 may be infinite, and 0 * infinity is NaN
                    Tensor slope = mul(b, pow(a, add(b, -1)));
                    yield mul(dy, where(equal(b, zero(b)), zero(b), slope));
                }
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
                case POW -> { // a = 0: 0^b log 0 is 0 * -infinity, its limit 0
                    Tensor slope = mul(pow(a, b), log(a));
                    yield mul(dy, where(equal(a, zero(a)), zero(a), slope));
                }
                case MAXIMUM -> mul(dy, share(BinaryOp.GREATER, b, a));
                case MINIMUM -> mul(dy, share(BinaryOp.LESS, b, a));
                default -> throw new IllegalStateException(op + " has no gradient");
            };
        }

        private static Tensor zero(Tensor like) {
            return Tensor.scalar(like.type(), 0);
        }

        /// 1 where `u` wins, one half where both are equal, as PyTorch shares a tie.
        private static Tensor share(BinaryOp wins, Tensor u, Tensor v) {
            Tensor tie = equal(u, v).to(u.type());
            return add(binary(wins, u, v).to(u.type()), mul(tie, 0.5));
        }

        @Override
        public String name() {
            return ElementwiseOps.name(op);
        }
    }

    // ---- choice

    /// Returns `a` where `condition` holds and `b` elsewhere, all three broadcast.
    ///
    /// @param condition BOOL
    /// @throws ShapeException if the condition is not BOOL or shapes do not broadcast
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (condition.type() != DType.BOOL) {
            throw new ShapeException(
                    "where: the condition must be BOOL; got "
                            + condition.type()
                            + " "
                            + condition.shape()
                            + ". Compare, or convert with to(DType.BOOL)");
        }
        Shape shape = a.shape().broadcast(b.shape(), "where").broadcast(condition.shape(), "where");
        DType type = a.type().promote(b.type());
        Tensor u = a.to(type);
        Tensor v = b.to(type);
        Tensor y = Tensor.empty(type, shape);
        Backend.kernels()
                .elementwise()
                .where(
                        y.strided(shape),
                        condition.strided(shape),
                        u.strided(shape),
                        v.strided(shape));
        return Autograd.record(y, new Where(condition, u, v));
    }

    private record Where(Tensor condition, Tensor a, Tensor b) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(a, b);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(condition);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor zero = Tensor.scalar(dy.type(), 0);
            return new Tensor[] {
                a.needsGradient() ? ReduceOps.sumTo(where(condition, dy, zero), a.shape()) : null,
                b.needsGradient() ? ReduceOps.sumTo(where(condition, zero, dy), b.shape()) : null
            };
        }
    }

    // ---- conversion

    /// Returns the elements of `x` converted to `type`: floats round to nearest even, integers
    /// truncate toward zero. The gradient is converted back; none flows through an integer type.
    public static Tensor cast(Tensor x, DType type) {
        Tensor y = Tensor.empty(type, x.shape());
        Backend.kernels().elementwise().copy(y.strided(x.shape()), x.strided(x.shape()));
        return type.isFloating() ? Autograd.record(y, new Cast(x)) : y;
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

    /// The op's name in messages: LEAKY_RELU is leakyRelu.
    private static String name(Enum<?> op) {
        StringBuilder name = new StringBuilder();
        for (String word : op.name().toLowerCase(Locale.ROOT).split("_", -1)) {
            name.append(name.isEmpty() ? word.charAt(0) : Character.toUpperCase(word.charAt(0)));
            name.append(word, 1, word.length());
        }
        return op == UnaryOp.GELU_ERF ? "gelu" : name.toString();
    }
}
