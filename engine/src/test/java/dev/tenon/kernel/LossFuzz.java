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
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        MemorySegment data =
                ofProbability ? d.within(count, type, 0, 1) : d.data(count, type, values);
        for (int i = 0; ofProbability && i < count; i += 7) { // certain, and nearly certain
            type.write(data, i, d.one(0.0, 1.0, 1e-30, 1 - 6e-8, 1e-7));
        }
        MemorySegment aim = d.within(count, type, 0, 1);
        double factor = d.one(1.0, 0.7, -2.0);
        Call call =
                new Call(PAIR[kernel] + " " + loss + " " + type + " of " + count + " " + values);
        int y = call.output("y", kernel == 1 ? DType.F64 : type, kernel == 1 ? 1 : count);
        int x = call.input("x", type, data);
        int t = call.input("target", type, aim);
        int dy =
                kernel < 2 || d.oneIn(2)
                        ? -1
                        : call.input("dy", type, d.data(count, type, Values.NORMAL));
        if (kernel == 1) {
            double size = 0;
            for (int i = 0; i < count; i++) {
                size += size(loss, type.read(data, i), type.read(aim, i));
            }
            double sum = size;
            call.closeAs(y, type).scale(y, i -> sum);
        } else {
            double largest = 8 * Math.abs(factor); // of a normal number and the factor
            call.scale(y, i -> largest * size(loss, type.read(data, i), type.read(aim, i)));
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

    /// Returns the size of what is added up in one loss.
    private static double size(PairLoss loss, double x, double t) {
        double size =
                switch (loss) {
                    case SQUARED_ERROR -> x * x + t * t;
                    case BINARY_CROSS_ENTROPY -> ScalarLoss.apply(loss, x, t);
                    case BINARY_CROSS_ENTROPY_WITH_LOGITS -> 2 * Math.abs(x);
                };
        return 1 + (Double.isFinite(size) ? size : 0);
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
        double size = values == Values.OFFSET ? 1e4 : 100;
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
            call.closeAs(losses, type).closeAs(total, type);
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
        int dy = d.oneIn(2) ? -1 : call.input("dy", type, d.data(results, type, Values.NORMAL));
        int total = call.input("logSumExp", DType.F64, kept);
        int logits = call.input("logits", type, data);
        int labels = call.input("labels", DType.I64, classes);
        call.scale(dlogits, i -> Math.max(1, size / 100) * 8 * Math.abs(factor));
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
}
