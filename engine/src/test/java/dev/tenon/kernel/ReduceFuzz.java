package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarReduce;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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

    /// What a sum of numbers loses, in units of u: kernels let 32 meet in F32, by four sums of
    /// eight, and add what comes of them in F64. A sum of eight whose partial sums grow evenly
    /// loses `(2 + 3 + ... + 8) / 8` at most, 7 if the first is as large as all; the four meet in
    /// two more.
    private static final double MEETING = 9;

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
        MemorySegment data = d.data(all(n), type, d.values());
        int x = call.input("x", type, data);
        call.within(y, i -> sum(data, n, i, type));
        return call.does((k, s) -> k.reduce().sum(s[y], s[x], n[0], n[1], n[2], type));
    }

    private static Call mean(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        MemorySegment data = d.data(all(n), type, d.values());
        int x = call.input("x", type, data);
        call.within(y, i -> mean(data, n, i, type));
        return call.does((k, s) -> k.reduce().mean(s[y], s[x], n[0], n[1], n[2], type));
    }

    /// The number of element `s` of result `i`.
    private static long number(int[] n, long i, int s) {
        return (i / n[2] * n[1] + s) * n[2] + i % n[2];
    }

    private static double units(DType type, int terms) {
        return type == DType.F64 ? Enclosure.roundings(type, terms) : MEETING;
    }

    private static Enclosure sum(MemorySegment data, int[] n, long i, DType type) {
        DoubleSum sum = new DoubleSum();
        double sizes = 0;
        boolean finite = true;
        for (int s = 0; s < n[1]; s++) {
            double value = type.read(data, number(n, i, s));
            finite &= Double.isFinite(value);
            sum.add(value);
            sizes += Math.abs(value);
        }
        if (finite && Double.isInfinite(sizes)) {
            return Enclosure.any(type);
        }
        return Enclosure.sum(type, sum.value(), sizes, units(type, n[1]), n[1], 0).off(1);
    }

    private static Enclosure mean(MemorySegment data, int[] n, long i, DType type) {
        return sum(data, n, i, type).over(Enclosure.of(type, n[1]));
    }

    private static Call variance(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        MemorySegment data = d.data(all(n), type, d.values());
        int x = call.input("x", type, data);
        double correction = d.below(2);
        call.within(y, i -> variance(data, n, i, Math.max(0, n[1] - correction), type));
        return call.does(
                (k, s) -> k.reduce().variance(s[y], s[x], n[0], n[1], n[2], correction, type));
    }

    /// Differences from a mean that is off by `e` have squares that are `n e^2` more in total: what
    /// is off of first order cancels. A difference is rounded once, its square twice as much.
    private static Enclosure variance(
            MemorySegment data, int[] n, long i, double divisor, DType type) {
        Enclosure mean = mean(data, n, i, type);
        double middle = (mean.lo() + mean.hi()) / 2;
        double off = (mean.hi() - mean.lo()) / 2;
        DoubleSum squares = new DoubleSum();
        for (int s = 0; s < n[1]; s++) {
            double difference = type.read(data, number(n, i, s)) - middle;
            squares.addSquare(difference);
        }
        if (mean.unbounded() && mean.lo() != mean.hi()) {
            return Enclosure.any(type);
        }
        double units = units(type, n[1]) + 4;
        return Enclosure.sum(type, squares.value(), squares.value(), units, n[1], n[1] * off * off)
                .atLeast(0)
                .over(Enclosure.of(type, divisor));
    }

    private static Call extreme(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[2]);
        int index = call.output("index", DType.I64, (long) n[0] * n[2]);
        int x = call.input("x", type, d.data(all(n), type, d.values()));
        boolean largest = d.oneIn(2);
        return call.does((k, s) ->
                k.reduce().extreme(s[y], s[index], s[x], n[0], n[1], n[2], largest, type));
    }

    private static Call extremeGradient(Draw d, Call call, int[] n, DType type) {
        long results = (long) n[0] * n[2];
        int dx = call.output("dx", type, all(n));
        int dy = call.input("dy", type, d.data(results, type, d.values()));
        int index = call.input("index", DType.I64, d.indices(results, n[1]));
        return call.does((k, s) ->
                k.reduce().extremeGradient(s[dx], s[dy], s[index], n[0], n[1], n[2], type));
    }

    private static Call softmax(Draw d, Call call, int[] n, DType type) {
        boolean log = d.oneIn(2);
        MemorySegment data = d.data(all(n), type, d.values());
        int y = call.output(log ? "log y" : "y", type, all(n));
        int x = call.input("x", type, data);
        Softmax softmax = new Softmax(data, n, type);
        call.within(y, i -> softmax.result(i, log));
        return call.does((k, s) -> k.reduce().softmax(s[y], s[x], n[0], n[1], n[2], log, type));
    }

    private static Call softmaxGradient(Draw d, Call call, int[] n, DType type) {
        boolean log = d.oneIn(2);
        MemorySegment up = d.data(all(n), type, d.values());
        MemorySegment soft = Call.copy(d.data(all(n), type, Values.NORMAL));
        MemorySegment x = d.data(all(n), type, d.values(Values.STEPS, Values.SPECIAL));
        new ScalarReduce().softmax(soft, x, n[0], n[1], n[2], log, type);
        int dx = call.output(log ? "log dx" : "dx", type, all(n));
        int dy = call.input("dy", type, up);
        int y = call.input("y", type, soft);
        call.within(
                dx,
                i -> {
                    Enclosure own = Enclosure.of(type, type.read(up, i));
                    Enclosure p = Enclosure.of(type, type.read(soft, i));
                    Enclosure sum = products(up, log ? null : soft, n, i, type);
                    if (!log) {
                        return p.times(own.minus(sum));
                    }
                    Enclosure weight = p.exp();
                    weight = weight.none() ? weight : weight.loosened(Enclosure.flushed(type));
                    return own.minus(weight.atLeast(0).times(sum));
                });
        return call.does((k, s) ->
                k.reduce().softmaxGradient(s[dx], s[dy], s[y], n[0], n[1], n[2], log, type));
    }

    /// The sum of `up`, or of `up` times `soft`, over the axis that element `i` lies on.
    private static Enclosure products(
            MemorySegment up, @Nullable MemorySegment soft, int[] n, long i, DType type) {
        long result = i / ((long) n[1] * n[2]) * n[2] + i % n[2];
        double sum = 0;
        double sizes = 0;
        boolean finite = true;
        for (int s = 0; s < n[1]; s++) {
            long at = number(n, result, s);
            double value = type.read(up, at);
            double product = value * (soft == null ? 1 : type.read(soft, at));
            finite &= Double.isFinite(value);
            sum += product;
            sizes += Math.abs(product);
        }
        if (finite && Double.isInfinite(sizes)) {
            return Enclosure.any(type);
        }
        return Enclosure.sum(type, sum, sizes, n[1], 0);
    }

    private static Call sumOfSquares(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", DType.F64, 1);
        MemorySegment data = d.data(all(n), type, d.values());
        int x = call.input("x", type, data);
        call.within(
                y,
                i -> {
                    DoubleSum sum = new DoubleSum();
                    for (long e = 0; e < all(n); e++) {
                        sum.addSquare(type.read(data, e));
                    }
                    // the squares of F32 are exact in F64, and all are positive
                    return Enclosure.sum(DType.F64, sum.value(), sum.value(), all(n), 0);
                });
        return call.does(
                (k, s) -> DType.F64.write(s[y], 0, k.reduce().sumOfSquares(s[x], all(n), type)));
    }
}
