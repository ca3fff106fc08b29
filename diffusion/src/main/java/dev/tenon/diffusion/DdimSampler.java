package dev.tenon.diffusion;

import dev.tenon.nn.Formula;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;

/// Denoising diffusion implicit models (Song et al. 2021): a few large steps, without fresh noise
/// when eta is 0.
///
/// `x_s = sqrt(alphaBar_s) x_0 + sqrt(1 - alphaBar_s - sigma^2) eps + sigma z`, with the estimated
/// image x_0 and `sigma = eta sqrt((1 - alphaBar_s) / (1 - alphaBar_t)) sqrt(1 - alphaBar_t /
/// alphaBar_s)`.
///
/// @param count steps visited, evenly spread from T-1 to 0
/// @param eta 0 (deterministic, the default) to 1 (as much noise as DDPM)
public record DdimSampler(int count, double eta) implements Sampler {
    /// One step.
    public static final Formula FORMULA =
            Formula.of(
                    "x_s = \\sqrt{\\bar\\alpha_s}\\,\\hat x_0 + "
                            + "\\sqrt{1-\\bar\\alpha_s-\\sigma^2}\\,\\varepsilon_\\theta +"
                            + " \\sigma z",
                    "Song et al. 2021, Denoising Diffusion Implicit Models",
                    "x_s",
                    "sample at the next step s < t",
                    "\\hat x_0",
                    "estimated image",
                    "\\varepsilon_\\theta",
                    "estimated noise",
                    "\\sigma",
                    "deviation of the fresh noise, 0 for eta 0",
                    "z",
                    "fresh standard normal noise");

    /// @throws TenonException if count is below 1 or eta outside [0, 1]
    public DdimSampler {
        if (count < 1) {
            throw new TenonException("ddim: steps must be at least 1; got " + count);
        }
        if (!(eta >= 0 && eta <= 1)) {
            throw new TenonException("ddim: eta must be in [0, 1]; got " + eta);
        }
    }

    @Override
    public int[] timesteps(NoiseSchedule schedule) {
        if (count > schedule.steps()) {
            throw new TenonException(
                    "ddim: steps must be at most the schedule's "
                            + schedule.steps()
                            + "; got "
                            + count);
        }
        return Sampler.linspace(schedule.steps(), count);
    }

    @Override
    public boolean addsNoise(NoiseSchedule schedule, int t, int previous) {
        return eta > 0 && previous >= 0;
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
        double sigma = eta * Math.sqrt((1 - barS) / (1 - barT)) * Math.sqrt(1 - barT / barS);
        Tensor image = Sampler.image(schedule, x, eps, t, clip);
        if (clip) { // the noise that goes with the clipped image
            double scatter = Math.sqrt(1 - barT);
            eps = x.mul(1 / scatter).add(image.mul(-Math.sqrt(barT) / scatter));
        }
        Tensor next = image.mul(Math.sqrt(barS)).add(eps.mul(Math.sqrt(1 - barS - sigma * sigma)));
        return addsNoise(schedule, t, previous) ? next.add(noise.mul(sigma)) : next;
    }
}
