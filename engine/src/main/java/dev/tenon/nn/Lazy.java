package dev.tenon.nn;

import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// A layer that is made when it sees its first input, whose size along one axis it needs: PyTorch's
/// LazyBatchNorm2d, LazyLinear and their like, for any layer.
///
/// ```java
/// Lazy norm = Lazy.channels(channels -> BatchNorm2d.of(channels, init));
/// Lazy head = Lazy.features(features -> Linear.of(features, 10, init));
/// ```
///
/// It stands for the layer that it made: parameters, paths and checkpoints are that layer's, under
/// the lazy layer's own path. Until then it has none, and asking for them is refused, so that no
/// optimizer misses them: run one batch through the model first. PyTorch also takes the sizes from
/// a checkpoint that is loaded before the first batch; this does not.
///
/// @param make makes the layer, given the size
/// @param axis the axis of the size; negative axes count from the end
/// @param made holds the layer once it is made
public record Lazy(IntFunction<? extends UnaryLayer> make, int axis, Made made)
        implements UnaryLayer {
    /// The layer, once it is made.
    public static final class Made {
        private @Nullable UnaryLayer layer;

        private Made() {}

        @Override
        public String toString() {
            return layer == null ? "not yet" : layer.getClass().getSimpleName();
        }
    }

    /// Returns a layer made for the channels of its first input, axis 1: for norms and
    /// convolutions.
    public static Lazy channels(IntFunction<? extends UnaryLayer> make) {
        return new Lazy(make, 1, new Made());
    }

    /// Returns a layer made for the features of its first input, the last axis: for [Linear].
    public static Lazy features(IntFunction<? extends UnaryLayer> make) {
        return new Lazy(make, -1, new Made());
    }

    /// Says whether the layer is made.
    public boolean isMade() {
        return made.layer != null;
    }

    /// Returns the layer.
    ///
    /// @throws TenonException if it is not made yet
    public UnaryLayer layer() {
        UnaryLayer layer = made.layer;
        if (layer == null) {
            throw new TenonException(
                    "Lazy: a lazy layer must have seen an input before its parameters are asked for;"
                            + " got none. Apply the model to one batch first");
        }
        return layer;
    }

    @Override
    public SequencedMap<String, Layer> children() {
        return isMade() ? layer().children() : new LinkedHashMap<>();
    }

    @Override
    public Tensor forward(Tensor x) {
        if (made.layer == null) {
            if (axis >= x.rank() || -axis > x.rank()) {
                throw new ShapeException(
                        "lazy: x must have an axis "
                                + axis
                                + " to take the size of; got "
                                + x.shape());
            }
            made.layer = make.apply(x.size(axis));
        }
        return layer().apply(x);
    }

    @Override
    public @Nullable Formula formula() {
        return isMade() ? layer().formula() : null;
    }
}
