package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.util.random.RandomGenerator;

/// The kinds of numbers that fuzz cases are made of.
enum Values {
    /// Mean 0, deviation 1.
    NORMAL,
    /// Multiples of 1/8, so that ties are common; zeros of both signs.
    STEPS,
    /// Deviation 1 about 1e4.
    OFFSET,
    /// Denormals and what is just above them.
    TINY,
    /// Near the end of the range: sums and squares overflow.
    HUGE,
    /// Now and then not a number, an infinity, a zero of either sign, a denormal.
    SPECIAL;

    private static final double[] SPECIALS = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0.0,
        -0.0,
        1e-40,
        -1e-42,
        1e-38,
        100,
        -100,
        88.8,
        -104,
        1,
        -1
    };

    double draw(RandomGenerator random, DType type) {
        double normal = random.nextGaussian();
        return switch (this) {
            case NORMAL -> normal;
            case STEPS ->
                    random.nextInt(8) == 0
                            ? (random.nextBoolean() ? 0.0 : -0.0)
                            : Math.round(normal * 8) / 8.0;
            case OFFSET -> 1e4 + normal;
            case TINY -> normal * (type == DType.F64 ? 1e-307 : 1e-37) * random.nextDouble();
            case HUGE ->
                    (type == DType.F64 ? 1e308 : type == DType.F16 ? 6e4 : 3e38)
                            * random.nextDouble(-1, 1)
                            * (random.nextBoolean() ? 1 : 1e-3);
            case SPECIAL ->
                    random.nextInt(12) == 0 ? SPECIALS[random.nextInt(SPECIALS.length)] : normal;
        };
    }
}
