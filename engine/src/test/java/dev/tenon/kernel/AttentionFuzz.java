package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel.Sizes;
import dev.tenon.kernel.scalar.ScalarAttention;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Calls of the family Attention, forward and backward.
final class AttentionFuzz implements FuzzFamily {
    @Override
    public int kernels() {
        return 2;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        DType type = d.type();
        int[] n = d.sizes(4, 2); // batch, queries, keys, size
        int valueSize = d.oneIn(2) ? n[3] : d.size(4 + 2 * n[3]);
        Sizes sizes = new Sizes(n[0], n[1], n[2], n[3], valueSize);
        double scale = d.oneIn(4) ? 1 : 1 / Math.sqrt(n[3]);
        Values values = d.values(Values.STEPS, Values.TINY, Values.SPECIAL);
        String what = (kernel == 0 ? "attention " : "attentionGradient ") + type + " " + sizes;
        Case c = new Case(d, sizes, scale, type, values);
        Call call = new Call(what + " scale " + scale + " " + values);
        return kernel == 0 ? c.forward(call) : c.backward(call, d);
    }

    private static final class Case {
        final Sizes n;
        final double scale;
        final DType type;
        final MemorySegment q;
        final MemorySegment k;
        final MemorySegment v;

        Case(Draw d, Sizes n, double scale, DType type, Values values) {
            this.n = n;
            this.scale = scale;
            this.type = type;
            Values keys = values == Values.SPECIAL && d.oneIn(2) ? Values.NORMAL : values;
            q = d.data((long) n.batch() * n.queries() * n.size(), type, values);
            k = d.data((long) n.batch() * n.keys() * n.size(), type, keys);
            v = d.data((long) n.batch() * n.keys() * n.valueSize(), type, keys);
        }

        Call forward(Call call) {
            int y = call.output("y", type, (long) n.batch() * n.queries() * n.valueSize());
            int rows = call.output("rows", type, 2L * n.batch() * n.queries());
            int a = call.input("q", type, q);
            int b = call.input("k", type, k);
            int c = call.input("v", type, v);
            AttentionBounds bounds = new AttentionBounds(n, scale, type, q, k, v);
            call.within(y, bounds::result).within(rows, bounds::row);
            return call.does((kernels, s) ->
                    kernels.attention().attention(s[y], s[rows], s[a], s[b], s[c], n, scale, type));
        }

        Call backward(Call call, Draw d) {
            Values ofUp = d.oneIn(6) ? Values.SPECIAL : Values.NORMAL;
            MemorySegment up = d.data((long) n.batch() * n.queries() * n.valueSize(), type, ofUp);
            MemorySegment result = Arena.ofAuto().allocate(up.byteSize() + 1, 8);
            long rowBytes = type.bytes(2L * n.batch() * n.queries());
            MemorySegment kept = Arena.ofAuto().allocate(rowBytes + 1, 8);
            new ScalarAttention().attention(result, kept, q, k, v, n, scale, type);
            int dq = call.output("dq", type, q.byteSize() / type.bytes());
            int dk = call.output("dk", type, k.byteSize() / type.bytes());
            int dv = call.output("dv", type, v.byteSize() / type.bytes());
            int dy = call.input("dy", type, up);
            int y = call.input("y", type, result.asSlice(0, up.byteSize()));
            int rows = call.input("rows", type, kept.asSlice(0, rowBytes));
            int a = call.input("q", type, q);
            int b = call.input("k", type, k);
            int c = call.input("v", type, v);
            AttentionBounds bounds = new AttentionBounds(n, scale, type, q, k, v);
            bounds.gradients(up, result, kept);
            call.within(dq, bounds::ofQueries).within(dk, bounds::ofKeys);
            call.within(dv, bounds::ofValues);
            return call.does((kernels, s) ->
                    kernels.attention()
                            .attentionGradient(
                                    s[dq], s[dk], s[dv], s[dy], s[y], s[rows], s[a], s[b], s[c], n,
                                    scale, type));
        }
    }
}
