package dev.tenon.kernel.machine;

import dev.tenon.kernel.AttentionKernel.Sizes;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;

/// The gradient of attention: tiles of keys against blocks of queries, whose softmax is computed
/// again from each query's summary.
///
/// The keys of one attention are cut into at most 16 runs, by their number alone. A run owns its
/// keys' `dk` and `dv`; each run adds up a `dq` of its own, and these are merged in order; so bits
/// depend neither on threads nor on the batch. One run, the case of short sequences, needs no
/// merging.
record AttentionGradient(
        AttentionRoutines routines,
        AttentionQueries.Routines alongSize,
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
        float scale) {
    private static final int RUN = 512; // keys, at least, of a run
    private static final int MOST_RUNS = 16;
    private static final long PARTIALS = 1L << 24; // floats of unmerged dq, 64 MiB
    private static final int BLOCK = AttentionCode.BLOCK;

    /// Floats that one call scales or merges, at most: about a hundred microseconds.
    private static final int CALL = 1 << 18;

    void run() {
        int length = Math.max(RUN, (sizes.keys() + MOST_RUNS - 1) / MOST_RUNS);
        length = (length + routines.tile() - 1) / routines.tile() * routines.tile();
        int runs = (sizes.keys() + length - 1) / length;
        if (runs == 1) {
            Parallel.range(
                    sizes.batch(),
                    MachineAttention.grain(3 * sizes.queries(), sizes),
                    (from, to) -> {
                        MemorySegment table = table();
                        MemorySegment partial = Workspace.SUMS.floats(partialSize());
                        for (long batch = from; batch < to; batch++) {
                            keys(table, batch, 0, sizes.keys(), partial);
                            merge(table, batch, partial, 1, 0, sizes.queries());
                        }
                    });
            return;
        }
        inRuns(length, runs);
    }

    private void inRuns(int length, int runs) {
        int together = Math.clamp(PARTIALS / (partialSize() * runs), 1, sizes.batch());
        MemorySegment partials = Workspace.SHARED_LEFT.floats(partialSize() * runs * together);
        for (int first = 0; first < sizes.batch(); first += together) {
            int batches = Math.min(together, sizes.batch() - first);
            int from = first;
            Parallel.run(
                    batches * runs,
                    part -> {
                        int key = part % runs * length;
                        int count = Math.min(length, sizes.keys() - key);
                        MemorySegment partial =
                                partials.asSlice(4 * part * partialSize(), 4 * partialSize());
                        keys(table(), from + part / runs, key, count, partial);
                    });
            int chunk = queriesOfCall();
            int chunks = (sizes.queries() + chunk - 1) / chunk;
            Parallel.run(
                    batches * chunks,
                    part -> {
                        int batch = part / chunks;
                        long at = 4 * batch * runs * partialSize();
                        int query = part % chunks * chunk;
                        int count = Math.min(chunk, sizes.queries() - query);
                        MemorySegment sums = partials.asSlice(at);
                        merge(table(), from + batch, sums, runs, query, count);
                    });
        }
    }

    private int queriesOfCall() {
        return Math.max(1, CALL / (sizes.size() + sizes.valueSize()));
    }

    private int width() {
        return alongSize.vectors(sizes.size()) * alongSize.isa().lanes();
    }

    /// Floats of one run's `dq`, padded.
    private long partialSize() {
        return (long) sizes.queries() * width();
    }

    /// Returns this thread's table with what depends on the sizes only.
    private MemorySegment table() {
        MemorySegment table = MachineAttention.table(sizes, scale);
        long step = 4L * routines.tile();
        AttentionSlot[] ofSize = {AttentionSlot.TURNED, AttentionSlot.SUMS};
        AttentionSlot[] ofValue = {AttentionSlot.TURNED_VALUES, AttentionSlot.VALUE_SUMS};
        AttentionSlot[] ofBlock = {AttentionSlot.WEIGHTS, AttentionSlot.WEIGHT_GRADIENTS};
        long keyRows = (long) routines.tile() * width() * 4;
        long state = 4L * AttentionBackward.NUMBERS * sizes.queries();
        long scaled = 4L * sizes.queries() * sizes.size();
        long tiles = 2 * step * (sizes.size() + sizes.valueSize() + BLOCK);
        long at = Workspace.SCORES.bytes(tiles + keyRows + scaled + state).address();
        at = layOut(table, at, step * BLOCK, ofBlock);
        at = layOut(table, at, step * sizes.size(), ofSize);
        at = layOut(table, at, step * sizes.valueSize(), ofValue);
        at = layOut(table, at, keyRows, AttentionSlot.PADDED_KEYS);
        at = layOut(table, at, scaled, AttentionSlot.SCALED);
        layOut(table, at, state, AttentionSlot.STATE);
        AttentionSlot.WIDTH_BYTES.set(table, 4L * width());
        return table;
    }

    private static long layOut(MemorySegment table, long at, long bytes, AttentionSlot... slots) {
        long next = at;
        for (AttentionSlot slot : slots) {
            slot.set(table, next);
            next += bytes;
        }
        return next;
    }

    /// The gradients of `count` keys from `key` on, and their part of `dq`.
    private void keys(MemorySegment table, long batch, int key, int count, MemorySegment partial) {
        long row = batch * sizes.queries();
        partial.asSlice(0, 4 * partialSize()).fill((byte) 0);
        summarise(table, row);
        for (int done = 0; done < count; done += routines.tile()) {
            int n = Math.min(routines.tile(), count - done);
            keyTile(table, batch, key + done, n, partial.address());
        }
    }

    /// Scales the queries of an attention and fills the state.
    private void summarise(MemorySegment table, long row) {
        long scaled = AttentionSlot.SCALED.get(table);
        long state = AttentionSlot.STATE.get(table);
        int chunk = queriesOfCall();
        for (int i = 0; i < sizes.queries(); i += chunk) {
            AttentionSlot.Q.set(table, q.address() + (row + i) * sizes.size() * 4);
            AttentionSlot.DY.set(table, dy.address() + (row + i) * sizes.valueSize() * 4);
            AttentionSlot.Y.set(table, y.address() + (row + i) * sizes.valueSize() * 4);
            AttentionSlot.ROWS.set(table, rows.address() + (row + i) * 8);
            AttentionSlot.QUERIES.set(table, Math.min(chunk, sizes.queries() - i));
            AttentionSlot.BLOCK_SCALED.set(table, scaled + 4L * i * sizes.size());
            AttentionSlot.BLOCK_STATE.set(table, state + 4L * AttentionBackward.NUMBERS * i);
            alongSize.state().call(table.address(), 0, 0, 0, 0, 0);
        }
    }

    private void keyTile(MemorySegment table, long batch, int key, int count, long partial) {
        long row = batch * sizes.queries();
        long keyRow = batch * sizes.keys() + key;
        long keyBytes = 4L * sizes.size();
        long valueBytes = 4L * sizes.valueSize();
        int vectors = routines.vectors(count);
        boolean padded = width() != sizes.size();
        long own = AttentionSlot.PADDED_KEYS.get(table);
        long keyRows = padded ? own : k.address() + keyRow * keyBytes;
        AttentionSlot.KEY_ROWS.set(table, keyRows);
        AttentionSlot.K.set(table, k.address() + keyRow * keyBytes);
        AttentionSlot.DK.set(table, dk.address() + keyRow * keyBytes);
        AttentionSlot.V.set(table, v.address() + keyRow * valueBytes);
        AttentionSlot.DV.set(table, dv.address() + keyRow * valueBytes);
        AttentionSlot.KEYS.set(table, count);
        AttentionSlot.TILE_BYTES.set(table, (long) vectors * routines.isa().bytes());
        AttentionBackward.Routines backward = routines.backward(vectors);
        backward.begin().call(table.address(), 0, 0, 0, 0, 0);
        for (int i = 0; i < sizes.queries(); i += BLOCK) {
            AttentionSlot.Q.set(table, AttentionSlot.SCALED.get(table) + i * keyBytes);
            AttentionSlot.DY.set(table, dy.address() + (row + i) * valueBytes);
            AttentionSlot.BLOCK_STATE.set(
                    table, AttentionSlot.STATE.get(table) + 4L * AttentionBackward.NUMBERS * i);
            AttentionSlot.QUERIES.set(table, Math.min(BLOCK, sizes.queries() - i));
            backward.block().call(table.address(), 0, 0, 0, 0, 0);
            queries(table, keyRows, partial + 4L * i * width());
        }
        backward.end().call(table.address(), 0, 0, 0, 0, 0);
    }

    /// Adds to the sums at `sums` what the block's queries get from the tile's keys.
    private void queries(MemorySegment table, long keyRows, long sums) {
        int vectors = alongSize.vectors(sizes.size());
        int most = alongSize.products().length;
        for (int done = 0; done < vectors; done += most) {
            long bytes = (long) done * alongSize.isa().bytes();
            AttentionSlot.KEY_ROWS.set(table, keyRows + bytes);
            AttentionSlot.DQ_SUMS.set(table, sums + bytes);
            int n = Math.min(most, vectors - done);
            alongSize.products()[n - 1].call(table.address(), 0, 0, 0, 0, 0);
        }
    }

    /// Writes `dq` of `count` queries from `query` on from the sums of all runs.
    private void merge(
            MemorySegment table, long batch, MemorySegment sums, int runs, int query, int count) {
        boolean dense = width() == sizes.size();
        int chunk = queriesOfCall();
        AttentionSlot.RUNS.set(table, runs);
        AttentionSlot.RUN_BYTES.set(table, 4 * partialSize());
        for (int i = query; i < query + count; i += chunk) {
            long row = batch * sizes.queries() + i;
            int n = Math.min(chunk, query + count - i);
            AttentionSlot.DQ_SUMS.set(table, sums.address() + 4L * i * width());
            AttentionSlot.DQ.set(table, dq.address() + row * sizes.size() * 4);
            AttentionSlot.QUERIES.set(table, dense ? 1 : n);
            AttentionSlot.COUNT.set(table, dense ? n * sizes.size() : sizes.size());
            alongSize.merge().call(table.address(), 0, 0, 0, 0, 0);
        }
    }
}
