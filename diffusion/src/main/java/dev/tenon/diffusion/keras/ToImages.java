package dev.tenon.diffusion.keras;

import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Tensor;

/// Keras's Reshape to images: `[N, H W C]`, channels last, to `[N, C, H, W]`.
///
/// @param height H
/// @param width W
/// @param channels C
public record ToImages(int height, int width, int channels) implements UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
        return x.reshape(x.size(0), height, width, channels).permute(0, 3, 1, 2).contiguous();
    }
}
