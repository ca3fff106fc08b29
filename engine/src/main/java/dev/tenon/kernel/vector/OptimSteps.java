package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.VectorOptim.gradient;
import static dev.tenon.kernel.vector.VectorOptim.load;
import static dev.tenon.kernel.vector.VectorOptim.store;

import dev.tenon.kernel.OptimKernel.AdadeltaStep;
import dev.tenon.kernel.OptimKernel.AdagradStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.FtrlStep;
import dev.tenon.kernel.OptimKernel.LionStep;
import dev.tenon.kernel.OptimKernel.NadamStep;
import dev.tenon.kernel.OptimKernel.RmsPropStep;
import dev.tenon.kernel.OptimKernel.ScheduleFreeStep;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/// RMSprop, Adagrad, Adadelta, Nadam, Lion, FTRL and schedule-free AdamW on the Vector API, for
/// F32.
///
/// A rule is written once, for the vector that begins at an element: it takes and gives nothing but
/// memory, so that no vector is boxed even where the call is not inlined.
final class OptimSteps {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int LANES = S.length();

    private OptimSteps() {}

    @FunctionalInterface
    private interface Step {
        /// @param tail the lanes that exist, or null for all
        void at(long i, @Nullable VectorMask<Float> tail);
    }

    private static void sweep(long count, Step step) {
        Parallel.range(
                count,
                VectorOptim.PIECE,
                (from, to) -> {
                    long i = from;
                    for (; i + LANES <= to; i += LANES) {
                        step.at(i, null);
                    }
                    if (i < to) {
                        step.at(i, S.indexInRange(i, to));
                    }
                });
    }

    /// Moves a state towards `to` by `share`.
    private static FloatVector moved(
            MemorySegment state,
            long i,
            @Nullable VectorMask<Float> tail,
            FloatVector to,
            double share) {
        FloatVector old = load(state, i, tail);
        FloatVector moved = old.add(to.sub(old).mul((float) share));
        store(moved, state, i, tail);
        return moved;
    }

    private static FloatVector movedToSquare(
            MemorySegment state,
            long i,
            @Nullable VectorMask<Float> tail,
            FloatVector of,
            double share) {
        return moved(state, i, tail, of.mul(of), share);
    }

    /// Keeps what the decay leaves of the weight, less the change.
    private static void change(
            FloatVector weight,
            FloatVector change,
            Decay decay,
            MemorySegment w,
            long i,
            @Nullable VectorMask<Float> tail) {
        store(weight.mul((float) decay.keep()).sub(change), w, i, tail);
    }

    static void rmsProp(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            @Nullable MemorySegment mean,
            @Nullable MemorySegment b,
            long count,
            RmsPropStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    FloatVector second = movedToSquare(v, i, tail, gradient, 1 - step.rho());
                    if (mean != null) {
                        FloatVector first = moved(mean, i, tail, gradient, 1 - step.rho());
                        second = second.sub(first.mul(first)).max(0);
                    }
                    FloatVector root =
                            second.add((float) step.epsilonInside())
                                    .sqrt()
                                    .add((float) step.epsilonOutside());
                    FloatVector change = gradient.mul((float) step.intake()).div(root);
                    if (b != null) {
                        change = change.add(load(b, i, tail).mul((float) step.momentum()));
                        store(change, b, i, tail);
                    }
                    change(weight, change.mul((float) step.rate()), decay, w, i, tail);
                });
    }

    static void adagrad(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            long count,
            AdagradStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    FloatVector squares = load(sum, i, tail).add(gradient.mul(gradient));
                    store(squares, sum, i, tail);
                    FloatVector root =
                            squares.add((float) step.epsilonInside())
                                    .sqrt()
                                    .add((float) step.epsilonOutside());
                    FloatVector change = gradient.mul((float) step.rate()).div(root);
                    change(weight, change, decay, w, i, tail);
                });
    }

    static void adadelta(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            MemorySegment d,
            long count,
            AdadeltaStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    FloatVector second = movedToSquare(v, i, tail, gradient, 1 - step.rho());
                    float epsilon = (float) step.epsilon();
                    FloatVector root = load(d, i, tail).add(epsilon).sqrt();
                    FloatVector change = gradient.mul(root.div(second.add(epsilon).sqrt()));
                    movedToSquare(d, i, tail, change, 1 - step.rho());
                    change(weight, change.mul((float) step.rate()), decay, w, i, tail);
                });
    }

    static void nadam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            NadamStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    FloatVector first = moved(m, i, tail, gradient, 1 - step.beta1());
                    FloatVector second = movedToSquare(v, i, tail, gradient, 1 - step.beta2());
                    FloatVector ahead =
                            first.mul((float) step.fromMoment())
                                    .add(gradient.mul((float) step.fromGradient()));
                    FloatVector root =
                            second.sqrt().mul((float) step.rootScale()).add((float) step.epsilon());
                    change(weight, ahead.div(root), decay, w, i, tail);
                });
    }

    static void lion(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            long count,
            LionStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    FloatVector mean = load(m, i, tail);
                    FloatVector away = gradient.sub(mean);
                    FloatVector direction = mean.add(away.mul((float) (1 - step.beta1())));
                    store(mean.add(away.mul((float) (1 - step.beta2()))), m, i, tail);
                    float rate = (float) step.rate();
                    FloatVector change = // 0 and NaN stay
                            direction
                                    .blend(rate, direction.compare(VectorOperators.GT, 0))
                                    .blend(-rate, direction.compare(VectorOperators.LT, 0));
                    change(weight, change, decay, w, i, tail);
                });
    }

    static void ftrl(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            MemorySegment z,
            long count,
            FtrlStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    weight = weight.mul((float) decay.keep());
                    FloatVector before = load(sum, i, tail);
                    FloatVector after = before.add(gradient.mul(gradient));
                    store(after, sum, i, tail);
                    FloatVector root = after.sqrt();
                    FloatVector grown = root.sub(before.sqrt()).mul((float) step.inverseRate());
                    FloatVector linear =
                            load(z, i, tail)
                                    .add(gradient)
                                    .add(weight.mul((float) step.shrinkage()))
                                    .sub(grown.mul(weight));
                    store(linear, z, i, tail);
                    float l1 = (float) step.l1();
                    FloatVector by = root.mul((float) step.inverseRate()).add((float) step.l2());
                    store(linear.max(-l1).min(l1).sub(linear).div(by), w, i, tail);
                });
    }

    static void scheduleFree(
            MemorySegment w,
            MemorySegment g,
            MemorySegment z,
            MemorySegment v,
            long count,
            ScheduleFreeStep step,
            Decay decay) {
        sweep(
                count,
                (i, tail) -> {
                    FloatVector weight = load(w, i, tail);
                    FloatVector gradient = gradient(weight, load(g, i, tail), decay);
                    weight = weight.mul((float) decay.keep());
                    FloatVector second = movedToSquare(v, i, tail, gradient, 1 - step.beta2());
                    FloatVector root =
                            second.sqrt().mul((float) step.rootScale()).add((float) step.epsilon());
                    FloatVector before = load(z, i, tail);
                    FloatVector point = before.sub(gradient.mul((float) step.rate()).div(root));
                    store(point, z, i, tail);
                    float own = (float) (1 - step.beta1()); // share of z in the weight
                    FloatVector average =
                            weight.sub(before.mul(own)).mul((float) (1 / step.beta1()));
                    average = average.add(point.sub(average).mul((float) step.share()));
                    store(point.mul(own).add(average.mul((float) step.beta1())), w, i, tail);
                });
    }
}
