package dev.tenon.diffusion.training;

import dev.tenon.data.Dataset;
import dev.tenon.diffusion.Prediction;
import dev.tenon.diffusion.unet.UNetSettings;

/// The settings to start from for a data set: chosen so that two cores draw good images after a few
/// minutes, and measured (docs/decisions.md).
public final class Recipe {
    private Recipe() {}

    /// Returns the recipe for `data` at its own size, with seed 0.
    public static TrainingSettings of(Dataset data) {
        return of(data, data.height());
    }

    /// Returns the recipe for `data` resized to squares of `size` pixels, with seed 0.
    ///
    /// @throws dev.tenon.tensor.TenonException if the size is outside the range of
    ///   [TrainingSettings]
    public static TrainingSettings of(Dataset data, int size) {
        boolean tiny = size <= 8;
        int heads =
                tiny
                        ? 4
                        : 1; // at 28x28 attention over 784 pixels costs more than all convolutions;
        // one head, a quarter
        return new TrainingSettings(
                data.name(),
                size,
                0,
                tiny ? 1400 : 2000,
                tiny ? 64 : 32,
                4e-3,
                100,
                1.0,
                "cosine",
                1000,
                Prediction.VELOCITY,
                0.1,
                0.995,
                new UNetSettings(data.channels(), 8, 2, heads, 64, data.classes()));
    }
}
