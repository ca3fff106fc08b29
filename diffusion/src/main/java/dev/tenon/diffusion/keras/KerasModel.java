package dev.tenon.diffusion.keras;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Json;
import dev.tenon.checkpoint.KerasH5;
import dev.tenon.data.Dataset;
import dev.tenon.diffusion.training.Named;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;

/// A model that Keras 2 or 3 saved whole, as .keras or .h5: layers made from the configuration in
/// the file, with the weights in the file.
///
/// | name | shape |
/// |---|---|
/// | x | [N, C, H, W], though Keras's channels come last |
/// | y | [N, classes], what the last layer makes of it |
///
/// Sequential models and Functional ones whose layers form a chain are read, of these layers:
/// InputLayer, Rescaling, Conv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D, Flatten,
/// Reshape, Dense, Dropout, BatchNormalization, Activation, ReLU, LeakyReLU, Softmax. Anything else
/// is refused by name. Weights are kept and computed with in F32, whatever the layer's dtype.
///
/// Source: the configurations that Keras 2.3 to 3.15 write.
///
/// @param layers the layers in order
/// @param input the input's shape in Keras, without the batch: [H, W, C], [H, W] or [n]
public record KerasModel(Sequential layers, Shape input) implements UnaryLayer {
    /// Reads a model.
    ///
    /// @throws CheckpointException if the file is missing or damaged, holds no model but weights
    ///   alone, or a layer or setting that is not supported, which it names
    public static KerasModel read(Path file) {
        Checkpoint checkpoint = KerasH5.read(file);
        return Named.in("keras", file, () -> of(checkpoint));
    }

    /// Returns the model in what [KerasH5] read.
    ///
    /// @throws CheckpointException as [#read(Path)]
    static KerasModel of(Checkpoint file) {
        String text = file.metadata().get("config.json");
        if (text == null) {
            text = file.metadata().get("model_config");
        }
        if (text == null) {
            throw new CheckpointException(
                    "the file must hold a model with its configuration; got weights alone. Save it with"
                            + " model.save, not model.save_weights");
        }
        KerasConfig model =
                new KerasConfig("model", Json.readWithNulls(text, "the model's configuration"));
        KerasLayers layers = new KerasLayers(new KerasWeights(file));
        KerasChain.of(model).forEach(layers::add);
        return layers.model();
    }

    /// Checks that these images are what the model takes.
    ///
    /// @throws TenonException naming both sizes
    public void check(Dataset images) {
        checkImage(Shape.of(images.channels(), images.height(), images.width()), images.name());
    }

    private void checkImage(Shape image, String name) {
        int channels = image.size(0);
        int height = image.size(1);
        int width = image.size(2);
        boolean fits =
                switch (input.rank()) {
                    case 1 -> input.size(0) == image.count();
                    case 2 -> input.equals(Shape.of(height, width)) && channels == 1;
                    default -> input.equals(Shape.of(height, width, channels));
                };
        if (!fits) {
            throw new ShapeException(
                    "keras: the model takes "
                            + input
                            + "; got images of "
                            + Shape.of(height, width, channels)
                            + (name.isEmpty() ? "" : " of " + name));
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() != 4) {
            throw new ShapeException("keras: x must be [N, C, H, W]; got " + x.shape());
        }
        checkImage(Shape.of(x.size(1), x.size(2), x.size(3)), "");
        return layers.apply(input.rank() == 1 ? new ToRows().apply(x) : x);
    }
}
