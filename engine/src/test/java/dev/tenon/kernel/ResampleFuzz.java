package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ResampleKernel.Scaling;
import dev.tenon.kernel.ResampleKernel.Window;
import dev.tenon.kernel.scalar.ScalarResample;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Calls of the family Resample: pooling and scaling, forward and backward.
final class ResampleFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "maxPool",
        "maxPoolGradient",
        "avgPool",
        "avgPoolGradient",
        "nearest",
        "nearestGradient",
        "bilinear",
        "bilinearGradient"
    };

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        return kernel < 4 ? pool(d, kernel, type) : scaling(d, kernel, type);
    }

    private static Call pool(Draw d, int kernel, DType type) {
        int size = d.one(1, 2, 2, 2, 3, 3, 4, 5);
        int[] n = d.sizes(3, size);
        Window w =
                new Window(
                        n[0],
                        Math.max(size, n[1]),
                        Math.max(size, n[2]),
                        size,
                        d.oneIn(2) ? size : d.one(1, 2, 3));
        long in = (long) w.planes() * w.height() * w.width();
        long out = (long) w.planes() * w.outHeight() * w.outWidth();
        Values values = d.values();
        Call call = new Call(KERNELS[kernel] + " " + type + " " + w + " " + values);
        switch (kernel) {
            case 0 -> {
                int y = call.output("y", type, out);
                int at = call.output("positions", DType.I32, out);
                int x = call.input("x", type, d.data(in, type, values));
                call.does((k, s) -> k.resample().maxPool(s[y], s[at], s[x], w, type));
            }
            case 1 -> {
                MemorySegment positions = positions(d, w, in, out, type);
                int dx = call.output("dx", type, in);
                int dy = call.input("dy", type, d.data(out, type, values));
                int at = call.input("positions", DType.I32, positions);
                call.linear(
                        type,
                        (long) size * size,
                        (k, s, t) -> k.resample().maxPoolGradient(s[dx], s[dy], s[at], w, t));
            }
            case 2 -> {
                int y = call.output("y", type, out);
                MemorySegment data = d.data(in, type, values);
                int x = call.input("x", type, data);
                call.within(y, i -> mean(data, w, i, type));
                call.does((k, s) -> k.resample().avgPool(s[y], s[x], w, type));
            }
            default -> {
                int dx = call.output("dx", type, in);
                int dy = call.input("dy", type, d.data(out, type, values));
                call.linear(
                        type,
                        (long) size * size,
                        (k, s, t) -> k.resample().avgPoolGradient(s[dx], s[dy], w, t));
            }
        }
        return call;
    }

    /// What the mean of window `i` may be; its sum may overflow where the mean does not.
    private static Enclosure mean(MemorySegment data, Window w, long i, DType type) {
        long column = i % w.outWidth() * w.stride();
        long row = i / w.outWidth() % w.outHeight() * w.stride();
        long plane = i / w.outWidth() / w.outHeight() * w.height();
        int terms = w.kernel() * w.kernel();
        double sum = 0;
        double sizes = 0;
        boolean finite = true;
        for (int t = 0; t < terms; t++) {
            long at = (plane + row + t / w.kernel()) * w.width() + column + t % w.kernel();
            double value = type.read(data, at);
            finite &= Double.isFinite(value);
            sum += value;
            sizes += Math.abs(value);
        }
        if (finite && Double.isInfinite(sizes)) {
            return Enclosure.any(type);
        }
        return Enclosure.sum(type, sum, sizes, terms, 0).over(Enclosure.of(type, terms));
    }

    private static MemorySegment positions(Draw d, Window w, long in, long out, DType type) {
        MemorySegment positions = Arena.ofAuto().allocate(4 * out + 1, 8).asSlice(0, 4 * out);
        MemorySegment y = Arena.ofAuto().allocate(type.bytes(out) + 1, 8);
        MemorySegment x = d.data(in, type, Values.NORMAL);
        new ScalarResample().maxPool(y, positions, x, w, type);
        return positions;
    }

    private static Call scaling(Draw d, int kernel, DType type) {
        int[] n = d.sizes(5, 1); // planes, and the sizes of both planes
        int planes = n[0];
        boolean twice = d.oneIn(2);
        Scaling c =
                new Scaling(
                        planes,
                        n[1],
                        n[2],
                        twice ? 2 * n[1] : n[3],
                        twice ? 2 * n[2] : n[4],
                        d.oneIn(2));
        long in = (long) planes * c.inHeight() * c.inWidth();
        long out = (long) planes * c.outHeight() * c.outWidth();
        // columns of a gradient are added up before rows have their weights: what is too large then
        // need not be too large after
        Values values =
                kernel < 7
                        ? d.values()
                        : d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        Call call = new Call(KERNELS[kernel] + " " + type + " " + c + " " + values);
        boolean gradient = kernel % 2 == 1;
        int y = call.output(gradient ? "dx" : "y", type, gradient ? in : out);
        int x = call.input(gradient ? "dy" : "x", type, d.data(gradient ? out : in, type, values));
        if (kernel == 4) {
            return call.does((k, s) -> k.resample().nearest(s[y], s[x], c, type));
        }
        long terms = 4L * (c.outHeight() / Math.max(1, c.inHeight()) + 1);
        terms *= c.outWidth() / Math.max(1, c.inWidth()) + 1;
        return call.linear(
                type,
                terms,
                (k, s, t) -> {
                    ResampleKernel resample = k.resample();
                    switch (kernel) {
                        case 5 -> resample.nearestGradient(s[y], s[x], c, t);
                        case 6 -> resample.bilinear(s[y], s[x], c, t);
                        default -> resample.bilinearGradient(s[y], s[x], c, t);
                    }
                });
    }
}
