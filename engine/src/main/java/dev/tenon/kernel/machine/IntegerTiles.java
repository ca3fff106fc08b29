package dev.tenon.kernel.machine;

import dev.tenon.dtype.BlockFormat;
import java.util.concurrent.ConcurrentHashMap;

/// Tiles of the quantised formats: products of integers, exact within a block of 32.
///
/// Per block and row a panel holds the activations' codes `q`, the scale and a correction: weights
/// are kept without a sign, `c = w + z` with `z` 8 or 128, and `sum w q = sum c q - z sum q`, so
/// sums begin at `-z sum q` instead of zero; or with one, and begin at zero. [IntegerTile] says how
/// each way adds up.
final class IntegerTiles implements QuantTiles {
    /// How products of bytes are added up.
    enum Way {
        /// `vpdpbusd`: four products into 32 bits.
        FOUR_BYTES,
        /// `vpmaddubsw`, then 16-bit additions: weights of four bits only.
        TWO_BYTES,
        /// Weights of eight bits with a sign: `vpsignb`, `vpmaddubsw`, `vpmaddwd`, 32-bit
        /// additions; AVX2 only. For few rows.
        SIGNED_BYTES,
        /// The same weights widened to 16 bits, `vpmaddwd`, 32-bit additions: more instructions for
        /// a vector of weights, fewer for each row.
        TWO_WORDS;

        private static final int FEW = 2; // rows

        static Way of(Isa isa, BlockFormat format, int rows) {
            if (isa.vnni()) {
                return FOUR_BYTES;
            }
            return format == BlockFormat.Q4_0 ? TWO_BYTES : rows <= FEW ? SIGNED_BYTES : TWO_WORDS;
        }

        /// Says whether weights have a sign, so that there is no correction.
        boolean signed() {
            return this == SIGNED_BYTES || this == TWO_WORDS;
        }

        /// Returns the bytes of a block's codes of activations.
        int codeBytes() {
            return this == TWO_WORDS ? 64 : 32;
        }
    }

    private final Isa isa;
    private final BlockFormat format;
    private final ConcurrentHashMap<Integer, Routine> tiles = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Way, Routine> roundings = new ConcurrentHashMap<>();

    IntegerTiles(Isa isa, BlockFormat format) {
        this.format = format;
        this.isa = Way.of(isa, format, 1).signed() ? new Isa(256, false) : isa;
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
    public int bytesOf32(int rows) {
        return Way.of(isa, format, rows).codeBytes() + 8;
    }

    @Override
    public Routine tile(int rows, int groups) {
        return tiles.computeIfAbsent(
                rows,
                r -> Routine.of(new IntegerTile(isa, format, Way.of(isa, format, r), r).code()));
    }

    @Override
    public void panel(long to, long from, long stride, int rows, int depth) {
        Way way = Way.of(isa, format, rows);
        Routine rounding =
                roundings.computeIfAbsent(way, w -> Routine.of(ActivationRounding.code(w, format)));
        long codes = way.codeBytes();
        for (int row = 0; row < rows; row++) {
            long scale = codes * (rows - row) + 4L * row;
            rounding.call(
                    to + codes * row,
                    from + stride * row,
                    depth / 32,
                    (long) rows * (codes + 8),
                    scale,
                    scale + 4L * rows);
        }
    }
}
