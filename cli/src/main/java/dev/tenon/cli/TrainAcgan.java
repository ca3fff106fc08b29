package dev.tenon.cli;

import dev.tenon.data.Split;
import dev.tenon.diffusion.acgan.AcganLoss;
import dev.tenon.diffusion.acgan.AcganRun;
import dev.tenon.diffusion.acgan.AcganSettings;
import dev.tenon.diffusion.acgan.AcganTraining;
import dev.tenon.diffusion.acgan.AcganTraining.Losses;
import dev.tenon.diffusion.acgan.TrainedGenerator;
import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon train acgan`: Keras's example mnist_acgan.
@Command(
        name = "acgan",
        description = {
            "Trains an auxiliary-classifier GAN to draw images of 28 x 28 of a given class, as Keras's example"
                    + " mnist_acgan does.",
            "After each epoch the run's folder has a picture of drawn beside real images, both networks,"
                    + " and a plot of the losses. An epoch of MNIST takes minutes; at --width 0.125, which"
                    + " draws digits after two, half a minute or so.",
            "Ctrl-C stops after the current step; --resume goes on, with the same result as if never stopped."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples: tenon train acgan --data mnist --epochs 15",
            "          tenon train acgan --data mnist --path DIR --width 0.125 --epochs 2",
            "          tenon train acgan --resume runs/acgan-mnist"
        })
final class TrainAcgan implements Callable<Integer> {
    private static final AcganSettings USUAL = AcganSettings.of("mnist");

    @Mixin DataOptions dataOptions;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training images (default: 100, the example's).")
    @Nullable Integer epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Real images per step (default: 100, the example's).")
    @Nullable Integer batch;

    @Option(
            names = "--latent",
            paramLabel = "N",
            description = "Size of the noise (default: 100, the example's).")
    @Nullable Integer latent;

    @Option(
            names = "--width",
            paramLabel = "X",
            description = "Factor of the channels of both networks (default: 1, the example's).")
    @Nullable Double width;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description =
                    "Adam's rate, of both networks (default: the example's 0.0002 divided by --width, at most 0.0032)."
                            + " Narrow networks need larger steps to learn as fast (muP).")
    @Nullable Double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed (default: 1337, the example's).")
    @Nullable Long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for the results (default: runs/acgan-<data>, or runs/acgan-<data>-2, ... if that is"
                            + " taken).")
    @Nullable Path out;

    @Option(
            names = "--judge-images",
            defaultValue = "" + AcganJudge.USUAL_IMAGES,
            paramLabel = "N",
            description =
                    "Images to draw at the end for a classifier of real images, which says how many show the"
                            + " class asked for (default: ${DEFAULT-VALUE}); 0 leaves it out.")
    int judgeImages;

    @Option(
            names = "--resume",
            paramLabel = "DIR",
            description =
                    "Go on with the run in DIR; its settings stay, but --epochs may ask for more.")
    @Nullable Path resume;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        AcganJudge.check("--judge-images", judgeImages, 0);
        AcganRun run = resume == null ? begin() : goOn(resume);
        AcganTraining training = run.training();
        System.err.printf(
                Locale.ROOT,
                "Generator of %,d and discriminator of %,d parameters, %,d steps an epoch, learning rate %s, seed %d,"
                        + " %s, %d thread%s%n",
                training.generator().parameterCount(),
                training.discriminator().parameterCount(),
                training.perEpoch(),
                rate(training.settings().learningRate()),
                training.settings().seed(),
                Backend.kernels().name(),
                Parallel.threads(),
                Parallel.threads() == 1 ? "" : "s");
        try (StopSignal stop = StopSignal.listen()) {
            if (!train(run, stop)) {
                System.err.printf(
                        "Stopped at step %d of %d. Go on with: ./tenon train acgan --resume %s%s%n",
                        training.done(),
                        training.steps(),
                        DataOptions.quoted(run.folder()),
                        dataOptions.again());
                return TrainDigits.STOPPED;
            }
        }
        if (judgeImages > 0) {
            AcganJudge.judge(TrainedGenerator.read(run.folder()), run.data(), judgeImages);
        }
        String picture =
                String.format(
                        Locale.ROOT, "plot_epoch_%03d_generated.png", training.settings().epochs());
        for (String file : new String[] {"acgan-history.json", "acgan-losses.png", picture}) {
            System.out.println("  " + run.folder().resolve(file));
        }
        return 0;
    }

    /// Returns the rate in plain digits, such as `0.0016`.
    private static String rate(double learningRate) {
        return new BigDecimal(String.valueOf(learningRate)).stripTrailingZeros().toPlainString();
    }

    private AcganRun begin() {
        Split data = dataOptions.load(null, "mnist");
        double factor = width == null ? USUAL.width() : width;
        AcganSettings settings =
                new AcganSettings(
                        data.train().name(),
                        epochs == null ? USUAL.epochs() : epochs,
                        batch == null ? USUAL.batch() : batch,
                        latent == null ? USUAL.latent() : latent,
                        factor,
                        learningRate == null ? AcganSettings.usualRate(factor) : learningRate,
                        seed == null ? USUAL.seed() : seed);
        Path folder = out != null ? out : RunFolders.fresh("acgan-" + settings.data());
        return AcganRun.begin(folder, settings, data);
    }

    private AcganRun goOn(Path folder) {
        AcganSettings settings = AcganRun.settings(folder);
        agree("--batch", batch, settings.batch());
        agree("--latent", latent, settings.latent());
        agree("--width", width, settings.width());
        agree("--learning-rate", learningRate, settings.learningRate());
        agree("--seed", seed, settings.seed());
        if (out != null) {
            throw new TenonException(
                    "--out: a resumed run stays in its folder; got "
                            + out
                            + ". Leave the option out");
        }
        Split data = dataOptions.load(settings.data(), "mnist");
        AcganRun run = AcganRun.resume(folder, data, epochs == null ? 0 : epochs);
        System.err.printf("Going on with %s at step %d%n", folder, run.training().done());
        return run;
    }

    private static void agree(String option, @Nullable Number given, Number saved) {
        if (given != null && given.doubleValue() != saved.doubleValue()) {
            throw new TenonException(
                    option
                            + " must be the run's; got "
                            + given
                            + ", and the run has "
                            + saved
                            + ". Leave the option out");
        }
    }

    private static boolean train(AcganRun run, StopSignal stop) {
        AcganTraining training = run.training();
        long perEpoch = training.perEpoch();
        EpochProgress progress = new EpochProgress(training);
        try (progress) {
            return run.train(
                    new AcganRun.Listener() {
                        @Override
                        public void step(AcganTraining of, Losses losses) {
                            progress.show(of, losses);
                        }

                        @Override
                        public void epoch(int epoch, Losses train, Losses test, List<String> seen) {
                            progress.close();
                            System.out.printf(
                                    "Epoch %d of %d%n", epoch, training.settings().epochs());
                            print(train, test);
                            for (String sentence : seen) {
                                System.out.println("Collapse: " + sentence);
                            }
                            if (training.done() < perEpoch * training.settings().epochs()) {
                                progress.next(training);
                            }
                        }

                        @Override
                        public boolean stopped() {
                            return stop.isAsked();
                        }
                    });
        }
    }

    /// The progress of one epoch after the other.
    private static final class EpochProgress implements AutoCloseable {
        private @Nullable Progress progress;

        EpochProgress(AcganTraining training) {
            if (!training.isFinished()) {
                next(training);
            }
        }

        void next(AcganTraining training) {
            long perEpoch = training.perEpoch();
            long epoch = training.done() / perEpoch + 1;
            progress =
                    Progress.start(
                            "epoch " + epoch,
                            Progress.Unit.STEPS,
                            training.done() % perEpoch,
                            perEpoch);
        }

        void show(AcganTraining training, Losses losses) {
            Progress shown = progress;
            if (shown != null) {
                long within = training.done() % training.perEpoch();
                shown.show(
                        within == 0 ? training.perEpoch() : within,
                        String.format(
                                Locale.ROOT,
                                "generator %.3f, discriminator %.3f",
                                losses.generator().loss(),
                                losses.discriminator().loss()));
            }
        }

        @Override
        public void close() {
            Progress shown = progress;
            if (shown != null) {
                shown.close();
                progress = null;
            }
        }
    }

    /// Prints the example's table.
    private static void print(Losses train, Losses test) {
        System.out.printf(
                "%-22s | %-4s | %-15s | %-5s%n",
                "component", "loss", "generation_loss", "auxiliary_loss");
        System.out.println("-".repeat(65));
        row("generator (train)", train.generator());
        row("generator (test)", test.generator());
        row("discriminator (train)", train.discriminator());
        row("discriminator (test)", test.discriminator());
    }

    private static void row(String name, AcganLoss loss) {
        System.out.printf(
                Locale.ROOT,
                "%-22s | %-4.2f | %-15.4f | %-5.4f%n",
                name,
                loss.loss(),
                loss.generation(),
                loss.auxiliary());
    }
}
