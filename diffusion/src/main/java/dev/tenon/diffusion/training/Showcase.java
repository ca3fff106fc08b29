package dev.tenon.diffusion.training;

import dev.tenon.diffusion.DdimSampler;
import dev.tenon.diffusion.Generation;
import dev.tenon.diffusion.NoiseModel;
import dev.tenon.diffusion.NoiseSchedule;
import dev.tenon.diffusion.image.Picture;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a finished run shows: a grid of images by class, an animation of how they came out of the
/// noise, and how often a classifier trained on real images agrees with the class that was asked
/// for.
public final class Showcase {
    /// The name of the file with the grid.
    public static final String GRID = "samples.png";

    /// The name of the file with the animation.
    public static final String MOTION = "denoising.gif";

    private static final int ROWS = 8;
    private static final int ROWS_IN_MOTION = 4;
    private static final int PICTURE_WIDTH = 720; // pixels of a grid, about
    private static final int FRAMES = 24;

    private final TrainedModel model;
    private final int classes;
    private final int columns;
    private final int steps;
    private final double guidance;
    private final List<BufferedImage> frames = new ArrayList<>();
    private final Tensor images;

    /// Draws the images.
    ///
    /// @param model a model with classes, or without: then columns mean nothing
    /// @param perClass images per class, at least 8; image i has class `i mod classes`
    /// @param steps sampling steps (DDIM)
    /// @param guidance see [Generation]
    /// @param listener told after each step
    public Showcase(
            TrainedModel model,
            int perClass,
            int steps,
            double guidance,
            Generation.Listener listener) {
        this.model = model;
        this.steps = steps;
        this.guidance = guidance;
        classes = model.settings().network().classes();
        columns = columns(model.settings());
        int[] wanted = new int[columns * perClass];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = classes == 0 ? -1 : i % columns;
        }
        Rng seed = Rng.of(model.settings().seed()).derive("showcase");
        images =
                model.generation(new DdimSampler(steps, 0), guidance)
                        .draw(
                                wanted,
                                seed,
                                (first, step, all, batch) -> {
                                    listener.step(first, step, all, batch);
                                    if (first == 0 && isFrame(step, all)) {
                                        int shown =
                                                Math.min(columns * ROWS_IN_MOTION, batch.size(0));
                                        frames.add(picture(batch.slice(0, 0, shown)));
                                    }
                                });
    }

    /// Checks before the training what the drawing after it would refuse.
    ///
    /// @throws dev.tenon.tensor.TenonException if steps or guidance are outside their ranges
    public static void check(TrainingSettings settings, int steps, double guidance) {
        NoiseModel any = (x, t, labels) -> x;
        NoiseSchedule schedule = NoiseSchedule.of(settings.schedule(), settings.noiseSteps());
        new Generation(
                any,
                settings.prediction(),
                schedule,
                new DdimSampler(steps, 0),
                guidance,
                Shape.of(1, 1, 1));
    }

    private static boolean isFrame(int step, int all) {
        return step == all || all <= FRAMES || step * FRAMES / all != (step - 1) * FRAMES / all;
    }

    /// Returns the number of images side by side: that of the classes, or 10 if there are none.
    public static int columns(TrainingSettings settings) {
        int classes = settings.network().classes();
        return classes == 0 ? 10 : classes;
    }

    private BufferedImage picture(Tensor some) {
        int scale = Math.max(1, PICTURE_WIDTH / (columns * model.shape().size(2)));
        return Picture.grid(some, columns, scale, 4);
    }

    /// Writes the grid, one column per class and eight rows, as PNG.
    public void writeGrid(Path file) {
        Picture.writePng(file, picture(images.slice(0, 0, columns * ROWS)));
    }

    /// Writes the first four rows on their way out of the noise as an animated GIF.
    public void writeMotion(Path file) {
        Picture.writeGif(file, frames, 120, 2500);
    }

    /// Returns the number of images drawn.
    public int count() {
        return images.size(0);
    }

    /// Returns the sampling steps and the guidance that were used, for the record.
    public String sampler() {
        return "DDIM, " + steps + " steps, guidance " + guidance;
    }

    /// Returns the share of images for which `judge` tells the class that was asked for.
    public double agreement(Classifier judge) {
        int[] told = judge.classify(images);
        int same = 0;
        for (int i = 0; i < told.length; i++) {
            same += told[i] == i % classes ? 1 : 0;
        }
        return (double) same / told.length;
    }
}
