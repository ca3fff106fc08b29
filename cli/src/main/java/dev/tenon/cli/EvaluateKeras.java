package dev.tenon.cli;

import dev.tenon.data.Dataset;
import dev.tenon.diffusion.keras.KerasModel;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon evaluate keras`: a network that Keras saved.
@Command(
        name = "keras",
        description = {
            "A network that Keras saved, built from the file's own configuration: Sequential, or a Functional chain.",
            "It is asked about the images of --data that are for testing."
        },
        sortOptions = false,
        footer = {
            "",
            "Example: tenon evaluate keras --weights model.keras --data mnist --path DIR"
        })
final class EvaluateKeras implements Callable<Integer> {
    @Option(
            names = "--weights",
            required = true,
            paramLabel = "FILE",
            description = "The whole model as Keras 2 or 3 saves it: .keras or .h5.")
    Path weights = Path.of("");

    @Mixin DataOptions data;

    /// What the network was trained on; Keras saves nothing about it.
    enum Pixels {
        /// 0 to 1.
        UNIT,
        /// 0 to the brightest pixel's number: 255 for MNIST.
        BYTES,
        /// -1 to 1.
        SIGNED
    }

    @Option(
            names = "--pixels",
            defaultValue = "unit",
            paramLabel = "RANGE",
            description =
                    "What the network takes pixels as, which Keras does not save: unit (0 to 1, the default), bytes"
                            + " (0 to 255) or signed (-1 to 1).")
    Pixels pixels;

    @Mixin Evaluation evaluation;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        evaluation.check();
        KerasModel model = KerasModel.read(weights);
        Dataset images = data.load(null, "mnist").test();
        model.check(images);
        UnaryOperator<Tensor> input =
                switch (pixels) {
                    case UNIT -> x -> x.add(1).mul(0.5);
                    case BYTES -> x -> x.add(1).mul(0.5 * images.maximum());
                    case SIGNED -> x -> x;
                };
        evaluation.print(model, input, images);
        return 0;
    }
}
