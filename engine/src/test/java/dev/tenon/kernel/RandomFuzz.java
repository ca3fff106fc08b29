package dev.tenon.kernel;

import dev.tenon.dtype.DType;

/// Calls of the family Random, whose bits are the same in every backend.
final class RandomFuzz implements FuzzFamily {
    private static final String[] KERNELS = {"uniform", "normal", "dropout"};

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int count = d.count();
        long first = d.oneIn(2) ? 0 : d.one(1L, 63L, 64L, 1000L, (1L << 34) + d.below(64));
        long key = d.one(0L, -1L, 0x0123456789ABCDEFL);
        long stream = d.below(1000);
        double a = d.one(0.0, -2.0, 1e4);
        double b = d.one(1.0, 5.0, 1e-3) + (kernel == 0 ? a : 0);
        double p = d.one(0.0, 0.1, 0.5, 0.9);
        Call call =
                new Call(
                        KERNELS[kernel]
                                + " "
                                + type
                                + " of "
                                + count
                                + " from "
                                + first
                                + ", key "
                                + key
                                + ", stream "
                                + stream
                                + ", "
                                + a
                                + ", "
                                + b
                                + ", "
                                + p);
        int y = call.output("y", type, count);
        int x = kernel < 2 ? -1 : call.input("x", type, d.data(count, type, d.values()));
        return call.does((k, s) -> {
            RandomKernel random = k.random();
            switch (kernel) {
                case 0 -> random.uniform(s[y], first, count, key, stream, a, b, type);
                case 1 -> random.normal(s[y], first, count, key, stream, a, b, type);
                default -> random.dropout(s[y], s[x], first, count, p, key, stream, type);
            }
        });
    }
}
