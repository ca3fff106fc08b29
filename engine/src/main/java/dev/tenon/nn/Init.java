package dev.tenon.nn;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;

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

    /// Returns a parameter with values from the normal distribution with mean 0, drawn anew while
    /// they are more than two of its deviations from it.
    ///
    /// @param deviation the standard deviation of the distribution that is cut off; that of the
    ///   values is 0.8796 of it
    public Param truncatedNormal(double deviation, int... sizes) {
        Rng stream = next();
        double[] values = new double[(int) Shape.of(sizes).count()];
        Arrays.fill(values, Double.NaN);
        for (int round = 0; Arrays.stream(values).anyMatch(Double::isNaN); round++) {
            double[] drawn =
                    stream.derive(round).normal(DType.F64, Shape.of(values.length)).toDoubles();
            for (int i = 0; i < values.length; i++) {
                if (Double.isNaN(values[i]) && Math.abs(drawn[i]) <= 2) {
                    values[i] = drawn[i] * deviation;
                }
            }
        }
        return Param.of(Tensor.of(values, sizes).to(type));
    }

    /// Returns a parameter with values uniform in ±sqrt(6 / (fan in + fan out)), Keras's default.
    ///
    /// Source: Glorot and Bengio 2010; keras.initializers.GlorotUniform.
    ///
    /// @param sizes those of a weight, [out, in] or [out, in, kernel, ...], in either order of the
    ///   first two
    public Param glorotUniform(int... sizes) {
        return uniform(Math.sqrt(6 / fans(sizes)), sizes);
    }

    /// Returns a parameter with values of variance 2 / (fan in + fan out), as [#truncatedNormal]
    /// draws them: Keras's GlorotNormal. Sizes are those of [#glorotUniform].
    public Param glorotNormal(int... sizes) {
        return truncatedNormal(Math.sqrt(2 / fans(sizes)) / 0.8796256610342398, sizes);
    }

    /// Fan in and fan out together: what one output sees and what sees one input.
    private static double fans(int... sizes) {
        double window = 1;
        for (int i = 2; i < sizes.length; i++) {
            window *= sizes[i];
        }
        return (sizes[0] + sizes[1]) * window;
    }

    /// Returns a parameter of zeros.
    public Param zeros(int... sizes) {
        return Param.of(Tensor.zeros(type, Shape.of(sizes)));
    }

    /// Returns a parameter of ones.
    public Param ones(int... sizes) {
        return Param.of(Tensor.full(type, Shape.of(sizes), 1));
    }

    /// Returns a running statistic whose values are all `value`.
    public Running running(double value, int... sizes) {
        return Running.of(Tensor.full(type, Shape.of(sizes), value));
    }

    private Rng next() {
        return rng.derive(drawn++);
    }
}
