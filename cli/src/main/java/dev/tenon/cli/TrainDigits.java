package dev.tenon.cli;

import dev.tenon.data.Dataset;
import dev.tenon.data.Split;
import dev.tenon.diffusion.training.ClassifierTraining;
import dev.tenon.diffusion.training.DiffusionRun;
import dev.tenon.diffusion.training.DiffusionTraining;
import dev.tenon.diffusion.training.Showcase;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import java.nio.file.Path;
import java.util.Locale;
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
        sortOptions = false,
        footer = {
            "",
            "Examples: tenon train digits",
            "          tenon train digits --data mnist --path DIR --size 16 --out runs/small",
            "          tenon train digits --resume runs/small"
        })
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

    @ArgGroup(
            validate = false,
            heading =
                    "%nWhat to compute (run.json says what the data's recipe takes by default):%n")
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
            paramLabel = "N",
            description = "DDIM steps for the pictures (default: 25, or all there are).")
    @Nullable Integer samplingSteps;

    @Option(
            names = "--judge-epochs",
            paramLabel = "N",
            description = {
                "Passes over the real images for the classifier that judges the pictures; 0 leaves it out."
            })
    @Nullable Integer judgeEpochs;

    @Mixin Threads threads;

    /// A run and the images it is about.
    private record Begun(DiffusionRun run, Split data) {}

    @Override
    public Integer call() {
        long started = System.nanoTime();
        if (saveEvery < 1) {
            throw new TenonException("--save-every must be at least 1; got " + saveEvery);
        }
        TrainClassifier.checkEpochs("--judge-epochs", judgeEpochs, 0);
        Begun begun = resume == null ? begin() : goOn();
        DiffusionRun run = begun.run;
        RunReport report = RunReport.of(run);
        introduce(run.training(), begun.data.train());
        // the process ends when the signal's listener is closed, so all is said before
        try (StopSignal stop = StopSignal.listen()) {
            boolean finished = train(run, report, stop);
            if (!finished || stop.isAsked()) {
                report.write();
                System.err.printf(
                        "Stopped at step %d of %d. Go on with: ./tenon train digits --resume %s%s%n",
                        run.training().done(),
                        run.training().settings().steps(),
                        DataOptions.quoted(run.folder()),
                        dataOptions.again());
                return STOPPED;
            }
        }
        show(begun, report, started);
        return 0;
    }

    private Begun begin() {
        Split data = dataOptions.load(null);
        TrainingSettings settings = recipe.settings(data.train());
        Showcase.check(settings, samplingSteps(settings), guidance);
        Path folder = out != null ? out : RunFolders.fresh(settings.data());
        Split resized = data.resized(settings.size(), settings.size());
        return new Begun(DiffusionRun.begin(folder, settings, resized.train()), resized);
    }

    private Begun goOn() {
        Path folder = folderToResume();
        TrainingSettings settings = DiffusionRun.settings(folder);
        recipe.mustAgreeWith(settings);
        Showcase.check(settings, samplingSteps(settings), guidance);
        Split data = dataOptions.load(settings.data()).resized(settings.size(), settings.size());
        DiffusionRun run = DiffusionRun.resume(folder, data.train(), recipe.steps());
        System.err.printf(
                run.training().isFinished()
                        ? "The run in %s is finished after %d steps; drawing its pictures again%n"
                        : "Going on with %s at step %d%n",
                folder,
                run.training().done());
        return new Begun(run, data);
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
                                "--resume: a run must be named; got none, and there is none under runs/. Name its"
                                        + " folder: --resume DIR"));
    }

    private int samplingSteps(TrainingSettings settings) {
        return samplingSteps == null
                ? Math.min(SampleCommand.USUAL_STEPS, settings.noiseSteps())
                : samplingSteps;
    }

    private static void introduce(DiffusionTraining training, Dataset images) {
        System.err.printf(
                Locale.ROOT,
                "U-Net of %,d parameters, %,d images of %s (%dx%d), seed %d, %s, %d thread%s%n",
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

    private boolean train(DiffusionRun run, RunReport report, StopSignal stop) {
        int first = run.training().done();
        int steps = run.training().settings().steps();
        Pace pace = new Pace();
        try (Progress progress = Progress.start("training", Progress.Unit.STEPS, first, steps)) {
            return run.train(
                    saveEvery,
                    new DiffusionRun.Listener() {
                        @Override
                        public void step(DiffusionTraining training, double loss) {
                            report.step();
                            pace.add(training.batch());
                            progress.show(
                                    training.done(),
                                    String.format(
                                            Locale.ROOT,
                                            "loss %.4f, %,.0f images/s",
                                            training.loss(),
                                            pace.perSecond()));
                        }

                        @Override
                        public boolean stopped() {
                            return stop.isAsked();
                        }
                    });
        }
    }

    private void show(Begun begun, RunReport report, long started) {
        DiffusionRun run = begun.run;
        int steps = samplingSteps(run.training().settings());
        int columns = Showcase.columns(run.training().settings());
        Showcase showcase;
        try (DrawingProgress progress = DrawingProgress.start(columns * IMAGES_PER_CLASS, steps)) {
            showcase = new Showcase(run.model(), IMAGES_PER_CLASS, steps, guidance, progress);
        }
        report.add(showcase);
        if (judgeEpochs == null || judgeEpochs > 0) {
            long seed = run.training().settings().seed();
            ClassifierTraining judge = TrainClassifier.train(begun.data.train(), judgeEpochs, seed);
            report.add(showcase.agreement(judge.classifier()), judge.accuracy(begun.data.test()));
        }
        report.finish(started);
    }
}
