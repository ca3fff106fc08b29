package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Calls of the family Norm that normalise channels: moments, forward, and backward with statistics
/// of the batch and with constants.
///
/// A channel over all samples is a group of one channel once samples and channels have changed
/// places: the bounds are those of group norm.
final class ChannelNormFuzz implements FuzzFamily {
    private static final String[] KERNELS = {"moments", "normalize", "gradient", "constant"};

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int[] n = d.sizes(3, 2); // samples, channels, inner
        Values values = d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        int[] turned = {1, n[1], 1, n[0] * n[2]};
        NormFuzz.Case c = new NormFuzz.Case(d, turned, type, values).scaledFirst();
        String what = "channel " + KERNELS[kernel] + " " + type + " " + Arrays.toString(n);
        Channels channels = new Channels(n, c);
        String all = what + " " + values;
        return switch (kernel) {
            case 0 -> channels.moments(all);
            case 1 -> channels.forward(d, all);
            default -> channels.backward(d, all, kernel == 2);
        };
    }

    /// A case of groups with samples and channels in their places.
    private record Channels(int[] n, NormFuzz.Case c) {
        private NormShape shape() {
            return NormShape.channels(n[0], n[1], n[2]);
        }

        /// Where element `i` is in the groups.
        private int turned(int i) {
            int s = i % n[2];
            int channel = i / n[2] % n[1];
            int sample = i / n[2] / n[1];
            return (channel * n[0] + sample) * n[2] + s;
        }

        private @Nullable MemorySegment back(@Nullable MemorySegment turned) {
            if (turned == null) {
                return null;
            }
            long bytes = c.type.bytes(c.count);
            MemorySegment all = Arena.ofAuto().allocate(Math.max(1, bytes), 8).asSlice(0, bytes);
            for (int i = 0; i < c.count; i++) {
                c.type.write(all, i, c.type.read(turned, turned(i)));
            }
            return all;
        }

        Call moments(String what) {
            Call call = new Call(what);
            int mu = call.output("mean", DType.F64, n[1]);
            int variance = call.output("variance", DType.F64, n[1]);
            int in = call.input("x", c.type, back(c.x));
            NormBounds bounds = new NormBounds(c, true);
            call.within(mu, bounds::mean).within(variance, bounds::variance);
            return call.does(
                    (k, s) -> k.norm().channelMoments(s[mu], s[variance], s[in], shape(), c.type));
        }

        private int[] epilogue(Call call) {
            return new int[] {
                NormFuzz.optional(call, "weight", c.weight, c.type),
                NormFuzz.optional(call, "bias", c.bias, c.type),
                NormFuzz.optional(call, "residual", back(c.residual()), c.type)
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
            int mu = call.input("mean", DType.F64, c.mean);
            int r = call.input("rstd", DType.F64, c.rstd);
            int in = call.input("x", c.type, back(c.x));
            int[] of = epilogue(call);
            NormGradientBounds bounds = new NormGradientBounds(c, c.x);
            call.within(
                    y,
                    i -> {
                        int at = turned(i);
                        Enclosure sum = NormBounds.ended(c, at, bounds.offOfZ(at));
                        UnaryOp op = c.activation();
                        return op == null ? sum : Formulas.value(op, sum, 0, 0);
                    });
            return call.does((k, s) ->
                    k.norm()
                            .channelNormalize(
                                    s[y], s[mu], s[r], s[in], epilogue(s, of), shape(), c.type));
        }

        Call backward(Draw d, String what, boolean ofBatch) {
            MemorySegment up = d.data(c.count, c.type, NormFuzz.Case.second(d, c.values));
            boolean[] left = {d.oneIn(5), d.oneIn(5), d.oneIn(5)};
            Call call = new Call(what + c.end(d));
            int dx = left[0] ? -1 : call.output("dx", c.type, c.count);
            int dweight = left[1] ? -1 : call.output("dweight", c.type, n[1]);
            int dbias = left[2] ? -1 : call.output("dbias", c.type, n[1]);
            boolean wanted = c.residual() != null && !d.oneIn(5);
            int dresidual = wanted ? call.output("dresidual", c.type, c.count) : -1;
            int dy = call.input("dy", c.type, back(up));
            int in = call.input("x", c.type, back(c.x));
            int mu = call.input("mean", DType.F64, c.mean);
            int r = call.input("rstd", DType.F64, c.rstd);
            int[] of = epilogue(call);
            NormGradientBounds bounds = new NormGradientBounds(c, up);
            if (dx >= 0) {
                call.within(
                        dx,
                        i ->
                                ofBatch
                                        ? bounds.gradient(turned(i))
                                        : bounds.constantGradient(turned(i)));
            }
            if (dweight >= 0) {
                call.within(dweight, i -> bounds.parameter(i, true, true));
            }
            if (dbias >= 0) {
                call.within(dbias, i -> bounds.parameter(i, false, true));
            }
            if (dresidual >= 0 && c.activation() != null) { // otherwise dy, bit by bit
                call.within(dresidual, i -> bounds.upstream(turned(i)));
            }
            return call.does((k, s) -> {
                NormGradients all =
                        new NormGradients(
                                NormFuzz.at(s, dx),
                                NormFuzz.at(s, dweight),
                                NormFuzz.at(s, dbias),
                                NormFuzz.at(s, dresidual));
                k.norm()
                        .channelNormalizeGradient(
                                all,
                                s[dy],
                                s[in],
                                s[mu],
                                s[r],
                                ofBatch,
                                epilogue(s, of),
                                shape(),
                                c.type);
            });
        }
    }
}
