package dev.tenon.kernel.machine;

/// Sizes of a matrix product `c [m, n] = alpha * a [m, k] b [k, n] + d [m, n]`, and strides in
/// bytes.
///
/// @param m rows, at least 1
/// @param n columns, at least 1; `c` and `d` have no gaps between columns
/// @param k depth, at least 1
/// @param cRow from a row of `c` to the next
/// @param aRow from a row of `a` to the next
/// @param aDepth from a depth of `a` to the next
/// @param bDepth from a depth of `b` to the next
/// @param bColumn from a column of `b` to the next
/// @param dRow from a row of `d` to the next; 0 adds one row to all
/// @param alpha factor of the product
record MatmulShape(
        int m,
        int n,
        int k,
        long cRow,
        long aRow,
        long aDepth,
        long bDepth,
        long bColumn,
        long dRow,
        float alpha) {
    /// Returns the product of some columns and depths.
    MatmulShape part(int columns, int depth) {
        return new MatmulShape(m, columns, depth, cRow, aRow, aDepth, bDepth, bColumn, dRow, alpha);
    }

    /// Returns the product that is added to what `c` holds.
    MatmulShape adding() {
        return new MatmulShape(m, n, k, cRow, aRow, aDepth, bDepth, bColumn, cRow, alpha);
    }
}
