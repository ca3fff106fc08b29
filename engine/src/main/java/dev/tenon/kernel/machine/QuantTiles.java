package dev.tenon.kernel.machine;

/// The code that multiplies some rows of activations with groups of packed weights, in one format
/// of weights.
///
/// A *panel* is what a tile reads of some rows of activations, brought into its order, for one
/// piece of their columns.
sealed interface QuantTiles permits IntegerTiles, FloatTiles {
    /// Returns the most rows of a panel.
    int mostRows();

    /// Returns the groups of weights that a tile of `rows` rows takes at once when there are
    /// enough.
    int groupsAtOnce(int rows);

    /// Returns the bytes of a panel per row and column, times 32, where all panels together have
    /// `rows` rows.
    int bytesOf32(int rows);

    /// Returns a routine for panels of `rows` rows that takes `groups` groups at once. Its
    /// arguments:
    ///
    /// | argument | what |
    /// |---|---|
    /// | a | where the result's first number goes |
    /// | b | panels, piece after piece |
    /// | c | the first group's weights |
    /// | d | bytes from one row of the result to the next |
    /// | e | columns / 32 below bit 32; above, twice the runs of `groups` groups, and 1 to add to the result |
    /// | f | bytes from one group to the next |
    Routine tile(int rows, int groups);

    /// Writes rows as a panel.
    ///
    /// @param to address of the panel
    /// @param from address of the first row's first number
    /// @param stride bytes from row to row
    /// @param depth columns, a multiple of 32
    void panel(long to, long from, long stride, int rows, int depth);
}
