package dev.tenon.cli;

import dev.tenon.diffusion.DdimSampler;
import dev.tenon.diffusion.DdpmSampler;
import dev.tenon.diffusion.Generation;
import dev.tenon.diffusion.Sampler;
import dev.tenon.diffusion.image.Picture;
import dev.tenon.diffusion.training.TrainedModel;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tenon sample`: draws images with a trained model.
@Command(
        name = "sample",
        description = {
            "Draws images with a model that ./tenon train wrote.",
            "Image number i of a seed is the same whatever --count is."
        },
        sortOptions = false,
        footer = {
            "",
            "Example: tenon sample --model runs/digits --class 7 --count 16 --guidance 2"
        })
final class SampleCommand implements Callable<Integer> {
    private static final int MOST = 10_000;
    private static final int PICTURE_WIDTH = 720;
    static final int USUAL_STEPS = 25;

    /// The ways from noise to image that can be asked for.
    enum SamplerName {
        DDIM,
        DDPM
    }

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Folder of a finished run, or its model.safetensors.")
    Path model = Path.of("");

    @Option(
            names = "--class",
            paramLabel = "N",
            description = "Class to draw (default: all in turn).")
    @Nullable Integer label;

    @Option(
            names = "--count",
            defaultValue = "16",
            paramLabel = "N",
            description = "Images to draw (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Sampling steps (default: 25, or all there are).")
    @Nullable Integer steps;

    @Option(
            names = "--guidance",
            defaultValue = "1.5",
            paramLabel = "X",
            description =
                    "Classifier-free guidance: 1 none, more exaggerates the class (default: ${DEFAULT-VALUE}).")
    double guidance;

    @Option(
            names = "--sampler",
            defaultValue = "ddim",
            paramLabel = "NAME",
            description = "ddim (few steps, no fresh noise) or ddpm (default: ${DEFAULT-VALUE}).")
    SamplerName sampler = SamplerName.DDIM;

    @Option(
            names = "--eta",
            defaultValue = "0",
            paramLabel = "X",
            description = "Fresh noise of DDIM, 0 to 1.")
    double eta;

    @Option(
            names = "--seed",
            defaultValue = "1",
            paramLabel = "N",
            description = "Seed (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "PNG file to write (default: drawn.png, or drawn-2.png, ... in the model's folder).")
    @Nullable Path out;

    @Mixin Threads threads;

    @Override
    public Integer call() {
        if (count < 1 || count > MOST) {
            throw new TenonException("--count must be 1 to " + MOST + "; got " + count);
        }
        TrainedModel trained = TrainedModel.read(model);
        TrainingSettings settings = trained.settings();
        int classes = settings.network().classes();
        int[] wanted = wanted(classes);
        int visited = steps == null ? Math.min(USUAL_STEPS, settings.noiseSteps()) : steps;
        Generation generation = trained.generation(way(visited), guidance);
        Path file = out == null ? freshFile() : out;
        OutputFile.check("--out", file);
        Tensor images;
        try (DrawingProgress progress = DrawingProgress.start(count, visited)) {
            images = generation.draw(wanted, Rng.of(seed), progress);
        }
        int columns = label == null && classes > 0 ? classes : (int) Math.ceil(Math.sqrt(count));
        int scale = Math.clamp(PICTURE_WIDTH / ((long) columns * trained.shape().size(2)), 1, 16);
        Picture.writePng(file, Picture.grid(images, columns, scale, 4));
        System.out.println(file);
        return 0;
    }

    private int[] wanted(int classes) {
        if (label != null && (label < 0 || label >= classes)) {
            throw new TenonException(
                    classes == 0
                            ? "--class: the model must have classes; got "
                                    + label
                                    + " for one without"
                            : "--class must be 0 to " + (classes - 1) + "; got " + label);
        }
        int[] wanted = new int[count];
        Integer only = label;
        Arrays.setAll(wanted, i -> only != null ? only : classes == 0 ? -1 : i % classes);
        return wanted;
    }

    private Sampler way(int visited) {
        return switch (sampler) {
            case DDIM -> new DdimSampler(visited, eta);
            case DDPM -> new DdpmSampler(visited, false);
        };
    }

    private Path freshFile() {
        Path folder = Files.isDirectory(model) ? model : model.resolveSibling(".").normalize();
        Path file = folder.resolve("drawn.png");
        for (int number = 2; Files.exists(file); number++) {
            file = folder.resolve("drawn-" + number + ".png");
        }
        return file;
    }
}
