package dev.tenon.kernel.vector;

import jdk.incubator.vector.VectorShape;
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

    private Lanes() {}

    private static VectorShape shape() {
        Integer bits = Integer.getInteger("tenon.vector.bits");
        return bits == null ? VectorShape.preferredShape() : VectorShape.forBitSize(bits);
    }
}
