package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.AdamaxStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.SgdStep;
import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;

/// Calls of the family Optim: each rule in the flavours of Keras and PyTorch.
final class OptimFuzz implements FuzzFamily {
    private static final String[] KERNELS = {"sgd", "adam", "adamax", "lerp", "axpy", "scale"};

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int count = d.count();
        Values values = d.values(Values.STEPS, Values.TINY, Values.SPECIAL, Values.OFFSET);
        double rate = d.one(0.1, 1e-3, 1.0);
        Decay decay =
                d.one(
                        Decay.NONE,
                        Decay.l2(0.01),
                        Decay.decoupled(rate, 0.05),
                        new Decay(0.7, 0.01, 0.995));
        Call call =
                new Call(
                        KERNELS[kernel]
                                + " "
                                + type
                                + " of "
                                + count
                                + ", rate "
                                + rate
                                + ", "
                                + decay
                                + ", "
                                + values);
        MemorySegment weights = d.data(count, type, values);
        int w = call.changed("w", type, weights);
        if (kernel == 5) {
            call.within(w, i -> at(weights, i, type).times(rate));
            return call.does((k, s) -> k.optim().scale(s[w], count, rate, type));
        }
        MemorySegment gradients = d.data(count, type, values);
        int g = call.input("g", type, gradients);
        Case c = new Case(d, call, w, g, weights, gradients, count, rate, decay, type);
        switch (kernel) {
            case 0 -> c.sgd();
            case 1 -> c.adam();
            case 2 -> c.adamax();
            case 3 -> {
                call.within(w, i -> c.weight(i).times(1 - rate).plus(c.slope(i).times(rate)));
                call.does((k, s) -> k.optim().lerp(s[w], s[g], count, rate, type));
            }
            default -> {
                call.within(w, i -> c.weight(i).plus(c.slope(i).times(-rate)));
                call.does((k, s) -> k.optim().axpy(s[w], -rate, s[g], count, type));
            }
        }
        return call;
    }

    private static Enclosure at(MemorySegment data, long i, DType type) {
        return Enclosure.of(type, type.read(data, i));
    }

    /// One step; the formulas of [OptimKernel], with enclosures.
    private record Case(
            Draw d,
            Call call,
            int w,
            int g,
            MemorySegment weights,
            MemorySegment gradients,
            int count,
            double rate,
            Decay decay,
            DType type) {
        /// Draws a state from `lo` to 1, each element 0 at times, as before the first step.
        MemorySegment state(double lo) {
            MemorySegment data = d.within(count, type, lo, 1);
            int zeros = d.one(1, 5, 5, 1000);
            for (int i = 0; i < count; i++) {
                if (d.oneIn(zeros)) {
                    type.write(data, i, 0);
                }
            }
            return data;
        }

        Enclosure weight(long i) {
            return at(weights, i, type);
        }

        Enclosure slope(long i) {
            return at(gradients, i, type);
        }

        /// What the rule sees of the gradient.
        Enclosure gradient(long i) {
            Enclosure scaled = slope(i).times(decay.gradientScale());
            return decay.l2() == 0 ? scaled : scaled.plus(weight(i).times(decay.l2()));
        }

        Enclosure kept(long i) {
            return weight(i).times(decay.keep());
        }

        /// `old + (to - old) * share`.
        Enclosure moved(Enclosure old, Enclosure to, double share) {
            return old.plus(to.minus(old).times(share));
        }

        void sgd() {
            if (d.oneIn(3)) {
                SgdStep step = SgdStep.plain(rate);
                call.within(w, i -> kept(i).plus(gradient(i).times(step.fromGradient())));
                call.does((k, s) -> k.optim().sgd(s[w], s[g], null, count, step, decay, type));
                return;
            }
            boolean nesterov = d.oneIn(2);
            SgdStep step =
                    d.oneIn(2)
                            ? SgdStep.keras(rate, 0.9, nesterov)
                            : SgdStep.torch(rate, 0.9, 0.2, nesterov, d.oneIn(2));
            MemorySegment velocities = state(-1);
            int v = call.changed("v", type, velocities);
            IntFunction<Enclosure> velocity =
                    i ->
                            at(velocities, i, type)
                                    .times(step.momentum())
                                    .plus(gradient(i).times(step.intake()));
            call.within(v, velocity);
            call.within(
                    w,
                    i ->
                            kept(i).plus(gradient(i).times(step.fromGradient()))
                                    .plus(velocity.apply(i).times(step.fromVelocity())));
            call.does((k, s) -> k.optim().sgd(s[w], s[g], s[v], count, step, decay, type));
        }

        void adam() {
            int t = d.oneIn(4) ? 1 : 1 + d.below(1000);
            AdamStep step =
                    d.oneIn(2)
                            ? AdamStep.keras(rate, 0.9, 0.999, 1e-7, t)
                            : AdamStep.torch(rate, 0.9, 0.999, 1e-8, t);
            MemorySegment firsts = state(-1);
            MemorySegment seconds = state(1e-4);
            MemorySegment tops = d.oneIn(2) ? null : state(1e-4);
            int m = call.changed("m", type, firsts);
            int v = call.changed("v", type, seconds);
            int largest = tops == null ? -1 : call.changed("largest", type, tops);
            IntFunction<Enclosure> first =
                    i -> moved(at(firsts, i, type), gradient(i), 1 - step.beta1());
            IntFunction<Enclosure> second =
                    i -> moved(at(seconds, i, type), gradient(i).squared(), 1 - step.beta2());
            IntFunction<Enclosure> top =
                    tops == null ? second : i -> second.apply(i).max(at(tops, i, type));
            call.within(m, first).within(v, second);
            if (tops != null) {
                call.within(largest, top);
            }
            call.within(
                    w,
                    i -> {
                        Enclosure root = top.apply(i).root().times(step.rootScale());
                        Enclosure change = first.apply(i).times(step.rate());
                        return kept(i).minus(change.over(root.plus(step.epsilon())));
                    });
            call.does((k, s) ->
                    k.optim()
                            .adam(
                                    s[w],
                                    s[g],
                                    s[m],
                                    s[v],
                                    largest < 0 ? null : s[largest],
                                    count,
                                    step,
                                    decay,
                                    type));
        }

        void adamax() {
            int t = d.oneIn(4) ? 1 : 1 + d.below(1000);
            AdamaxStep step =
                    d.oneIn(2)
                            ? AdamaxStep.keras(rate, 0.9, 0.999, 1e-7, t)
                            : AdamaxStep.torch(rate, 0.9, 0.999, 1e-8, t);
            MemorySegment firsts = state(-1);
            MemorySegment tops = state(1e-4);
            int m = call.changed("m", type, firsts);
            int u = call.changed("u", type, tops);
            IntFunction<Enclosure> first =
                    i -> moved(at(firsts, i, type), gradient(i), 1 - step.beta1());
            IntFunction<Enclosure> size =
                    i ->
                            at(tops, i, type)
                                    .times(step.beta2())
                                    .max(gradient(i).size().plus(step.epsilonInside()));
            call.within(m, first).within(u, size);
            call.within(
                    w,
                    i -> {
                        Enclosure change = first.apply(i).times(step.rate());
                        Enclosure by = size.apply(i).plus(step.epsilonOutside());
                        return kept(i).minus(change.over(by));
                    });
            call.does((k, s) -> k.optim().adamax(s[w], s[g], s[m], s[u], count, step, decay, type));
        }
    }
}
