package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The family Elementwise in machine code: one pass over memory for F32, with broadcasting; copies
/// without conversion, turned ones included. Other types, SIN, COS, POW, comparisons and choices go
/// below.
public final class MachineElementwise implements ElementwiseKernel {
    private static final int GRAIN = 16_384; // elements of a part: 2 to 10 microseconds
    private static final int STREAMING_GRAIN = 1 << 18; // stores past the caches end in a wait
    private static final int UNROLL = 4;

    /// Bytes of a result from which on it is stored past the caches: it would not be there any more
    /// when it is read.
    private static final long PAST_CACHES = 16L << 20;

    private enum Place {
        VALUE,
        GRADIENT
    }

    /// A routine and its twin that stores past the caches.
    private record Pair(Routine cached, Routine streaming) {
        /// Calls one of them on parts: `rdi` result, `rsi` and `rdx` operands, `rcx` settings, `r9`
        /// count.
        void run(
                Isa isa,
                long count,
                long settings,
                MemorySegment y,
                MemorySegment a,
                MemorySegment b) {
            boolean past = 4 * count >= PAST_CACHES && y.address() % isa.bytes() == 0;
            Routine routine = past ? streaming : cached;
            Parallel.range(
                    count,
                    past ? STREAMING_GRAIN : GRAIN,
                    (from, to) -> {
                        MemorySegment numbers = Arguments.block();
                        numbers.set(ValueLayout.JAVA_LONG, 0, settings);
                        routine.call(
                                y.address() + 4 * from,
                                a.address() + 4 * from,
                                b.address() + 4 * from,
                                numbers.address(),
                                0,
                                to - from);
                    });
        }
    }

    /// Strides of a row's elements, 1 or 0.
    private record Steps(BinaryOp op, long a, long b) {}

    private final Isa isa;
    private final ElementwiseKernel below;
    private final Map<UnaryOp, Pair> values = new EnumMap<>(UnaryOp.class);
    private final Map<UnaryOp, Pair> gradients = new EnumMap<>(UnaryOp.class);
    private final Map<BinaryOp, Pair> binaries = new EnumMap<>(BinaryOp.class);
    private final Map<Steps, PlaneRoutine> broadcasts = new ConcurrentHashMap<>();
    private final MachineCopy copies;

    /// @param below the backend that does what has no machine code
    MachineElementwise(Isa isa, ElementwiseKernel below) {
        this.isa = isa;
        this.below = below;
        copies = new MachineCopy(isa);
    }

    // ---- one variable

    @Override
    public void unary(
            MemorySegment y,
            MemorySegment x,
            long count,
            UnaryOp op,
            double a,
            double b,
            DType type) {
        if (op == UnaryOp.POW && a == 2) {
            unary(y, x, count, UnaryOp.SQUARE, 0, 0, type);
        } else if (type != DType.F32 || !UnaryFormula.has(op) || !y.isNative() || !x.isNative()) {
            below.unary(y, x, count, op, a, b, type);
        } else {
            check(count, y, x);
            unaryRoutines(op, Place.VALUE).run(isa, count, settings(op, a, b, false), y, x, x);
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
        if (op == UnaryOp.POW && a == 2) {
            unaryGradient(dx, dy, x, count, UnaryOp.SQUARE, 0, 0, type);
        } else if (type != DType.F32
                || !UnaryFormula.has(op)
                || !dx.isNative()
                || !dy.isNative()
                || !x.isNative()) {
            below.unaryGradient(dx, dy, x, count, op, a, b, type);
        } else {
            check(count, dx, dy, x);
            unaryRoutines(op, Place.GRADIENT).run(isa, count, settings(op, a, b, true), dx, x, dy);
        }
    }

    /// The settings as two F32 in one word. A slope compares with the bounds of CLAMP as they are,
    /// in double: with the nearest floats inside them.
    private static long settings(UnaryOp op, double a, double b, boolean gradient) {
        boolean inside = gradient && op == UnaryOp.CLAMP;
        float first = inside ? atLeast(a) : (float) a;
        float second = inside ? -atLeast(-b) : (float) b;
        return Integer.toUnsignedLong(Float.floatToRawIntBits(first))
                | (long) Float.floatToRawIntBits(second) << 32;
    }

    /// The least float that is not below `bound`: comparing floats with it is comparing with
    /// `bound`.
    private static float atLeast(double bound) {
        float nearest = (float) bound;
        return nearest < bound ? Math.nextUp(nearest) : nearest;
    }

    private static void check(long count, MemorySegment... operands) {
        for (MemorySegment operand : operands) {
            if (operand.byteSize() < 4 * count) {
                throw new IndexOutOfBoundsException(
                        "elementwise: operands must have at least "
                                + 4 * count
                                + " bytes; got "
                                + operand.byteSize());
            }
        }
    }

    private Pair unaryRoutines(UnaryOp op, Place place) {
        Map<UnaryOp, Pair> known = place == Place.VALUE ? values : gradients;
        synchronized (known) {
            return known.computeIfAbsent(
                    op,
                    wanted ->
                            new Pair(
                                    unaryRoutine(op, place, false), unaryRoutine(op, place, true)));
        }
    }

    private Routine unaryRoutine(UnaryOp op, Place place, boolean streaming) {
        Pass pass = new Pass(isa).streaming(streaming);
        UnaryFormula formula =
                new UnaryFormula(pass, pass.scalar(Gpr.RCX, 0), pass.scalar(Gpr.RCX, 4));
        Node x = pass.stream(Gpr.RSI);
        pass.store(
                Gpr.RDI,
                place == Place.VALUE
                        ? formula.value(op, x)
                        : formula.gradient(op, pass.stream(Gpr.RDX), x));
        return PassCode.routine(pass, UNROLL);
    }

    // ---- two variables

    @Override
    public void binary(Strided y, Strided a, Strided b, BinaryOp op) {
        boolean takes =
                y.type() == DType.F32
                        && a.type() == DType.F32
                        && b.type() == DType.F32
                        && hasFormula(op)
                        && y.data().isNative()
                        && a.data().isNative()
                        && b.data().isNative();
        if (!takes || y.count() == 0) {
            below.binary(y, a, b, op);
        } else if (a.isContiguous() && b.isContiguous()) {
            long count = y.count();
            MemorySegment to = y.segment();
            Pair pair;
            synchronized (binaries) {
                pair =
                        binaries.computeIfAbsent(
                                op,
                                wanted ->
                                        new Pair(
                                                PassCode.routine(binary(op, 1, 1, false), UNROLL),
                                                PassCode.routine(binary(op, 1, 1, true), UNROLL)));
            }
            pair.run(isa, count, 0, to, a.segment(), b.segment());
        } else {
            Nest nest = Nest.of(y, a, b);
            if (PlaneRoutine.takes(nest, y, a, b)) {
                broadcast(op, Math.min(1, nest.innerStride(1)), Math.min(1, nest.innerStride(2)))
                        .run(nest, y, a, b);
            } else {
                below.binary(y, a, b, op);
            }
        }
    }

    private static boolean hasFormula(BinaryOp op) {
        return switch (op) {
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM -> true;
            default -> false;
        };
    }

    /// The routine for rows in which the operands have these strides, 1 or 0.
    private PlaneRoutine broadcast(BinaryOp op, long aStep, long bStep) {
        return broadcasts.computeIfAbsent(
                new Steps(op, aStep, bStep),
                wanted -> new PlaneRoutine(binary(op, aStep, bStep, false)));
    }

    private Pass binary(BinaryOp op, long aStep, long bStep, boolean streaming) {
        Pass pass = new Pass(isa).streaming(streaming);
        Node a = aStep == 0 ? pass.scalar(Gpr.RSI, 0) : pass.stream(Gpr.RSI);
        Node b = bStep == 0 ? pass.scalar(Gpr.RDX, 0) : pass.stream(Gpr.RDX);
        pass.store(
                Gpr.RDI,
                switch (op) {
                    case ADD -> a.add(b);
                    case SUB -> a.sub(b);
                    case MUL -> a.mul(b);
                    case DIV -> a.div(b);
                    case MAXIMUM -> a.maximum(b);
                    case MINIMUM -> a.minimum(b);
                    default -> throw new IllegalArgumentException("no formula for " + op);
                });
        return pass;
    }

    // ---- the rest

    @Override
    public void where(Strided y, Strided condition, Strided a, Strided b) {
        below.where(y, condition, a, b);
    }

    @Override
    public void copy(Strided y, Strided x) {
        if (!copies.run(y, x)) {
            below.copy(y, x);
        }
    }
}
