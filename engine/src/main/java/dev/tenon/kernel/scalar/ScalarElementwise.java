package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;

/// The definition of the family Elementwise.
public final class ScalarElementwise implements ElementwiseKernel {
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

    /// Returns `op(x)`.
    public static double apply(UnaryOp op, double x, double a, double b) {
        return switch (op) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case SQUARE -> x * x;
            case SQRT -> Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TANH -> Math.tanh(x);
            case ERF -> Erf.erf(x);
            case SIGMOID -> sigmoid(x);
            case RELU -> x <= 0 ? 0 : x; // NaN stays NaN
            case LEAKY_RELU -> x > 0 ? x : a * x;
            case SILU -> x * sigmoid(x);
            case GELU_ERF -> 0.5 * x * (1 + Erf.erf(x * SQRT_HALF));
            case GELU_TANH ->
                    0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)));
            case ADD -> x + a;
            case MUL -> x * a;
            case POW -> Math.pow(x, a);
            case CLAMP -> Math.min(Math.max(x, a), b);
        };
    }

    /// Returns `op'(x)`.
    public static double derivative(UnaryOp op, double x, double a, double b) {
        return switch (op) {
            case NEG -> -1;
            case ABS -> Math.signum(x);
            case SIGN -> 0;
            case SQUARE -> 2 * x;
            case SQRT -> 0.5 / Math.sqrt(x);
            case RECIPROCAL -> -1 / (x * x);
            case EXP -> Math.exp(x);
            case LOG -> 1 / x;
            case SIN -> Math.cos(x);
            case COS -> -Math.sin(x);
            case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
            case ERF -> 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
            case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
            case RELU -> x > 0 ? 1 : 0;
            case LEAKY_RELU -> x > 0 ? 1 : a;
            case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
            case GELU_ERF ->
                    0.5 * (1 + Erf.erf(x * SQRT_HALF)) + x * INV_SQRT_2PI * Math.exp(-0.5 * x * x);
            case GELU_TANH -> {
                double t = Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x));
                yield 0.5 * (1 + t)
                        + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
            }
            case ADD -> 1;
            case MUL -> a;
            case POW -> a == 0 ? 0 : a * Math.pow(x, a - 1);
            case CLAMP -> x >= a && x <= b ? 1 : 0;
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Override
    public void unary(
            MemorySegment y,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type) {
        for (long i = 0; i < count; i++) {
            type.write(y, i, apply(op, type.read(x, i), a, b));
        }
    }

    @Override
    public void unaryGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type) {
        for (long i = 0; i < count; i++) {
            type.write(dx, i, type.read(dy, i) * derivative(op, type.read(x, i), a, b));
        }
    }

    @Override
    public void binary(Strided y, Strided a, Strided b, BinaryOp op) {
        Walk at = new Walk(a);
        Walk bt = new Walk(b);
        boolean floating = a.type().isFloating();
        for (long i = 0, n = y.count(); i < n; i++) {
            if (floating) {
                double u = a.type().read(a.data(), at.next());
                double v = b.type().read(b.data(), bt.next());
                y.type().write(y.data(), y.offset() + i, apply(op, u, v));
            } else {
                long u = a.type().readLong(a.data(), at.next());
                long v = b.type().readLong(b.data(), bt.next());
                y.type().writeLong(y.data(), y.offset() + i, apply(op, u, v));
            }
        }
    }

    /// Returns `op(a, b)`; MAXIMUM and MINIMUM of NaN are NaN.
    public static double apply(BinaryOp op, double a, double b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> Math.pow(a, b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
        };
    }

    private static long apply(BinaryOp op, long a, long b) {
        return switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case POW -> (long) Math.pow((double) a, (double) b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case EQUAL -> a == b ? 1 : 0;
            case LESS -> a < b ? 1 : 0;
            case LESS_EQUAL -> a <= b ? 1 : 0;
            case GREATER -> a > b ? 1 : 0;
        };
    }

    @Override
    public void where(Strided y, Strided condition, Strided a, Strided b) {
        Walk ct = new Walk(condition);
        Walk at = new Walk(a);
        Walk bt = new Walk(b);
        for (long i = 0, n = y.count(); i < n; i++) {
            double u = a.type().read(a.data(), at.next());
            double v = b.type().read(b.data(), bt.next());
            boolean first = condition.type().readLong(condition.data(), ct.next()) != 0;
            y.type().write(y.data(), y.offset() + i, first ? u : v);
        }
    }

    @Override
    public void copy(Strided y, Strided x) {
        Walk yt = new Walk(y);
        Walk xt = new Walk(x);
        boolean integers = !y.type().isFloating() && !x.type().isFloating();
        for (long i = 0, n = y.count(); i < n; i++) {
            if (integers) { // not through double, which would round I64 beyond 2^53
                y.type().writeLong(y.data(), yt.next(), x.type().readLong(x.data(), xt.next()));
            } else {
                y.type().write(y.data(), yt.next(), x.type().read(x.data(), xt.next()));
            }
        }
    }
}
