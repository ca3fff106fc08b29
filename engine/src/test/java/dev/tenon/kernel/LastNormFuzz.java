package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Calls of the family Norm that normalise groups of channels which are the last axis in memory.
///
/// They are the calls of [NormFuzz] with every element elsewhere, and so are their bounds.
final class LastNormFuzz implements FuzzFamily {
    private static final String[] KERNELS = {"normalize", "gradient"};

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int[] n = d.sizes(4, 2); // samples, groups, channels, inner
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        Last last = new Last(new NormFuzz.Case(d, n, type, values).scaledFirst());
        String what = "last " + KERNELS[kernel] + " " + type + " " + Arrays.toString(n);
        String all = what + " " + values;
        return kernel == 0 ? last.forward(d, all) : last.backward(d, all);
    }

    /// A case whose channels come first, with them last.
    private record Last(NormFuzz.Case c) {
        private NormShape shape() {
            return c.shape.channelsLast();
        }

        /// Where element `i` is in the case.
        private int first(int i) {
            int channels = c.shape.parameters();
            int channel = i % channels;
            int inner = i / channels % c.shape.inner();
            int sample = i / channels / c.shape.inner();
            return (sample * channels + channel) * c.shape.inner() + inner;
        }

        private @Nullable MemorySegment moved(@Nullable MemorySegment first) {
            if (first == null) {
                return null;
            }
            long bytes = c.type.bytes(c.count);
            MemorySegment all = Arena.ofAuto().allocate(Math.max(1, bytes), 8).asSlice(0, bytes);
            for (int i = 0; i < c.count; i++) {
                c.type.write(all, i, c.type.read(first, first(i)));
            }
            return all;
        }

        private int[] epilogue(Call call) {
            return new int[] {
                NormFuzz.optional(call, "weight", c.weight, c.type),
                NormFuzz.optional(call, "bias", c.bias, c.type),
                NormFuzz.optional(call, "residual", moved(c.residual()), c.type)
            };
        }

        private NormEpilogue epilogue(MemorySegment[] s, int[] of) {
            return new NormEpilogue(
                    NormFuzz.at(s, of[0]),
                    NormFuzz.at(s, of[1]),
                    NormFuzz.at(s, of[2]),
                    c.activation());
        }

        Call forward(Draw d, String what) {
            Call call = new Call(what + c.end(d));
            int y = call.output("y", c.type, c.count);
            int mu = call.output("mean", DType.F64, c.shape.rows());
            int r = call.output("rstd", DType.F64, c.shape.rows());
            int in = call.input("x", c.type, moved(c.x));
            int[] of = epilogue(call);
            NormBounds bounds = new NormBounds(c, true);
            call.within(mu, bounds::mean).within(r, bounds::rstd);
            call.within(y, i -> bounds.result(first(i)));
            return call.does((k, s) -> {
                NormEpilogue end = epilogue(s, of);
                k.norm().normalize(s[y], s[mu], s[r], s[in], end, shape(), NormFuzz.EPS, c.type);
            });
        }

        Call backward(Draw d, String what) {
            MemorySegment up = d.data(c.count, c.type, NormFuzz.Case.second(d, c.values));
            boolean[] left = {d.oneIn(5), d.oneIn(5), d.oneIn(5)};
            Call call = new Call(what + c.end(d));
            int dx = left[0] ? -1 : call.output("dx", c.type, c.count);
            int dweight = left[1] ? -1 : call.output("dweight", c.type, c.parameters);
            int dbias = left[2] ? -1 : call.output("dbias", c.type, c.parameters);
            boolean wanted = c.residual() != null && !d.oneIn(5);
            int dresidual = wanted ? call.output("dresidual", c.type, c.count) : -1;
            int dy = call.input("dy", c.type, moved(up));
            int in = call.input("x", c.type, moved(c.x));
            int mu = call.input("mean", DType.F64, c.mean);
            int r = call.input("rstd", DType.F64, c.rstd);
            int[] of = epilogue(call);
            NormGradientBounds bounds = new NormGradientBounds(c, up);
            if (dx >= 0) {
                call.within(dx, i -> bounds.gradient(first(i)));
            }
            if (dweight >= 0) {
                call.within(dweight, i -> bounds.parameter(i, true, true));
            }
            if (dbias >= 0) {
                call.within(dbias, i -> bounds.parameter(i, false, true));
            }
            if (dresidual >= 0 && c.activation() != null) { // otherwise dy, bit by bit
                call.within(dresidual, i -> bounds.upstream(first(i)));
            }
            return call.does((k, s) -> {
                NormGradients all =
                        new NormGradients(
                                NormFuzz.at(s, dx),
                                NormFuzz.at(s, dweight),
                                NormFuzz.at(s, dbias),
                                NormFuzz.at(s, dresidual));
                NormEpilogue end = epilogue(s, of);
                k.norm().normalizeGradient(all, s[dy], s[in], s[mu], s[r], end, shape(), c.type);
            });
        }
    }
}
