package dev.tenon.diffusion.mnist;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.diffusion.training.Weights;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;

/// The convolutional network of MNIST in burn's example import-model-weights: three convolutions
/// without padding, each rectified, batch norm, and two linear maps with batch norm at the end.
///
/// | name | shape |
/// |---|---|
/// | x | [N, 1, 28, 28], normalised as [#normalise] does |
/// | y | [N, 10], logits |
///
/// The example ends in the logarithm of the softmax, which changes no answer and is left out.
///
/// Source: tracel-ai/burn, examples/import-model-weights, whose names it has.
///
/// @param conv1 to 8 channels of 26 by 26
/// @param conv2 to 16 channels of 24 by 24
/// @param conv3 to 24 channels of 22 by 22
/// @param norm1 the norm of these
/// @param fc1 to 32 features
/// @param fc2 to the classes
/// @param norm2 the norm of the logits
public record MnistCnn(
        Conv2d conv1,
        Conv2d conv2,
        Conv2d conv3,
        BatchNorm2d norm1,
        Linear fc1,
        Linear fc2,
        BatchNorm1d norm2)
        implements UnaryLayer {
    private static final int SIZE = 22; // rows and columns after the convolutions
    private static final int CHANNELS = 24;
    private static final int FEATURES = 32;
    private static final int CLASSES = 10;
    private static final double MEAN = 0.1307; // of MNIST's training images, pixels from 0 to 1
    private static final double DEVIATION = 0.3081;

    /// Returns a new network.
    public static MnistCnn of(Init init) {
        return new MnistCnn(
                Conv2d.of(1, 8, 3, init),
                Conv2d.of(8, 16, 3, init),
                Conv2d.of(16, CHANNELS, 3, init),
                BatchNorm2d.of(CHANNELS, init),
                Linear.of(CHANNELS * SIZE * SIZE, FEATURES, init),
                Linear.of(FEATURES, CLASSES, init),
                BatchNorm1d.of(CLASSES, init));
    }

    /// Returns the network with the weights of a file, PyTorch's or safetensors.
    ///
    /// @throws CheckpointException if the file cannot be read or is not of such a network
    public static MnistCnn read(Path file) {
        return Weights.load("mnist-cnn-burn", file, of(Init.of(0)));
    }

    /// Returns images in [-1, 1] as the network was trained on them: pixels from 0 to 1 minus their
    /// mean, over their deviation.
    public static Tensor normalise(Tensor images) {
        return images.mul(0.5 / DEVIATION).add((0.5 - MEAN) / DEVIATION);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Conv2d conv : new Conv2d[] {conv1, conv2, conv3}) {
            y = ElementwiseOps.relu(conv.apply(y));
        }
        y = norm1.apply(y).reshape(x.size(0), CHANNELS * SIZE * SIZE);
        return norm2.apply(fc2.apply(fc1.apply(y, Finish.with(UnaryOp.RELU))));
    }
}
