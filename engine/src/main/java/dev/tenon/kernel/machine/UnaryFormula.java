package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Node.Comparison.GREATER;
import static dev.tenon.kernel.machine.Node.Comparison.GREATER_EQUAL;
import static dev.tenon.kernel.machine.Node.Comparison.LESS;
import static dev.tenon.kernel.machine.Node.Comparison.LESS_EQUAL;

import dev.tenon.kernel.UnaryOp;

/// The elementwise functions of one variable and their slopes as formulas of a [Pass], to stand
/// alone or in a chain.
///
/// Slopes are written without differences of nearly equal numbers: `s (1 - s)` from `e^-|x|`, so
/// that they keep their precision where a function saturates.
final class UnaryFormula {
    private static final double LINEAR = 2 * Math.sqrt(2 / Math.PI);
    private static final double CUBIC = LINEAR * 0.044715;

    private final Pass pass;
    private final MachineMath math;
    private final Node a;
    private final Node b;

    /// @param a the op's first setting
    /// @param b the op's second setting
    UnaryFormula(Pass pass, Node a, Node b) {
        this.pass = pass;
        this.a = a;
        this.b = b;
        math = new MachineMath(pass);
    }

    private Node of(double value) {
        return pass.constant(value);
    }

    /// Says whether there is a formula for `op`.
    static boolean has(UnaryOp op) {
        return switch (op) {
            case SIN, COS, POW -> false;
            default -> true;
        };
    }

    /// Returns `op(x)`.
    Node value(UnaryOp op, Node x) {
        return switch (op) {
            case NEG -> x.neg();
            case ABS -> x.abs();
            case SIGN -> sign(x, x);
            case SQUARE -> x.mul(x);
            case SQRT -> x.sqrt();
            case RECIPROCAL -> of(1).div(x);
            case EXP -> math.exp(x);
            case LOG -> math.log(x);
            case TANH -> math.tanh(x);
            case ERF -> math.erf(x);
            case SIGMOID -> math.sigmoid(x);
            case RELU -> x.select(LESS_EQUAL, of(0), of(0), x);
            case LEAKY_RELU -> x.select(GREATER, of(0), x, x.mul(a));
            case SILU -> math.silu(x);
            case GELU_ERF -> {
                MachineMath.Normal normal = math.normal(x); // 0 or x, less |x| times the tail
                Node late = x.again();
                Node size = normal.minus().min(late); // minus it
                yield size.fma(normal.tail(), of(0).max(late)); // NaN where x is
            }
            case GELU_TANH -> math.sigmoid(x.mul(x).fma(of(CUBIC), of(LINEAR)).mul(x)).mul(x);
            case ADD -> x.add(a);
            case MUL -> x.mul(a);
            case CLAMP -> {
                Node high = x.select(LESS, a, a, x);
                yield x.select(GREATER, b, b, high);
            }
            case SIN, COS, POW -> throw new IllegalArgumentException("no formula for " + op);
        };
    }

    /// 1 or -1 with the sign of `x`, and `other` where it is 0 or NaN.
    private Node sign(Node x, Node other) {
        Node negative = x.select(LESS, of(0), of(-1), other);
        return x.select(GREATER, of(0), of(1), negative);
    }

    /// Returns `dy * op'(x)`.
    Node gradient(UnaryOp op, Node dy, Node x) {
        return switch (op) {
            case NEG -> dy.neg();
            case ABS -> dy.mul(sign(x, x));
            case SIGN -> dy.mul(of(0));
            case SQUARE -> dy.mul(x.add(x));
            case SQRT -> dy.mul(of(0.5).div(x.sqrt()));
            case RECIPROCAL -> dy.mul(of(-1).div(x.mul(x)));
            case EXP -> dy.mul(math.exp(x));
            case LOG -> dy.div(x);
            case TANH -> {
                Node e = math.expOfNegative(x.abs().mul(of(-2))); // 1 - tanh^2 = 4 e / (1 + e)^2
                Node d = e.add(of(1));
                yield dy.mul(e.mul(of(4)).div(d.mul(d)));
            }
            case ERF -> dy.mul(math.expOfNegative(x.mul(x).neg()).mul(of(2 / Math.sqrt(Math.PI))));
            case SIGMOID -> {
                Node e = math.expOfNegative(x.negAbs()); // s (1 - s) = e / (1 + e)^2
                Node d = e.add(of(1));
                yield dy.mul(e.div(d.mul(d)));
            }
            case RELU -> dy.mul(x.select(GREATER, of(0), of(1), of(0)));
            case LEAKY_RELU -> dy.mul(x.select(GREATER, of(0), of(1), a));
            case SILU -> {
                Halves s = halves(math.expOfNegative(x.negAbs()), x);
                yield dy.mul(s.value.fma(s.rest.mul(x), s.value));
            }
            case GELU_ERF -> {
                MachineMath.Normal normal = math.normal(x);
                Node late = x.again();
                Node tail = normal.tail();
                Node share = late.ifNegative(tail, of(1).sub(tail));
                yield dy.mul(normal.density().fma(late, share));
            }
            case GELU_TANH -> {
                Node size = math.boundedAbs(x); // beyond it s (1 - s) is long 0
                Node square = size.mul(size);
                Node e = math.expOfNegative(square.fma(of(CUBIC), of(LINEAR)).mul(size).neg());
                Halves s = halves(e, x);
                Node slope = square.fma(of(3 * CUBIC), of(LINEAR)).mul(s.value.mul(s.rest));
                yield dy.mul(slope.fma(x, s.value));
            }
            case ADD -> dy;
            case MUL -> dy.mul(a);
            case CLAMP -> {
                Node inside = x.select(LESS_EQUAL, b, of(1), of(0));
                yield dy.mul(x.select(GREATER_EQUAL, a, inside, of(0)));
            }
            case SIN, COS, POW -> throw new IllegalArgumentException("no formula for " + op);
        };
    }

    /// A sigmoid and one minus it, both to full precision.
    private record Halves(Node value, Node rest) {}

    /// @param e `e^-|u|`, where the sigmoid's argument `u` has the sign of `x`
    private Halves halves(Node e, Node x) {
        Node near = of(1).div(e.add(of(1))); // of the two the one above one half
        Node far = e.mul(near);
        return new Halves(x.ifNegative(far, near), x.ifNegative(near, far));
    }
}
