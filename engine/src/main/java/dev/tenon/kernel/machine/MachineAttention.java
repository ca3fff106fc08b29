package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/// The family Attention in machine code, F32.
///
/// A part is one tile of queries of one attention, or several small attentions; never more than a
/// block of the softmax is in memory. The gradient is in [AttentionGradient].
final class MachineAttention implements AttentionKernel {
    /// Multiply-adds of a part made of several small attentions.
    private static final long WORK = 500_000;

    /// Multiply-adds of one call of a routine, during which the collector waits.
    private static final long CALL = 20_000_000;

    /// Elements of a query and of a value, at most: a sum in F32 has no more terms.
    private static final int LONGEST = 256;

    private final AttentionRoutines routines;
    private final AttentionKernel below;

    /// @param below the backend that does what has no machine code
    MachineAttention(Isa isa, AttentionKernel below) {
        routines = new AttentionRoutines(isa);
        this.below = below;
    }

    @Override
    public void attention(
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type) {
        if (!hasCode(sizes, scale, type, y, rows, q, k, v)) {
            below.attention(y, rows, q, k, v, sizes, scale, type);
            return;
        }
        try {
            forward(y, rows, q, k, v, sizes, (float) scale);
        } finally { // what only has an address would be free to be collected
            Reference.reachabilityFence(new MemorySegment[] {y, rows, q, k, v});
        }
    }

    private void forward(
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            float scale) {
        int tile = routines.tile();
        int tiles = (sizes.queries() + tile - 1) / tile;
        Parallel.range(
                (long) sizes.batch() * tiles,
                grain(Math.min(tile, sizes.queries()), sizes),
                (from, to) -> {
                    MemorySegment table = table(sizes, scale);
                    layOut(table, sizes);
                    for (long part = from; part < to; part++) {
                        long batch = part / tiles;
                        int first = (int) (part % tiles) * tile;
                        long row = batch * sizes.queries() + first;
                        long key = batch * sizes.keys();
                        AttentionSlot.Q.set(table, q.address() + row * sizes.size() * 4);
                        AttentionSlot.K.set(table, k.address() + key * sizes.size() * 4);
                        AttentionSlot.V.set(table, v.address() + key * sizes.valueSize() * 4);
                        AttentionSlot.Y.set(table, y.address() + row * sizes.valueSize() * 4);
                        AttentionSlot.ROWS.set(table, rows.address() + row * 8);
                        forward(table, Math.min(tile, sizes.queries() - first), sizes);
                    }
                });
    }

    private void forward(MemorySegment table, int queries, Sizes sizes) {
        AttentionSlot.QUERIES.set(table, queries);
        Routine routine = routines.forward(routines.vectors(queries));
        long perKey = (long) routines.tile() * (sizes.size() + sizes.valueSize());
        int block = AttentionCode.BLOCK;
        int most = (int) Math.max(block, CALL / perKey / block * block);
        for (int key = 0; key < sizes.keys(); key += most) {
            int count = Math.min(most, sizes.keys() - key);
            AttentionSlot.KEYS.set(table, count);
            int first = key == 0 ? 1 : 0;
            AttentionSlot.PHASE.set(table, first | (key + count == sizes.keys() ? 2 : 0));
            routine.call(table.address(), 0, 0, 0, 0, 0);
        }
    }

    /// Says whether there is code; long rows would need sums of too many terms.
    private static boolean hasCode(
            Sizes sizes, double scale, DType type, MemorySegment... segments) {
        if (type != DType.F32
                || sizes.queries() == 0
                || sizes.keys() == 0
                || sizes.size() == 0
                || sizes.valueSize() == 0
                || sizes.size() > LONGEST
                || sizes.valueSize() > LONGEST
                || !(Math.abs(scale) <= Float.MAX_VALUE)) {
            return false;
        }
        for (MemorySegment segment : segments) {
            if (!segment.isNative()) {
                return false;
            }
        }
        return true;
    }

    /// Small attentions, or tiles of `queries`, per part.
    static long grain(int queries, Sizes sizes) {
        // a weight costs about as much as 24 elements
        long work = (long) queries * sizes.keys() * (sizes.size() + sizes.valueSize() + 24);
        return Math.max(1, WORK / Math.max(1, work));
    }

    /// Returns this thread's table with what depends on the sizes only.
    static MemorySegment table(Sizes sizes, float scale) {
        MemorySegment table = Workspace.ARGUMENTS.bytes(AttentionSlot.TABLE);
        AttentionSlot.SIZE.set(table, sizes.size());
        AttentionSlot.SIZE_BYTES.set(table, 4L * sizes.size());
        AttentionSlot.VALUE.set(table, sizes.valueSize());
        AttentionSlot.VALUE_BYTES.set(table, 4L * sizes.valueSize());
        AttentionSlot.SCALE.set(table, scale);
        return table;
    }

    private void layOut(MemorySegment table, Sizes sizes) {
        long step = 4L * routines.tile();
        long turned = step * sizes.size();
        long sums = step * sizes.valueSize();
        long weights = step * AttentionCode.BLOCK;
        long state = AttentionForward.stateBytes(routines.isa());
        long at = Workspace.SCORES.bytes(turned + sums + weights + state).address();
        AttentionSlot.STATE.set(table, at);
        AttentionSlot.WEIGHTS.set(table, at + state);
        AttentionSlot.TURNED.set(table, at + state + weights);
        AttentionSlot.SUMS.set(table, at + state + weights + turned);
    }

    @Override
    public void attentionGradient(
            MemorySegment dq,
            MemorySegment dk,
            MemorySegment dv,
            MemorySegment dy,
            MemorySegment y,
            MemorySegment rows,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            Sizes sizes,
            double scale,
            DType type) {
        if (!hasCode(sizes, scale, type, dq, dk, dv, dy, y, rows, q, k, v)) {
            below.attentionGradient(dq, dk, dv, dy, y, rows, q, k, v, sizes, scale, type);
            return;
        }
        AttentionQueries.Routines alongSize = routines.queries(sizes.size());
        float factor = (float) scale;
        try {
            new AttentionGradient(
                            routines, alongSize, dq, dk, dv, dy, y, rows, q, k, v, sizes, factor)
                    .run();
        } finally {
            Reference.reachabilityFence(new MemorySegment[] {dq, dk, dv, dy, y, rows, q, k, v});
        }
    }
}
