package dev.tenon.cli;

import dev.tenon.data.Dataset;
import dev.tenon.data.Split;
import dev.tenon.diffusion.training.ClassifierTraining;
import dev.tenon.diffusion.training.TrainedClassifier;
import dev.tenon.tensor.TenonException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon train classifier`: trains a small convolutional network and says how many unseen images
/// it gets right.
@Command(
        name = "classifier",
        description = "Trains a small convolutional network to tell the class of an image.",
        sortOptions = false,
        footer = {"", "Example: tenon train classifier --data digits"})
final class TrainClassifier implements Callable<Integer> {
    static final int CHANNELS = 16;
    private static final int MOST_EPOCHS = 10_000;
    private static final long IMAGES_TO_SEE =
            43_200; // small sets are seen often, large ones once or twice

    @Mixin DataOptions dataOptions;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training images.")
    @Nullable Integer epochs;

    @Option(
            names = "--seed",
            defaultValue = "0",
            paramLabel = "N",
            description = "Seed (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Safetensors file to write the classifier to.")
    @Nullable Path out;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        checkEpochs("--epochs", epochs, 1);
        if (out != null) {
            OutputFile.check("--out", out);
        }
        Split data = dataOptions.load(null);
        long began = System.nanoTime();
        ClassifierTraining training = train(data.train(), epochs, seed);
        double accuracy = training.accuracy(data.test());
        System.out.printf(
                Locale.ROOT,
                "Test accuracy: %.2f %% of %,d images (%,d training images, %,d steps, %.1f s)%n",
                100 * accuracy,
                data.test().count(),
                data.train().count(),
                training.steps(),
                (System.nanoTime() - began) / 1e9);
        if (out != null) {
            new TrainedClassifier(training.classifier(), data.train().name(), CHANNELS).write(out);
            System.out.println(out);
        }
        return 0;
    }

    /// Refuses a number of passes over the data that is below `least` or far beyond use.
    static void checkEpochs(String option, @Nullable Integer epochs, int least) {
        if (epochs != null && (epochs < least || epochs > MOST_EPOCHS)) {
            throw new TenonException(
                    option + " must be " + least + " to " + MOST_EPOCHS + "; got " + epochs);
        }
    }

    /// Trains a classifier.
    ///
    /// @param epochs passes over the images, or null for as many as they need
    static ClassifierTraining train(Dataset images, @Nullable Integer epochs, long seed) {
        int passes = epochs == null ? (int) Math.max(1, IMAGES_TO_SEE / images.count()) : epochs;
        ClassifierTraining training = new ClassifierTraining(images, passes, CHANNELS, seed);
        try (Progress progress =
                Progress.start("classifier", Progress.Unit.STEPS, 0, training.steps())) {
            for (int step = 1; step <= training.steps(); step++) {
                training.step();
                progress.show(step, String.format(Locale.ROOT, "loss %.4f", training.loss()));
            }
        }
        return training;
    }
}
