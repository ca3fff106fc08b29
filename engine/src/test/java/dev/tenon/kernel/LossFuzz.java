package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarLoss;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Calls of the family Loss.
final class LossFuzz implements FuzzFamily {
    private static final PairLoss[] LOSSES = PairLoss.values();
    private static final String[] PAIR = {"pair", "pairSum", "pairGradient", "pairTargetGradient"};

    @Override
    public int kernels() {
        return LOSSES.length * PAIR.length + 2;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        if (kernel < LOSSES.length * PAIR.length) {
            return pair(d, LOSSES[kernel / PAIR.length], kernel % PAIR.length);
        }
        return crossEntropy(d, kernel == kernels() - 1);
    }

    private static Call pair(Draw d, PairLoss loss, int kernel) {
        DType type = d.type();
        int count = d.count();
        boolean ofProbability = loss == PairLoss.BINARY_CROSS_ENTROPY;
        Values values = d.values();
        MemorySegment data =
                ofProbability ? d.within(count, type, 0, 1) : d.data(count, type, values);
        for (int i = 0; ofProbability && i < count; i += 7) { // certain, and nearly certain
            type.write(data, i, d.one(0.0, 1.0, 1e-30, 1 - 6e-8, 1e-7));
        }
        MemorySegment aim =
                d.oneIn(8) ? d.data(count, type, d.values()) : d.within(count, type, 0, 1);
        double factor = d.one(1.0, 0.7, -2.0);
        Call call =
                new Call(PAIR[kernel] + " " + loss + " " + type + " of " + count + " " + values);
        int y = call.output("y", kernel == 1 ? DType.F64 : type, kernel == 1 ? 1 : count);
        int x = call.input("x", type, data);
        int t = call.input("target", type, aim);
        MemorySegment upstream = d.data(count, type, d.values(Values.STEPS, Values.SPECIAL));
        int dy = kernel < 2 || d.oneIn(2) ? -1 : call.input("dy", type, upstream);
        Pair pair = new Pair(loss, data, aim, type);
        if (kernel == 1) {
            call.within(y, i -> pair.sum(count));
        } else if (kernel == 0) {
            call.within(y, pair::value);
        } else {
            call.within(
                    y,
                    i -> {
                        Enclosure slope = kernel == 2 ? pair.slope(i) : pair.targetSlope(i);
                        Enclosure up = Enclosure.setting(type, factor);
                        up = dy < 0 ? up : Enclosure.of(type, type.read(upstream, i)).times(up);
                        return up.times(slope);
                    });
        }
        return call.does((k, s) -> {
            LossKernel kernels = k.loss();
            MemorySegment up = dy < 0 ? null : s[dy];
            switch (kernel) {
                case 0 -> kernels.pair(s[y], s[x], s[t], count, loss, type);
                case 1 -> DType.F64.write(s[y], 0, kernels.pairSum(s[x], s[t], count, loss, type));
                case 2 -> kernels.pairGradient(s[y], up, factor, s[x], s[t], count, loss, type);
                default ->
                        kernels.pairTargetGradient(s[y], up, factor, s[x], s[t], count, loss, type);
            }
        });
    }

    /// The formulas of [PairLoss], with enclosures.
    private record Pair(PairLoss loss, MemorySegment data, MemorySegment aim, DType type) {
        private Enclosure x(long i) {
            return Enclosure.of(type, type.read(data, i));
        }

        private Enclosure t(long i) {
            return Enclosure.of(type, type.read(aim, i));
        }

        private Enclosure one() {
            return Enclosure.of(type, 1);
        }

        Enclosure value(long i) {
            Enclosure x = x(i);
            Enclosure t = t(i);
            return switch (loss) {
                case SQUARED_ERROR -> x.minus(t).squared();
                case BINARY_CROSS_ENTROPY ->
                        t.times(log(x)).plus(one().minus(t).times(log1m(x))).negated();
                case BINARY_CROSS_ENTROPY_WITH_LOGITS -> {
                    Enclosure soft = x.size().negated().exp().grown(Math::log1p);
                    yield x.atLeast(0).minus(x.times(t)).plus(soft);
                }
            };
        }

        private static Enclosure log(Enclosure x) {
            return x.grown(Math::log).atLeast(-100);
        }

        private static Enclosure log1m(Enclosure x) {
            return x.negated().grown(Math::log1p).atLeast(-100);
        }

        Enclosure slope(long i) {
            Enclosure difference = x(i).minus(t(i));
            return switch (loss) {
                case SQUARED_ERROR -> difference.plus(difference);
                case BINARY_CROSS_ENTROPY ->
                        difference.over(x(i).times(one().minus(x(i))).atLeast(1e-12));
                case BINARY_CROSS_ENTROPY_WITH_LOGITS -> Formulas.sigmoid(x(i)).minus(t(i));
            };
        }

        Enclosure targetSlope(long i) {
            return switch (loss) {
                case SQUARED_ERROR -> {
                    Enclosure difference = t(i).minus(x(i));
                    yield difference.plus(difference);
                }
                case BINARY_CROSS_ENTROPY -> log1m(x(i)).minus(log(x(i)));
                case BINARY_CROSS_ENTROPY_WITH_LOGITS -> x(i).negated();
            };
        }

        /// Returns what the sum may be; lanes add up to 256 losses in the type.
        Enclosure sum(int count) {
            double lo = 0;
            double hi = 0;
            double sizes = 0;
            boolean nan = false;
            for (int i = 0; i < count; i++) {
                Enclosure value = value(i);
                if (value.unbounded() && value.lo() != value.hi()) { // a term may overflow
                    return Enclosure.any(type);
                }
                lo += value.lo();
                hi += value.hi();
                sizes += Math.max(Math.abs(value.lo()), Math.abs(value.hi()));
                nan |= value.nan();
            }
            long terms = type == DType.F64 ? count : Math.min(count, 256);
            double error = Enclosure.mostRoundings(type, terms) * Enclosure.unit(type) * sizes;
            if (Double.isFinite(sizes) && error + sizes > Float.MAX_VALUE && type == DType.F32) {
                return Enclosure.any(type);
            }
            return new Enclosure(DType.F64, lo, hi, nan)
                    .loosened(Double.isFinite(error) ? error : 0);
        }
    }

    private static Call crossEntropy(Draw d, boolean gradient) {
        DType type = d.type();
        int[] n = d.sizes(3, 2); // outer, classes, inner
        if (d.oneIn(2)) {
            n[2] = 1;
        }
        long results = (long) n[0] * n[2];
        long all = results * n[1];
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        MemorySegment data = d.data(all, type, values);
        MemorySegment classes = d.indices(results, n[1]);
        Call call =
                new Call(
                        (gradient ? "crossEntropyGradient " : "crossEntropy ")
                                + type
                                + " "
                                + Arrays.toString(n)
                                + " "
                                + values);
        if (!gradient) {
            int losses = call.output("losses", DType.F64, results);
            int total = call.output("logSumExp", DType.F64, results);
            int logits = call.input("logits", type, data);
            int labels = call.input("labels", DType.I64, classes);
            Softmax softmax = new Softmax(data, n, type);
            call.within(total, i -> plus(softmax.logarithm(i), softmax.top(i)));
            call.within(
                    losses,
                    i -> {
                        long at =
                                (i / n[2] * n[1] + DType.I64.readLong(classes, i)) * n[2]
                                        + i % n[2];
                        double own = type.read(data, at);
                        return plus(softmax.logarithm(i), softmax.top(i) - own)
                                .loosened(0x1p-51 * finite(softmax.top(i)));
                    });
            return call.does((k, s) ->
                    k.loss()
                            .crossEntropy(
                                    s[losses], s[total], s[logits], s[labels], n[0], n[1], n[2],
                                    type));
        }
        MemorySegment sums = Arena.ofAuto().allocate(16 * results + 1, 8);
        MemorySegment kept = sums.asSlice(0, 8 * results);
        new ScalarLoss()
                .crossEntropy(
                        sums.asSlice(8 * results), kept, data, classes, n[0], n[1], n[2], type);
        double factor = d.one(1.0, 0.7, -2.0);
        int dlogits = call.output("dlogits", type, all);
        MemorySegment up = d.data(results, type, d.values(Values.STEPS, Values.SPECIAL));
        int dy = d.oneIn(2) ? -1 : call.input("dy", type, up);
        int total = call.input("logSumExp", DType.F64, kept);
        int logits = call.input("logits", type, data);
        int labels = call.input("labels", DType.I64, classes);
        call.within(
                dlogits,
                i -> {
                    long row = i / ((long) n[1] * n[2]) * n[2] + i % n[2];
                    double before = DType.F64.read(kept, row);
                    double difference = type.read(data, i) - before;
                    Enclosure p = Enclosure.of(type, difference).off(4).exp();
                    p = p.none() ? p : p.loosened(Enclosure.flushed(type)).atLeast(0);
                    long own = DType.I64.readLong(classes, row);
                    p = i / n[2] % n[1] == own ? p.minus(Enclosure.of(type, 1)) : p;
                    Enclosure factors = Enclosure.setting(type, factor);
                    factors =
                            dy < 0
                                    ? factors
                                    : factors.times(Enclosure.of(type, type.read(up, row)));
                    return factors.times(p);
                });
        return call.does((k, s) ->
                k.loss()
                        .crossEntropyGradient(
                                s[dlogits],
                                dy < 0 ? null : s[dy],
                                factor,
                                s[total],
                                s[logits],
                                s[labels],
                                n[0],
                                n[1],
                                n[2],
                                type));
    }

    /// The sum in F64 of a logarithm and a number of F64.
    private static Enclosure plus(Enclosure logarithm, double number) {
        return new Enclosure(
                        DType.F64,
                        logarithm.lo() + number,
                        logarithm.hi() + number,
                        logarithm.nan() || Double.isNaN(number))
                .off(2);
    }

    private static double finite(double size) {
        return Double.isFinite(size) ? Math.abs(size) : 0;
    }
}
