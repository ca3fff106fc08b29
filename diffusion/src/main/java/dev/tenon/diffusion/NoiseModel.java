package dev.tenon.diffusion;

import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Something that looks at noisy images and estimates what was added, usually a network: the noise,
/// or what [Prediction] says.
@FunctionalInterface
public interface NoiseModel {
    /// Returns the estimate, in the shape of x.
    ///
    /// @param x noisy images x_t `[N, C, H, W]`
    /// @param t the step of each image
    /// @param classes the class of each image, -1 for none; null for none at all
    Tensor predict(Tensor x, int[] t, int @Nullable [] classes);
}
