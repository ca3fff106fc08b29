package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Lanes.load;
import static dev.tenon.kernel.vector.Lanes.store;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/// `y = op(a, b)` in F32 with broadcasting: vectors along rows in which one operand is contiguous
/// and the other contiguous or one element repeated, single elements along any other.
///
/// Results are those of one IEEE 754 operation, so that vectors and the elements left over agree
/// with the definition to the bit. Each function has loops of its own, as in [VectorUnary].
final class VectorBinary {
    private static final int LENGTH = Lanes.FLOATS.length();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private VectorBinary() {}

    /// Says whether there is a vector form for this op, type and memory.
    static boolean takes(Strided y, Strided a, Strided b, BinaryOp op) {
        boolean has =
                switch (op) {
                    case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM -> true;
                    case POW, EQUAL, LESS, LESS_EQUAL, GREATER -> false;
                };
        return has
                && a.type() == DType.F32
                && b.type() == DType.F32
                && Lanes.takes(y.data())
                && Lanes.takes(a.data())
                && Lanes.takes(b.data());
    }

    /// Works out `y`, the first operand of `nest`, from `a` and `b`, its second and third.
    static void run(Nest nest, Strided y, Strided a, Strided b, BinaryOp op) {
        long aStep = nest.innerStride(1);
        long bStep = nest.innerStride(2);
        MemorySegment yData = y.data();
        MemorySegment aData = a.data();
        MemorySegment bData = b.data();
        nest.rows(
                Nest.GRAIN,
                (at, count) -> {
                    int whole = count / LENGTH * LENGTH;
                    if (aStep == 1 && bStep == 1) {
                        neither(op, yData, at[0], aData, at[1], bData, at[2], whole);
                    } else if (aStep == 0 && bStep == 1) {
                        first(op, yData, at[0], aData, at[1], bData, at[2], whole);
                    } else if (aStep == 1 && bStep == 0) {
                        second(op, yData, at[0], aData, at[1], bData, at[2], whole);
                    } else {
                        whole = 0;
                    }
                    for (int i = whole; i < count; i++) {
                        float u = aData.get(FLOAT, (at[1] + i * aStep) * 4);
                        float v = bData.get(FLOAT, (at[2] + i * bStep) * 4);
                        yData.set(FLOAT, (at[0] + i) * 4, apply(op, u, v));
                    }
                });
    }

    /// Both operands are contiguous.
    private static void neither(
            BinaryOp op,
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        switch (op) {
            case ADD -> add(y, yAt, a, aAt, b, bAt, count);
            case SUB -> sub(y, yAt, a, aAt, b, bAt, count);
            case MUL -> mul(y, yAt, a, aAt, b, bAt, count);
            case DIV -> div(y, yAt, a, aAt, b, bAt, count);
            case MAXIMUM -> max(y, yAt, a, aAt, b, bAt, count);
            case MINIMUM -> min(y, yAt, a, aAt, b, bAt, count);
            case POW, EQUAL, LESS, LESS_EQUAL, GREATER -> throw none(op);
        }
    }

    /// The first operand is one element repeated.
    private static void first(
            BinaryOp op,
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        switch (op) {
            case ADD -> addRepeated(y, yAt, b, bAt, a, aAt, count);
            case SUB -> subFrom(y, yAt, a, aAt, b, bAt, count);
            case MUL -> mulRepeated(y, yAt, b, bAt, a, aAt, count);
            case DIV -> divFrom(y, yAt, a, aAt, b, bAt, count);
            case MAXIMUM -> maxRepeated(y, yAt, b, bAt, a, aAt, count);
            case MINIMUM -> minRepeated(y, yAt, b, bAt, a, aAt, count);
            case POW, EQUAL, LESS, LESS_EQUAL, GREATER -> throw none(op);
        }
    }

    /// The second operand is one element repeated.
    private static void second(
            BinaryOp op,
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        switch (op) {
            case ADD -> addRepeated(y, yAt, a, aAt, b, bAt, count);
            case SUB -> subRepeated(y, yAt, a, aAt, b, bAt, count);
            case MUL -> mulRepeated(y, yAt, a, aAt, b, bAt, count);
            case DIV -> divRepeated(y, yAt, a, aAt, b, bAt, count);
            case MAXIMUM -> maxRepeated(y, yAt, a, aAt, b, bAt, count);
            case MINIMUM -> minRepeated(y, yAt, a, aAt, b, bAt, count);
            case POW, EQUAL, LESS, LESS_EQUAL, GREATER -> throw none(op);
        }
    }

    private static void add(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).add(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void sub(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).sub(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void mul(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).mul(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void div(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).div(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void max(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).max(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void min(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).min(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void addRepeated(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, b.get(FLOAT, bAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).add(v), y, yAt + i);
        }
    }

    private static void subRepeated(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, b.get(FLOAT, bAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).sub(v), y, yAt + i);
        }
    }

    private static void mulRepeated(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, b.get(FLOAT, bAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).mul(v), y, yAt + i);
        }
    }

    private static void divRepeated(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, b.get(FLOAT, bAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).div(v), y, yAt + i);
        }
    }

    private static void maxRepeated(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, b.get(FLOAT, bAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).max(v), y, yAt + i);
        }
    }

    private static void minRepeated(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, b.get(FLOAT, bAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(load(a, aAt + i).min(v), y, yAt + i);
        }
    }

    private static void subFrom(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector u = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, aAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(u.sub(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static void divFrom(
            MemorySegment y,
            long yAt,
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            int count) {
        FloatVector u = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, aAt * 4));
        for (int i = 0; i < count; i += LENGTH) {
            store(u.div(load(b, bAt + i)), y, yAt + i);
        }
    }

    private static float apply(BinaryOp op, float u, float v) {
        return switch (op) {
            case ADD -> u + v;
            case SUB -> u - v;
            case MUL -> u * v;
            case DIV -> u / v;
            case MAXIMUM -> Math.max(u, v);
            case MINIMUM -> Math.min(u, v);
            case POW, EQUAL, LESS, LESS_EQUAL, GREATER -> throw none(op);
        };
    }

    private static IllegalStateException none(BinaryOp op) {
        return new IllegalStateException(op + " has no vector form");
    }
}
