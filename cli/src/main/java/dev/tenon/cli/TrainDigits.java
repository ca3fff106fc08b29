package dev.tenon.cli;

import dev.tenon.checkpoint.Json;
import dev.tenon.data.Dataset;
import dev.tenon.data.Split;
import dev.tenon.diffusion.training.ClassifierTraining;
import dev.tenon.diffusion.training.DiffusionRun;
import dev.tenon.diffusion.training.DiffusionTraining;
import dev.tenon.diffusion.training.Recipe;
import dev.tenon.diffusion.training.Showcase;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon train digits`: trains a diffusion model of small images and shows what it draws.
@Command(
        name = "digits",
        description = {
            "Trains a diffusion model of handwritten digits from nothing, then draws digits with it.",
            "Ctrl-C stops after the current step; --resume goes on, with the same result as if never stopped."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainDigits implements Callable<Integer> {
    static final int STOPPED = 130; // what a shell expects of a program that Ctrl-C ended
    private static final int IMAGES_PER_CLASS = 20;

    @Mixin DataOptions dataOptions;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for the results (default: runs/<data>, or runs/<data>-2, ... if that is taken).")
    @Nullable Path out;

    @Option(
            names = "--resume",
            arity = "0..1",
            paramLabel = "DIR",
            fallbackValue = "",
            description = "Go on with the run in DIR, or in --out, or in the newest under runs/.")
    @Nullable String resume;

    @Option(
            names = "--save-every",
            defaultValue = "100",
            paramLabel = "N",
            description = "Save the state every N steps (default: ${DEFAULT-VALUE}).")
    int saveEvery;

    @ArgGroup(validate = false, heading = "%nWhat to compute:%n")
    RecipeOptions recipe = new RecipeOptions();

    @Option(
            names = "--guidance",
            defaultValue = "1.5",
            paramLabel = "X",
            description =
                    "Strength of classifier-free guidance for the pictures (default: ${DEFAULT-VALUE}).")
    double guidance;

    @Option(
            names = "--sampling-steps",
            defaultValue = "25",
            paramLabel = "N",
            description = "DDIM steps for the pictures (default: ${DEFAULT-VALUE}).")
    int samplingSteps;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        if (saveEvery < 1) {
            throw new TenonException("--save-every must be at least 1; got " + saveEvery);
        }
        long started = System.nanoTime();
        Split data;
        DiffusionRun run;
        if (resume != null) {
            Path folder = folderToResume();
            TrainingSettings before = DiffusionRun.settings(folder);
            recipe.mustAgreeWith(before);
            data = dataOptions.load(before.data());
            run = DiffusionRun.resume(folder, data.train(), recipe.steps(0));
            System.err.printf("Going on with %s at step %d%n", folder, run.training().done());
        } else {
            data = dataOptions.load(null);
            TrainingSettings settings = recipe.apply(Recipe.of(data.train()));
            run = DiffusionRun.begin(freshFolder(settings.data()), settings, data.train());
        }
        introduce(run.training(), data.train());
        Trained trained = train(run);
        if (!trained.finished()) {
            System.err.printf(
                    "Stopped at step %d of %d. Go on with: ./tenon train digits --resume %s%s%n",
                    run.training().done(),
                    run.training().settings().steps(),
                    run.folder(),
                    dataOptions.again());
            return STOPPED;
        }
        show(run, data, trained, started);
        return 0;
    }

    private Path folderToResume() {
        if (resume != null && !resume.isEmpty()) {
            return Path.of(resume);
        }
        if (out != null) {
            return out;
        }
        return RunFolders.newest()
                .orElseThrow(() ->
                        new TenonException(
                                "--resume: a run must be named; got none, and there is none under runs/. Name its folder:"
                                        + " --resume DIR"));
    }

    private Path freshFolder(String data) {
        return out != null ? out : RunFolders.fresh(data);
    }

    private static void introduce(DiffusionTraining training, Dataset images) {
        System.err.printf(
                Locale.ROOT,
                "Training a U-Net of %,d parameters on %,d images of %s (%dx%d), seed %d, %s backend, %d thread%s%n",
                training.model().parameterCount(),
                images.count(),
                images.name(),
                images.width(),
                images.height(),
                training.settings().seed(),
                Backend.kernels().name(),
                Parallel.threads(),
                Parallel.threads() == 1 ? "" : "s");
    }

    /// What training came to.
    ///
    /// @param finished whether all steps are done
    /// @param steps steps done by this process
    /// @param seconds spent on them
    /// @param loss a moving average over about the last 100 steps
    private record Trained(boolean finished, int steps, double seconds, double loss) {}

    private Trained train(DiffusionRun run) {
        DiffusionTraining training = run.training();
        int first = training.done();
        long began = System.nanoTime();
        MovingLoss loss = new MovingLoss();
        boolean finished;
        try (StopSignal stop = StopSignal.listen();
                Progress progress =
                        Progress.start("training", first, training.settings().steps())) {
            finished =
                    run.train(
                            saveEvery,
                            new DiffusionRun.Listener() {
                                @Override
                                public void step(DiffusionTraining now, double value) {
                                    loss.add(value);
                                    double rate =
                                            (now.done() - first)
                                                    * (double) now.batch()
                                                    / seconds(began);
                                    progress.show(
                                            now.done(),
                                            String.format(
                                                    Locale.ROOT,
                                                    " loss %.4f, %,.0f images/s",
                                                    loss.value(),
                                                    rate));
                                }

                                @Override
                                public boolean stopped() {
                                    return stop.isAsked();
                                }
                            });
        }
        return new Trained(finished, training.done() - first, seconds(began), loss.value());
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private void show(DiffusionRun run, Split data, Trained trained, long started) {
        Path folder = run.folder();
        System.err.printf(
                Locale.ROOT,
                "Trained %d steps in %.0f s, loss %.4f. Drawing digits...%n",
                trained.steps(),
                trained.seconds(),
                trained.loss());
        int perClass = IMAGES_PER_CLASS;
        Showcase showcase;
        try (Progress progress = Progress.start("drawing", 0, samplingSteps)) {
            showcase =
                    new Showcase(
                            run.model(),
                            perClass,
                            samplingSteps,
                            guidance,
                            (first, step, all, images) -> progress.show(step, ""));
        }
        showcase.writeGrid(folder.resolve("samples.png"));
        showcase.writeMotion(folder.resolve("denoising.gif"));
        SequencedMap<String, Object> result = new LinkedHashMap<>();
        TrainingSettings settings = run.training().settings();
        result.put("settings", settings.toMap());
        result.put("seed", settings.seed());
        result.put("steps", settings.steps());
        result.put("seconds", rounded(trained.seconds()));
        result.put(
                "imagesPerSecond",
                rounded(trained.steps() * (double) run.training().batch() / trained.seconds()));
        result.put("loss", trained.loss());
        ClassifierTraining judge = TrainClassifier.train(data.train(), settings.seed());
        double accuracy = judge.accuracy(data.test());
        double agreement = showcase.agreement(judge.classifier());
        result.put("classAgreement", agreement);
        result.put("classifierAccuracy", accuracy);
        result.put("imagesJudged", showcase.count());
        result.put("sampler", showcase.sampler());
        result.put("threads", Parallel.threads());
        result.put("backend", Backend.kernels().name());
        result.put("parameters", run.training().model().parameterCount());
        result.put("totalSeconds", rounded(seconds(started)));
        Json.write(folder.resolve("run.json"), result);
        System.out.printf(
                Locale.ROOT,
                "A classifier that gets %.1f %% of unseen real images right agrees with the class asked for on %.1f %%"
                        + " of %d drawn images.%n",
                100 * accuracy,
                100 * agreement,
                showcase.count());
        for (String file :
                new String[] {"samples.png", "denoising.gif", "model.safetensors", "run.json"}) {
            System.out.println("  " + folder.resolve(file));
        }
        System.out.printf("Draw more: ./tenon sample --model %s --class 7 --count 16%n", folder);
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
