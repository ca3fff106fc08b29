package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Calls of the family Conv: windows, strides, padding, dilation and groups of all kinds.
final class ConvFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "forward", "dataGradient", "weightGradient", "biasGradient"
    };

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        Conv2dSizes n = sizes(d);
        Values values = d.values();
        Call call = new Call("conv " + KERNELS[kernel] + " " + type + " " + n + " " + values);
        long taps = (long) n.groupChannels() * n.window();
        switch (kernel) {
            case 0 -> {
                int y = call.output("y", type, out(n));
                int x = call.input("x", type, d.data(in(n), type, values));
                int w = weight(d, call, n, type, values);
                int bias = bias(d, call, n.outChannels(), type);
                call.linear(
                        type,
                        taps,
                        (k, s, t) -> k.conv().forward(s[y], s[x], s[w], at(s, bias), n, t));
            }
            case 1 -> {
                int dx = call.output("dx", type, in(n));
                int dy = call.input("dy", type, d.data(out(n), type, values));
                int w = weight(d, call, n, type, values);
                int bias = bias(d, call, n.channels(), type);
                call.linear(
                        type,
                        (long) n.groupOutChannels() * n.window(),
                        (k, s, t) -> k.conv().dataGradient(s[dx], s[dy], s[w], at(s, bias), n, t));
            }
            case 2 -> {
                int dw = call.output("dw", type, n.outChannels() * taps);
                int x = call.input("x", type, d.data(in(n), type, values));
                int dy = call.input("dy", type, d.data(out(n), type, second(d, values)));
                call.linear(
                        type,
                        (long) n.batch() * n.outPlane(),
                        (k, s, t) -> k.conv().weightGradient(s[dw], s[x], s[dy], n, t));
            }
            default -> {
                int db = call.output("db", type, n.outChannels());
                int dy = call.input("dy", type, d.data(out(n), type, values));
                call.linear(
                        type,
                        (long) n.batch() * n.outPlane(),
                        (k, s, t) ->
                                k.conv()
                                        .biasGradient(
                                                s[db],
                                                s[dy],
                                                n.batch(),
                                                n.outChannels(),
                                                n.outPlane(),
                                                t));
            }
        }
        return call;
    }

    /// What the second factor is made of.
    private static Values second(Draw d, Values first) {
        return d.oneIn(4) ? first : Values.NORMAL;
    }

    private static MemorySegment at(MemorySegment[] segments, int operand) {
        return operand < 0 ? null : segments[operand];
    }

    private static int weight(Draw d, Call call, Conv2dSizes n, DType type, Values values) {
        long count = (long) n.outChannels() * n.groupChannels() * n.window();
        return call.input("weight", type, d.data(count, type, second(d, values)));
    }

    /// Adds a bias, or none, which is operand -1.
    private static int bias(Draw d, Call call, int channels, DType type) {
        return d.oneIn(2) ? -1 : call.input("bias", type, d.data(channels, type, Values.NORMAL));
    }

    private static long in(Conv2dSizes n) {
        return (long) n.batch() * n.channels() * n.plane();
    }

    private static long out(Conv2dSizes n) {
        return (long) n.batch() * n.outChannels() * n.outPlane();
    }

    private static Conv2dSizes sizes(Draw d) {
        int kernel = d.one(1, 1, 2, 3, 3, 3, 3, 4, 5, 7);
        int kernelH = kernel;
        int kernelW = d.oneIn(4) ? d.one(1, 2, 3, 5) : kernel;
        Conv2dSettings s =
                d.oneIn(2)
                        ? Conv2dSettings.of(1, kernel / 2)
                        : new Conv2dSettings(
                                d.one(1, 1, 2, 3),
                                d.one(1, 1, 2, 3),
                                d.one(0, 1, 1, 2, 4),
                                d.one(0, 1, 1, 2, 4),
                                d.one(1, 1, 1, 2, 3),
                                d.one(1, 1, 1, 2),
                                1);
        // batch, channels and outChannels of a group, rows, columns
        int[] n = d.sizes(5, (long) kernelH * kernelW);
        int groups = 1;
        if (d.oneIn(4)) {
            groups = d.one(2, 3, 4, 7);
            n[0] = Math.min(n[0], 3);
            if (d.oneIn(2)) { // depthwise
                n[1] = 1;
                n[2] = 1;
            } else {
                n[1] = Math.max(1, n[1] / groups);
                n[2] = Math.max(1, n[2] / groups);
            }
        }
        int height = Math.max(n[3], s.dilationH() * (kernelH - 1) + 1 - 2 * s.paddingH());
        int width = Math.max(n[4], s.dilationW() * (kernelW - 1) + 1 - 2 * s.paddingW());
        int outHeight =
                (height + 2 * s.paddingH() - s.dilationH() * (kernelH - 1) - 1) / s.strideH() + 1;
        int outWidth =
                (width + 2 * s.paddingW() - s.dilationW() * (kernelW - 1) - 1) / s.strideW() + 1;
        // the padding "same": zeros at the end as many as it takes; not drawn, so that cases stay
        if ((n[0] + 3 * n[1] + 5 * n[2]) % 4 == 1) {
            outHeight = (height + s.strideH() - 1) / s.strideH();
            outWidth = (width + s.strideW() - 1) / s.strideW();
        }
        return new Conv2dSizes(
                n[0],
                n[1] * groups,
                height,
                width,
                n[2] * groups,
                outHeight,
                outWidth,
                kernelH,
                kernelW,
                s.withGroups(groups));
    }
}
