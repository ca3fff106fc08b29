package dev.tenon.diffusion;

import dev.tenon.dtype.DType;
import dev.tenon.nn.Formula;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Draws images: starts from noise and lets a sampler and a model take the noise away step by step.
///
/// Image number i of a seed is always the same, whatever else is drawn with it: its noise comes
/// from counters made of the seed, i and the step. With classes, guidance (Ho and Salimans 2022,
/// "Classifier-Free Diffusion Guidance") mixes the estimates with and without the class: `eps =
/// eps_none + guidance (eps_class - eps_none)`; 1 is the plain conditional model, 0 ignores the
/// class, more than 1 exaggerates it. Both estimates come from one doubled batch.
///
/// @param model the network
/// @param prediction what its output stands for
/// @param schedule the schedule it was trained with
/// @param sampler the way from noise to image
/// @param guidance 0 and up; 1.5 is a good start
/// @param shape channels, height and width of an image
public record Generation(
        NoiseModel model,
        Prediction prediction,
        NoiseSchedule schedule,
        Sampler sampler,
        double guidance,
        Shape shape) {
    /// Guidance.
    public static final Formula GUIDANCE_FORMULA =
            Formula.of(
                    "\\hat\\varepsilon = \\varepsilon_\\theta(x_t, t) + s\\,\\big(\\varepsilon_\\theta(x_t, t, c) -"
                            + " \\varepsilon_\\theta(x_t, t)\\big)",
                    "Ho and Salimans 2022, Classifier-Free Diffusion Guidance",
                    "\\hat\\varepsilon",
                    "guided estimate",
                    "c",
                    "class",
                    "s",
                    "guidance; 1 is the plain conditional model");

    private static final int IMAGES_AT_ONCE = 64; // bounds memory; images do not depend on it

    /// @throws TenonException if guidance is negative or not finite, or the sampler wants more
    ///   steps than the schedule has
    public Generation {
        if (!(guidance >= 0 && Double.isFinite(guidance))) {
            throw new TenonException(
                    "sample: guidance must be finite and at least 0; got " + guidance);
        }
        sampler.timesteps(schedule);
    }

    /// What is told after each step.
    @FunctionalInterface
    public interface Listener {
        /// Called with the noise, and after each step of each batch.
        ///
        /// @param firstImage number of the first image in the batch
        /// @param step steps done, 0 for the noise that it starts from
        /// @param steps steps in all
        /// @param images the batch as it is now
        void step(int firstImage, int step, int steps, Tensor images);
    }

    /// Returns images of these classes.
    ///
    /// @param classes the class of each image, -1 for none
    /// @param seed image i is a function of it and i
    /// @param listener told after each step
    /// @return `[N, C, H, W]`, values about [-1, 1]
    public Tensor draw(int[] classes, Rng seed, Listener listener) {
        return Autograd.noGrad(() -> {
            List<Tensor> batches = new ArrayList<>();
            for (int first = 0; first < classes.length; first += IMAGES_AT_ONCE) {
                int from = first;
                int[] some =
                        Arrays.copyOfRange(
                                classes, first, Math.min(classes.length, first + IMAGES_AT_ONCE));
                batches.add(Memory.tidy(() -> drawBatch(some, from, seed, listener)));
            }
            return IndexOps.cat(batches, 0);
        });
    }

    private Tensor drawBatch(int[] classes, int first, Rng seed, Listener listener) {
        int[] steps = sampler.timesteps(schedule);
        Tensor x = noise(seed, first, classes.length, schedule.steps());
        listener.step(first, 0, steps.length, x);
        for (int i = 0; i < steps.length; i++) {
            int t = steps[i];
            int previous = i + 1 < steps.length ? steps[i + 1] : -1;
            Tensor noisy = x;
            x =
                    Memory.tidy(() -> {
                        Tensor eps = estimate(noisy, t, classes);
                        Tensor fresh =
                                sampler.addsNoise(schedule, t, previous)
                                        ? noise(seed, first, classes.length, previous)
                                        : noisy;
                        return sampler.step(schedule, noisy, eps, fresh, t, previous, true);
                    });
            listener.step(first, i + 1, steps.length, x);
        }
        return x;
    }

    private Tensor noise(Rng seed, int first, int count, int step) {
        Tensor noise =
                Tensor.empty(
                        DType.F32, Shape.of(count, shape.size(0), shape.size(1), shape.size(2)));
        for (int i = 0; i < count; i++) {
            Tensor one = seed.derive("image").derive(first + i, step).normal(DType.F32, shape);
            noise.slice(0, i, i + 1)
                    .assign(one.reshape(1, shape.size(0), shape.size(1), shape.size(2)));
        }
        return noise;
    }

    private Tensor estimate(Tensor x, int t, int[] classes) {
        int n = classes.length;
        int[] at = new int[n];
        Arrays.fill(at, t);
        int[] none = new int[n];
        Arrays.fill(none, -1);
        if (guidance == 1 || Arrays.equals(classes, none)) {
            return prediction.noise(schedule, model.predict(x, at, classes), x, at);
        }
        if (guidance == 0) {
            return prediction.noise(schedule, model.predict(x, at, none), x, at);
        }
        int[] both = Arrays.copyOf(classes, 2 * n);
        Arrays.fill(both, n, 2 * n, -1);
        int[] twice = new int[2 * n];
        Arrays.fill(twice, t);
        Tensor outputs = model.predict(IndexOps.cat(List.of(x, x), 0), twice, both);
        Tensor guided = guide(outputs.slice(0, 0, n), outputs.slice(0, n, 2 * n), guidance);
        return prediction.noise(
                schedule, guided, x, at); // linear, so mixing outputs mixes the noise
    }

    /// Returns `without + scale (with - without)`.
    public static Tensor guide(Tensor with, Tensor without, double scale) {
        return with.mul(scale).add(without.mul(1 - scale));
    }
}
