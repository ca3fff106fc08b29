package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarNorm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Calls of the family Norm, forward and backward, with and without weights.
final class NormFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "layerNorm", "groupNorm", "layerNormGradient", "groupNormGradient"
    };
    private static final double EPS = 1e-5;

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int[] n = d.sizes(4, 2); // samples, groups, channels, inner
        boolean rows = kernel % 2 == 0;
        if (rows) {
            n[1] = 1;
            n[3] = 1;
        }
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        String what = KERNELS[kernel] + " " + type + " " + Arrays.toString(n) + " " + values;
        Case c = new Case(d, n, rows, type, values);
        return kernel < 2 ? c.forward(new Call(what)) : c.backward(d, new Call(what));
    }

    /// One normalisation as groups; rows are samples with one group of `channels` elements.
    private static final class Case {
        final int[] n;
        final boolean rows;
        final DType type;
        final MemorySegment x;
        final MemorySegment weight;
        final MemorySegment bias;
        final MemorySegment mean;
        final MemorySegment rstd;
        final long count;
        final long parameters;
        final long size; // of a group

        Case(Draw d, int[] n, boolean rows, DType type, Values values) {
            this.n = n;
            this.rows = rows;
            this.type = type;
            count = (long) n[0] * n[1] * n[2] * n[3];
            parameters = (long) n[1] * n[2];
            size = (long) n[2] * n[3];
            x = d.data(count, type, values);
            weight = d.oneIn(4) ? null : d.data(parameters, type, Values.NORMAL);
            bias = d.oneIn(4) ? null : d.data(parameters, type, Values.NORMAL);
            Arena arena = Arena.ofAuto();
            mean = arena.allocate(8L * Math.max(1, n[0] * n[1]), 8).asSlice(0, 8L * n[0] * n[1]);
            rstd = arena.allocate(8L * Math.max(1, n[0] * n[1]), 8).asSlice(0, 8L * n[0] * n[1]);
            MemorySegment y = arena.allocate(Math.max(1, type.bytes(count)), 8);
            run(new ScalarNorm(), y, mean, rstd, x, weight, bias);
        }

        void run(
                NormKernel kernel,
                MemorySegment y,
                MemorySegment mu,
                MemorySegment r,
                MemorySegment data,
                MemorySegment w,
                MemorySegment b) {
            if (rows) {
                kernel.layerNorm(y, mu, r, data, w, b, n[0], n[2], EPS, type);
            } else {
                kernel.groupNorm(y, mu, r, data, w, b, n[0], n[1], n[2], n[3], EPS, type);
            }
        }

        double z(long i) {
            long group = i / size;
            return (type.read(x, i) - DType.F64.read(mean, group)) * DType.F64.read(rstd, group);
        }

        double weight(long i) {
            return weight == null ? 1 : Math.abs(type.read(weight, i / n[3] % parameters));
        }

        Call forward(Call call) {
            int y = call.output("y", type, count);
            int mu = call.output("mean", DType.F64, (long) n[0] * n[1]);
            int r = call.output("rstd", DType.F64, (long) n[0] * n[1]);
            int in = call.input("x", type, x);
            int w = optional(call, "weight", weight, type);
            int b = optional(call, "bias", bias, type);
            // means and deviations are sums in F32 over short stretches
            call.closeAs(mu, type).scale(mu, i -> 1 + 1 / DType.F64.read(rstd, i));
            call.closeAs(r, type);
            call.scale(y, i -> 4 * (1 + weight(i) * (1 + Math.abs(z(i)))));
            return call.does((k, s) -> run(k.norm(), s[y], s[mu], s[r], s[in], at(s, w), at(s, b)));
        }

        Call backward(Draw d, Call call) {
            MemorySegment up = d.data(count, type, Values.NORMAL);
            int dx = d.oneIn(5) ? -1 : call.output("dx", type, count);
            int dweight = d.oneIn(5) ? -1 : call.output("dweight", type, parameters);
            int dbias = d.oneIn(5) ? -1 : call.output("dbias", type, parameters);
            int dy = call.input("dy", type, up);
            int in = call.input("x", type, x);
            int mu = call.input("mean", DType.F64, mean);
            int r = call.input("rstd", DType.F64, rstd);
            int w = optional(call, "weight", weight, type);
            if (dx >= 0) {
                double[] sums = new double[Math.toIntExact(count / Math.max(1, size))];
                for (long i = 0; i < count; i++) {
                    sums[(int) (i / size)] +=
                            Math.abs(type.read(up, i)) * weight(i) * (1 + Math.abs(z(i)));
                }
                call.scale(
                        dx,
                        i -> {
                            double g = Math.abs(type.read(up, i)) * weight(i);
                            double common = sums[(int) (i / size)] / size * (1 + Math.abs(z(i)));
                            return DType.F64.read(rstd, i / size) * (g + common);
                        });
            }
            double grown = Math.max(1, Math.sqrt((double) n[0] * n[3]) / 16);
            if (dweight >= 0) {
                double[] products = sums(up, true);
                call.scale(dweight, i -> products[i] * grown);
            }
            if (dbias >= 0) {
                double[] sums = sums(up, false);
                call.scale(dbias, i -> sums[i] * grown);
            }
            return call.does((k, s) -> {
                MemorySegment[] out = {at(s, dx), at(s, dweight), at(s, dbias)};
                gradient(k.norm(), out, s[dy], s[in], s[mu], s[r], at(s, w));
            });
        }

        /// Returns the sizes of the terms of each parameter's gradient.
        private double[] sums(MemorySegment up, boolean products) {
            double[] sums = new double[Math.toIntExact(parameters)];
            for (long i = 0; i < count; i++) {
                sums[(int) (i / n[3] % parameters)] +=
                        Math.abs(type.read(up, i)) * (products ? 1 + Math.abs(z(i)) : 1);
            }
            return sums;
        }

        private void gradient(
                NormKernel kernel,
                MemorySegment[] out,
                MemorySegment dy,
                MemorySegment in,
                MemorySegment mu,
                MemorySegment r,
                MemorySegment w) {
            if (rows) {
                kernel.layerNormGradient(
                        out[0], out[1], out[2], dy, in, mu, r, w, n[0], n[2], type);
            } else {
                kernel.groupNormGradient(
                        out[0], out[1], out[2], dy, in, mu, r, w, n[0], n[1], n[2], n[3], type);
            }
        }
    }

    /// Adds an operand that may be missing; then its number is -1.
    private static int optional(Call call, String name, MemorySegment content, DType type) {
        return content == null ? -1 : call.input(name, type, content);
    }

    private static MemorySegment at(MemorySegment[] segments, int operand) {
        return operand < 0 ? null : segments[operand];
    }
}
