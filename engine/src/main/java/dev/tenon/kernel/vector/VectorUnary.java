package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Lanes.ORDER;
import static dev.tenon.kernel.vector.Lanes.check;
import static dev.tenon.kernel.vector.Lanes.load;
import static dev.tenon.kernel.vector.Lanes.store;
import static dev.tenon.kernel.vector.VectorMath.ONE;
import static dev.tenon.kernel.vector.VectorMath.ZERO;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// `y = op(x)` in F32: a loop over whole vectors per function.
///
/// Each function has a loop of its own: a choice inside one loop costs up to five times the time of
/// the short functions, and would be too large to compile without allocations for the long ones.
///
/// Errors beyond [VectorMath]'s: silu 3 ulp where its sigmoid is not denormal; gelu 10 ulp from -5
/// on; geluTanh grows with the exponent of its sigmoid, to 60 ulp where the result is below 1e-7.
/// Absolute errors stay below 1e-6 * max(1, |x|).
final class VectorUnary {
    private static final int LENGTH = Lanes.FLOATS.length();
    // 2 sqrt(2/pi) (1 + 0.044715 x^2), since 0.5 (1 + tanh(u)) = sigmoid(2 u)
    static final FloatVector LINEAR = all(2 * Math.sqrt(2 / Math.PI));
    static final FloatVector CUBIC = all(2 * Math.sqrt(2 / Math.PI) * 0.044715);

    private static final FloatVector MINUS_ONE = all(-1);

    private VectorUnary() {}

    /// Returns the vector whose lanes are all `value`.
    static FloatVector all(double value) {
        return FloatVector.broadcast(Lanes.FLOATS, (float) value);
    }

    /// Says whether `op` has a vector form here; SIN, COS and POW have none.
    static boolean has(UnaryOp op) {
        return switch (op) {
            case SIN, COS, POW -> false;
            default -> true;
        };
    }

    /// Works out the elements `from` to `to`, whose number is a multiple of the vector's length.
    static void run(
            UnaryOp op, MemorySegment y, MemorySegment x, long from, long to, double a, double b) {
        switch (op) {
            case NEG -> neg(y, x, from, to);
            case ABS -> abs(y, x, from, to);
            case SIGN -> sign(y, x, from, to);
            case SQUARE -> square(y, x, from, to);
            case SQRT -> sqrt(y, x, from, to);
            case RECIPROCAL -> reciprocal(y, x, from, to);
            case RELU -> relu(y, x, from, to);
            case LEAKY_RELU -> leakyRelu(y, x, from, to, all(a));
            case ADD -> add(y, x, from, to, all(a));
            case MUL -> mul(y, x, from, to, all(a));
            case CLAMP -> clamp(y, x, from, to, all(a), all(b));
            case EXP -> exp(y, x, from, to);
            case LOG -> log(y, x, from, to);
            case TANH -> tanh(y, x, from, to);
            case ERF -> erf(y, x, from, to);
            case SIGMOID -> sigmoid(y, x, from, to);
            case SILU -> silu(y, x, from, to);
            case GELU_ERF -> geluErf(y, x, from, to);
            case GELU_TANH -> geluTanh(y, x, from, to);
            case SIN, COS, POW -> throw new IllegalStateException(op + " has no vector form");
        }
    }

    private static void neg(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.neg(), y, i);
        }
    }

    private static void abs(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.abs(), y, i);
        }
    }

    private static void sign(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.blend(ONE, v.compare(GT, ZERO)).blend(MINUS_ONE, v.compare(LT, ZERO)), y, i);
        }
    }

    private static void square(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.mul(v), y, i);
        }
    }

    private static void sqrt(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.sqrt(), y, i);
        }
    }

    private static void reciprocal(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(ONE.div(v), y, i);
        }
    }

    private static void relu(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.blend(ZERO, v.compare(LE, ZERO)), y, i);
        }
    }

    private static void leakyRelu(
            MemorySegment y, MemorySegment x, long from, long to, FloatVector a) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.mul(a).blend(v, v.compare(GT, ZERO)), y, i);
        }
    }

    private static void add(MemorySegment y, MemorySegment x, long from, long to, FloatVector a) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.add(a), y, i);
        }
    }

    private static void mul(MemorySegment y, MemorySegment x, long from, long to, FloatVector a) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.mul(a), y, i);
        }
    }

    private static void clamp(
            MemorySegment y, MemorySegment x, long from, long to, FloatVector a, FloatVector b) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(v.blend(a, v.compare(LT, a)).blend(b, v.compare(GT, b)), y, i);
        }
    }

    private static void exp(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(VectorMath.exp(v), y, i);
        }
    }

    private static void log(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(VectorMath.log(v), y, i);
        }
    }

    private static void tanh(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(VectorMath.tanh(v), y, i);
        }
    }

    private static void erf(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            check(y);
            FloatVector v = load(x, i);
            VectorMath.erf(v).intoMemorySegment(y, i * 4, ORDER);
        }
    }

    private static void sigmoid(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(VectorMath.sigmoid(v), y, i);
        }
    }

    private static void silu(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            store(VectorMath.sigmoid(v).mul(v), y, i);
        }
    }

    private static void geluErf(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            check(y);
            FloatVector v = load(x, i);
            FloatVector a = VectorMath.boundedAbs(v);
            FloatVector tail = VectorMath.normalTail(a, VectorMath.gauss(a));
            FloatVector phi = ONE.sub(tail).blend(tail, v.compare(LT, ZERO));
            v.mul(phi).intoMemorySegment(y, i * 4, ORDER);
        }
    }

    private static void geluTanh(MemorySegment y, MemorySegment x, long from, long to) {
        for (long i = from; i < to; i += LENGTH) {
            FloatVector v = load(x, i);
            FloatVector u = v.mul(v).fma(CUBIC, LINEAR).mul(v);
            store(VectorMath.sigmoid(u).mul(v), y, i);
        }
    }
}
