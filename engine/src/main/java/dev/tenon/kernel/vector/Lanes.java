package dev.tenon.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The vector shape that all vector kernels use: the machine's preferred one, or the width that the
/// system property `tenon.vector.bits` (64, 128, 256 or 512) forces.
public final class Lanes {
    /// The shape in use.
    public static final VectorShape SHAPE = shape();

    /// Vectors of F32.
    public static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);

    /// Vectors of F64.
    public static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, SHAPE);

    /// Vectors of I32.
    public static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);

    /// Vectors of I64.
    public static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);

    private static final int L = FLOATS.length();
    private static final VectorShuffle<Float> BY_HALF = turn(2);
    private static final VectorShuffle<Float> BY_QUARTER = turn(4);
    private static final VectorShuffle<Float> BY_EIGHTH = turn(8);
    private static final VectorShuffle<Float> BY_SIXTEENTH = turn(16);

    private Lanes() {}

    /// Returns the sum of a vector's lanes, always added in the same order.
    ///
    /// Not `reduceLanes(ADD)`: its order is left open and differs between interpreted and compiled
    /// code, so that the same sum had other bits once the loop around it was hot. For the same
    /// reason no kernel may use `lanewise(EXP)` and its like.
    public static float sum(FloatVector v) {
        FloatVector sum = v;
        if (L >= 2) {
            sum = sum.add(sum.rearrange(BY_HALF));
        }
        if (L >= 4) {
            sum = sum.add(sum.rearrange(BY_QUARTER));
        }
        if (L >= 8) {
            sum = sum.add(sum.rearrange(BY_EIGHTH));
        }
        if (L >= 16) {
            sum = sum.add(sum.rearrange(BY_SIXTEENTH));
        }
        return sum.lane(0);
    }

    /// Lane `i` takes that of `i + L / part`, round the end.
    private static VectorShuffle<Float> turn(int part) {
        return VectorShuffle.fromOp(FLOATS, i -> (i + L / part) % L);
    }

    private static VectorShape shape() {
        Integer bits = Integer.getInteger("tenon.vector.bits");
        return bits == null ? VectorShape.preferredShape() : VectorShape.forBitSize(bits);
    }
}
