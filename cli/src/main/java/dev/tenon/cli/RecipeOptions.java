package dev.tenon.cli;

import dev.tenon.data.Dataset;
import dev.tenon.diffusion.Prediction;
import dev.tenon.diffusion.training.Recipe;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.tensor.TenonException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that decide what a diffusion training run computes; each left out keeps the recipe's
/// value.
final class RecipeOptions {
    @Option(names = "--steps", paramLabel = "N", description = "Training steps.")
    @Nullable Integer steps;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of every random choice (default: 0).")
    @Nullable Long seed;

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Height and width of the images, 4 to 256 (default: the data's own).")
    @Nullable Integer size;

    @Option(names = "--batch", paramLabel = "N", description = "Images per step.")
    @Nullable Integer batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Peak learning rate of AdamW.")
    @Nullable Double learningRate;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            description = "Noise schedule: linear or cosine.")
    @Nullable String schedule;

    @Option(
            names = "--noise-steps",
            paramLabel = "T",
            description = "Steps of the forward process.")
    @Nullable Integer noiseSteps;

    @Option(
            names = "--prediction",
            paramLabel = "NAME",
            description = "What the network estimates: noise (as in the DDPM article) or velocity.")
    @Nullable String prediction;

    @Option(
            names = "--label-dropout",
            paramLabel = "P",
            description = "Chance of a sample to train without class.")
    @Nullable Double labelDropout;

    @Option(names = "--ema", paramLabel = "D", description = "Limit of the moving average's decay.")
    @Nullable Double ema;

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "Channels of the U-Net at full resolution.")
    @Nullable Integer width;

    @Option(
            names = "--levels",
            paramLabel = "N",
            description = "How often the U-Net halves the resolution.")
    @Nullable Integer levels;

    @Option(
            names = "--heads",
            paramLabel = "N",
            description = "Attention heads; 0 leaves attention out.")
    @Nullable Integer heads;

    /// Returns the recipe for `data` with the options that were given.
    ///
    /// @throws TenonException if one of them is outside its range
    TrainingSettings settings(Dataset data) {
        return apply(Recipe.of(data, or(size, data.height())));
    }

    private TrainingSettings apply(TrainingSettings recipe) {
        UNetSettings network = recipe.network();
        return new TrainingSettings(
                recipe.data(),
                or(size, recipe.size()),
                or(seed, recipe.seed()),
                or(steps, recipe.steps()),
                or(batch, recipe.batch()),
                or(learningRate, recipe.learningRate()),
                recipe.warmup(),
                recipe.clipNorm(),
                or(schedule, recipe.schedule()),
                or(noiseSteps, recipe.noiseSteps()),
                prediction == null ? recipe.prediction() : Prediction.of(prediction),
                or(labelDropout, recipe.labelDropout()),
                or(ema, recipe.emaDecay()),
                new UNetSettings(
                        network.channels(),
                        or(width, network.width()),
                        or(levels, network.levels()),
                        or(heads, network.heads()),
                        network.timeChannels(),
                        network.classes()));
    }

    private static <T> T or(@Nullable T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    /// Refuses options that contradict the run to be resumed; only the number of steps may change,
    /// and only to add some.
    ///
    /// @throws TenonException naming the option and both values
    void mustAgreeWith(TrainingSettings run) {
        if (steps != null && steps < run.steps()) {
            throw new TenonException(
                    "--resume: --steps must be at least the run's "
                            + run.steps()
                            + "; got "
                            + steps);
        }
        TrainingSettings wanted = apply(run).withSteps(run.steps());
        wanted.toMap()
                .forEach((name, value) -> {
                    Object before = run.toMap().get(name);
                    if (!value.equals(before)) {
                        throw new TenonException(
                                "--resume: settings must be the run's; got "
                                        + name
                                        + " "
                                        + value
                                        + ", and the run has "
                                        + before
                                        + ". Leave the option out, or begin a run without --resume");
                    }
                });
    }

    /// Returns the number of steps asked for, or 0.
    int steps() {
        return or(steps, 0);
    }
}
