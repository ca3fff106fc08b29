package dev.tenon.nn;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;

/// Where layers take their initial values from.
///
/// It counts: each random parameter draws from its own stream, derived from the seed and the number
/// of random parameters before it. So the seed and the order of construction fix every byte, and no
/// two parameters start alike. Which distribution a layer asks for is PyTorch's default for that
/// layer and written at the layer.
public final class Init {
    private final Rng rng;
    private final DType type;
    private long drawn;

    private Init(Rng rng, DType type) {
        this.rng = rng;
        this.type = type;
    }

    /// Returns a source of F32 parameters.
    public static Init of(long seed) {
        return of(Rng.of(seed));
    }

    /// Returns a source of F32 parameters.
    public static Init of(Rng rng) {
        return of(rng, DType.F32);
    }

    /// Returns a source of parameters of `type`, F32 or F64.
    public static Init of(Rng rng, DType type) {
        return new Init(rng, type);
    }

    /// Returns a parameter with values from the uniform distribution over [-bound, bound).
    public Param uniform(double bound, int... sizes) {
        return Param.of(next().uniform(type, Shape.of(sizes), -bound, bound));
    }

    /// Returns a parameter with values from the normal distribution with mean 0.
    ///
    /// @param deviation the standard deviation
    public Param normal(double deviation, int... sizes) {
        Tensor standard = next().normal(type, Shape.of(sizes));
        return Param.of(deviation == 1 ? standard : standard.mul(deviation));
    }

    /// Returns a parameter of zeros.
    public Param zeros(int... sizes) {
        return Param.of(Tensor.zeros(type, Shape.of(sizes)));
    }

    /// Returns a parameter of ones.
    public Param ones(int... sizes) {
        return Param.of(Tensor.full(type, Shape.of(sizes), 1));
    }

    private Rng next() {
        return rng.derive(drawn++);
    }
}
