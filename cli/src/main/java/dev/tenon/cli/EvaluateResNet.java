package dev.tenon.cli;

import dev.tenon.data.Cifar10;
import dev.tenon.data.Dataset;
import dev.tenon.data.ImageArchive;
import dev.tenon.diffusion.resnet.ResNet;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon evaluate resnet20`: ResNet-20 with the weights of its PyTorch code.
@Command(
        name = "resnet20",
        description = "ResNet-20 with the weights of its PyTorch code, on CIFAR-10.",
        sortOptions = false,
        footer = {
            "",
            "Example: tenon evaluate resnet20 --weights resnet20.th --data test_batch.bin"
        })
final class EvaluateResNet implements Callable<Integer> {
    @Option(
            names = "--weights",
            required = true,
            paramLabel = "FILE",
            description = "PyTorch's file (.th, .pt, .pth, .bin) or .safetensors.")
    Path weights = Path.of("");

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description =
                    "CIFAR-10's binary version (.bin), or a zip of images in a folder for each class.")
    Path data = Path.of("");

    @Mixin Evaluation evaluation;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        evaluation.check();
        ResNet resnet = ResNet.resnet20(weights);
        Dataset images =
                data.toString().toLowerCase(Locale.ROOT).endsWith(".zip")
                        ? ImageArchive.read(data, "cifar10", Cifar10.ATTRIBUTION)
                        : Cifar10.read(data);
        evaluation.print(resnet, ResNet::normalise, images);
        return 0;
    }
}
