package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The family Optim in machine code: a step is one pass over memory in place, for F32; F64 goes
/// below.
///
/// A step's coefficients are F32 in memory, so that one routine per rule serves all settings.
public final class MachineOptim implements OptimKernel {
    private static final int GRAIN = 16_384; // elements of a part, as the vector backend cuts
    private static final int UNROLL = 2;

    // where a routine finds its operands; the third state's address is in memory
    private static final Gpr WEIGHT = Gpr.RDI;
    private static final Gpr GRADIENT = Gpr.RSI;
    private static final Gpr FIRST = Gpr.RDX;
    private static final Gpr SECOND = Gpr.RCX;
    private static final Gpr LARGEST = Gpr.RBX;
    private static final Gpr NUMBERS = Gpr.R8;
    private static final int LARGEST_PLACE = 256; // in the block of numbers
    private static final int L2 = 1; // number of the decay's, among them

    private enum Rule {
        SGD(true),
        MOMENTUM(true),
        ADAM(true),
        AMSGRAD(true),
        ADAMAX(true),
        COMBINE(false),
        SCALE(false);

        private final boolean hasDecay;

        Rule(boolean hasDecay) {
            this.hasDecay = hasDecay;
        }
    }

    private final Isa isa;
    private final OptimKernel below;
    private final Map<Rule, Routine> plain = new EnumMap<>(Rule.class);
    private final Map<Rule, Routine> decaying = new EnumMap<>(Rule.class); // with L2 decay

    /// @param below the backend that does what has no machine code
    MachineOptim(Isa isa, OptimKernel below) {
        this.isa = isa;
        this.below = below;
    }

    // ---- the kernels

    @Override
    public void sgd(
            MemorySegment w,
            MemorySegment g,
            @Nullable MemorySegment v,
            long count,
            SgdStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, v)) {
            below.sgd(w, g, v, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(
                        decay,
                        step.momentum(),
                        step.intake(),
                        step.fromVelocity(),
                        step.fromGradient());
        run(v == null ? Rule.SGD : Rule.MOMENTUM, count, numbers, w, g, v);
    }

    @Override
    public void adam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            @Nullable MemorySegment largest,
            long count,
            AdamStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, m, v, largest)) {
            below.adam(w, g, m, v, largest, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(
                        decay,
                        1 - step.beta1(),
                        1 - step.beta2(),
                        step.rate(),
                        step.rootScale(),
                        step.epsilon());
        run(largest == null ? Rule.ADAM : Rule.AMSGRAD, count, numbers, w, g, m, v, largest);
    }

    @Override
    public void adamax(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment u,
            long count,
            AdamaxStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, m, u)) {
            below.adamax(w, g, m, u, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(
                        decay,
                        1 - step.beta1(),
                        step.beta2(),
                        step.rate(),
                        step.epsilonInside(),
                        step.epsilonOutside());
        run(Rule.ADAMAX, count, numbers, w, g, m, u);
    }

    @Override
    public void lerp(MemorySegment y, MemorySegment x, long count, double weight, DType type) {
        if (!takes(type, count, y, x)) {
            below.lerp(y, x, count, weight, type);
            return;
        }
        run(Rule.COMBINE, count, new float[] {(float) (1 - weight), (float) weight}, y, x);
    }

    @Override
    public void axpy(MemorySegment y, double a, MemorySegment x, long count, DType type) {
        if (!takes(type, count, y, x)) {
            below.axpy(y, a, x, count, type);
            return;
        }
        run(Rule.COMBINE, count, new float[] {1, (float) a}, y, x);
    }

    @Override
    public void scale(MemorySegment y, long count, double factor, DType type) {
        if (!takes(type, count, y)) {
            below.scale(y, count, factor, type);
            return;
        }
        run(Rule.SCALE, count, new float[] {(float) factor}, y);
    }

    // ---- how they run

    private static boolean takes(DType type, long count, @Nullable MemorySegment... operands) {
        boolean takes = type == DType.F32;
        for (MemorySegment operand : operands) {
            if (operand == null) {
                continue;
            }
            takes &= operand.isNative();
            if (takes && operand.byteSize() < 4 * count) {
                throw new IndexOutOfBoundsException(
                        "optim: operands must have at least "
                                + 4 * count
                                + " bytes; got "
                                + operand.byteSize());
            }
        }
        return takes;
    }

    /// The decay's numbers, then the step's, as F32.
    private static float[] numbers(Decay decay, double... step) {
        float[] numbers = new float[3 + step.length];
        numbers[0] = (float) decay.gradientScale();
        numbers[L2] = (float) decay.l2();
        numbers[2] = (float) decay.keep();
        for (int i = 0; i < step.length; i++) {
            numbers[3 + i] = (float) step[i];
        }
        return numbers;
    }

    private void run(Rule rule, long count, float[] numbers, @Nullable MemorySegment... operands) {
        boolean decays = rule.hasDecay && numbers[L2] != 0;
        Map<Rule, Routine> routines = decays ? decaying : plain;
        Routine routine;
        synchronized (routines) {
            routine = routines.computeIfAbsent(rule, r -> routine(r, decays));
        }
        long[] places = new long[5];
        for (int i = 0; i < operands.length; i++) {
            MemorySegment operand = operands[i];
            places[i] = operand == null ? 0 : operand.address();
        }
        try {
            Parallel.range(
                    count,
                    GRAIN,
                    (from, to) -> {
                        MemorySegment block = Arguments.block();
                        block.set(ValueLayout.JAVA_LONG, LARGEST_PLACE, places[4] + 4 * from);
                        routine.call(
                                places[0] + 4 * from,
                                places[1] + 4 * from,
                                places[2] + 4 * from,
                                places[3] + 4 * from,
                                Arguments.floats(numbers),
                                to - from);
                    });
        } finally {
            Reference.reachabilityFence(operands); // only their addresses are above
        }
    }

    // ---- the rules as formulas

    /// @param decays whether the weight is part of the gradient: times 0 an infinite one would be
    ///   NaN
    private Routine routine(Rule rule, boolean decays) {
        Pass pass = new Pass(isa);
        switch (rule) {
            case SGD, MOMENTUM -> sgd(pass, decays, rule == Rule.MOMENTUM);
            case ADAM, AMSGRAD -> adam(pass, decays, rule == Rule.AMSGRAD);
            case ADAMAX -> adamax(pass, decays);
            case COMBINE -> {
                Node kept = pass.stream(WEIGHT).mul(number(pass, 0));
                pass.store(WEIGHT, pass.stream(GRADIENT).fma(number(pass, 1), kept));
            }
            case SCALE -> pass.store(WEIGHT, pass.stream(WEIGHT).mul(number(pass, 0)));
        }
        Assembler code = new Assembler();
        code.enter();
        code.mov(LARGEST, Mem.at(NUMBERS, LARGEST_PLACE));
        PassCode.emit(pass, code, Gpr.R9, PassCode.registers(isa, 0), UNROLL);
        code.leave();
        return Routine.of(code);
    }

    private static Node number(Pass pass, int index) {
        return pass.scalar(NUMBERS, 4 * index);
    }

    private static Node gradient(Pass pass, Node weight, boolean decays) {
        Node scaled = pass.stream(GRADIENT).mul(number(pass, 0));
        return decays ? weight.fma(number(pass, L2), scaled) : scaled;
    }

    private static void sgd(Pass pass, boolean decays, boolean momentum) {
        Node weight = pass.stream(WEIGHT);
        Node gradient = gradient(pass, weight, decays);
        Node changed = gradient.fma(number(pass, 6), weight.mul(number(pass, 2)));
        if (momentum) {
            Node taken = gradient.mul(number(pass, 4));
            Node velocity = pass.stream(FIRST).fma(number(pass, 3), taken);
            pass.store(FIRST, velocity);
            changed = velocity.fma(number(pass, 5), changed);
        }
        pass.store(WEIGHT, changed);
    }

    private static void adam(Pass pass, boolean decays, boolean amsgrad) {
        Node weight = pass.stream(WEIGHT);
        Node gradient = gradient(pass, weight, decays);
        Node m = pass.stream(FIRST);
        Node first = gradient.sub(m).fma(number(pass, 3), m);
        pass.store(FIRST, first);
        Node v = pass.stream(SECOND);
        Node second = gradient.fma(gradient, v.neg()).fma(number(pass, 4), v);
        pass.store(SECOND, second);
        if (amsgrad) {
            second = pass.stream(LARGEST).maximum(second);
            pass.store(LARGEST, second);
        }
        Node root = second.sqrt().fma(number(pass, 6), number(pass, 7));
        Node change = first.mul(number(pass, 5)).div(root);
        pass.store(WEIGHT, weight.mul(number(pass, 2)).sub(change));
    }

    private static void adamax(Pass pass, boolean decays) {
        Node weight = pass.stream(WEIGHT);
        Node gradient = gradient(pass, weight, decays);
        Node m = pass.stream(FIRST);
        Node first = gradient.sub(m).fma(number(pass, 3), m);
        pass.store(FIRST, first);
        Node decayed = pass.stream(SECOND).mul(number(pass, 4));
        Node size = decayed.maximum(gradient.abs().add(number(pass, 6)));
        pass.store(SECOND, size);
        Node change = first.mul(number(pass, 5)).div(size.add(number(pass, 7)));
        pass.store(WEIGHT, weight.mul(number(pass, 2)).sub(change));
    }
}
