package dev.tenon.kernel.machine;

import dev.tenon.dtype.BlockFormat;
import java.util.concurrent.ConcurrentHashMap;

/// Tiles of the quantised formats: products of integers, exact within a block of 32.
///
/// Per block and row a panel holds the activations' codes `q`, the scale and a correction: weights
/// are kept without a sign, `c = w + z` with `z` 8 or 128, and `sum w q = sum c q - z sum q`, so
/// sums begin at `-z sum q` instead of zero. [IntegerTile] says how each way adds up.
final class IntegerTiles implements QuantTiles {
    /// How products of bytes are added up.
    enum Way {
        /// `vpdpbusd`: four products into 32 bits.
        FOUR_BYTES,
        /// `vpmaddubsw`, then 16-bit additions: weights of four bits only.
        TWO_BYTES,
        /// Weights widened to 16 bits, `vpmaddwd`, 32-bit additions.
        TWO_WORDS
    }

    private final Isa isa;
    private final BlockFormat format;
    private final Way way;
    private final ConcurrentHashMap<Integer, Routine> tiles = new ConcurrentHashMap<>();
    private final Routine rounding;

    IntegerTiles(Isa isa, BlockFormat format) {
        this.isa = isa;
        this.format = format;
        way =
                isa.vnni()
                        ? Way.FOUR_BYTES
                        : format == BlockFormat.Q4_0 ? Way.TWO_BYTES : Way.TWO_WORDS;
        rounding = Routine.of(ActivationRounding.code(way, format));
    }

    @Override
    public int mostRows() {
        return IntegerTile.mostRows(isa);
    }

    @Override
    public int groupsAtOnce(int rows) {
        return 1;
    }

    /// Returns the bytes of a block of activations: codes, scale, correction.
    @Override
    public int bytesOf32() {
        return codeBytes() + 8;
    }

    private int codeBytes() {
        return codeBytes(way);
    }

    static int codeBytes(Way way) {
        return way == Way.TWO_WORDS ? 64 : 32;
    }

    @Override
    public Routine tile(int rows, int groups) {
        return tiles.computeIfAbsent(
                rows, r -> Routine.of(new IntegerTile(isa, format, way, r).code()));
    }

    @Override
    public void panel(long to, long from, long stride, int rows, int depth) {
        long codes = codeBytes();
        for (int row = 0; row < rows; row++) {
            long scale = codes * (rows - row) + 4L * row;
            rounding.call(
                    to + codes * row,
                    from + stride * row,
                    depth / 32,
                    (long) rows * bytesOf32(),
                    scale,
                    scale + 4L * rows);
        }
    }
}
