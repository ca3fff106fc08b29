package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarNorm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Calls of the family Norm, forward and backward, with and without weights, residuals and
/// activations.
final class NormFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "layerNorm", "groupNorm", "layerNormGradient", "groupNormGradient"
    };
    static final double EPS = 1e-5;
    private static final int PLANE = 64; // elements of a channel, from which on it is a plane

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
        if (n[3] >= PLANE) {
            c.scaledFirst();
        }
        return kernel < 2 ? c.forward(d, what) : c.backward(d, what);
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
        private @Nullable UnaryOp activation;
        private @Nullable MemorySegment residual;
        private boolean scaledFirst;

        /// What the second factor is made of.
        static Values second(Draw d, Values first) {
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
            NormEpilogue plain = NormEpilogue.of(null, null);
            new ScalarNorm().normalize(y, mean, rstd, x, plain, shape, EPS, type);
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

        /// Says that kernels may multiply `x - mean` by `rstd * weight`, as those do that have one
        /// such factor for many elements: planes of a channel, and channels that are last.
        Case scaledFirst() {
            scaledFirst = true;
            return this;
        }

        boolean isScaledFirst() {
            return scaledFirst;
        }

        /// The function at the end, or null.
        @Nullable UnaryOp activation() {
            return activation;
        }

        /// What is added before it is applied, or null.
        @Nullable MemorySegment residual() {
            return residual;
        }

        Call forward(Draw d, String what) {
            Call call = new Call(what + end(d));
            int y = call.output("y", type, count);
            int mu = call.output("mean", DType.F64, (long) n[0] * n[1]);
            int r = call.output("rstd", DType.F64, (long) n[0] * n[1]);
            int in = call.input("x", type, x);
            int[] of = epilogue(call);
            NormBounds bounds = new NormBounds(this);
            call.within(mu, bounds::mean).within(r, bounds::rstd).within(y, bounds::result);
            return call.does((k, s) -> {
                NormEpilogue end = epilogue(s, of);
                k.norm().normalize(s[y], s[mu], s[r], s[in], end, shape, EPS, type);
            });
        }

        /// Draws residual and activation, last of all, and describes them.
        String end(Draw d) {
            activation = d.oneIn(2) ? null : d.one(Formulas.ACTIVATIONS);
            residual = d.oneIn(3) ? d.data(count, type, second(d, values)) : null;
            return (residual == null ? "" : " + residual")
                    + (activation == null ? "" : " then " + activation);
        }

        private int[] epilogue(Call call) {
            return new int[] {
                optional(call, "weight", weight, type),
                optional(call, "bias", bias, type),
                optional(call, "residual", residual, type)
            };
        }

        private NormEpilogue epilogue(MemorySegment[] s, int[] of) {
            return new NormEpilogue(at(s, of[0]), at(s, of[1]), at(s, of[2]), activation);
        }

        Call backward(Draw d, String what) {
            MemorySegment up = d.data(count, type, second(d, values));
            boolean[] left = {d.oneIn(5), d.oneIn(5), d.oneIn(5)};
            Call call = new Call(what + end(d));
            int dx = left[0] ? -1 : call.output("dx", type, count);
            int dweight = left[1] ? -1 : call.output("dweight", type, parameters);
            int dbias = left[2] ? -1 : call.output("dbias", type, parameters);
            boolean wanted = residual != null && !d.oneIn(5);
            int dresidual = wanted ? call.output("dresidual", type, count) : -1;
            int dy = call.input("dy", type, up);
            int in = call.input("x", type, x);
            int mu = call.input("mean", DType.F64, mean);
            int r = call.input("rstd", DType.F64, rstd);
            int[] of = epilogue(call);
            NormGradientBounds bounds = new NormGradientBounds(this, up);
            if (dx >= 0) {
                call.within(dx, bounds::gradient);
            }
            if (dweight >= 0) {
                call.within(dweight, i -> bounds.parameter(i, true));
            }
            if (dbias >= 0) {
                call.within(dbias, i -> bounds.parameter(i, false));
            }
            if (dresidual >= 0 && activation != null) { // otherwise dy, bit by bit
                call.within(dresidual, bounds::upstream);
            }
            return call.does((k, s) -> {
                NormGradients all =
                        new NormGradients(
                                at(s, dx), at(s, dweight), at(s, dbias), at(s, dresidual));
                NormEpilogue end = epilogue(s, of);
                k.norm().normalizeGradient(all, s[dy], s[in], s[mu], s[r], end, shape, type);
            });
        }
    }

    /// Adds an operand that may be missing; then its number is -1.
    static int optional(Call call, String name, MemorySegment content, DType type) {
        return content == null ? -1 : call.input(name, type, content);
    }

    static MemorySegment at(MemorySegment[] segments, int operand) {
        return operand < 0 ? null : segments[operand];
    }
}
