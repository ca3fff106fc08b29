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
public final class MachineOptim extends MachineSizedOptim implements OptimKernel {
    private static final int UNROLL = 2;

    private static final int THIRD_PLACE = 256; // of the third state's address, among the numbers

    private final Isa isa;
    private final OptimKernel below;
    private final Map<OptimRule, Routine> plain = new EnumMap<>(OptimRule.class);
    private final Map<OptimRule, Routine> decaying =
            new EnumMap<>(OptimRule.class); // with L2 decay

    /// @param below the backend that does what has no machine code
    MachineOptim(Isa isa, OptimKernel below) {
        super(isa, below);
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
        run(v == null ? OptimRule.SGD : OptimRule.MOMENTUM, count, numbers, w, g, v);
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
        run(
                largest == null ? OptimRule.ADAM : OptimRule.AMSGRAD,
                count,
                numbers,
                w,
                g,
                m,
                v,
                largest);
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
        run(OptimRule.ADAMAX, count, numbers, w, g, m, u);
    }

    @Override
    public void rmsProp(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            @Nullable MemorySegment mean,
            @Nullable MemorySegment b,
            long count,
            RmsPropStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, v, mean, b)) {
            below.rmsProp(w, g, v, mean, b, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(
                        decay,
                        1 - step.rho(),
                        step.momentum(),
                        step.intake(),
                        step.rate(),
                        step.epsilonInside(),
                        step.epsilonOutside());
        run(OptimRule.rmsProp(mean != null, b != null), count, numbers, w, g, v, mean, b);
    }

    @Override
    public void adagrad(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            long count,
            AdagradStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, sum)) {
            below.adagrad(w, g, sum, count, step, decay, type);
            return;
        }
        float[] numbers = numbers(decay, step.rate(), step.epsilonInside(), step.epsilonOutside());
        run(OptimRule.ADAGRAD, count, numbers, w, g, sum);
    }

    @Override
    public void adadelta(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            MemorySegment d,
            long count,
            AdadeltaStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, v, d)) {
            below.adadelta(w, g, v, d, count, step, decay, type);
            return;
        }
        float[] numbers = numbers(decay, 1 - step.rho(), step.rate(), step.epsilon());
        run(OptimRule.ADADELTA, count, numbers, w, g, v, d);
    }

    @Override
    public void nadam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            NadamStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, m, v)) {
            below.nadam(w, g, m, v, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(
                        decay,
                        1 - step.beta1(),
                        1 - step.beta2(),
                        step.fromMoment(),
                        step.fromGradient(),
                        step.rootScale(),
                        step.epsilon());
        run(OptimRule.NADAM, count, numbers, w, g, m, v);
    }

    @Override
    public void lion(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            long count,
            LionStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, m)) {
            below.lion(w, g, m, count, step, decay, type);
            return;
        }
        float[] numbers = numbers(decay, 1 - step.beta1(), 1 - step.beta2(), step.rate());
        run(OptimRule.LION, count, numbers, w, g, m);
    }

    /// Other powers than the root go below.
    @Override
    public void ftrl(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            MemorySegment z,
            long count,
            FtrlStep step,
            Decay decay,
            DType type) {
        if (step.power() != 0.5 || !takes(type, count, w, g, sum, z)) {
            below.ftrl(w, g, sum, z, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(decay, step.inverseRate(), step.l1(), step.l2(), step.shrinkage());
        run(OptimRule.FTRL, count, numbers, w, g, sum, z);
    }

    @Override
    public void scheduleFree(
            MemorySegment w,
            MemorySegment g,
            MemorySegment z,
            MemorySegment v,
            long count,
            ScheduleFreeStep step,
            Decay decay,
            DType type) {
        if (!takes(type, count, w, g, z, v)) {
            below.scheduleFree(w, g, z, v, count, step, decay, type);
            return;
        }
        float[] numbers =
                numbers(
                        decay,
                        step.beta1(),
                        1 - step.beta1(),
                        1 / step.beta1(),
                        1 - step.beta2(),
                        step.rate(),
                        step.rootScale(),
                        step.epsilon(),
                        step.share());
        run(OptimRule.SCHEDULE_FREE, count, numbers, w, g, z, v);
    }

    @Override
    public void lerp(MemorySegment y, MemorySegment x, long count, double weight, DType type) {
        if (!takes(type, count, y, x)) {
            below.lerp(y, x, count, weight, type);
            return;
        }
        run(OptimRule.COMBINE, count, new float[] {(float) (1 - weight), (float) weight}, y, x);
    }

    @Override
    public void axpy(MemorySegment y, double a, MemorySegment x, long count, DType type) {
        if (!takes(type, count, y, x)) {
            below.axpy(y, a, x, count, type);
            return;
        }
        run(OptimRule.COMBINE, count, new float[] {1, (float) a}, y, x);
    }

    @Override
    public void scale(MemorySegment y, long count, double factor, DType type) {
        if (!takes(type, count, y)) {
            below.scale(y, count, factor, type);
            return;
        }
        run(OptimRule.SCALE, count, new float[] {(float) factor}, y);
    }

    // ---- how they run

    private void run(
            OptimRule rule, long count, float[] numbers, @Nullable MemorySegment... operands) {
        boolean decays = rule.hasDecay() && numbers[OptimRule.L2] != 0;
        Map<OptimRule, Routine> routines = decays ? decaying : plain;
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
                        block.set(ValueLayout.JAVA_LONG, THIRD_PLACE, places[4] + 4 * from);
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

    private Routine routine(OptimRule rule, boolean decays) {
        Pass pass = new Pass(isa);
        rule.write(pass, decays);
        Assembler code = new Assembler();
        code.enter();
        code.mov(OptimRule.THIRD, Mem.at(OptimRule.NUMBERS, THIRD_PLACE));
        PassCode.emit(pass, code, Gpr.R9, PassCode.registers(isa, 0), UNROLL);
        code.leave();
        return Routine.of(code);
    }
}
