package dev.tenon.nn;

import dev.tenon.tensor.Tensor;
import java.util.List;

/// Layers one after another: `y = f_n(... f_2(f_1(x)))`.
///
/// The paths of its layers are their indices, as in PyTorch's `Sequential`: `0.weight`, `1.weight`.
///
/// @param layers the layers in order
public record Sequential(@Flat List<UnaryLayer> layers) implements UnaryLayer {
    /// Copies the list.
    public Sequential {
        layers = List.copyOf(layers);
    }

    /// Returns these layers one after another.
    public static Sequential of(UnaryLayer... layers) {
        return new Sequential(List.of(layers));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            UnaryLayer layer = layers.get(i);
            UnaryLayer next = i + 1 < layers.size() ? layers.get(i + 1) : null;
            if (layer instanceof Linear linear && next instanceof Activation activation) {
                y = linear.apply(y, activation); // stored once instead of twice
                i++;
            } else {
                y = layer.apply(y);
            }
        }
        return y;
    }
}
