package dev.tenon.diffusion.keras;

import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Tensor;

/// Keras's Flatten of images: `[N, C, H, W]` to `[N, H W C]`, in the order of Keras, whose channels
/// come last, so that the weights behind it need no change.
public record ToRows() implements UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
        return x.rank() == 2
                ? x
                : x.permute(0, 2, 3, 1).reshape(x.size(0), x.size(1) * x.size(2) * x.size(3));
    }
}
