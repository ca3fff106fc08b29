package dev.tenon.diffusion.keras;

import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;

/// Keras's GlobalAveragePooling2D: `[N, C, H, W]` to the mean of each channel, `[N, C]`.
public record ImageMean() implements UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
        return ReduceOps.mean(x.reshape(x.size(0), x.size(1), x.size(2) * x.size(3)), 2, false);
    }
}
