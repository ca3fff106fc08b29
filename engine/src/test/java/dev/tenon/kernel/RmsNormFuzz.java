package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarNorm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Calls of the family Norm that divide rows by their root mean square, forward and backward.
final class RmsNormFuzz implements FuzzFamily {
    private static final double EPS = 1e-5;

    @Override
    public int kernels() {
        return 2;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int[] n = d.sizes(2, 2); // rows, size
        Values values = d.values(Values.STEPS, Values.TINY, Values.SPECIAL);
        String what = type + " " + Arrays.toString(n) + " " + values;
        Case c = Case.of(d, n, type, values);
        return kernel == 0
                ? c.forward("rmsNorm " + what)
                : c.backward(d, "rmsNormGradient " + what, values);
    }

    private record Case(
            int rows,
            int size,
            DType type,
            MemorySegment x,
            @Nullable MemorySegment weight,
            MemorySegment rstd) {
        static Case of(Draw d, int[] n, DType type, Values values) {
            long count = (long) n[0] * n[1];
            MemorySegment x = d.data(count, type, values);
            MemorySegment weight =
                    d.oneIn(4) ? null : d.data(n[1], type, NormFuzz.Case.second(d, values));
            Arena arena = Arena.ofAuto();
            MemorySegment rstd = arena.allocate(8L * Math.max(1, n[0]), 8).asSlice(0, 8L * n[0]);
            MemorySegment y = arena.allocate(Math.max(1, type.bytes(count)), 8);
            new ScalarNorm().rmsNormalize(y, rstd, x, null, n[0], n[1], EPS, type);
            return new Case(n[0], n[1], type, x, weight, rstd);
        }

        private double rstd(int i) {
            return DType.F64.read(rstd, i / size);
        }

        private double x(int i) {
            return type.read(x, i);
        }

        private double weight(int i) {
            return weight == null ? 1 : type.read(weight, i % size);
        }

        /// How far off a sum is in proportion to its terms' sizes, and some roundings of factors.
        private double units() {
            return (Enclosure.roundings(type, size) + 8) * Enclosure.unit(type);
        }

        Call forward(String what) {
            Call call = new Call(what);
            int y = call.output("y", type, (long) rows * size);
            int r = call.output("rstd", DType.F64, rows);
            int in = call.input("x", type, x);
            int w = NormFuzz.optional(call, "weight", weight, type);
            call.within(
                    r,
                    i -> {
                        double value = DType.F64.read(rstd, i);
                        DType as = type == DType.F32 ? DType.F64 : type;
                        Enclosure exact = Enclosure.of(as, value);
                        return Double.isFinite(value) ? exact.loosened(value * units()) : exact;
                    });
            call.within(
                    y,
                    i -> {
                        double value = x(i) * rstd(i) * weight(i);
                        double least = Enclosure.least(type) * (4 + Math.abs(weight(i)));
                        return NormBounds.finite(type, value, Math.abs(value) * units() + least);
                    });
            return call.does((k, s) ->
                    k.norm()
                            .rmsNormalize(
                                    s[y], s[r], s[in], NormFuzz.at(s, w), rows, size, EPS, type));
        }

        Call backward(Draw d, String what, Values values) {
            MemorySegment up = d.data((long) rows * size, type, NormFuzz.Case.second(d, values));
            boolean[] left = {d.oneIn(5), d.oneIn(5)};
            Call call = new Call(what);
            int dx = left[0] ? -1 : call.output("dx", type, (long) rows * size);
            int dweight = left[1] ? -1 : call.output("dweight", type, size);
            int dy = call.input("dy", type, up);
            int in = call.input("x", type, x);
            int r = call.input("rstd", DType.F64, rstd);
            int w = NormFuzz.optional(call, "weight", weight, type);
            if (dx >= 0) {
                call.within(dx, i -> gradient(i, up));
            }
            if (dweight >= 0) {
                call.within(dweight, i -> parameter(i, up));
            }
            return call.does((k, s) ->
                    k.norm()
                            .rmsNormalizeGradient(
                                    NormFuzz.at(s, dx),
                                    NormFuzz.at(s, dweight),
                                    s[dy],
                                    s[in],
                                    s[r],
                                    NormFuzz.at(s, w),
                                    rows,
                                    size,
                                    type));
        }

        private Enclosure gradient(int i, MemorySegment up) {
            double product = 0; // of g z over size
            double sizes = 0;
            double lost = 0;
            int first = i / size * size;
            for (int j = first; j < first + size; j++) {
                double g = type.read(up, j) * weight(j);
                product += g * x(j) * rstd(j) / size;
                sizes += Math.abs(g * x(j) * rstd(j)) / size;
                lost += Enclosure.least(type) * (2 + Math.abs(g) + Math.abs(weight(j))) / size;
            }
            if (!Double.isFinite(product)) {
                return Enclosure.any(type); // by the order of the factors infinite or NaN
            }
            double g = type.read(up, i) * weight(i);
            double r = rstd(i);
            double z = x(i) * r;
            double error =
                    units() * (Math.abs(g) + Math.abs(z) * sizes)
                            + Math.abs(z) * lost
                            + 4 * Enclosure.least(type);
            double least = Enclosure.least(type) * (4 + Math.abs(x(i)));
            return NormBounds.finite(type, r * (g - z * product), r * error + least);
        }

        private Enclosure parameter(int j, MemorySegment up) {
            double total = 0;
            double sizes = 0;
            double lost = 0;
            for (int i = j; i < rows * size; i += size) {
                double term = type.read(up, i) * x(i) * rstd(i);
                total += term;
                sizes += Math.abs(term);
                lost += 4 * Enclosure.unit(type) * Math.abs(term);
                lost += Enclosure.least(type) * (2 + Math.abs(type.read(up, i)));
            }
            return Enclosure.sum(type, total, sizes, rows, Double.isFinite(total) ? lost : 0);
        }
    }
}
