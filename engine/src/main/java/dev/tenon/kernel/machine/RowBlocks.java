package dev.tenon.kernel.machine;

/// How rows are cut where the gradients of their weights are added up: a block has partial
/// gradients of its own, as many as a row has elements.
final class RowBlocks {
    private static final int PART = 16_384; // elements of a part
    private static final int MANY = 64; // blocks, for large jobs
    private static final int FEW = 8; // of long rows, whose partial gradients take memory
    private static final int LONGEST = 128; // rows whose weight gradients are added up in F32

    private RowBlocks() {}

    /// Returns the rows of a block.
    ///
    /// @param size elements of a row
    static int rows(int rows, int size) {
        int large = size >= PART ? Math.ceilDiv(rows, FEW) : rows / MANY;
        int least = Math.max(PART / size, large);
        return Math.clamp(least, 1, LONGEST);
    }
}
