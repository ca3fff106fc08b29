package dev.tenon.diffusion.acgan;

import static dev.tenon.tensor.ElementwiseOps.relu;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.Embedding;
import dev.tenon.nn.Init;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Linear;
import dev.tenon.nn.conv.ConvTranspose2d;
import dev.tenon.nn.conv.ConvTranspose2dSame;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.SameConv;
import dev.tenon.tensor.Tensor;

/// Draws images of 28 by 28 of given classes from noise: the noise times the class's vector, a
/// linear map to 3 by 3, and transposed convolutions to 7, 14 and 28 pixels.
///
/// | name | shape |
/// |---|---|
/// | z | [N, latent], uniform in [-1, 1) |
/// | classes | [N] I64 |
/// | images | [N, 1, 28, 28] in [-1, 1] |
///
/// Source: Odena, Olah and Shlens 2016, arXiv:1610.09585; Keras's example mnist_acgan. Batch norm
/// is Keras's, its momentum, ε and biased running variance.
///
/// @param embedding a vector for each class
/// @param dense the map to 3 by 3
/// @param convT1 to 7 by 7
/// @param bn1 its norm
/// @param convT2 to 14 by 14
/// @param bn2 its norm
/// @param convT3 to 28 by 28
public record Generator(
        Embedding embedding,
        Linear dense,
        ConvTranspose2d convT1,
        BatchNorm2d bn1,
        ConvTranspose2dSame convT2,
        BatchNorm2d bn2,
        ConvTranspose2dSame convT3)
        implements Layer {
    private static final int BASE = 3; // rows and columns that the linear map makes
    private static final SameConv DOUBLE = SameConv.stride(2);

    /// Returns a new generator.
    public static Generator of(AcganSettings settings, int classes, Init init) {
        int wide = settings.channels(384);
        int middle = settings.channels(192);
        int narrow = settings.channels(96);
        int dense = BASE * BASE * wide;
        return new Generator(
                new Embedding(init.glorotNormal(classes, settings.latent())),
                new Linear(init.glorotUniform(dense, settings.latent()), init.zeros(dense)),
                new ConvTranspose2d(
                        init.glorotNormal(wide, middle, 5, 5),
                        init.zeros(middle),
                        Conv2dSettings.DEFAULT,
                        0),
                BatchNorm2d.keras(middle, init),
                new ConvTranspose2dSame(
                        init.glorotNormal(middle, narrow, 5, 5), init.zeros(narrow), DOUBLE),
                BatchNorm2d.keras(narrow, init),
                new ConvTranspose2dSame(init.glorotNormal(narrow, 1, 5, 5), init.zeros(1), DOUBLE));
    }

    /// Draws images.
    public Tensor apply(Tensor z, Tensor classes) {
        return Layer.within(
                this,
                () -> {
                    Tensor x = relu(dense.apply(embedding.apply(classes).mul(z)));
                    int channels = x.size(1) / (BASE * BASE);
                    x = x.reshape(z.size(0), channels, BASE, BASE);
                    x = bn1.apply(relu(convT1.apply(x)));
                    x = bn2.apply(relu(convT2.apply(x)));
                    return ElementwiseOps.tanh(convT3.apply(x));
                });
    }
}
