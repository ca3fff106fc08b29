package dev.tenon.kernel.vector;

import java.lang.invoke.VarHandle;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The innermost loop of matrix products and convolutions: a tile of a few rows and two vectors of
/// columns, `c += a b`, that stays in registers over the whole depth.
///
/// Each element is one chain of fused multiply-adds in the order of the depth, whatever the tile it
/// is in; so neither the tile's height nor the place of a row changes its bits.
///
/// Six rows and two columns of vectors need 12 registers for sums, 2 for `b` and 1 for `a`: 15 of
/// the 16 that AVX2 has. C2 moves the loads of a loop's body to its front, which takes more than
/// there are and spills (39 GFLOP/s where 92 are possible, measured on Zen 3). A load fence between
/// the rows keeps the order written here; x86 orders loads anyway, so it is no instruction there.
/// Elsewhere it would be one, and there are 32 registers: no fence.
final class MicroKernel {
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final int LANES = FLOATS.length();
    private static final boolean FEW_REGISTERS = isX86();

    /// Columns of a tile.
    static final int COLUMNS = 2 * LANES;

    private MicroKernel() {}

    private static boolean isX86() {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return arch.equals("amd64") || arch.equals("x86_64");
    }

    private static void inOrder() {
        if (FEW_REGISTERS) {
            VarHandle.loadLoadFence();
        }
    }

    /// `c += a b` for six rows.
    ///
    /// @param a `[depth, 6]` from `ao`
    /// @param b `[depth, COLUMNS]` from `bo`
    /// @param c `[6, COLUMNS]` from `co`
    static void rows6(float[] a, int ao, float[] b, int bo, float[] c, int co, int depth) {
        int ap = ao;
        int bp = bo;
        FloatVector l0 = FloatVector.fromArray(FLOATS, c, co + 0 * LANES);
        FloatVector r0 = FloatVector.fromArray(FLOATS, c, co + 1 * LANES);
        FloatVector l1 = FloatVector.fromArray(FLOATS, c, co + 2 * LANES);
        FloatVector r1 = FloatVector.fromArray(FLOATS, c, co + 3 * LANES);
        FloatVector l2 = FloatVector.fromArray(FLOATS, c, co + 4 * LANES);
        FloatVector r2 = FloatVector.fromArray(FLOATS, c, co + 5 * LANES);
        FloatVector l3 = FloatVector.fromArray(FLOATS, c, co + 6 * LANES);
        FloatVector r3 = FloatVector.fromArray(FLOATS, c, co + 7 * LANES);
        FloatVector l4 = FloatVector.fromArray(FLOATS, c, co + 8 * LANES);
        FloatVector r4 = FloatVector.fromArray(FLOATS, c, co + 9 * LANES);
        FloatVector l5 = FloatVector.fromArray(FLOATS, c, co + 10 * LANES);
        FloatVector r5 = FloatVector.fromArray(FLOATS, c, co + 11 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(FLOATS, b, bp);
            FloatVector right = FloatVector.fromArray(FLOATS, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ap + 0]);
            l0 = a0.fma(left, l0);
            r0 = a0.fma(right, r0);
            inOrder();
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ap + 1]);
            l1 = a1.fma(left, l1);
            r1 = a1.fma(right, r1);
            inOrder();
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ap + 2]);
            l2 = a2.fma(left, l2);
            r2 = a2.fma(right, r2);
            inOrder();
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ap + 3]);
            l3 = a3.fma(left, l3);
            r3 = a3.fma(right, r3);
            inOrder();
            FloatVector a4 = FloatVector.broadcast(FLOATS, a[ap + 4]);
            l4 = a4.fma(left, l4);
            r4 = a4.fma(right, r4);
            inOrder();
            FloatVector a5 = FloatVector.broadcast(FLOATS, a[ap + 5]);
            l5 = a5.fma(left, l5);
            r5 = a5.fma(right, r5);
            ap += 6;
            bp += COLUMNS;
        }
        l0.intoArray(c, co + 0 * LANES);
        r0.intoArray(c, co + 1 * LANES);
        l1.intoArray(c, co + 2 * LANES);
        r1.intoArray(c, co + 3 * LANES);
        l2.intoArray(c, co + 4 * LANES);
        r2.intoArray(c, co + 5 * LANES);
        l3.intoArray(c, co + 6 * LANES);
        r3.intoArray(c, co + 7 * LANES);
        l4.intoArray(c, co + 8 * LANES);
        r4.intoArray(c, co + 9 * LANES);
        l5.intoArray(c, co + 10 * LANES);
        r5.intoArray(c, co + 11 * LANES);
    }

    /// `c += a b` for four rows, as [#rows6] does.
    static void rows4(float[] a, int ao, float[] b, int bo, float[] c, int co, int depth) {
        int ap = ao;
        int bp = bo;
        FloatVector l0 = FloatVector.fromArray(FLOATS, c, co + 0 * LANES);
        FloatVector r0 = FloatVector.fromArray(FLOATS, c, co + 1 * LANES);
        FloatVector l1 = FloatVector.fromArray(FLOATS, c, co + 2 * LANES);
        FloatVector r1 = FloatVector.fromArray(FLOATS, c, co + 3 * LANES);
        FloatVector l2 = FloatVector.fromArray(FLOATS, c, co + 4 * LANES);
        FloatVector r2 = FloatVector.fromArray(FLOATS, c, co + 5 * LANES);
        FloatVector l3 = FloatVector.fromArray(FLOATS, c, co + 6 * LANES);
        FloatVector r3 = FloatVector.fromArray(FLOATS, c, co + 7 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector left = FloatVector.fromArray(FLOATS, b, bp);
            FloatVector right = FloatVector.fromArray(FLOATS, b, bp + LANES);
            FloatVector a0 = FloatVector.broadcast(FLOATS, a[ap + 0]);
            l0 = a0.fma(left, l0);
            r0 = a0.fma(right, r0);
            inOrder();
            FloatVector a1 = FloatVector.broadcast(FLOATS, a[ap + 1]);
            l1 = a1.fma(left, l1);
            r1 = a1.fma(right, r1);
            inOrder();
            FloatVector a2 = FloatVector.broadcast(FLOATS, a[ap + 2]);
            l2 = a2.fma(left, l2);
            r2 = a2.fma(right, r2);
            inOrder();
            FloatVector a3 = FloatVector.broadcast(FLOATS, a[ap + 3]);
            l3 = a3.fma(left, l3);
            r3 = a3.fma(right, r3);
            ap += 4;
            bp += COLUMNS;
        }
        l0.intoArray(c, co + 0 * LANES);
        r0.intoArray(c, co + 1 * LANES);
        l1.intoArray(c, co + 2 * LANES);
        r1.intoArray(c, co + 3 * LANES);
        l2.intoArray(c, co + 4 * LANES);
        r2.intoArray(c, co + 5 * LANES);
        l3.intoArray(c, co + 6 * LANES);
        r3.intoArray(c, co + 7 * LANES);
    }
}
