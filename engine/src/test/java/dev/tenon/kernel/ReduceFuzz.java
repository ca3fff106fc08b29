package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarReduce;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Calls of the family Reduce.
final class ReduceFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "sum",
        "mean",
        "variance",
        "extreme",
        "extremeGradient",
        "softmax",
        "softmaxGradient",
        "sumOfSquares"
    };

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int[] n = d.sizes(3, 1);
        if (d.oneIn(2)) {
            n[2] = 1; // rows
        }
        Call call = new Call(KERNELS[kernel] + " " + type + " " + Arrays.toString(n));
        return switch (kernel) {
            case 0 -> sum(d, call, n, type);
            case 1 -> mean(d, call, n, type);
            case 2 -> variance(d, call, n, type);
            case 3 -> extreme(d, call, n, type);
            case 4 -> extremeGradient(d, call, n, type);
            case 5 -> softmax(d, call, n, type);
            case 6 -> softmaxGradient(d, call, n, type);
            default -> sumOfSquares(d, call, n, type);
        };
    }

    private static long all(int[] n) {
        return (long) n[0] * n[1] * n[2];
    }

    private static Call sum(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        Values values = d.values();
        int x = call.input("x", type, d.data(all(n), type, values));
        return call.does((k, s) -> k.reduce().sum(s[y], s[x], n[0], n[1], n[2], type))
                .linear(n[1])
                .overflows(values == Values.HUGE);
    }

    private static Call mean(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        int x = call.input("x", type, d.data(all(n), type, values));
        return call.does((k, s) -> k.reduce().mean(s[y], s[x], n[0], n[1], n[2], type))
                .linear(n[1]);
    }

    private static Call variance(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        int x = call.input("x", type, d.data(all(n), type, values));
        double correction = d.below(2);
        return call.does(
                (k, s) -> k.reduce().variance(s[y], s[x], n[0], n[1], n[2], correction, type));
    }

    private static Call extreme(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        int index = call.output("index", DType.I64, (long) n[0] * n[2]);
        int x = call.input("x", type, d.data(all(n), type, d.values()));
        boolean largest = d.oneIn(2);
        return call.exact(y)
                .exact(index)
                .does((k, s) ->
                        k.reduce().extreme(s[y], s[index], s[x], n[0], n[1], n[2], largest, type));
    }

    private static Call extremeGradient(Draw d, Call call, int[] n, DType type) {
        long results = (long) n[0] * n[2];
        int dx = call.output("dx", type, all(n));
        int dy = call.input("dy", type, d.data(results, type, d.values()));
        int index = call.input("index", DType.I64, d.indices(results, n[1]));
        return call.exact(dx)
                .does((k, s) ->
                        k.reduce().extremeGradient(s[dx], s[dy], s[index], n[0], n[1], n[2], type));
    }

    private static Call softmax(Draw d, Call call, int[] n, DType type) {
        boolean log = d.oneIn(2);
        Values values = d.values();
        MemorySegment data = d.data(all(n), type, values);
        int y = call.output(log ? "log y" : "y", type, all(n));
        int x = call.input("x", type, data);
        return call.does((k, s) -> k.reduce().softmax(s[y], s[x], n[0], n[1], n[2], log, type));
    }

    private static Call softmaxGradient(Draw d, Call call, int[] n, DType type) {
        boolean log = d.oneIn(2);
        Values values = d.values(Values.STEPS, Values.TINY, Values.SPECIAL, Values.OFFSET);
        MemorySegment up = d.data(all(n), type, values);
        MemorySegment soft = Call.copy(d.data(all(n), type, Values.NORMAL));
        MemorySegment x = d.data(all(n), type, d.values(Values.STEPS, Values.SPECIAL));
        new ScalarReduce().softmax(soft, x, n[0], n[1], n[2], log, type);
        int dx = call.output(log ? "log dx" : "dx", type, all(n));
        int dy = call.input("dy", type, up);
        int y = call.input("y", type, soft);
        long inner = n[2];
        call.overflows(values == Values.SPECIAL); // e^y that is 0 in F32 times infinity
        call.scale(
                dx,
                i -> { // what the sum over the axis is made of, and the element's own part of it
                    long first = i / (n[1] * inner) * n[1] * inner + i % inner;
                    double sum = 0;
                    for (int t = 0; t < n[1]; t++) {
                        long at = first + t * inner;
                        double p = log ? 1 : type.read(soft, at);
                        sum += Math.abs(type.read(up, at) * p);
                    }
                    double own = type.read(soft, i);
                    double p = log ? Math.exp(own) : own;
                    return (Math.abs(type.read(up, i)) + sum) * Math.max(p, log ? 1e-3 : 0)
                            + (log ? Math.abs(type.read(up, i)) : 0);
                });
        return call.does((k, s) ->
                k.reduce().softmaxGradient(s[dx], s[dy], s[y], n[0], n[1], n[2], log, type));
    }

    private static Call sumOfSquares(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", DType.F64, 1);
        int x = call.input("x", type, d.data(all(n), type, d.values()));
        call.does((k, s) -> DType.F64.write(s[y], 0, k.reduce().sumOfSquares(s[x], all(n), type)));
        return call.linear(all(n));
    }
}
