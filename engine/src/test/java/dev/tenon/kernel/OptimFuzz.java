package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdadeltaStep;
import dev.tenon.kernel.OptimKernel.AdagradStep;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.AdamaxStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.FtrlStep;
import dev.tenon.kernel.OptimKernel.LionStep;
import dev.tenon.kernel.OptimKernel.NadamStep;
import dev.tenon.kernel.OptimKernel.RmsPropStep;
import dev.tenon.kernel.OptimKernel.ScheduleFreeStep;
import dev.tenon.kernel.OptimKernel.SgdStep;
import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/// Calls of the family Optim: each rule in the flavours of Keras and PyTorch.
final class OptimFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "sgd",
        "adam",
        "adamax",
        "rmsProp",
        "adagrad",
        "adadelta",
        "nadam",
        "lion",
        "ftrl",
        "scheduleFree",
        "lerp",
        "axpy",
        "scale"
    };

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
        if (kernel == KERNELS.length - 1) {
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
            case 3 -> c.rmsProp();
            case 4 -> c.adagrad();
            case 5 -> c.adadelta();
            case 6 -> c.nadam();
            case 7 -> c.lion();
            case 8 -> c.ftrl();
            case 9 -> c.scheduleFree();
            case 10 -> {
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

        int step() {
            return d.oneIn(4) ? 1 : 1 + d.below(1000);
        }

        void rmsProp() {
            double epsilon = d.one(1e-7, 1e-2);
            RmsPropStep step =
                    d.oneIn(2)
                            ? RmsPropStep.keras(rate, 0.9, 0.8, epsilon)
                            : RmsPropStep.torch(rate, 0.99, 0.8, epsilon);
            MemorySegment seconds = state(0.3);
            MemorySegment firsts = d.oneIn(2) ? null : state(-0.3);
            MemorySegment kept = d.oneIn(2) ? null : state(-1);
            int v = call.changed("v", type, seconds);
            int mean = firsts == null ? -1 : call.changed("mean", type, firsts);
            int b = kept == null ? -1 : call.changed("b", type, kept);
            double share = 1 - step.rho();
            IntFunction<Enclosure> second =
                    i -> moved(at(seconds, i, type), gradient(i).squared(), share);
            call.within(v, second);
            IntFunction<Enclosure> spread = second;
            if (firsts != null) {
                IntFunction<Enclosure> first = i -> moved(at(firsts, i, type), gradient(i), share);
                call.within(mean, first);
                spread = i -> second.apply(i).minus(first.apply(i).squared()).atLeast(0);
            }
            IntFunction<Enclosure> below = spread;
            IntFunction<Enclosure> change =
                    i -> {
                        Enclosure root = below.apply(i).plus(step.epsilonInside()).root();
                        Enclosure by = root.plus(step.epsilonOutside());
                        Enclosure divided = gradient(i).times(step.intake()).over(by);
                        return kept == null
                                ? divided
                                : divided.plus(at(kept, i, type).times(step.momentum()));
                    };
            if (kept != null) {
                call.within(b, change);
            }
            call.within(w, i -> kept(i).minus(change.apply(i).times(step.rate())));
            call.does((k, s) ->
                    k.optim()
                            .rmsProp(
                                    s[w],
                                    s[g],
                                    s[v],
                                    mean < 0 ? null : s[mean],
                                    b < 0 ? null : s[b],
                                    count,
                                    step,
                                    decay,
                                    type));
        }

        void adagrad() {
            AdagradStep step =
                    d.oneIn(2)
                            ? AdagradStep.keras(rate, 1e-7)
                            : AdagradStep.torch(rate, 0.1, 1e-10, step());
            MemorySegment sums = state(1e-4);
            int sum = call.changed("sum", type, sums);
            IntFunction<Enclosure> squares = i -> at(sums, i, type).plus(gradient(i).squared());
            call.within(sum, squares);
            call.within(
                    w,
                    i -> {
                        Enclosure root = squares.apply(i).plus(step.epsilonInside()).root();
                        Enclosure by = root.plus(step.epsilonOutside());
                        return kept(i).minus(gradient(i).times(step.rate()).over(by));
                    });
            call.does((k, s) -> k.optim().adagrad(s[w], s[g], s[sum], count, step, decay, type));
        }

        void adadelta() {
            AdadeltaStep step = new AdadeltaStep(0.9, rate, d.one(1e-6, 1e-3));
            MemorySegment seconds = state(1e-4);
            MemorySegment moves = state(1e-4);
            int v = call.changed("v", type, seconds);
            int changes = call.changed("d", type, moves);
            double share = 1 - step.rho();
            IntFunction<Enclosure> second =
                    i -> moved(at(seconds, i, type), gradient(i).squared(), share);
            IntFunction<Enclosure> change =
                    i -> {
                        Enclosure by = second.apply(i).plus(step.epsilon()).root();
                        Enclosure root = at(moves, i, type).plus(step.epsilon()).root();
                        return gradient(i).times(root.over(by));
                    };
            call.within(v, second);
            call.within(changes, i -> moved(at(moves, i, type), change.apply(i).squared(), share));
            call.within(w, i -> kept(i).minus(change.apply(i).times(step.rate())));
            call.does((k, s) ->
                    k.optim().adadelta(s[w], s[g], s[v], s[changes], count, step, decay, type));
        }

        void nadam() {
            NadamStep step =
                    NadamStep.of(rate, 0.9, 0.999, 1e-7, d.one(0.004, 1.0), d.oneIn(2), step());
            MemorySegment firsts = state(-1);
            MemorySegment seconds = state(1e-4);
            int m = call.changed("m", type, firsts);
            int v = call.changed("v", type, seconds);
            IntFunction<Enclosure> first =
                    i -> moved(at(firsts, i, type), gradient(i), 1 - step.beta1());
            IntFunction<Enclosure> second =
                    i -> moved(at(seconds, i, type), gradient(i).squared(), 1 - step.beta2());
            call.within(m, first).within(v, second);
            call.within(
                    w,
                    i -> {
                        Enclosure root = second.apply(i).root().times(step.rootScale());
                        Enclosure ahead = first.apply(i).times(step.fromMoment());
                        ahead = ahead.plus(gradient(i).times(step.fromGradient()));
                        return kept(i).minus(ahead.over(root.plus(step.epsilon())));
                    });
            call.does((k, s) -> k.optim().nadam(s[w], s[g], s[m], s[v], count, step, decay, type));
        }

        void lion() {
            LionStep step = new LionStep(0.9, 0.99, rate);
            MemorySegment means = state(-1);
            int m = call.changed("m", type, means);
            call.within(m, i -> moved(at(means, i, type), gradient(i), 1 - step.beta2()));
            call.within(
                    w,
                    i -> {
                        Enclosure mean = at(means, i, type);
                        Enclosure sign = moved(mean, gradient(i), 1 - step.beta1()).sign();
                        return kept(i).minus(sign.times(step.rate()));
                    });
            call.does((k, s) -> k.optim().lion(s[w], s[g], s[m], count, step, decay, type));
        }

        void ftrl() {
            double power = d.oneIn(4) ? 0.3 : 0.5;
            FtrlStep step =
                    FtrlStep.keras(rate, -power, d.one(0.0, 0.3), 0.1, d.one(0.0, 0.01), 0.2);
            MemorySegment sums = state(1e-4);
            MemorySegment follows = state(-1);
            int sum = call.changed("sum", type, sums);
            int z = call.changed("z", type, follows);
            IntFunction<Enclosure> after =
                    i -> at(sums, i, type).plus(gradient(i).squared()).atLeast(0);
            UnaryOperator<Enclosure> raised =
                    x -> power == 0.5 ? x.root() : x.grown(a -> Math.pow(a, power));
            IntFunction<Enclosure> linear =
                    i -> {
                        Enclosure before = raised.apply(at(sums, i, type));
                        Enclosure grown = raised.apply(after.apply(i)).minus(before);
                        Enclosure pulled = at(follows, i, type).plus(gradient(i));
                        return pulled.plus(kept(i).times(step.shrinkage()))
                                .minus(grown.times(step.inverseRate()).times(kept(i)));
                    };
            call.within(sum, after).within(z, linear);
            call.within(
                    w,
                    i -> {
                        Enclosure to = linear.apply(i);
                        Enclosure within = to.atLeast(-step.l1()).atMost(step.l1());
                        Enclosure root = raised.apply(after.apply(i));
                        Enclosure by = root.times(step.inverseRate()).plus(step.l2());
                        return within.minus(to).over(by);
                    });
            call.does((k, s) -> k.optim().ftrl(s[w], s[g], s[sum], s[z], count, step, decay, type));
        }

        void scheduleFree() {
            ScheduleFreeStep step =
                    ScheduleFreeStep.keras(rate, 0.9, 0.999, 1e-8, d.one(0, 10), step());
            MemorySegment points = state(-1);
            MemorySegment seconds = state(1e-4);
            int z = call.changed("z", type, points);
            int v = call.changed("v", type, seconds);
            IntFunction<Enclosure> second =
                    i -> moved(at(seconds, i, type), gradient(i).squared(), 1 - step.beta2());
            IntFunction<Enclosure> point =
                    i -> {
                        Enclosure root = second.apply(i).root().times(step.rootScale());
                        Enclosure change = gradient(i).times(step.rate());
                        return at(points, i, type).minus(change.over(root.plus(step.epsilon())));
                    };
            call.within(v, second).within(z, point);
            call.within(
                    w,
                    i -> {
                        Enclosure before = at(points, i, type).times(1 - step.beta1());
                        Enclosure average = kept(i).minus(before).times(1 / step.beta1());
                        average = moved(average, point.apply(i), step.share());
                        Enclosure own = point.apply(i).times(1 - step.beta1());
                        return own.plus(average.times(step.beta1()));
                    });
            call.does((k, s) ->
                    k.optim().scheduleFree(s[w], s[g], s[z], s[v], count, step, decay, type));
        }
    }
}
