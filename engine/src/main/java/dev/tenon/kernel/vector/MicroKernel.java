package dev.tenon.kernel.vector;

import java.lang.invoke.VarHandle;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The innermost loop of matrix products and convolutions: a tile of a few rows and two vectors of
/// columns, `c += a b`, that stays in registers over the whole depth.
///
/// Each element is one chain of fused multiply-adds in the order of the depth, whatever the tile it
/// is in; so neither the tile's height nor the place of a row changes its bits. The chain begins at
/// zero and is added to `c` at its end: callers cut the depth at multiples of [Panels#DEPTH], and
/// thousands of terms that all met one growing sum would lose eight times as much (U-Net gradients,
/// docs/figures.md).
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
        FloatVector l0 = FloatVector.zero(FLOATS);
        FloatVector r0 = FloatVector.zero(FLOATS);
        FloatVector l1 = FloatVector.zero(FLOATS);
        FloatVector r1 = FloatVector.zero(FLOATS);
        FloatVector l2 = FloatVector.zero(FLOATS);
        FloatVector r2 = FloatVector.zero(FLOATS);
        FloatVector l3 = FloatVector.zero(FLOATS);
        FloatVector r3 = FloatVector.zero(FLOATS);
        FloatVector l4 = FloatVector.zero(FLOATS);
        FloatVector r4 = FloatVector.zero(FLOATS);
        FloatVector l5 = FloatVector.zero(FLOATS);
        FloatVector r5 = FloatVector.zero(FLOATS);
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
        add(l0, c, co + 0 * LANES);
        add(r0, c, co + 1 * LANES);
        add(l1, c, co + 2 * LANES);
        add(r1, c, co + 3 * LANES);
        add(l2, c, co + 4 * LANES);
        add(r2, c, co + 5 * LANES);
        add(l3, c, co + 6 * LANES);
        add(r3, c, co + 7 * LANES);
        add(l4, c, co + 8 * LANES);
        add(r4, c, co + 9 * LANES);
        add(l5, c, co + 10 * LANES);
        add(r5, c, co + 11 * LANES);
    }

    /// `c += a b` for four rows, as [#rows6] does.
    static void rows4(float[] a, int ao, float[] b, int bo, float[] c, int co, int depth) {
        int ap = ao;
        int bp = bo;
        FloatVector l0 = FloatVector.zero(FLOATS);
        FloatVector r0 = FloatVector.zero(FLOATS);
        FloatVector l1 = FloatVector.zero(FLOATS);
        FloatVector r1 = FloatVector.zero(FLOATS);
        FloatVector l2 = FloatVector.zero(FLOATS);
        FloatVector r2 = FloatVector.zero(FLOATS);
        FloatVector l3 = FloatVector.zero(FLOATS);
        FloatVector r3 = FloatVector.zero(FLOATS);
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
        add(l0, c, co + 0 * LANES);
        add(r0, c, co + 1 * LANES);
        add(l1, c, co + 2 * LANES);
        add(r1, c, co + 3 * LANES);
        add(l2, c, co + 4 * LANES);
        add(r2, c, co + 5 * LANES);
        add(l3, c, co + 6 * LANES);
        add(r3, c, co + 7 * LANES);
    }

    /// Adds `sum` to the vector of `c` that begins at `at`.
    private static void add(FloatVector sum, float[] c, int at) {
        FloatVector.fromArray(FLOATS, c, at).add(sum).intoArray(c, at);
    }
}
