package dev.tenon.diffusion.acgan;

import dev.tenon.data.Dataset;
import dev.tenon.diffusion.acgan.AcganTraining.Losses;
import dev.tenon.diffusion.image.Picture;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a generator draws after an epoch: 40 rows of noise, each for all classes, beside as many
/// real images of each class, as Keras's example shows them; and whether it has collapsed.
final class AcganShow {
    private static final int ROWS = 40;
    private static final double BLACK = -0.95; // of the brightest pixel of an image, on average
    private static final double ALIKE = 0.01; // mean deviation of a pixel within a class
    private static final double LOST = 5; // the generator's loss where nothing passes for real
    private static final double WON = 0.05; // the discriminator's then

    private final int classes;
    private final float[] drawn; // [rows, classes, pixels]
    private final float[] real;
    private final int pixels;

    AcganShow(AcganTraining training, Dataset data) {
        classes = data.classes();
        pixels = data.height() * data.width();
        Tensor noise = training.noise(ROWS, Rng.of(training.settings().seed()).derive("show"));
        float[] z = noise.toFloats();
        int latent = training.settings().latent();
        float[] repeated = new float[ROWS * classes * latent];
        long[] numbers = new long[ROWS * classes];
        for (int i = 0; i < numbers.length; i++) {
            System.arraycopy(z, i / classes * latent, repeated, i * latent, latent);
            numbers[i] = i % classes;
        }
        float[][] images = new float[1][];
        Memory.tidy(() -> {
            Tensor of =
                    training.draw(Tensor.of(repeated, numbers.length, latent), Tensor.of(numbers));
            images[0] = of.toFloats();
        });
        drawn = images[0];
        real = data.images(firstOfEachClass(data)).toFloats();
    }

    /// The rows of the first images of each class, in the order of `drawn`; a class with fewer is
    /// repeated.
    private long[] firstOfEachClass(Dataset data) {
        long[] labels = data.labels(all(data.count())).toLongs();
        long[] rows = new long[ROWS * classes];
        for (int label = 0; label < classes; label++) {
            int wanted = label;
            long[] found =
                    Arrays.stream(all(labels.length))
                            .filter(i -> labels[(int) i] == wanted)
                            .limit(ROWS)
                            .toArray();
            for (int row = 0; row < ROWS && found.length > 0; row++) {
                rows[row * classes + label] = found[row % found.length];
            }
        }
        return rows;
    }

    private static long[] all(int count) {
        long[] rows = new long[count];
        Arrays.setAll(rows, i -> i);
        return rows;
    }

    /// Returns the picture: a column for each class drawn, a white one, a column for each class of
    /// real images.
    BufferedImage picture() {
        int columns = 2 * classes + 1;
        float[] all = new float[ROWS * columns * pixels];
        for (int row = 0; row < ROWS; row++) {
            int at = row * columns * pixels;
            System.arraycopy(drawn, row * classes * pixels, all, at, classes * pixels);
            Arrays.fill(all, at + classes * pixels, at + (classes + 1) * pixels, 1);
            System.arraycopy(
                    real,
                    row * classes * pixels,
                    all,
                    at + (classes + 1) * pixels,
                    classes * pixels);
        }
        int size = (int) Math.sqrt(pixels);
        return Picture.grid(Tensor.of(all, ROWS * columns, 1, size, size), columns, 1, 0);
    }

    /// Returns what was seen of the ways in which such networks fail, a sentence each.
    ///
    /// @param test the losses on unseen images
    List<String> collapse(Losses test) {
        List<String> seen = new ArrayList<>();
        double lost = test.generator().generation();
        double won = test.discriminator().generation();
        if (lost > LOST && won < WON) {
            seen.add(
                    String.format(
                            Locale.ROOT,
                            "no drawn image passes for real: generation loss %.2f of the generator, %.3f of the"
                                    + " discriminator",
                            lost,
                            won));
        }
        double brightest = brightest();
        if (brightest < BLACK) {
            seen.add(
                    String.format(
                            Locale.ROOT,
                            "drawn images are black: their brightest pixel is %.2f on average, of -1 to 1",
                            brightest));
        }
        double deviation = deviation();
        if (deviation < ALIKE) {
            seen.add(
                    String.format(
                            Locale.ROOT,
                            "drawn images of a class are alike: a pixel deviates by %.4f on average",
                            deviation));
        }
        return seen;
    }

    private double brightest() {
        double sum = 0;
        for (int image = 0; image < ROWS * classes; image++) {
            float top = -1;
            for (int i = 0; i < pixels; i++) {
                top = Math.max(top, drawn[image * pixels + i]);
            }
            sum += top;
        }
        return sum / (ROWS * classes);
    }

    /// The standard deviation of a pixel over the rows of a class, averaged over pixels and
    /// classes.
    private double deviation() {
        double total = 0;
        for (int place = 0; place < classes * pixels; place++) {
            double sum = 0;
            double squares = 0;
            for (int row = 0; row < ROWS; row++) {
                double value = drawn[row * classes * pixels + place];
                sum += value;
                squares += value * value;
            }
            double mean = sum / ROWS;
            total += Math.sqrt(Math.max(0, squares / ROWS - mean * mean));
        }
        return total / (classes * pixels);
    }
}
