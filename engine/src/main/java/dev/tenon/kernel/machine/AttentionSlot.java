package dev.tenon.kernel.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The table from which the routines of attention read their operands: addresses, counts and
/// distances of eight bytes each.
@SuppressWarnings("EnumOrdinal") // a slot is a place in a table, for as long as the process runs
enum AttentionSlot {
    /// First query of the tile (forward) or of the block (gradient; there already scaled).
    Q,
    /// First key of the run (forward) or of the tile (gradient); the forward pass moves it on.
    K,
    /// The value that belongs to [#K].
    V,
    Y,
    ROWS,
    DY,
    DK,
    DV,
    /// Queries of the tile or of the block.
    QUERIES,
    /// Keys of the run or of the tile.
    KEYS,
    /// Elements of a query, and their bytes.
    SIZE,
    SIZE_BYTES,
    /// Elements of a value, and their bytes.
    VALUE,
    VALUE_BYTES,
    /// Bit 0: the first run of keys; bit 1: the last.
    PHASE,
    /// The factor of scores, F32 in the lower half.
    SCALE,
    /// The tile of queries, or of keys, turned.
    TURNED,
    /// The tile of values turned.
    TURNED_VALUES,
    /// Tiles of scores, then of the softmax's weights; and of their gradients.
    WEIGHTS,
    WEIGHT_GRADIENTS,
    /// Tiles of sums: of `y`, or of `dk` and `dv`.
    SUMS,
    VALUE_SUMS,
    /// Per query: largest score, score that weights refer to, sum of weights, change (vectors,
    /// forward); largest score, reciprocal and common part (numbers, gradient).
    STATE,
    /// What belongs to the block's queries of it.
    BLOCK_STATE,
    /// Keys of the block at hand (forward) or elements of a row of `dq` (gradient); keys left.
    COUNT,
    LEFT,
    /// Room for rows of the tile of keys, padded.
    PADDED_KEYS,
    /// The queries times the scale; and of these the ones that are being scaled.
    SCALED,
    BLOCK_SCALED,
    /// Rows of the tile of keys, from the vectors on that are at hand, and their bytes; `dq` has
    /// the same distance.
    KEY_ROWS,
    WIDTH_BYTES,
    /// Bytes of a row of the tiles of weights.
    TILE_BYTES,
    /// Sums of `dq` that belong to the block's queries; of all runs, when they are merged.
    DQ_SUMS,
    RUNS,
    RUN_BYTES,
    DQ;

    /// Bytes of the table.
    static final int TABLE = 8 * values().length;

    int offset() {
        return 8 * ordinal();
    }

    long get(MemorySegment table) {
        return table.get(ValueLayout.JAVA_LONG, offset());
    }

    void set(MemorySegment table, long value) {
        table.set(ValueLayout.JAVA_LONG, offset(), value);
    }

    void set(MemorySegment table, float value) {
        table.set(ValueLayout.JAVA_FLOAT, offset(), value);
    }
}
