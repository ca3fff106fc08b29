package dev.tenon.diffusion;

import dev.tenon.tensor.Tensor;

/// One way to walk from noise back to an image: which steps it visits, and how it gets from one to
/// the next.
///
/// Here `x` is x_t, `eps` the network's estimate of the noise in it, and the result is the sample
/// at `previous`, the next (less noisy) step visited, or -1 for the image itself. Both samplers
/// work for any two steps t > previous.
public sealed interface Sampler permits DdpmSampler, DdimSampler {
    /// Returns the steps visited, from the noisiest to the last.
    int[] timesteps(NoiseSchedule schedule);

    /// Says whether the way from t to `previous` adds fresh noise.
    boolean addsNoise(NoiseSchedule schedule, int t, int previous);

    /// Returns the sample at `previous`.
    ///
    /// @param x x_t `[N, C, H, W]`
    /// @param eps the estimated noise, same shape
    /// @param noise fresh standard normal noise, same shape; not read where [#addsNoise] is false
    /// @param clip whether to keep the estimate of x_0 within [-1, 1], the range of images
    Tensor step(
            NoiseSchedule schedule,
            Tensor x,
            Tensor eps,
            Tensor noise,
            int t,
            int previous,
            boolean clip);

    /// Returns the estimate of the image: `x_0 = (x_t - sqrt(1 - alphaBar_t) eps) /
    /// sqrt(alphaBar_t)`.
    static Tensor image(NoiseSchedule schedule, Tensor x, Tensor eps, int t, boolean clip) {
        double signal = Math.sqrt(schedule.alphaBar(t));
        double scatter = Math.sqrt(1 - schedule.alphaBar(t));
        Tensor image = x.mul(1 / signal).add(eps.mul(-scatter / signal));
        return clip ? dev.tenon.tensor.ElementwiseOps.clamp(image, -1, 1) : image;
    }

    /// Returns `count` steps spread over `[0, T)`, from the highest down to 0, evenly: step `i` of
    /// `count` is `i * (T / count)`, in whole numbers ("leading" spacing in diffusers).
    static int[] leading(int total, int count) {
        int ratio = total / count;
        int[] steps = new int[count];
        for (int i = 0; i < count; i++) {
            steps[i] = (count - 1 - i) * ratio;
        }
        return steps;
    }

    /// Returns `count` steps from T-1 downward, evenly: `round(T - i * T/count) - 1` ("trailing"
    /// spacing in diffusers: the only one whose first step is pure noise, as in training).
    static int[] trailing(int total, int count) {
        int[] steps = new int[count];
        for (int i = 0; i < count; i++) {
            steps[i] = (int) Math.round(total - (double) i * total / count) - 1;
        }
        return steps;
    }

    /// Returns `count` steps from T-1 to 0, evenly, rounded ("linspace" spacing in diffusers).
    static int[] linspace(int total, int count) {
        int[] steps = new int[count];
        for (int i = 0; i < count; i++) {
            steps[i] =
                    count == 1
                            ? 0
                            : (int) Math.round((count - 1.0 - i) * (total - 1) / (count - 1));
        }
        return steps;
    }
}
