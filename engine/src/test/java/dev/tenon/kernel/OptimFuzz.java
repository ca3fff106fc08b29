package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.AdamaxStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.SgdStep;
import java.lang.foreign.MemorySegment;

/// Calls of the family Optim: each rule in the flavours of Keras and PyTorch.
final class OptimFuzz implements FuzzFamily {
    private static final String[] KERNELS = {"sgd", "adam", "adamax", "lerp", "axpy", "scale"};

    /// States of each element with a multiple of this number are 0.
    private static final int NEW = 5;

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
        // no infinite weights: the definition's decay multiplies them by 0
        Values ofWeight = values == Values.SPECIAL ? Values.NORMAL : values;
        double scale = values == Values.OFFSET ? 1e4 : 4;
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
        MemorySegment weights = d.data(count, type, ofWeight);
        int w = call.changed("w", type, weights);
        call.scale(w, i -> scale);
        if (kernel == 5) {
            return call.does((k, s) -> k.optim().scale(s[w], count, rate, type));
        }
        MemorySegment gradients = d.data(count, type, values);
        int g = call.input("g", type, gradients);
        if (kernel == 1 || kernel == 2) {
            call.scale(
                    w,
                    i -> {
                        double own = decay.gradientScale() * type.read(gradients, i);
                        double decayed = decay.l2() * type.read(weights, i);
                        boolean first = i % NEW == 0; // moves by the sign of own + decayed
                        double lost = (Math.abs(own) + Math.abs(decayed)) / Math.abs(own + decayed);
                        return scale + (first ? (lost >= 1 ? 10 * rate * lost : 1e38) : 0);
                    });
        }
        switch (kernel) {
            case 0 -> sgd(d, call, w, g, count, rate, decay, type);
            case 1 -> adam(d, call, w, g, count, rate, decay, type);
            case 2 -> adamax(d, call, w, g, count, rate, decay, type);
            case 3 -> call.does((k, s) -> k.optim().lerp(s[w], s[g], count, rate, type));
            default -> call.does((k, s) -> k.optim().axpy(s[w], -rate, s[g], count, type));
        }
        return call;
    }

    /// Adds a state of numbers from `lo` up.
    private static int state(Draw d, Call call, String name, int count, double lo, DType type) {
        MemorySegment data = d.within(count, type, lo, 1);
        for (int i = 0; i < count; i += NEW) { // all states are 0, as before the first step
            type.write(data, i, 0);
        }
        return call.changed(name, type, data);
    }

    private static void sgd(
            Draw d, Call call, int w, int g, int count, double rate, Decay decay, DType type) {
        if (d.oneIn(3)) {
            SgdStep step = SgdStep.plain(rate);
            call.does((k, s) -> k.optim().sgd(s[w], s[g], null, count, step, decay, type));
            return;
        }
        boolean nesterov = d.oneIn(2);
        SgdStep step =
                d.oneIn(2)
                        ? SgdStep.keras(rate, 0.9, nesterov)
                        : SgdStep.torch(rate, 0.9, 0.2, nesterov, d.oneIn(2));
        int v = state(d, call, "v", count, -1, type);
        call.scale(v, i -> 1e4);
        call.does((k, s) -> k.optim().sgd(s[w], s[g], s[v], count, step, decay, type));
    }

    private static void adam(
            Draw d, Call call, int w, int g, int count, double rate, Decay decay, DType type) {
        int t = 1 + d.below(1000);
        AdamStep step =
                d.oneIn(2)
                        ? AdamStep.keras(rate, 0.9, 0.999, 1e-7, t)
                        : AdamStep.torch(rate, 0.9, 0.999, 1e-8, t);
        int m = state(d, call, "m", count, -1, type);
        int v = state(d, call, "v", count, 1e-4, type);
        int largest = d.oneIn(2) ? -1 : state(d, call, "largest", count, 1e-4, type);
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

    private static void adamax(
            Draw d, Call call, int w, int g, int count, double rate, Decay decay, DType type) {
        int t = 1 + d.below(1000);
        AdamaxStep step =
                d.oneIn(2)
                        ? AdamaxStep.keras(rate, 0.9, 0.999, 1e-7, t)
                        : AdamaxStep.torch(rate, 0.9, 0.999, 1e-8, t);
        int m = state(d, call, "m", count, -1, type);
        int u = state(d, call, "u", count, 1e-4, type);
        call.does((k, s) -> k.optim().adamax(s[w], s[g], s[m], s[u], count, step, decay, type));
    }
}
