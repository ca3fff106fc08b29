package dev.tenon.cli;

import dev.tenon.data.Dataset;
import dev.tenon.diffusion.mnist.MnistCnn;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon evaluate mnist-cnn-burn`: the network of burn's example import-model-weights.
@Command(
        name = "mnist-cnn-burn",
        description = {
            "The convolutional network of MNIST of burn's example import-model-weights, trained with PyTorch.",
            "It is asked about the images of --data that are for testing."
        },
        sortOptions = false,
        footer = {"", "Example: tenon evaluate mnist-cnn-burn --weights mnist.pt --data mnist"})
final class EvaluateMnistCnn implements Callable<Integer> {
    @Option(
            names = "--weights",
            required = true,
            paramLabel = "FILE",
            description = "PyTorch's file (.pt, .pth, .bin) or .safetensors.")
    Path weights = Path.of("");

    @Mixin DataOptions data;

    @Mixin Evaluation evaluation;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        evaluation.check();
        MnistCnn network = MnistCnn.read(weights);
        Dataset images = data.load(null, "mnist").test();
        evaluation.print(network, MnistCnn::normalise, images);
        return 0;
    }
}
