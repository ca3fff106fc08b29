package dev.tenon.kernel.machine;

import dev.tenon.dtype.BlockFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentHashMap;

/// Tiles of F16 and BF16: weights are widened as they are read and multiplied in F32.
///
/// A panel holds the rows' activations column by column.
final class FloatTiles implements QuantTiles {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Isa isa;
    private final BlockFormat format;
    private final ConcurrentHashMap<Integer, Routine> tiles = new ConcurrentHashMap<>();

    FloatTiles(Isa isa, BlockFormat format) {
        this.isa = isa;
        this.format = format;
    }

    @Override
    public int mostRows() {
        return isa.wide() ? 13 : 6;
    }

    /// Enough sums that multiply-adds need not wait for each other, and that there are registers
    /// for.
    @Override
    public int groupsAtOnce(int rows) {
        if (isa.wide()) {
            return rows <= 6 ? 4 : 2;
        }
        return rows == 1 ? 4 : rows <= 3 ? 2 : 1;
    }

    @Override
    public int bytesOf32(int rows) {
        return 4 * 32;
    }

    @Override
    public Routine tile(int rows, int groups) {
        return tiles.computeIfAbsent(
                8 * rows + groups,
                key -> Routine.of(new FloatTile(isa, format, rows, groups).code()));
    }

    @Override
    @SuppressWarnings("restricted") // addresses of memory that the caller owns
    public void panel(long to, long from, long stride, int rows, int depth) {
        MemorySegment panel = MemorySegment.ofAddress(to).reinterpret(4L * rows * depth);
        MemorySegment x =
                MemorySegment.ofAddress(from).reinterpret(stride * (rows - 1) + 4L * depth);
        if (rows == 1) {
            panel.copyFrom(x);
            return;
        }
        for (int row = 0; row < rows; row++) {
            long at = stride * row;
            long place = 4L * row;
            for (int i = 0; i < depth; i++) {
                panel.set(FLOAT, place, x.get(FLOAT, at));
                at += 4;
                place += 4L * rows;
            }
        }
    }
}
