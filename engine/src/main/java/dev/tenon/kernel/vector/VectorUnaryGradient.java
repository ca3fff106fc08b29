package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Lanes.ORDER;
import static dev.tenon.kernel.vector.Lanes.check;
import static dev.tenon.kernel.vector.Lanes.load;
import static dev.tenon.kernel.vector.Lanes.store;
import static dev.tenon.kernel.vector.VectorMath.HALF;
import static dev.tenon.kernel.vector.VectorMath.ONE;
import static dev.tenon.kernel.vector.VectorMath.ZERO;
import static dev.tenon.kernel.vector.VectorUnary.CUBIC;
import static dev.tenon.kernel.vector.VectorUnary.LINEAR;
import static dev.tenon.kernel.vector.VectorUnary.all;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/// `dx = dy * op'(x)` in F32, laid out as [VectorUnary] is.
///
/// Slopes are written without differences of nearly equal numbers: `s (1 - s)` from `e^-|x|`, so
/// that they keep their precision where a function saturates.
final class VectorUnaryGradient {
    private static final int LENGTH = Lanes.FLOATS.length();
    private static final FloatVector MINUS_ONE = all(-1);
    private static final FloatVector MINUS_TWO = all(-2);
    private static final FloatVector FOUR = all(4);
    private static final FloatVector TWO_OVER_SQRT_PI = all(2 / Math.sqrt(Math.PI));
    private static final FloatVector INVERSE_SQRT_2PI = all(1 / Math.sqrt(2 * Math.PI));
    private static final FloatVector CUBIC_3 = all(6 * Math.sqrt(2 / Math.PI) * 0.044715);

    private VectorUnaryGradient() {}

    /// Works out the elements `from` to `to`, whose number is a multiple of the vector's length.
    static void run(
            UnaryOp op,
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long from,
            long to,
            double a,
            double b) {
        switch (op) {
            case NEG -> neg(dx, dy, from, to);
            case ABS -> abs(dx, dy, x, from, to);
            case SIGN -> sign(dx, dy, from, to);
            case SQUARE -> square(dx, dy, x, from, to);
            case SQRT -> sqrt(dx, dy, x, from, to);
            case RECIPROCAL -> reciprocal(dx, dy, x, from, to);
            case LOG -> log(dx, dy, x, from, to);
            case RELU -> relu(dx, dy, x, from, to);
            case LEAKY_RELU -> leakyRelu(dx, dy, x, from, to, all(a));
            case EXP -> exp(dx, dy, x, from, to);
            case TANH -> tanh(dx, dy, x, from, to);
            case ERF -> erf(dx, dy, x, from, to);
            case SIGMOID -> sigmoid(dx, dy, x, from, to);
            case SILU -> silu(dx, dy, x, from, to);
            case GELU_ERF -> geluErf(dx, dy, x, from, to);
            case GELU_TANH -> geluTanh(dx, dy, x, from, to);
            case CLAMP -> clamp(dx, dy, x, from, to, all(atLeast(a)), all(-atLeast(-b)));
            case ADD -> MemorySegment.copy(dy, from * 4, dx, from * 4, (to - from) * 4);
            case MUL -> VectorUnary.run(op, dx, dy, from, to, a, b);
            case SIN, COS, POW -> throw new IllegalStateException(op + " has no vector form");
        }
    }

    /// The least float that is not below `bound`: comparing floats with it is comparing with
    /// `bound`.
    private static float atLeast(double bound) {
        float nearest = (float) bound;
        return nearest < bound ? Math.nextUp(nearest) : nearest;
    }

    private static void neg(MemorySegment dx, MemorySegment dy, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector u = load(dy, i);
            store(u.neg(), dx, i);
        }
    }

    private static void abs(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(
                    u.mul(v.blend(ONE, v.compare(GT, ZERO)).blend(MINUS_ONE, v.compare(LT, ZERO))),
                    dx,
                    i);
        }
    }

    private static void sign(MemorySegment dx, MemorySegment dy, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector u = load(dy, i);
            store(u.mul(ZERO), dx, i);
        }
    }

    private static void square(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(v.add(v)), dx, i);
        }
    }

    private static void sqrt(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(HALF.div(v.sqrt())), dx, i);
        }
    }

    private static void reciprocal(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(MINUS_ONE.div(v.mul(v))), dx, i);
        }
    }

    private static void log(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.div(v), dx, i);
        }
    }

    private static void relu(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(ZERO.blend(ONE, v.compare(GT, ZERO))), dx, i);
        }
    }

    private static void leakyRelu(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long from,
            long to,
            FloatVector a) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(a.blend(ONE, v.compare(GT, ZERO))), dx, i);
        }
    }

    private static void clamp(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long from,
            long to,
            FloatVector a,
            FloatVector b) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(ZERO.blend(ONE, v.compare(GE, a).and(v.compare(LE, b)))), dx, i);
        }
    }

    private static void exp(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            store(u.mul(VectorMath.exp(v)), dx, i);
        }
    }

    private static void tanh(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            FloatVector e = VectorMath.exp(v.abs().mul(MINUS_TWO)); // 1 - tanh^2 = 4 e / (1 + e)^2
            FloatVector d = e.add(ONE);
            store(u.mul(e.mul(FOUR).div(d.mul(d))), dx, i);
        }
    }

    private static void erf(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            FloatVector g = VectorMath.exp(v.mul(v).neg());
            store(u.mul(g.mul(TWO_OVER_SQRT_PI)), dx, i);
        }
    }

    private static void sigmoid(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            FloatVector e = VectorMath.exp(v.abs().neg()); // s (1 - s) = e / (1 + e)^2
            FloatVector d = e.add(ONE);
            store(u.mul(e.div(d.mul(d))), dx, i);
        }
    }

    private static void silu(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            FloatVector e = VectorMath.exp(v.abs().neg());
            FloatVector near = ONE.div(e.add(ONE)); // of s and 1 - s the one above one half
            FloatVector far = e.mul(near);
            VectorMask<Float> negative = v.compare(LT, ZERO);
            FloatVector s = near.blend(far, negative);
            FloatVector rest = far.blend(near, negative);
            store(u.mul(s.fma(rest.mul(v), s)), dx, i);
        }
    }

    private static void geluErf(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            check(dx);
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            FloatVector a = VectorMath.boundedAbs(v);
            FloatVector g = VectorMath.gauss(a);
            FloatVector tail = VectorMath.normalTail(a, g);
            FloatVector phi = ONE.sub(tail).blend(tail, v.compare(LT, ZERO));
            FloatVector slope = g.mul(INVERSE_SQRT_2PI).fma(v, phi);
            u.mul(slope).intoMemorySegment(dx, i * 4, ORDER);
        }
    }

    private static void geluTanh(
            MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = load(dy, i);
            FloatVector a = VectorMath.boundedAbs(v); // beyond it s (1 - s) is long 0
            FloatVector square = a.mul(a);
            FloatVector e = VectorMath.exp(square.fma(CUBIC, LINEAR).mul(a).neg());
            FloatVector near = ONE.div(e.add(ONE));
            FloatVector far = e.mul(near);
            FloatVector s = near.blend(far, v.compare(LT, ZERO));
            FloatVector slope = square.fma(CUBIC_3, LINEAR).mul(near.mul(far)).fma(v, s);
            store(u.mul(slope), dx, i);
        }
    }
}
