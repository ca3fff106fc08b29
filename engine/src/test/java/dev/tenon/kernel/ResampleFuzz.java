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
                call.exact(y).exact(at);
                call.does((k, s) -> k.resample().maxPool(s[y], s[at], s[x], w, type));
            }
            case 1 -> {
                MemorySegment positions = positions(d, w, in, out, type);
                int dx = call.output("dx", type, in);
                int dy = call.input("dy", type, d.data(out, type, values));
                int at = call.input("positions", DType.I32, positions);
                call.does((k, s) -> k.resample().maxPoolGradient(s[dx], s[dy], s[at], w, type));
                call.linear((long) size * size);
            }
            case 2 -> {
                int y = call.output("y", type, out);
                int x = call.input("x", type, d.data(in, type, values));
                call.does((k, s) -> k.resample().avgPool(s[y], s[x], w, type));
                overflowing(call, values, type, size * size);
            }
            default -> {
                int dx = call.output("dx", type, in);
                int dy = call.input("dy", type, d.data(out, type, values));
                call.does((k, s) -> k.resample().avgPoolGradient(s[dx], s[dy], w, type));
                call.linear((long) size * size);
            }
        }
        return call.overflows(values == Values.HUGE);
    }

    /// A mean's sum may overflow where the mean does not.
    private static void overflowing(Call call, Values values, DType type, long terms) {
        call.linear(terms);
        if (values == Values.HUGE && type == DType.F32) {
            call.scale(0, i -> Double.POSITIVE_INFINITY);
        }
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
        Values values =
                kernel == 4
                        ? d.values()
                        : d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.SPECIAL);
        Call call = new Call(KERNELS[kernel] + " " + type + " " + c + " " + values);
        boolean gradient = kernel % 2 == 1;
        int y = call.output(gradient ? "dx" : "y", type, gradient ? in : out);
        MemorySegment data = d.data(gradient ? out : in, type, values);
        int x = call.input(gradient ? "dy" : "x", type, data);
        call.does((k, s) -> {
            ResampleKernel resample = k.resample();
            switch (kernel) {
                case 4 -> resample.nearest(s[y], s[x], c, type);
                case 5 -> resample.nearestGradient(s[y], s[x], c, type);
                case 6 -> resample.bilinear(s[y], s[x], c, type);
                default -> resample.bilinearGradient(s[y], s[x], c, type);
            }
        });
        if (kernel == 4) {
            return call.exact(y);
        }
        call.linear(1 + out / Math.max(1, in));
        // a small weight is rounded as its difference from 1 is
        return kernel < 6 ? call : call.widen(y, largest(data, type) / 8);
    }

    /// Returns the size of the largest number, of those that are finite.
    private static double largest(MemorySegment data, DType type) {
        double largest = 0;
        for (long i = 0; i < data.byteSize() / type.bytes(); i++) {
            double size = Math.abs(type.read(data, i));
            largest = Double.isFinite(size) ? Math.max(largest, size) : largest;
        }
        return largest;
    }
}
