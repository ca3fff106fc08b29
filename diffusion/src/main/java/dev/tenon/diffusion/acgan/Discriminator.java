package dev.tenon.diffusion.acgan;

import dev.tenon.nn.Dropout;
import dev.tenon.nn.Init;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Linear;
import dev.tenon.nn.activation.LeakyReLU;
import dev.tenon.nn.conv.Conv2dSame;
import dev.tenon.tensor.SameConv;
import dev.tenon.tensor.Tensor;

/// Tells whether an image of 28 by 28 is real, and its class: four convolutions, each with a leaky
/// rectifier and dropout, and two linear maps.
///
/// Source: Odena, Olah and Shlens 2016, arXiv:1610.09585; Keras's example mnist_acgan.
///
/// @param conv1 to 14 by 14
/// @param conv2 same size
/// @param conv3 to 7 by 7
/// @param conv4 same size
/// @param generation to the logit of being real
/// @param auxiliary to the logits of the classes
public record Discriminator(
        Conv2dSame conv1,
        Conv2dSame conv2,
        Conv2dSame conv3,
        Conv2dSame conv4,
        Linear generation,
        Linear auxiliary)
        implements Layer {
    private static final LeakyReLU LEAKY = new LeakyReLU(0.2);
    private static final Dropout DROPOUT = new Dropout(0.3);
    private static final int LAST = 7; // rows and columns after the convolutions

    /// What it says of images.
    ///
    /// @param generation [N, 1], logits of being real
    /// @param auxiliary [N, classes], logits
    public record Verdict(Tensor generation, Tensor auxiliary) {}

    /// Returns a new discriminator.
    public static Discriminator of(AcganSettings settings, int classes, Init init) {
        int[] channels = {1, 32, 64, 128, 256};
        for (int i = 1; i < channels.length; i++) {
            channels[i] = settings.channels(channels[i]);
        }
        int features = LAST * LAST * channels[4];
        return new Discriminator(
                Conv2dSame.of(channels[0], channels[1], 3, SameConv.stride(2), init),
                Conv2dSame.of(channels[1], channels[2], 3, SameConv.stride(1), init),
                Conv2dSame.of(channels[2], channels[3], 3, SameConv.stride(2), init),
                Conv2dSame.of(channels[3], channels[4], 3, SameConv.stride(1), init),
                new Linear(init.glorotUniform(1, features), init.zeros(1)),
                new Linear(init.glorotUniform(classes, features), init.zeros(classes)));
    }

    /// Judges images.
    public Verdict apply(Tensor images) {
        return Layer.within(
                this,
                () -> {
                    Tensor x = images;
                    for (Conv2dSame conv : new Conv2dSame[] {conv1, conv2, conv3, conv4}) {
                        x = DROPOUT.apply(LEAKY.apply(conv.apply(x)));
                    }
                    Tensor features =
                            x.reshape(x.size(0), (int) (x.count() / Math.max(1, x.size(0))));
                    return new Verdict(generation.apply(features), auxiliary.apply(features));
                });
    }
}
