package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.Erf;
import dev.tenon.kernel.scalar.ScalarElementwise;

/// The elementwise functions and their derivatives over enclosures: what the formula of [UnaryOp]
/// may come to in a type.
final class Formulas {
    /// Functions without settings: those that layers apply, and some of other shapes.
    static final UnaryOp[] ACTIVATIONS = {
        UnaryOp.RELU,
        UnaryOp.SILU,
        UnaryOp.GELU_ERF,
        UnaryOp.GELU_TANH,
        UnaryOp.TANH,
        UnaryOp.SIGMOID,
        UnaryOp.SQUARE,
        UnaryOp.NEG,
        UnaryOp.EXP
    };

    private static final double LINEAR = 2 * Math.sqrt(2 / Math.PI);
    private static final double CUBIC = LINEAR * 0.044715;

    /// What the definition, in F64, loses of 1 where `1 + erf` or `1 + tanh` cancels.
    private static final double CANCELLED = 0x1p-51;

    private Formulas() {}

    /// Returns what `op(x)` may be.
    static Enclosure value(UnaryOp op, Enclosure x, double a, double b) {
        DType type = x.type();
        boolean point = x.lo() == x.hi() || x.none();
        return switch (op) {
            case NEG -> x.negated();
            case ABS -> x.size();
            case SIGN -> step(x, Math.signum(x.lo()), Math.signum(x.hi()));
            case SQUARE -> point ? rounded(op, x) : x.squared();
            case SQRT -> point ? rounded(op, x) : x.root();
            case RECIPROCAL -> point ? rounded(op, x) : Enclosure.of(type, 1).over(x);
            case EXP -> x.exp();
            case LOG -> x.grown(Math::log);
            case SIN, COS -> wave(op, x);
            case TANH -> x.grown(Math::tanh);
            case ERF -> x.grown(Erf::erf);
            case SIGMOID -> sigmoid(x);
            case RELU -> x.atLeast(0);
            case LEAKY_RELU -> x.lo() > 0 ? x : x.hi() <= 0 ? x.times(a) : bent(x, a);
            case SILU -> x.times(sigmoid(x));
            case GELU_ERF -> x.times(normal(x)).loosened(lostOf(x));
            case GELU_TANH -> x.times(sigmoid(bend(x))).loosened(lostOf(x));
            case ADD -> x.plus(a);
            case MUL -> x.times(a);
            case POW -> x.grown(v -> Math.pow(v, a));
            case CLAMP -> x.atLeast(a).atMost(b).off(1);
        };
    }

    /// Returns what `op'(x)` may be.
    static Enclosure slope(UnaryOp op, Enclosure x, double a, double b) {
        DType type = x.type();
        Enclosure one = Enclosure.of(type, 1);
        return switch (op) {
            case NEG, ABS, SIGN, RELU, ADD, CLAMP -> jumps(op, x, a, b);
            case SQUARE -> x.plus(x);
            case SQRT -> Enclosure.of(type, 0.5).over(x.root());
            case RECIPROCAL -> one.negated().over(x.squared());
            case EXP -> x.exp();
            case LOG -> one.over(x);
            case SIN -> wave(UnaryOp.COS, x);
            case COS -> wave(UnaryOp.SIN, x).negated();
            case TANH -> {
                Enclosure e = x.size().times(-2).exp(); // 1 - tanh^2 = 4 e / (1 + e)^2
                yield e.times(4).over(e.plus(1).squared()).loosened(CANCELLED);
            }
            case ERF -> x.squared().negated().exp().times(2 / Math.sqrt(Math.PI));
            case SIGMOID -> sigmoid(x).times(sigmoid(x.negated())).loosened(CANCELLED);
            case LEAKY_RELU -> {
                Enclosure below = Enclosure.setting(type, a);
                Enclosure both =
                        new Enclosure(
                                type, Math.min(1, below.lo()), Math.max(1, below.hi()), false);
                yield x.lo() > 0 && !x.nan() ? one : x.hi() <= 0 || x.none() ? below : both;
            }
            case SILU -> {
                Enclosure s = sigmoid(x);
                Enclosure part = s.times(sigmoid(x.negated()));
                yield s.plus(x.times(part)).loosened(lostOf(x));
            }
            case GELU_ERF -> {
                Enclosure bell = x.squared().times(-0.5).exp().times(1 / Math.sqrt(2 * Math.PI));
                yield normal(x).plus(x.times(bell)).loosened(lostOf(x));
            }
            case GELU_TANH -> {
                Enclosure s = sigmoid(bend(x));
                Enclosure part = s.times(sigmoid(bend(x).negated()));
                Enclosure inner = x.squared().times(3 * CUBIC).plus(LINEAR);
                yield s.plus(x.times(inner.times(part))).loosened(lostOf(x));
            }
            case MUL -> Enclosure.setting(type, a);
            case POW -> // grows or falls on either side of 0
                    x.lo() < 0 && x.hi() > 0
                            ? Enclosure.any(type)
                            : x.grown(v -> ScalarElementwise.derivative(op, v, a, b));
        };
    }

    /// The result of one operation, rounded once however it is computed.
    private static Enclosure rounded(UnaryOp op, Enclosure x) {
        double value = ScalarElementwise.apply(op, x.lo(), 0, 0);
        return Enclosure.of(x.type(), x.type() == DType.F32 ? (float) value : value);
    }

    private static Enclosure step(Enclosure x, double lo, double hi) {
        return new Enclosure(x.type(), lo, hi, x.nan());
    }

    /// Returns what a slope that is constant between 0, `a` and `b` may be: at the ends, and where
    /// it changes between them.
    private static Enclosure jumps(UnaryOp op, Enclosure x, double a, double b) {
        double[] places = {x.lo(), x.hi(), x.nan() ? Double.NaN : x.lo(), 0, a, b};
        double from = Double.POSITIVE_INFINITY;
        double to = Double.NEGATIVE_INFINITY;
        boolean undefined = false;
        for (int i = 0; i < places.length; i++) {
            if (i > 2 && !(places[i] >= x.lo() && places[i] <= x.hi())) {
                continue;
            }
            double slope = ScalarElementwise.derivative(op, places[i], a, b);
            undefined |= Double.isNaN(slope);
            from = Double.isNaN(slope) ? from : Math.min(from, slope);
            to = Double.isNaN(slope) ? to : Math.max(to, slope);
        }
        boolean none = from > to;
        return new Enclosure(x.type(), none ? Double.NaN : from, none ? Double.NaN : to, undefined);
    }

    private static Enclosure bent(Enclosure x, double a) {
        double below = a * x.lo();
        Enclosure both =
                new Enclosure(
                        x.type(),
                        Math.min(0, below),
                        Math.max(x.hi(), Math.max(0, below)),
                        x.nan());
        return both.off(3);
    }

    private static Enclosure wave(UnaryOp op, Enclosure x) {
        double value = ScalarElementwise.apply(op, x.lo(), 0, 0);
        return Enclosure.of(x.type(), value).loosened(Math.max(0, x.hi() - x.lo())).off(6);
    }

    static Enclosure sigmoid(Enclosure x) {
        return x.grown(v -> 1 / (1 + Math.exp(-v))).atLeast(0);
    }

    /// The normal distribution. Its tail is 5 ulp off; rounding `x` itself, by `x / sqrt 2` or `x^2
    /// / 2`, changes it by `u x^2`, its condition number times u.
    private static Enclosure normal(Enclosure x) {
        double square = Math.min(Math.max(x.lo() * x.lo(), x.hi() * x.hi()), 200);
        return x.grown(v -> 0.5 * (1 + Erf.erf(v * Math.sqrt(0.5))))
                .off(4 + square)
                .loosened(CANCELLED)
                .atLeast(0);
    }

    /// The argument of GELU's sigmoid.
    private static Enclosure bend(Enclosure x) {
        return x.squared().times(CUBIC).plus(LINEAR).times(x);
    }

    private static double lostOf(Enclosure x) {
        double size = Math.max(Math.abs(x.lo()), Math.abs(x.hi()));
        return Double.isFinite(size) ? CANCELLED * Math.max(1, size) : 0;
    }
}
