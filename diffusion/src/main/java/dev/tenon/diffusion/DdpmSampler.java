package dev.tenon.diffusion;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// Ancestral sampling (Ho et al. 2020, algorithm 2): draws `x_s ~ N(mu, sigma^2)` from the
/// estimated posterior.
///
/// `mu = 1/sqrt(a) (x_t - b/sqrt(1 - alphaBar_t) eps)` with `a = alphaBar_t / alphaBar_s` and `b =
/// 1 - a`, which are alpha_t and beta_t where s = t-1; `sigma^2 = b` ("large", the article's
/// repository) or `(1 - alphaBar_s) / (1 - alphaBar_t) b` ("small"). No noise is added on the way
/// to the image.
///
/// @param count steps visited, evenly spread; T visits all
/// @param largeVariance whether sigma^2 is beta (true) or the posterior's variance (false, the
///   default)
public record DdpmSampler(int count, boolean largeVariance) implements Sampler {
    /// The mean of one step.
    public static final Formula FORMULA =
            Formula.of(
                    "x_{t-1} = \\tfrac{1}{\\sqrt{\\alpha_t}}\\left(x_t -"
                            + " \\tfrac{\\beta_t}{\\sqrt{1-\\bar\\alpha_t}}\\,\\varepsilon_\\theta\\right)"
                            + " + \\sigma_t z",
                    "Ho et al. 2020, algorithm 2",
                    "x_t",
                    "image after t steps of noise",
                    "\\alpha_t",
                    "1 - beta_t",
                    "\\bar\\alpha_t",
                    "product of alpha up to t",
                    "\\varepsilon_\\theta",
                    "estimated noise",
                    "\\sigma_t",
                    "deviation of the fresh noise",
                    "z",
                    "fresh standard normal noise, 0 at the last step");

    /// @throws TenonException if count is below 1
    public DdpmSampler {
        if (count < 1) {
            throw new TenonException("ddpm: steps must be at least 1; got " + count);
        }
    }

    @Override
    public int[] timesteps(NoiseSchedule schedule) {
        if (count > schedule.steps()) {
            throw new TenonException(
                    "ddpm: steps must be at most the schedule's "
                            + schedule.steps()
                            + "; got "
                            + count);
        }
        return Sampler.trailing(schedule.steps(), count);
    }

    @Override
    public boolean addsNoise(NoiseSchedule schedule, int t, int previous) {
        return previous >= 0;
    }

    @Override
    public Tensor step(
            NoiseSchedule schedule,
            Tensor x,
            Tensor eps,
            Tensor noise,
            int t,
            int previous,
            boolean clip) {
        double barT = schedule.alphaBar(t);
        double barS = schedule.alphaBar(previous);
        double alpha = barT / barS;
        double beta = 1 - alpha;
        Tensor mean;
        if (clip) { // through the clipped image, by the posterior's mean (equation 7 of the
            // article)
            Tensor image = Sampler.image(schedule, x, eps, t, true);
            mean =
                    image.mul(Math.sqrt(barS) * beta / (1 - barT))
                            .add(x.mul(Math.sqrt(alpha) * (1 - barS) / (1 - barT)));
        } else {
            mean =
                    x.mul(1 / Math.sqrt(alpha))
                            .add(eps.mul(-beta / (Math.sqrt(1 - barT) * Math.sqrt(alpha))));
        }
        if (!addsNoise(schedule, t, previous)) {
            return mean;
        }
        double variance = largeVariance ? beta : (1 - barS) / (1 - barT) * beta;
        return mean.add(noise.mul(Math.sqrt(variance)));
    }
}
