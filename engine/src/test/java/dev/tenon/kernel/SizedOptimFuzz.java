package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntFunction;

/// Calls of the family Optim for rules that need sums over the whole parameter.
final class SizedOptimFuzz implements FuzzFamily {
    @Override
    public int kernels() {
        return 5;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        Values values = d.values(Values.STEPS, Values.TINY, Values.SPECIAL, Values.OFFSET);
        if (kernel < 2) {
            return Lamb.draw(d, type, values, kernel == 0);
        }
        int[] n = d.sizes(2, 2); // height, width
        Matrix matrix =
                new Matrix(
                        n[0],
                        n[1],
                        type,
                        d.data((long) n[0] * n[1], type, values),
                        d.within(n[0], type, 0, 3),
                        d.within(n[1], type, 0, 3),
                        d.one(1e15, 1.0));
        String what = type + " " + Arrays.toString(n) + " " + values;
        return switch (kernel) {
            case 2 -> matrix.squares("adafactorSquares " + what);
            case 3 -> matrix.size("adafactorSize " + what);
            default ->
                    matrix.step("adafactorStep " + what, d.data((long) n[0] * n[1], type, values));
        };
    }

    private static Enclosure at(MemorySegment data, long i, DType type) {
        return Enclosure.of(type, type.read(data, i));
    }

    /// What a sum of squares may be that is added up in F64.
    private static Enclosure squares(long count, IntFunction<Enclosure> values) {
        double lo = 0;
        double hi = 0;
        boolean unknown = false;
        for (int i = 0; i < count; i++) {
            Enclosure value = values.apply(i);
            if (Double.isNaN(value.lo()) && !value.overflows()) {
                return Enclosure.of(DType.F64, Double.NaN);
            }
            unknown |= value.nan() || value.overflows();
            double most = Math.max(Math.abs(value.lo()), Math.abs(value.hi()));
            boolean around = value.lo() <= 0 && value.hi() >= 0;
            double least = around ? 0 : Math.min(Math.abs(value.lo()), Math.abs(value.hi()));
            lo += least * least;
            hi += most * most;
        }
        double slack = 4 * count * Enclosure.unit(DType.F64);
        return unknown
                ? Enclosure.any(DType.F64)
                : new Enclosure(
                        DType.F64,
                        Double.isInfinite(lo) ? lo : lo * (1 - slack),
                        hi * (1 + slack),
                        false);
    }

    /// A step of Lamb, with the moments of any time.
    private static final class Lamb {
        private Lamb() {}

        static Call draw(Draw d, DType type, Values values, boolean moments) {
            int count = d.count();
            int t = d.oneIn(4) ? 1 : 1 + d.below(1000);
            AdamStep step = AdamStep.torch(1, 0.9, 0.999, 1e-7, t);
            Decay decay = d.one(Decay.NONE, Decay.l2(0.01), Decay.decoupled(0.1, 0.05));
            String what = type + " of " + count + ", " + step + ", " + decay + ", " + values;
            MemorySegment weights = d.data(count, type, values);
            MemorySegment firsts = d.within(count, type, -1, 1);
            MemorySegment seconds = d.within(count, type, 1e-4, 1);
            return moments
                    ? moments(d, what, type, count, values, step, decay, weights, firsts, seconds)
                    : step(what, type, count, step, decay.keep(), weights, firsts, seconds);
        }

        private static Enclosure change(Enclosure first, Enclosure second, AdamStep step) {
            Enclosure root = second.root().times(step.rootScale()).plus(step.epsilon());
            return first.times(step.rate()).over(root);
        }

        private static Call moments(
                Draw d,
                String what,
                DType type,
                int count,
                Values values,
                AdamStep step,
                Decay decay,
                MemorySegment weights,
                MemorySegment firsts,
                MemorySegment seconds) {
            MemorySegment gradients = d.data(count, type, values);
            Call call = new Call("lambMoments " + what);
            int w = call.input("w", type, weights);
            int g = call.input("g", type, gradients);
            int m = call.changed("m", type, firsts);
            int v = call.changed("v", type, seconds);
            int sizes = call.output("sizes", DType.F64, 2);
            IntFunction<Enclosure> gradient =
                    i -> {
                        Enclosure scaled = at(gradients, i, type).times(decay.gradientScale());
                        return decay.l2() == 0
                                ? scaled
                                : scaled.plus(at(weights, i, type).times(decay.l2()));
                    };
            IntFunction<Enclosure> first =
                    i -> moved(at(firsts, i, type), gradient.apply(i), 1 - step.beta1());
            IntFunction<Enclosure> second =
                    i -> moved(at(seconds, i, type), gradient.apply(i).squared(), 1 - step.beta2());
            call.within(m, first).within(v, second);
            call.within(
                    sizes,
                    of ->
                            squares(
                                    count,
                                    i ->
                                            of == 0
                                                    ? at(weights, i, type).times(decay.keep())
                                                    : change(
                                                            first.apply(i),
                                                            second.apply(i),
                                                            step)));
            return call.does((k, s) -> {
                SizedOptim.Sizes found =
                        k.optim().lambMoments(s[w], s[g], s[m], s[v], count, step, decay, type);
                DType.F64.write(s[sizes], 0, found.weight());
                DType.F64.write(s[sizes], 1, found.change());
            });
        }

        private static Enclosure moved(Enclosure old, Enclosure to, double share) {
            return old.plus(to.minus(old).times(share));
        }

        private static Call step(
                String what,
                DType type,
                int count,
                AdamStep step,
                double keep,
                MemorySegment weights,
                MemorySegment firsts,
                MemorySegment seconds) {
            double factor = 0.3;
            Call call = new Call("lambStep " + what);
            int w = call.changed("w", type, weights);
            int m = call.input("m", type, firsts);
            int v = call.input("v", type, seconds);
            call.within(
                    w,
                    i -> {
                        Enclosure change = change(at(firsts, i, type), at(seconds, i, type), step);
                        return at(weights, i, type).times(keep).minus(change.times(factor));
                    });
            return call.does((k, s) ->
                    k.optim().lambStep(s[w], s[m], s[v], count, step, factor, keep, type));
        }
    }

    /// A gradient with a factor of each row and column.
    private record Matrix(
            int height,
            int width,
            DType type,
            MemorySegment gradients,
            MemorySegment rowFactors,
            MemorySegment columnFactors,
            double limit) {
        Call squares(String what) {
            Call call = new Call(what);
            int rows = call.output("rows", DType.F64, height);
            int columns = call.output("columns", DType.F64, width);
            int g = call.input("g", type, gradients);
            call.within(
                    rows,
                    i -> {
                        double sum = 0;
                        for (int j = 0; j < width; j++) {
                            double x = type.read(gradients, (long) i * width + j);
                            sum += x * x;
                        }
                        return Enclosure.sum(DType.F64, sum, sum, width, 0);
                    });
            call.within(
                    columns,
                    j -> {
                        double sum = 0;
                        for (int i = 0; i < height; i++) {
                            double x = type.read(gradients, (long) i * width + j);
                            sum += x * x;
                        }
                        // squares may be rounded to the type, and some added before F64 adds
                        double units = type == DType.F64 ? 4.0 + height : 8;
                        return Enclosure.sum(type, sum, sum, units, height, 0);
                    });
            return call.does((k, s) ->
                    k.optim().adafactorSquares(s[rows], s[columns], s[g], height, width, type));
        }

        private Enclosure change(int i) {
            Enclosure row = at(rowFactors, i / width, type);
            Enclosure factor = row.times(at(columnFactors, i % width, type)).atMost(limit);
            return at(gradients, i, type).times(factor);
        }

        Call size(String what) {
            Call call = new Call(what);
            int g = call.input("g", type, gradients);
            int rows = call.input("rows", type, rowFactors);
            int columns = call.input("columns", type, columnFactors);
            int size = call.output("size", DType.F64, 1);
            call.within(size, _ -> SizedOptimFuzz.squares((long) height * width, this::change));
            return call.does((k, s) -> {
                double found =
                        k.optim()
                                .adafactorSize(
                                        s[g], s[rows], s[columns], limit, height, width, type);
                DType.F64.write(s[size], 0, found);
            });
        }

        Call step(String what, MemorySegment weights) {
            double rate = 0.3;
            double keep = 0.9;
            Call call = new Call(what);
            int w = call.changed("w", type, weights);
            int g = call.input("g", type, gradients);
            int rows = call.input("rows", type, rowFactors);
            int columns = call.input("columns", type, columnFactors);
            call.within(w, i -> at(weights, i, type).times(keep).minus(change(i).times(rate)));
            return call.does((k, s) ->
                    k.optim()
                            .adafactorStep(
                                    s[w],
                                    s[g],
                                    s[rows],
                                    s[columns],
                                    limit,
                                    rate,
                                    keep,
                                    height,
                                    width,
                                    type));
        }
    }
}
