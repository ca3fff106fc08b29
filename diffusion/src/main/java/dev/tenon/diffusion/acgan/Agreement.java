package dev.tenon.diffusion.acgan;

import dev.tenon.diffusion.training.Classifier;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Mode;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;

/// How often a classifier of real images tells of a drawn image the class that was asked for.
///
/// It says that the classes can be told, not that the images of a class differ: a generator that
/// draws one good image of each class has all of them.
///
/// @param agree images whose class the classifier tells
/// @param total images drawn, as many of each class as can be
public record Agreement(int agree, int total) {
    private static final int AT_ONCE = 250;

    /// Draws images, number i of class `i mod classes`, and counts.
    ///
    /// @param generator what draws
    /// @param classes number of classes
    /// @param judge a classifier of real images
    /// @param total images to draw, at least 1
    /// @param seed of the noise; image i has the same whatever the number of images
    public static Agreement of(
            Generator generator, int classes, Classifier judge, int total, Rng seed) {
        int latent = generator.embedding().weight().shape().size(1);
        int[] agree = new int[1];
        for (int from = 0; from < total; from += AT_ONCE) {
            long[] wanted = new long[Math.min(AT_ONCE, total - from)];
            float[] z = new float[wanted.length * latent];
            for (int i = 0; i < wanted.length; i++) {
                int number = from + i;
                wanted[i] = number % classes;
                float[] noise =
                        seed.derive(number).uniform(DType.F32, Shape.of(latent), -1, 1).toFloats();
                System.arraycopy(noise, 0, z, i * latent, latent);
            }
            Memory.tidy(() -> {
                Tensor noise = Tensor.of(z, wanted.length, latent);
                Tensor images =
                        Mode.eval(() ->
                                Autograd.noGrad(() -> generator.apply(noise, Tensor.of(wanted))));
                int[] told = judge.classify(images);
                for (int i = 0; i < told.length; i++) {
                    agree[0] += told[i] == wanted[i] ? 1 : 0;
                }
            });
        }
        return new Agreement(agree[0], total);
    }
}
