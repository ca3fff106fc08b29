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
    static final double EPS = 1e-5;

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
        Case c = new Case(d, n, type, values);
        return kernel < 2 ? c.forward(new Call(what)) : c.backward(d, new Call(what));
    }

    /// One normalisation as groups; rows are samples with one group of `channels` elements.
    static final class Case {
        final int[] n;
        final NormShape shape;
        final DType type;
        final Values values;
        final MemorySegment x;
        final MemorySegment weight;
        final MemorySegment bias;
        final MemorySegment mean;
        final MemorySegment rstd;
        final long count;
        final long parameters;
        final long size; // of a group

        /// What the second factor is made of.
        private static Values second(Draw d, Values first) {
            return d.oneIn(8) ? first : Values.NORMAL;
        }

        Case(Draw d, int[] n, DType type, Values values) {
            this.n = n;
            shape = new NormShape(n[0], n[1], n[2], n[3]);
            this.type = type;
            this.values = values;
            count = (long) n[0] * n[1] * n[2] * n[3];
            parameters = (long) n[1] * n[2];
            size = (long) n[2] * n[3];
            x = d.data(count, type, values);
            weight = d.oneIn(4) ? null : d.data(parameters, type, second(d, values));
            bias = d.oneIn(4) ? null : d.data(parameters, type, second(d, values));
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
            kernel.normalize(y, mu, r, data, w, b, shape, EPS, type);
        }

        double mean(long group) {
            return DType.F64.read(mean, group);
        }

        double rstd(long group) {
            return DType.F64.read(rstd, group);
        }

        double z(long i) {
            return (type.read(x, i) - mean(i / size)) * rstd(i / size);
        }

        double weight(long i) {
            return weight == null ? 1 : type.read(weight, i / n[3] % parameters);
        }

        double bias(long i) {
            return bias == null ? 0 : type.read(bias, i / n[3] % parameters);
        }

        Call forward(Call call) {
            int y = call.output("y", type, count);
            int mu = call.output("mean", DType.F64, (long) n[0] * n[1]);
            int r = call.output("rstd", DType.F64, (long) n[0] * n[1]);
            int in = call.input("x", type, x);
            int w = optional(call, "weight", weight, type);
            int b = optional(call, "bias", bias, type);
            NormBounds bounds = new NormBounds(this);
            call.within(mu, bounds::mean).within(r, bounds::rstd).within(y, bounds::result);
            return call.does((k, s) -> run(k.norm(), s[y], s[mu], s[r], s[in], at(s, w), at(s, b)));
        }

        Call backward(Draw d, Call call) {
            MemorySegment up = d.data(count, type, second(d, values));
            int dx = d.oneIn(5) ? -1 : call.output("dx", type, count);
            int dweight = d.oneIn(5) ? -1 : call.output("dweight", type, parameters);
            int dbias = d.oneIn(5) ? -1 : call.output("dbias", type, parameters);
            int dy = call.input("dy", type, up);
            int in = call.input("x", type, x);
            int mu = call.input("mean", DType.F64, mean);
            int r = call.input("rstd", DType.F64, rstd);
            int w = optional(call, "weight", weight, type);
            NormBounds bounds = new NormBounds(this);
            if (dx >= 0) {
                call.within(dx, i -> bounds.gradient(up, i));
            }
            if (dweight >= 0) {
                call.within(dweight, i -> bounds.parameter(up, i, true));
            }
            if (dbias >= 0) {
                call.within(dbias, i -> bounds.parameter(up, i, false));
            }
            return call.does((k, s) -> {
                MemorySegment[] out = {at(s, dx), at(s, dweight), at(s, dbias)};
                gradient(k.norm(), out, s[dy], s[in], s[mu], s[r], at(s, w));
            });
        }

        private void gradient(
                NormKernel kernel,
                MemorySegment[] out,
                MemorySegment dy,
                MemorySegment in,
                MemorySegment mu,
                MemorySegment r,
                MemorySegment w) {
            kernel.normalizeGradient(out[0], out[1], out[2], dy, in, mu, r, w, shape, type);
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
