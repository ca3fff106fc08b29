package dev.tenon.diffusion;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Locale;

/// What the network's output stands for. Either way a sampler gets the noise: one is a linear
/// function of the other and of x_t.
///
/// - [#NOISE]: the output is `eps` itself (Ho et al. 2020).
/// - [#VELOCITY]: the output is `v = sqrt(alphaBar_t) eps - sqrt(1 - alphaBar_t) x_0` (Salimans and
///   Ho 2022), and `eps = sqrt(alphaBar_t) v + sqrt(1 - alphaBar_t) x_t`.
///
/// At high noise the image that follows from an estimate of the noise is that estimate's error
/// divided by nearly zero; the velocity has no such place, so that a small network draws good
/// images after few steps (docs/decisions.md).
public enum Prediction {
    /// The noise itself, as in the DDPM article.
    NOISE,
    /// The velocity.
    VELOCITY;

    /// The velocity.
    public static final Formula VELOCITY_FORMULA =
            Formula.of(
                    "v = \\sqrt{\\bar\\alpha_t}\\,\\varepsilon - \\sqrt{1-\\bar\\alpha_t}\\,x_0",
                    "Salimans and Ho 2022, Progressive Distillation",
                    "v",
                    "velocity",
                    "\\varepsilon",
                    "noise",
                    "x_0",
                    "clean image",
                    "\\bar\\alpha_t",
                    "share of the image's variance left");

    /// Returns the prediction called `name`, in lower or upper case.
    ///
    /// @throws TenonException if there is none
    public static Prediction of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "noise" -> NOISE;
            case "velocity" -> VELOCITY;
            default ->
                    throw new TenonException(
                            "prediction: it must be noise or velocity; got " + name);
        };
    }

    /// Returns what the network should put out.
    ///
    /// @param t the step of each sample
    public Tensor target(NoiseSchedule schedule, Tensor x0, Tensor noise, int[] t) {
        return this == NOISE ? noise : schedule.rotate(noise, x0, t, -1);
    }

    /// Returns the noise that the network's output stands for.
    ///
    /// @param t the step of each sample
    public Tensor noise(NoiseSchedule schedule, Tensor output, Tensor noisy, int[] t) {
        return this == NOISE ? output : schedule.rotate(output, noisy, t, 1);
    }

    /// Returns the name in lower case.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
