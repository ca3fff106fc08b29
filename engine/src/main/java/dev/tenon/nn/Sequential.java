package dev.tenon.nn;

import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Tensor;
import java.util.List;

/// Layers one after another: `y = f_n(... f_2(f_1(x)))`.
///
/// An [Activation] is handed to the layer before it, which applies it on the way out if it can, and
/// so is what follows the last layer: the result is the same, in fewer passes over memory.
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
        return forward(x, Finish.NONE);
    }

    @Override
    public Tensor forward(Tensor x, Finish finish) {
        Tensor y = x;
        Finish rest = finish;
        for (int i = 0; i < layers.size(); i++) {
            UnaryLayer layer = layers.get(i);
            if (i + 1 == layers.size()) {
                y = layer.apply(y, rest);
                rest = Finish.NONE;
            } else if (layers.get(i + 1) instanceof Activation next) {
                y = layer.apply(y, Finish.with(next.op()));
                i++;
            } else {
                y = layer.apply(y);
            }
        }
        return rest.apply(y);
    }
}
