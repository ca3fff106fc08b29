package dev.tenon.kernel.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.tenon.kernel.AttentionKernel.Sizes;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The gradient of attention: tiles of 32 queries by 256 keys, whose softmax is computed again from
/// each query's summary.
///
/// The queries of one attention are cut into at most 16 runs, by their number alone. Each run adds
/// up its own `dk` and `dv`, and the runs are merged in order; so bits depend neither on threads
/// nor on the batch. One run, the case of short sequences, needs no merging.
record AttentionGradient(
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
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();

    private static final int QUERY_TILE = 32;
    private static final int KEY_TILE = 256;
    private static final int RUN = 256; // queries, at least, of a run
    private static final int MOST_RUNS = 16;
    private static final long PARTIALS = 1L << 24; // floats of unmerged dk and dv, 64 MiB

    void run() {
        int length = Math.max(RUN, (sizes.queries() + MOST_RUNS - 1) / MOST_RUNS);
        int runs = Math.max(1, (sizes.queries() + length - 1) / length);
        if (runs == 1) {
            Parallel.range(
                    sizes.batch(),
                    Math.max(1, VectorAttention.grain(sizes) / 2),
                    (from, to) -> {
                        float[] partial = Scratch.MERGED.floats(partialSize());
                        for (long batch = from; batch < to; batch++) {
                            queries(batch, 0, sizes.queries(), partial, 0);
                            writeKeys(batch, partial);
                        }
                    });
            return;
        }
        int together = Math.clamp(PARTIALS / (partialSize() * runs), 1, sizes.batch());
        float[] partials = Scratch.SHARED.floats(partialSize() * runs * together);
        for (int first = 0; first < sizes.batch(); first += together) {
            int batches = Math.min(together, sizes.batch() - first);
            int from = first;
            Parallel.run(
                    batches * runs,
                    part -> {
                        int query = part % runs * length;
                        int count = Math.min(length, sizes.queries() - query);
                        int at = Math.toIntExact(part * partialSize());
                        queries(from + part / runs, query, count, partials, at);
                    });
            Parallel.run(
                    batches,
                    part -> {
                        float[] merged = Scratch.MERGED.floats(partialSize());
                        int at = Math.toIntExact(part * runs * partialSize());
                        merge(merged, partials, at, runs);
                        writeKeys(from + part, merged);
                    });
        }
    }

    private int keyWidth() {
        return TileProduct.padded(sizes.size());
    }

    private int valueWidth() {
        return TileProduct.padded(sizes.valueSize());
    }

    /// Floats of dk and dv of one attention, padded.
    private long partialSize() {
        return (long) sizes.keys() * (keyWidth() + valueWidth());
    }

    private void merge(float[] merged, float[] partials, int at, int runs) {
        int count = Math.toIntExact(partialSize()); // whole vectors
        for (int i = 0; i < count; i += L) {
            FloatVector sum = FloatVector.fromArray(S, partials, at + i);
            for (int run = 1; run < runs; run++) {
                sum = sum.add(FloatVector.fromArray(S, partials, at + run * count + i));
            }
            sum.intoArray(merged, i);
        }
    }

    private void writeKeys(long batch, float[] partial) {
        int keys = sizes.keys();
        long row = batch * keys;
        VectorAttention.copyOut(dk, row * sizes.size(), partial, keyWidth(), keys, sizes.size());
        float[] values = partial;
        int at = keys * keyWidth();
        for (int j = 0; j < keys; j++) {
            long to = (row + j) * sizes.valueSize() * 4;
            int from = at + j * valueWidth();
            MemorySegment.copy(values, from, dv, JAVA_FLOAT_UNALIGNED, to, sizes.valueSize());
        }
    }

    /// Works out `dq` of `count` queries, and their share of `dk` and `dv` at `partial[at...]`:
    /// `[keys, size]`, then `[keys, valueSize]`, both padded.
    private void queries(long batch, int first, int count, float[] partial, int at) {
        int size = sizes.size();
        int keyWidth = keyWidth();
        int valueWidth = valueWidth();
        long row = batch * sizes.queries() + first;
        float[] scaled = Scratch.QUERIES.floats((long) count * keyWidth); // [count, size]
        VectorAttention.copyIn(scaled, keyWidth, q, row * size, count, size);
        VectorAttention.multiply(scaled, 0, count * keyWidth, scale);
        float[] up = Scratch.UPSTREAM.floats((long) count * valueWidth); // [count, valueSize]
        VectorAttention.copyIn(
                up, valueWidth, dy, row * sizes.valueSize(), count, sizes.valueSize());
        float[] summary = Scratch.SUMMARY.floats(3L * count); // top, reciprocal, rowsum(dy y)
        summarise(summary, up, row, count);
        float[] dqs = Scratch.RESULT.floats((long) count * keyWidth); // [count, size]
        Arrays.fill(dqs, 0, count * keyWidth, 0);
        Arrays.fill(partial, at, Math.toIntExact(at + partialSize()), 0);
        for (int key = 0; key < sizes.keys(); key += KEY_TILE) {
            int n = Math.min(KEY_TILE, sizes.keys() - key);
            keyTile(batch, key, n, scaled, up, summary, dqs, count, partial, at);
        }
        VectorAttention.multiply(dqs, 0, count * keyWidth, scale);
        VectorAttention.copyOut(dq, row * size, dqs, keyWidth, count, size);
    }

    private void summarise(float[] summary, float[] up, long row, int count) {
        int valueSize = sizes.valueSize();
        for (int i = 0; i < count; i++) {
            summary[3 * i] = Moments.read(rows, 2 * (row + i));
            summary[3 * i + 1] = Moments.read(rows, 2 * (row + i) + 1);
            double sum = 0;
            for (int e = 0; e < valueSize; e++) {
                sum +=
                        (double) up[i * valueWidth() + e]
                                * Moments.read(y, (row + i) * valueSize + e);
            }
            summary[3 * i + 2] = (float) sum;
        }
    }

    private void keyTile(
            long batch,
            int key,
            int keys,
            float[] scaled,
            float[] up,
            float[] summary,
            float[] dqs,
            int count,
            float[] partial,
            int at) {
        int size = sizes.size();
        int valueSize = sizes.valueSize();
        int keyWidth = keyWidth();
        int valueWidth = valueWidth();
        int columns = TileProduct.padded(keys);
        int step = VectorAttention.rowStep(columns);
        long row = batch * sizes.keys() + key;
        float[] stage = Scratch.STAGING.floats((long) keys * Math.max(size, valueSize));
        float[] keysTurned = Scratch.KEYS.floats((long) size * step); // [size, keys]
        VectorAttention.turn(keysTurned, step, k, row * size, keys, size, columns, stage);
        float[] valuesTurned = Scratch.VALUES.floats((long) valueSize * step);
        VectorAttention.turn(
                valuesTurned, step, v, row * valueSize, keys, valueSize, columns, stage);
        float[] keyRows = Scratch.KEY_ROWS.floats((long) keys * keyWidth); // [keys, size]
        VectorAttention.copyIn(keyRows, keyWidth, k, row * size, keys, size);
        float[] p = Scratch.SCORES.floats((long) QUERY_TILE * step); // [tile, keys]
        float[] ds = Scratch.SCORE_GRADIENTS.floats((long) QUERY_TILE * step); // [tile, keys]
        int dkAt = at + key * keyWidth;
        int dvAt = at + sizes.keys() * keyWidth + key * valueWidth;
        for (int i = 0; i < count; i += QUERY_TILE) {
            int n = Math.min(QUERY_TILE, count - i);
            int qAt = i * keyWidth;
            int upAt = i * valueWidth;
            Arrays.fill(p, 0, n * step, 0);
            TileProduct.add(
                    p, 0, step, scaled, qAt, keyWidth, 1, keysTurned, 0, step, n, size, columns);
            Arrays.fill(ds, 0, n * step, 0);
            TileProduct.add(
                    ds,
                    0,
                    step,
                    up,
                    upAt,
                    valueWidth,
                    1,
                    valuesTurned,
                    0,
                    step,
                    n,
                    valueSize,
                    columns);
            for (int r = 0; r < n; r++) {
                weights(p, ds, r * step, columns, summary, 3 * (i + r));
            }
            TileProduct.add(
                    partial,
                    dvAt,
                    valueWidth,
                    p,
                    0,
                    1,
                    step,
                    up,
                    upAt,
                    valueWidth,
                    keys,
                    n,
                    valueWidth);
            TileProduct.add(
                    partial, dkAt, keyWidth, ds, 0, 1, step, scaled, qAt, keyWidth, keys, n,
                    keyWidth);
            TileProduct.add(
                    dqs, qAt, keyWidth, ds, 0, step, 1, keyRows, 0, keyWidth, n, keys, keyWidth);
        }
    }

    /// Turns a row of scores into the softmax `p`, and a row of `dy v^T` into `p (dy v^T -
    /// common)`.
    private static void weights(
            float[] p, float[] ds, int at, int columns, float[] summary, int number) {
        float top = summary[number];
        float reciprocal = summary[number + 1];
        float common = summary[number + 2];
        for (int j = 0; j < columns; j += L) {
            FloatVector score = FloatVector.fromArray(S, p, at + j);
            FloatVector weight = Exponential.exp(score.sub(top)).mul(reciprocal);
            weight.intoArray(p, at + j);
            FloatVector.fromArray(S, ds, at + j).sub(common).mul(weight).intoArray(ds, at + j);
        }
    }
}
