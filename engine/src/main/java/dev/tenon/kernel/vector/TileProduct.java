package dev.tenon.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Products of small matrices in arrays, whose rows of `b` and `c` are padded to whole vectors.
///
/// Each element of `c` adds its terms in order of depth, wherever it lies, so that a row's bits do
/// not depend on the rows beside it.
final class TileProduct {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();

    /// Depth that is done before the next rows: 256 rows of two vectors of `b` stay in the first
    /// cache.
    private static final int DEPTH = 256;

    private TileProduct() {}

    /// Returns `count` rounded up to whole vectors.
    static int padded(int count) {
        return (count + L - 1) / L * L;
    }

    /// `c[i, j] += sum over k of a[i, k] b[k, j]` for `columns` (whole vectors) columns.
    ///
    /// @param cAt where `c` begins; its rows are `cStep` apart
    /// @param aAt where `a` begins; element `[i, k]` is at `aAt + i * rowStep + k * depthStep`
    /// @param bAt where `b` begins; its rows are `bStep` apart
    static void add(
            float[] c,
            int cAt,
            int cStep,
            float[] a,
            int aAt,
            int rowStep,
            int depthStep,
            float[] b,
            int bAt,
            int bStep,
            int rows,
            int depth,
            int columns) {
        for (int k = 0; k < depth; k += DEPTH) {
            int deep = Math.min(DEPTH, depth - k);
            int from = aAt + k * depthStep;
            int bFrom = bAt + k * bStep;
            int j = 0;
            for (; j <= columns - 2 * L; j += 2 * L) {
                int i = 0;
                for (; i <= rows - 4; i += 4) {
                    four(
                            c,
                            cAt + i * cStep + j,
                            cStep,
                            a,
                            from + i * rowStep,
                            rowStep,
                            depthStep,
                            b,
                            bFrom + j,
                            bStep,
                            deep);
                }
                for (; i < rows; i++) {
                    one(
                            c,
                            cAt + i * cStep + j,
                            a,
                            from + i * rowStep,
                            depthStep,
                            b,
                            bFrom + j,
                            bStep,
                            deep);
                    one(
                            c,
                            cAt + i * cStep + j + L,
                            a,
                            from + i * rowStep,
                            depthStep,
                            b,
                            bFrom + j + L,
                            bStep,
                            deep);
                }
            }
            if (j < columns) {
                int i = 0;
                for (; i <= rows - 8; i += 8) {
                    eight(
                            c,
                            cAt + i * cStep + j,
                            cStep,
                            a,
                            from + i * rowStep,
                            rowStep,
                            depthStep,
                            b,
                            bFrom + j,
                            bStep,
                            deep);
                }
                for (; i < rows; i++) {
                    one(
                            c,
                            cAt + i * cStep + j,
                            a,
                            from + i * rowStep,
                            depthStep,
                            b,
                            bFrom + j,
                            bStep,
                            deep);
                }
            }
        }
    }

    /// Four rows by two vectors.
    private static void four(
            float[] c,
            int cAt,
            int cStep,
            float[] a,
            int aAt,
            int rowStep,
            int depthStep,
            float[] b,
            int bAt,
            int bStep,
            int depth) {
        FloatVector c00 = FloatVector.fromArray(S, c, cAt);
        FloatVector c01 = FloatVector.fromArray(S, c, cAt + L);
        FloatVector c10 = FloatVector.fromArray(S, c, cAt + cStep);
        FloatVector c11 = FloatVector.fromArray(S, c, cAt + cStep + L);
        FloatVector c20 = FloatVector.fromArray(S, c, cAt + 2 * cStep);
        FloatVector c21 = FloatVector.fromArray(S, c, cAt + 2 * cStep + L);
        FloatVector c30 = FloatVector.fromArray(S, c, cAt + 3 * cStep);
        FloatVector c31 = FloatVector.fromArray(S, c, cAt + 3 * cStep + L);
        for (int k = 0; k < depth; k++) {
            int from = aAt + k * depthStep;
            FloatVector b0 = FloatVector.fromArray(S, b, bAt + k * bStep);
            FloatVector b1 = FloatVector.fromArray(S, b, bAt + k * bStep + L);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[from + rowStep]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[from + 2 * rowStep]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[from + 3 * rowStep]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + cStep);
        c11.intoArray(c, cAt + cStep + L);
        c20.intoArray(c, cAt + 2 * cStep);
        c21.intoArray(c, cAt + 2 * cStep + L);
        c30.intoArray(c, cAt + 3 * cStep);
        c31.intoArray(c, cAt + 3 * cStep + L);
    }

    /// Eight rows by one vector.
    private static void eight(
            float[] c,
            int cAt,
            int cStep,
            float[] a,
            int aAt,
            int rowStep,
            int depthStep,
            float[] b,
            int bAt,
            int bStep,
            int depth) {
        FloatVector c0 = FloatVector.fromArray(S, c, cAt);
        FloatVector c1 = FloatVector.fromArray(S, c, cAt + cStep);
        FloatVector c2 = FloatVector.fromArray(S, c, cAt + 2 * cStep);
        FloatVector c3 = FloatVector.fromArray(S, c, cAt + 3 * cStep);
        FloatVector c4 = FloatVector.fromArray(S, c, cAt + 4 * cStep);
        FloatVector c5 = FloatVector.fromArray(S, c, cAt + 5 * cStep);
        FloatVector c6 = FloatVector.fromArray(S, c, cAt + 6 * cStep);
        FloatVector c7 = FloatVector.fromArray(S, c, cAt + 7 * cStep);
        for (int k = 0; k < depth; k++) {
            int from = aAt + k * depthStep;
            FloatVector b0 = FloatVector.fromArray(S, b, bAt + k * bStep);
            c0 = FloatVector.broadcast(S, a[from]).fma(b0, c0);
            c1 = FloatVector.broadcast(S, a[from + rowStep]).fma(b0, c1);
            c2 = FloatVector.broadcast(S, a[from + 2 * rowStep]).fma(b0, c2);
            c3 = FloatVector.broadcast(S, a[from + 3 * rowStep]).fma(b0, c3);
            c4 = FloatVector.broadcast(S, a[from + 4 * rowStep]).fma(b0, c4);
            c5 = FloatVector.broadcast(S, a[from + 5 * rowStep]).fma(b0, c5);
            c6 = FloatVector.broadcast(S, a[from + 6 * rowStep]).fma(b0, c6);
            c7 = FloatVector.broadcast(S, a[from + 7 * rowStep]).fma(b0, c7);
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + cStep);
        c2.intoArray(c, cAt + 2 * cStep);
        c3.intoArray(c, cAt + 3 * cStep);
        c4.intoArray(c, cAt + 4 * cStep);
        c5.intoArray(c, cAt + 5 * cStep);
        c6.intoArray(c, cAt + 6 * cStep);
        c7.intoArray(c, cAt + 7 * cStep);
    }

    /// One row by one vector.
    private static void one(
            float[] c,
            int cAt,
            float[] a,
            int aAt,
            int depthStep,
            float[] b,
            int bAt,
            int bStep,
            int depth) {
        FloatVector sum = FloatVector.fromArray(S, c, cAt);
        for (int k = 0; k < depth; k++) {
            FloatVector row = FloatVector.fromArray(S, b, bAt + k * bStep);
            sum = FloatVector.broadcast(S, a[aAt + k * depthStep]).fma(row, sum);
        }
        sum.intoArray(c, cAt);
    }
}
