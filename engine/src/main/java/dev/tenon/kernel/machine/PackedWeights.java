package dev.tenon.kernel.machine;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How weights `[n, k]` lie once they are packed: in groups of sixteen rows, the outputs of one
/// vector, so that a kernel reads them in one stream.
///
/// In a group one block of columns comes after the other, without a gap, so that a thread reads its
/// groups as one stream from the first byte to the last. Rows beyond the last are zeros.
///
/// | format | columns of a block | a block |
/// |---|---|---|
/// | F16, BF16 | 1 | `[16 rows]` |
/// | Q8_0 | 32 | scales `[16 rows]` F16, codes, for `vpdpbusd` plus 128, `[8][16 rows][4]` |
/// | Q4_0 | 32 | scales likewise, codes `[4][16 rows][4]`, low halves columns 0 to 15, high 16 to 31 |
///
/// Four codes of a row lie together because that is what `vpdpbusd` and `vpmaddubsw` add up; both
/// take one factor without a sign, which Q8_0's are for the former. (With all scales of 64 blocks
/// first, decoding Q4_0 took 20 % longer: each turn from scales to codes was a new stream, whose
/// first lines nobody had asked for.)
///
/// @param format the format in the file
/// @param rows n
/// @param columns k
/// @param flip what the codes are xored with, four at a time
record PackedWeights(BlockFormat format, int rows, int columns, int flip) {
    /// Rows of a group.
    static final int GROUP = 16;

    private static final int BLOCK = 32;
    private static final int SIGNS = 0x8080_8080;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    /// Returns how the quantised tiles for `isa` want weights.
    static PackedWeights of(Isa isa, BlockFormat format, int rows, int columns) {
        boolean unsigned = format == BlockFormat.Q8_0 && isa.vnni();
        return new PackedWeights(format, rows, columns, unsigned ? SIGNS : 0);
    }

    int groups() {
        return (rows + GROUP - 1) / GROUP;
    }

    /// Returns the columns of a piece: what a kernel adds up in one F32 sum, 256 terms of F16 or 64
    /// of a block format.
    int pieceDepth() {
        return pieceDepth(format);
    }

    static int pieceDepth(BlockFormat format) {
        return format.isQuantised() ? 64 * BLOCK : 256;
    }

    /// Returns the bytes of `depth` columns of a group.
    long groupBytes(int depth) {
        return GROUP * format.bytes(depth);
    }

    /// Returns the bytes of a group.
    long groupBytes() {
        return groupBytes(columns);
    }

    long bytes() {
        return groups() * groupBytes();
    }

    /// Packs `blocks`, rows as a file has them.
    void pack(MemorySegment packed, MemorySegment blocks) {
        long grain = Math.max(1, (1 << 17) / Math.max(1, groupBytes()));
        Parallel.range(
                groups(),
                grain,
                (from, to) -> {
                    for (int group = (int) from; group < to; group++) {
                        packGroup(packed, group * groupBytes(), blocks, group * GROUP);
                    }
                });
    }

    private void packGroup(MemorySegment packed, long at, MemorySegment blocks, int row) {
        long rowBytes = format.bytes(columns);
        if (row + GROUP > rows) {
            packed.asSlice(at, groupBytes()).fill((byte) 0);
        }
        for (int i = 0; i < Math.min(GROUP, rows - row); i++) {
            long from = (row + i) * rowBytes;
            if (format.isQuantised()) {
                packBlocks(packed, at, i, blocks, from);
            } else {
                for (int j = 0; j < columns; j++) {
                    packed.set(SHORT, at + 2L * (GROUP * j + i), blocks.get(SHORT, from + 2L * j));
                }
            }
        }
    }

    /// Packs row `i` of a group.
    private void packBlocks(MemorySegment packed, long at, int i, MemorySegment blocks, long from) {
        int bytes = format.bytes();
        for (int block = 0; block < columns / BLOCK; block++) {
            long source = from + (long) block * bytes;
            long place = at + (long) block * bytes * GROUP;
            packed.set(SHORT, place + 2L * i, blocks.get(SHORT, source));
            for (int word = 0; word < (bytes - 2) / 4; word++) {
                int codes = blocks.get(INT, source + 2 + 4 * word) ^ flip;
                packed.set(INT, place + 2 * GROUP + 4L * (GROUP * word + i), codes);
            }
        }
    }
}
