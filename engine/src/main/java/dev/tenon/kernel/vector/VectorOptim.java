package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// The family Optim on the Vector API: one step of an optimizer over a parameter.
///
/// A step is bound by memory (Adam loads four and stores three numbers per element), so each rule
/// is one pass, and the threads share it in fixed pieces. The last vector of a piece is masked, so
/// that every element goes through the same arithmetic.
public final class VectorOptim extends VectorSizedOptim implements OptimKernel {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final int LANES = S.length();

    /// Elements per piece: 64 KiB of each operand, large against the cost of handing it to a
    /// thread, and a multiple of every vector length.
    static final long PIECE = 16_384;

    private final OptimKernel below;

    /// @param below the backend that does what has no vector form
    public VectorOptim(OptimKernel below) {
        super(below);
        this.below = below;
    }

    static FloatVector load(MemorySegment x, long i, @Nullable VectorMask<Float> tail) {
        return tail == null
                ? FloatVector.fromMemorySegment(S, x, i * 4, ORDER)
                : FloatVector.fromMemorySegment(S, x, i * 4, ORDER, tail);
    }

    static void store(FloatVector v, MemorySegment y, long i, @Nullable VectorMask<Float> tail) {
        if (tail == null) {
            v.intoMemorySegment(y, i * 4, ORDER);
        } else {
            v.intoMemorySegment(y, i * 4, ORDER, tail);
        }
    }

    // ---- sgd

    @Override
    public void sgd(
            MemorySegment w,
            MemorySegment g,
            @Nullable MemorySegment v,
            long count,
            SgdStep step,
            Decay decay,
            DType type) {
        if (type != DType.F32) {
            below.sgd(w, g, v, count, step, decay, type);
            return;
        }
        Parallel.range(
                count,
                PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        sgd(w, g, v, i, null, step, decay);
                    }
                    if (i < to) {
                        sgd(w, g, v, i, S.indexInRange(i, to), step, decay);
                    }
                });
    }

    private static void sgd(
            MemorySegment w,
            MemorySegment g,
            @Nullable MemorySegment v,
            long i,
            @Nullable VectorMask<Float> tail,
            SgdStep step,
            Decay decay) {
        FloatVector weight = load(w, i, tail);
        FloatVector gradient = gradient(weight, load(g, i, tail), decay);
        FloatVector changed =
                weight.mul((float) decay.keep()).add(gradient.mul((float) step.fromGradient()));
        if (v != null) {
            FloatVector velocity =
                    load(v, i, tail)
                            .mul((float) step.momentum())
                            .add(gradient.mul((float) step.intake()));
            store(velocity, v, i, tail);
            changed = changed.add(velocity.mul((float) step.fromVelocity()));
        }
        store(changed, w, i, tail);
    }

    static FloatVector gradient(FloatVector weight, FloatVector gradient, Decay decay) {
        FloatVector scaled = gradient.mul((float) decay.gradientScale());
        return decay.l2() == 0 ? scaled : scaled.add(weight.mul((float) decay.l2()));
    }

    // ---- adam

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
        if (type != DType.F32) {
            below.adam(w, g, m, v, largest, count, step, decay, type);
            return;
        }
        Parallel.range(
                count,
                PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        adam(w, g, m, v, largest, i, null, step, decay);
                    }
                    if (i < to) {
                        adam(w, g, m, v, largest, i, S.indexInRange(i, to), step, decay);
                    }
                });
    }

    private static void adam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            @Nullable MemorySegment largest,
            long i,
            @Nullable VectorMask<Float> tail,
            AdamStep step,
            Decay decay) {
        FloatVector weight = load(w, i, tail);
        FloatVector gradient = gradient(weight, load(g, i, tail), decay);
        FloatVector first = load(m, i, tail);
        FloatVector second = load(v, i, tail);
        first = first.add(gradient.sub(first).mul((float) (1 - step.beta1())));
        second = second.add(gradient.mul(gradient).sub(second).mul((float) (1 - step.beta2())));
        store(first, m, i, tail);
        store(second, v, i, tail);
        if (largest != null) {
            second = load(largest, i, tail).max(second);
            store(second, largest, i, tail);
        }
        FloatVector root = second.sqrt().mul((float) step.rootScale()).add((float) step.epsilon());
        FloatVector kept = weight.mul((float) decay.keep());
        store(kept.sub(first.mul((float) step.rate()).div(root)), w, i, tail);
    }

    // ---- adamax

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
        if (type != DType.F32) {
            below.adamax(w, g, m, u, count, step, decay, type);
            return;
        }
        Parallel.range(
                count,
                PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        adamax(w, g, m, u, i, null, step, decay);
                    }
                    if (i < to) {
                        adamax(w, g, m, u, i, S.indexInRange(i, to), step, decay);
                    }
                });
    }

    private static void adamax(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment u,
            long i,
            @Nullable VectorMask<Float> tail,
            AdamaxStep step,
            Decay decay) {
        FloatVector weight = load(w, i, tail);
        FloatVector gradient = gradient(weight, load(g, i, tail), decay);
        FloatVector first = load(m, i, tail);
        first = first.add(gradient.sub(first).mul((float) (1 - step.beta1())));
        FloatVector size =
                load(u, i, tail)
                        .mul((float) step.beta2())
                        .max(gradient.abs().add((float) step.epsilonInside()));
        store(first, m, i, tail);
        store(size, u, i, tail);
        FloatVector change =
                first.mul((float) step.rate()).div(size.add((float) step.epsilonOutside()));
        store(weight.mul((float) decay.keep()).sub(change), w, i, tail);
    }

    // ---- rules of OptimSteps

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
        if (type != DType.F32) {
            below.rmsProp(w, g, v, mean, b, count, step, decay, type);
            return;
        }
        OptimSteps.rmsProp(w, g, v, mean, b, count, step, decay);
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
        if (type != DType.F32) {
            below.adagrad(w, g, sum, count, step, decay, type);
            return;
        }
        OptimSteps.adagrad(w, g, sum, count, step, decay);
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
        if (type != DType.F32) {
            below.adadelta(w, g, v, d, count, step, decay, type);
            return;
        }
        OptimSteps.adadelta(w, g, v, d, count, step, decay);
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
        if (type != DType.F32) {
            below.nadam(w, g, m, v, count, step, decay, type);
            return;
        }
        OptimSteps.nadam(w, g, m, v, count, step, decay);
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
        if (type != DType.F32) {
            below.lion(w, g, m, count, step, decay, type);
            return;
        }
        OptimSteps.lion(w, g, m, count, step, decay);
    }

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
        if (type != DType.F32 || step.power() != 0.5) {
            below.ftrl(w, g, sum, z, count, step, decay, type);
            return;
        }
        OptimSteps.ftrl(w, g, sum, z, count, step, decay);
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
        if (type != DType.F32) {
            below.scheduleFree(w, g, z, v, count, step, decay, type);
            return;
        }
        OptimSteps.scheduleFree(w, g, z, v, count, step, decay);
    }

    // ---- averages and clipping

    @Override
    public void lerp(MemorySegment y, MemorySegment x, long count, double weight, DType type) {
        if (type != DType.F32) {
            below.lerp(y, x, count, weight, type);
            return;
        }
        combine(y, (float) (1 - weight), (float) weight, x, count);
    }

    @Override
    public void axpy(MemorySegment y, double a, MemorySegment x, long count, DType type) {
        if (type != DType.F32) {
            below.axpy(y, a, x, count, type);
            return;
        }
        combine(y, 1, (float) a, x, count);
    }

    /// `y = a * y + b * x`.
    private static void combine(MemorySegment y, float a, float b, MemorySegment x, long count) {
        Parallel.range(
                count,
                PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        store(load(y, i, null).mul(a).add(load(x, i, null).mul(b)), y, i, null);
                    }
                    if (i < to) {
                        VectorMask<Float> tail = S.indexInRange(i, to);
                        store(load(y, i, tail).mul(a).add(load(x, i, tail).mul(b)), y, i, tail);
                    }
                });
    }

    @Override
    public void scale(MemorySegment y, long count, double factor, DType type) {
        if (type != DType.F32) {
            below.scale(y, count, factor, type);
            return;
        }
        float f = (float) factor;
        Parallel.range(
                count,
                PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        store(load(y, i, null).mul(f), y, i, null);
                    }
                    if (i < to) {
                        VectorMask<Float> tail = S.indexInRange(i, to);
                        store(load(y, i, tail).mul(f), y, i, tail);
                    }
                });
    }
}
