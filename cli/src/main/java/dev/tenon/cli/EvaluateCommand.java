package dev.tenon.cli;

import dev.tenon.data.Cifar10;
import dev.tenon.data.Dataset;
import dev.tenon.data.ImageArchive;
import dev.tenon.diffusion.resnet.ResNet;
import dev.tenon.nn.Mode;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tenon evaluate`: how many images a trained network of someone else gets right.
@Command(
        name = "evaluate",
        description = "Says how many images a trained network gets right.",
        sortOptions = false,
        footer = {
            "",
            "Example: tenon evaluate resnet20 --weights resnet20.th --data test_batch.bin"
        })
final class EvaluateCommand implements Callable<Integer> {
    private static final int MOST = 4096;

    @Parameters(paramLabel = "NETWORK", description = "resnet20, for CIFAR-10.")
    String network = "";

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

    @Option(
            names = "--batch",
            defaultValue = "128",
            paramLabel = "N",
            description =
                    "Images at a time (default: ${DEFAULT-VALUE}); the answer does not depend on it.")
    int batch;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        if (!network.equals("resnet20")) {
            throw new TenonException("the network must be resnet20; got " + network);
        }
        if (batch < 1 || batch > MOST) {
            throw new TenonException("--batch must be 1 to " + MOST + "; got " + batch);
        }
        ResNet resnet = ResNet.resnet20(weights);
        Dataset images =
                data.toString().toLowerCase(Locale.ROOT).endsWith(".zip")
                        ? ImageArchive.read(data, "cifar10", Cifar10.ATTRIBUTION)
                        : Cifar10.read(data);
        int right = right(resnet, images);
        System.out.printf(
                Locale.ROOT,
                "%d/%d right, %.2f %%%n",
                right,
                images.count(),
                100.0 * right / images.count());
        return 0;
    }

    private int right(ResNet resnet, Dataset images) {
        int[] right = new int[1];
        try (Progress progress =
                Progress.start("evaluating", new Progress.Unit("images", 1), 0, images.count())) {
            for (int from = 0; from < images.count(); from += batch) {
                long[] rows = new long[Math.min(batch, images.count() - from)];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = (long) from + i;
                }
                Memory.tidy(() -> {
                    Tensor x = ResNet.normalise(images.images(rows));
                    Tensor y = Mode.eval(() -> Autograd.noGrad(() -> resnet.apply(x)));
                    long[] guesses = ReduceOps.argmax(y, 1).toLongs();
                    long[] labels = images.labels(rows).toLongs();
                    for (int i = 0; i < guesses.length; i++) {
                        right[0] += guesses[i] == labels[i] ? 1 : 0;
                    }
                });
                progress.show(from + rows.length, "");
            }
        }
        return right[0];
    }
}
