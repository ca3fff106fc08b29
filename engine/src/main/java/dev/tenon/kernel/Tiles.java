package dev.tenon.kernel;

/// A matrix cut into parts that threads share, where each part keeps sums of its rows and columns:
/// so the cuts, and with them the order of additions, follow from the shape alone.
///
/// @param height rows of the matrix
/// @param width columns of the matrix
public record Tiles(int height, int width) {
    private static final int TALL = 32; // rows at least: sums of columns are few beside elements
    private static final int DOWN = 32; // parts at most
    private static final int WIDE = 8192; // columns: their sums stay in the second-level cache

    /// A part: rows `from` to `to`, columns `first` to `last`.
    @FunctionalInterface
    public interface Part {
        /// Does the part.
        ///
        /// @param down number of the part from the top
        /// @param across number of the part from the left
        void run(int down, int across, int from, int to, int first, int last);
    }

    private int tall() {
        return Math.max(TALL, (height + DOWN - 1) / DOWN);
    }

    /// Returns how many parts lie below each other.
    public int down() {
        return (height + tall() - 1) / tall();
    }

    /// Returns how many parts lie beside each other.
    public int across() {
        return (width + WIDE - 1) / WIDE;
    }

    /// Runs `body` on each part.
    public void run(Part body) {
        int across = across();
        Parallel.run(
                Math.multiplyExact(down(), across),
                part -> {
                    int from = part / across * tall();
                    int first = part % across * WIDE;
                    body.run(
                            part / across,
                            part % across,
                            from,
                            Math.min(from + tall(), height),
                            first,
                            Math.min(first + WIDE, width));
                });
    }
}
