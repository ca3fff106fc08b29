package dev.tenon.cli;

import dev.tenon.data.Dataset;
import dev.tenon.nn.Mode;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Option;

/// Counts the images of which a network tells the class.
final class Evaluation {
    private static final int MOST = 4096;

    @Option(
            names = "--batch",
            defaultValue = "128",
            paramLabel = "N",
            description =
                    "Images at a time (default: ${DEFAULT-VALUE}); the answer does not depend on it.")
    int batch;

    /// Refuses options out of range, before anything is read.
    void check() {
        if (batch < 1 || batch > MOST) {
            throw new TenonException("--batch must be 1 to " + MOST + "; got " + batch);
        }
    }

    /// Prints `<right>/<total> right, <share> %`.
    ///
    /// @param network from images to logits or probabilities of the classes
    /// @param input from images in [-1, 1] to what the network takes
    void print(UnaryLayer network, UnaryOperator<Tensor> input, Dataset images) {
        int right = right(network, input, images);
        System.out.printf(
                Locale.ROOT,
                "%d/%d right, %.2f %%%n",
                right,
                images.count(),
                100.0 * right / images.count());
    }

    private int right(UnaryLayer network, UnaryOperator<Tensor> input, Dataset images) {
        int[] right = new int[1];
        try (Progress progress =
                Progress.start("evaluating", new Progress.Unit("images", 1), 0, images.count())) {
            for (int from = 0; from < images.count(); from += batch) {
                long first = from;
                long[] rows = new long[Math.min(batch, images.count() - from)];
                Arrays.setAll(rows, i -> first + i);
                Memory.tidy(() -> {
                    Tensor x = input.apply(images.images(rows));
                    Tensor y = Mode.eval(() -> Autograd.noGrad(() -> network.apply(x)));
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
