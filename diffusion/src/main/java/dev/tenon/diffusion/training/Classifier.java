package dev.tenon.diffusion.training;

import dev.tenon.data.Dataset;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.Flatten;
import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Mode;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.activation.ReLU;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.conv.MaxPool2d;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A small convolutional network that tells the class of an image: two 3x3 convolutions and a
/// halving of the resolution, twice for images of 16 pixels and more, then two linear maps.
///
/// Shapes: `[N, C, H, W]` to logits `[N, classes]`.
///
/// @param layers the layers in order
public record Classifier(Sequential layers) implements UnaryLayer {
    private static final Conv2dSettings SAME = Conv2dSettings.of(1, 1);
    private static final int HIDDEN = 64;
    private static final int BATCH = 256;

    /// Returns a new classifier.
    ///
    /// @param channels channels of the images
    /// @param height their height, at least 4
    /// @param width their width, at least 4
    /// @param classes number of classes
    /// @param base channels of the first convolutions; doubled after each halving
    public static Classifier of(
            int channels, int height, int width, int classes, int base, Init init) {
        List<UnaryLayer> layers = new ArrayList<>();
        int in = channels;
        int out = base;
        int h = height;
        int w = width;
        for (int stage = 0; stage == 0 || (stage == 1 && Math.min(h, w) >= 8); stage++) {
            layers.add(Conv2d.of(in, out, 3, SAME, init));
            layers.add(new ReLU());
            layers.add(Conv2d.of(out, 2 * out, 3, SAME, init));
            layers.add(new ReLU());
            layers.add(MaxPool2d.of(2));
            in = 2 * out;
            out = 2 * out;
            h /= 2;
            w /= 2;
        }
        layers.add(Flatten.of());
        layers.add(Linear.of(in * h * w, HIDDEN, init));
        layers.add(new ReLU());
        layers.add(Linear.of(HIDDEN, classes, init));
        return new Classifier(Sequential.of(layers.toArray(UnaryLayer[]::new)));
    }

    @Override
    public Tensor forward(Tensor x) {
        return layers.apply(x);
    }

    /// Returns the most likely class of each image.
    public int[] classify(Tensor images) {
        int[] classes = new int[images.size(0)];
        Mode.eval(() ->
                Autograd.noGrad(() -> {
                    for (int from = 0; from < classes.length; from += BATCH) {
                        int first = from;
                        int to = Math.min(from + BATCH, classes.length);
                        Memory.tidy(() -> {
                            long[] best =
                                    ReduceOps.argmax(apply(images.slice(0, first, to)), 1)
                                            .toLongs();
                            for (int i = 0; i < best.length; i++) {
                                classes[first + i] = (int) best[i];
                            }
                        });
                    }
                }));
        return classes;
    }

    /// Returns the share of images in `test` whose class it tells.
    public double accuracy(Dataset test) {
        long[] rows = new long[test.count()];
        Arrays.setAll(rows, i -> i);
        int[] guesses = classify(test.images(rows));
        long[] labels = test.labels(rows).toLongs();
        int right = 0;
        for (int i = 0; i < guesses.length; i++) {
            right += guesses[i] == labels[i] ? 1 : 0;
        }
        return (double) right / guesses.length;
    }
}
