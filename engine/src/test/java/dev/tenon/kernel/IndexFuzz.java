package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.util.Arrays;

/// Calls of the family Index: nothing is computed but sums in a given order, so all bits count.
final class IndexFuzz implements FuzzFamily {
    private static final String[] KERNELS = {
        "take", "takeGradient", "gather", "gatherGradient", "copyBlocks", "oneHot"
    };

    @Override
    public int kernels() {
        return KERNELS.length;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        boolean gradient = kernel == 1 || kernel == 3;
        DType type = gradient || d.oneIn(2) ? d.type() : d.one(DType.values());
        int[] n = d.sizes(4, 1); // picks, rows, width; or outer, size, picks, inner
        for (int i = kernel == 4 ? 0 : 1; i < 4; i++) { // of no blocks nothing is copied
            n[i] = Math.max(n[i], 1);
        }
        Call call = new Call(KERNELS[kernel] + " " + type + " " + Arrays.toString(n));
        return switch (kernel) {
            case 0, 1 -> take(d, call, gradient, n, type);
            case 2, 3 -> gather(d, call, gradient, n, type);
            case 4 -> copyBlocks(d, call, n);
            default -> oneHot(d, call, n, type);
        };
    }

    private static Call take(Draw d, Call call, boolean gradient, int[] n, DType type) {
        int picks = n[0];
        int width = n[2];
        long all = (long) n[1] * width;
        long some = (long) picks * width;
        int y = call.output(gradient ? "dx" : "y", type, gradient ? all : some);
        int x = call.input(gradient ? "dy" : "x", type, values(d, gradient ? some : all, type));
        int index = call.input("index", DType.I64, d.indices(picks, n[1]));
        return call.does((k, s) -> {
            if (gradient) {
                k.index().takeGradient(s[y], s[x], s[index], picks, width, type);
            } else {
                k.index().take(s[y], s[x], s[index], picks, width, type);
            }
        });
    }

    private static java.lang.foreign.MemorySegment values(Draw d, long count, DType type) {
        return d.data(count, type, d.values());
    }

    private static Call gather(Draw d, Call call, boolean gradient, int[] n, DType type) {
        long all = (long) n[0] * n[1] * n[3];
        long some = (long) n[0] * n[2] * n[3];
        int y = call.output(gradient ? "dx" : "y", type, gradient ? all : some);
        int x = call.input(gradient ? "dy" : "x", type, values(d, gradient ? some : all, type));
        int index = call.input("index", DType.I64, d.indices(some, n[1]));
        return call.does((k, s) -> {
            IndexKernel kernel = k.index();
            if (gradient) {
                kernel.gatherGradient(s[y], s[x], s[index], n[0], n[1], n[2], n[3], type);
            } else {
                kernel.gather(s[y], s[x], s[index], n[0], n[1], n[2], n[3], type);
            }
        });
    }

    private static Call copyBlocks(Draw d, Call call, int[] n) {
        int blocks = n[0];
        long bytes = n[1];
        long yStep = bytes + d.below(5);
        long xStep = d.oneIn(4) ? 0 : bytes + d.below(5);
        long yStart = d.below(9);
        long xStart = d.below(9);
        int y = call.output("y", DType.U8, yStart + (blocks - 1) * yStep + bytes);
        long size = xStart + (blocks - 1) * xStep + bytes;
        int x = call.input("x", DType.U8, d.data(size, DType.U8, Values.NORMAL));
        return call.does((k, s) ->
                k.index().copyBlocks(s[y], yStart, yStep, s[x], xStart, xStep, blocks, bytes));
    }

    private static Call oneHot(Draw d, Call call, int[] n, DType type) {
        int y = call.output("y", type, (long) n[0] * n[1]);
        int index = call.input("index", DType.I64, d.indices(n[0], n[1]));
        return call.does((k, s) -> k.index().oneHot(s[y], s[index], n[0], n[1], type));
    }
}
