package dev.tenon.diffusion.training;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.util.SequencedMap;

/// An exponential moving average of a model's parameters, kept in a second model of the same make:
/// images drawn with it are much better than with the parameters themselves, which still jump
/// about.
///
/// Update n (0-based): `ema = d * ema + (1 - d) * w` with `d = min(decay, (1 + n) / (10 + n))`. The
/// warm-up lets the average follow the first, fast changes; without it early samples are noise.
///
/// @param model the second model
/// @param decay the limit of d, in [0, 1)
public record Ema<M extends Layer>(M model, double decay) {
    /// The update.
    public static final Formula FORMULA =
            Formula.of(
                    "\\bar\\theta \\leftarrow d\\,\\bar\\theta + (1-d)\\,\\theta, \\quad d = \\min\\left(\\delta,"
                            + " \\tfrac{1+n}{10+n}\\right)",
                    "Polyak and Juditsky 1992; warm-up as in TensorFlow's ExponentialMovingAverage",
                    "\\theta",
                    "parameters",
                    "\\bar\\theta",
                    "their moving average",
                    "\\delta",
                    "limit of the decay",
                    "n",
                    "updates before this one");

    /// Moves the average toward the parameters of `trained`.
    ///
    /// @param update number of updates before this one
    public void update(Layer trained, long update) {
        double d = Math.min(decay, (1.0 + update) / (10.0 + update));
        SequencedMap<String, Param> target = model.params();
        trained.params()
                .forEach((name, param) -> {
                    Param average = target.get(name);
                    if (average == null) {
                        throw new IllegalArgumentException(
                                "ema: the models must be of one make; got "
                                        + name
                                        + " in one only");
                    }
                    Tensor mean = average.value();
                    Tensor now = param.value();
                    Backend.kernels()
                            .optim()
                            .lerp(mean.segment(), now.segment(), mean.count(), 1 - d, mean.type());
                    mean.written();
                });
    }
}
