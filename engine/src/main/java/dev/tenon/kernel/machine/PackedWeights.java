package dev.tenon.kernel.machine;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How weights `[n, k]` lie once they are packed: in groups of sixteen rows, the outputs of one
/// vector, so that a kernel reads them in one stream.
///
/// A group holds pieces of at most [#pieceDepth] columns, one after another. Rows beyond the last
/// are zeros.
///
/// | format | a piece of `d` columns |
/// |---|---|
/// | F16, BF16 | `[d][16 rows]` |
/// | Q8_0 | scales `[d / 32][16 rows]` F16, filled up to 64 bytes; codes plus 128 `[d / 4][16 rows][4]` |
/// | Q4_0 | scales likewise; codes `[d / 32][4][16 rows][4]`, low halves columns 0 to 15, high 16 to 31 |
///
/// Four codes of a row lie together because that is what `vpdpbusd` and `vpmaddubsw` add up; Q8_0's
/// are kept from 0 to 255 because both take one factor without a sign.
///
/// @param format the format in the file
/// @param rows n
/// @param columns k
record PackedWeights(BlockFormat format, int rows, int columns) {
    /// Rows of a group.
    static final int GROUP = 16;

    private static final int BLOCK = 32;
    private static final int SIGNS = 0x8080_8080;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

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

    /// Returns the bytes of a piece of `depth` columns.
    long pieceBytes(int depth) {
        return format.isQuantised()
                ? scaleBytes(depth) + (long) depth / BLOCK * GROUP * codeBytes()
                : (long) GROUP * format.bytes(depth);
    }

    /// Returns the bytes of a group.
    long groupBytes() {
        int whole = columns / pieceDepth();
        return whole * pieceBytes(pieceDepth()) + pieceBytes(columns - whole * pieceDepth());
    }

    long bytes() {
        return groups() * groupBytes();
    }

    /// Returns the bytes of the codes of one row in one block.
    private int codeBytes() {
        return format.bytes() - 2;
    }

    private static long scaleBytes(int depth) {
        return (2L * GROUP * depth / BLOCK + 63) / 64 * 64;
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

    private void packGroup(MemorySegment packed, long group, MemorySegment blocks, int row) {
        long at = group;
        for (int column = 0; column < columns; column += pieceDepth()) {
            int depth = Math.min(pieceDepth(), columns - column);
            packed.asSlice(at, pieceBytes(depth)).fill((byte) 0);
            for (int i = 0; i < Math.min(GROUP, rows - row); i++) {
                long from = (row + i) * format.bytes(columns) + format.bytes(column);
                if (format.isQuantised()) {
                    packBlocks(packed, at, i, blocks, from, depth);
                } else {
                    for (int j = 0; j < depth; j++) {
                        packed.set(
                                SHORT, at + 2L * (GROUP * j + i), blocks.get(SHORT, from + 2L * j));
                    }
                }
            }
            at += pieceBytes(depth);
        }
    }

    /// Packs row `i` of a piece.
    private void packBlocks(
            MemorySegment packed, long at, int i, MemorySegment blocks, long from, int depth) {
        int flip = format == BlockFormat.Q8_0 ? SIGNS : 0;
        int words = codeBytes() / 4;
        long codes = at + scaleBytes(depth) + 4L * i;
        for (int block = 0; block < depth / BLOCK; block++) {
            long source = from + (long) block * format.bytes();
            packed.set(SHORT, at + 2L * (GROUP * block + i), blocks.get(SHORT, source));
            for (int word = 0; word < words; word++) {
                packed.set(
                        INT,
                        codes + 4L * GROUP * (words * block + word),
                        blocks.get(INT, source + 2 + 4 * word) ^ flip);
            }
        }
    }
}
