package dev.tenon.kernel.machine;

import dev.tenon.kernel.UnaryOp;
import org.jspecify.annotations.Nullable;

/// Sizes of a matrix product `c [m, n] = activation(alpha * a [m, k] b [k, n] + d [m, n] + beta *
/// c)`, and strides in bytes.
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
/// @param beta factor of what `c` holds; with 0 it is not read
/// @param activation applied to the sums; or null
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
        float alpha,
        float beta,
        @Nullable UnaryOp activation) {
    /// Returns the product of some columns and of `depth` depths from `begin` on: the first ones
    /// add what is to be added, later ones add to `c`, and the last ones have the activation.
    MatmulShape part(int columns, int begin, int depth) {
        return new MatmulShape(
                m,
                columns,
                depth,
                cRow,
                aRow,
                aDepth,
                bDepth,
                bColumn,
                begin > 0 ? cRow : dRow,
                alpha,
                begin > 0 ? 0 : beta,
                begin + depth < k ? null : activation);
    }

    /// Returns the product with an activation.
    MatmulShape with(UnaryOp op) {
        return new MatmulShape(m, n, k, cRow, aRow, aDepth, bDepth, bColumn, dRow, alpha, beta, op);
    }

    /// Returns what tiles do with the sums of `depth` depths from `begin` on.
    TileFinish finish(int begin, int depth) {
        return new TileFinish(begin == 0 && beta != 0, begin + depth == k ? activation : null);
    }
}
