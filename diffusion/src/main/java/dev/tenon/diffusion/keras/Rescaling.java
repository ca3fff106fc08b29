package dev.tenon.diffusion.keras;

import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Tensor;

/// Keras's Rescaling: `y = scale x + offset`.
///
/// @param scale the factor
/// @param offset what is added; Keras's default is 0
public record Rescaling(double scale, double offset) implements UnaryLayer {
    @Override
    public Tensor forward(Tensor x) {
        return x.mul(scale).add(offset);
    }
}
