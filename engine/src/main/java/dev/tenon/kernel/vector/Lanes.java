package dev.tenon.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
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

    /// The order of bytes in memory, that of [dev.tenon.dtype.DType].
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private static final Class<?> NATIVE = MemorySegment.NULL.getClass();

    private static final int L = FLOATS.length();
    private static final VectorShuffle<Float> BY_HALF = turn(2);
    private static final VectorShuffle<Float> BY_QUARTER = turn(4);
    private static final VectorShuffle<Float> BY_EIGHTH = turn(8);
    private static final VectorShuffle<Float> BY_SIXTEENTH = turn(16);

    private static final int D = DOUBLES.length();
    private static final VectorShuffle<Double> DOUBLES_BY_HALF = turnDoubles(2);
    private static final VectorShuffle<Double> DOUBLES_BY_QUARTER = turnDoubles(4);
    private static final VectorShuffle<Double> DOUBLES_BY_EIGHTH = turnDoubles(8);

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

    /// Returns the sum of a vector's lanes, always added in the same order, as [#sum(FloatVector)]
    /// does.
    static double sum(DoubleVector v) {
        DoubleVector sum = v;
        if (D >= 2) {
            sum = sum.add(sum.rearrange(DOUBLES_BY_HALF));
        }
        if (D >= 4) {
            sum = sum.add(sum.rearrange(DOUBLES_BY_QUARTER));
        }
        if (D >= 8) {
            sum = sum.add(sum.rearrange(DOUBLES_BY_EIGHTH));
        }
        return sum.lane(0);
    }

    /// Returns `v` as doubles, lower and upper half added: to go on adding up in double.
    static DoubleVector halves(FloatVector v) {
        DoubleVector lower = (DoubleVector) v.convertShape(VectorOperators.F2D, DOUBLES, 0);
        return lower.add((DoubleVector) v.convertShape(VectorOperators.F2D, DOUBLES, 1));
    }

    /// Says whether [#store] and [#check] take `data` and [#load] is fast on it: ordinary native
    /// memory, not a mapped file or an array.
    static boolean takes(MemorySegment data) {
        return data.getClass() == NATIVE;
    }

    /// Reads the vector that begins at F32 number `element` of `data`.
    ///
    /// The class is compared so that the compiler knows it. It cannot go by what it has seen: until
    /// a method is compiled, the Vector API itself moves vectors through arrays, and the profile
    /// that this leaves makes short loops over native memory up to five times slower. Both branches
    /// read alike; the first is compiled only where it has been taken.
    static FloatVector load(MemorySegment data, long element) {
        if (data.getClass() != NATIVE) {
            return FloatVector.fromMemorySegment(FLOATS, data, element * 4, ORDER);
        }
        return FloatVector.fromMemorySegment(FLOATS, data, element * 4, ORDER);
    }

    /// Writes `v` from F32 number `element` of `data`, whose class becomes known as in [#load].
    static void store(FloatVector v, MemorySegment data, long element) {
        check(data);
        v.intoMemorySegment(data, element * 4, ORDER);
    }

    /// Makes the class of `data` known, for a function so long that [#store] at its end is no
    /// longer inlined.
    static void check(MemorySegment data) {
        if (data.getClass() != NATIVE) {
            throw new IllegalArgumentException("kernel: memory must be native; got " + data);
        }
    }

    /// Lane `i` takes that of `i + L / part`, round the end.
    private static VectorShuffle<Float> turn(int part) {
        return VectorShuffle.fromOp(FLOATS, i -> (i + L / part) % L);
    }

    private static VectorShuffle<Double> turnDoubles(int part) {
        return VectorShuffle.fromOp(DOUBLES, i -> (i + D / part) % D);
    }

    private static VectorShape shape() {
        Integer bits = Integer.getInteger("tenon.vector.bits");
        return bits == null ? VectorShape.preferredShape() : VectorShape.forBitSize(bits);
    }
}
