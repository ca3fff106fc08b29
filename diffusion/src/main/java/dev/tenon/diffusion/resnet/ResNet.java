package dev.tenon.diffusion.resnet;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.diffusion.training.Weights;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Init;
import dev.tenon.nn.Linear;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A residual network for images of 32 by 32: a convolution, three stages of blocks with 16, 32 and
/// 64 channels, the mean over the image, and a linear map. ResNet-20 has three blocks in each
/// stage.
///
/// | name | shape |
/// |---|---|
/// | x | [N, 3, 32, 32], normalised as [#normalise] does |
/// | y | [N, 10], logits |
///
/// Source: He et al. 2015, arXiv:1512.03385, section 4.2; names as in the PyTorch code of that
/// network by Y. Idelbayev, whose weights it takes.
///
/// @param conv1 the first convolution
/// @param bn1 its norm
/// @param layer1 the blocks of 32 by 32
/// @param layer2 the blocks of 16 by 16
/// @param layer3 the blocks of 8 by 8
/// @param linear the map to the classes
public record ResNet(
        Conv2d conv1,
        BatchNorm2d bn1,
        List<ResNetBlock> layer1,
        List<ResNetBlock> layer2,
        List<ResNetBlock> layer3,
        Linear linear)
        implements UnaryLayer {
    private static final int BASE = 16;
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};

    /// Returns a new network.
    ///
    /// @param blocks in each stage; 3 make ResNet-20
    /// @param classes number of classes
    public static ResNet of(int blocks, int classes, Init init) {
        return new ResNet(
                Conv2d.of(3, BASE, 3, Conv2dSettings.of(1, 1), false, init),
                BatchNorm2d.of(BASE, init),
                stage(BASE, BASE, blocks, init),
                stage(BASE, 2 * BASE, blocks, init),
                stage(2 * BASE, 4 * BASE, blocks, init),
                Linear.of(4 * BASE, classes, init));
    }

    private static List<ResNetBlock> stage(int in, int out, int blocks, Init init) {
        List<ResNetBlock> stage = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            stage.add(
                    i == 0
                            ? ResNetBlock.of(in, out, in == out ? 1 : 2, init)
                            : ResNetBlock.of(out, out, 1, init));
        }
        return List.copyOf(stage);
    }

    /// Returns ResNet-20 with the weights of a file, PyTorch's or safetensors. What wraps them,
    /// `state_dict.` and `module.`, is left out of their names.
    ///
    /// @throws CheckpointException if the file cannot be read or is not of such a network
    public static ResNet resnet20(Path file) {
        return Weights.load("resnet20", file, of(3, 10, Init.of(0)));
    }

    /// Returns images in [-1, 1] as the network was trained on them: each colour minus its mean,
    /// over its deviation, both of ImageNet.
    public static Tensor normalise(Tensor images) {
        Tensor scale = ofColours(i -> 0.5 / DEVIATION[i]);
        Tensor shift = ofColours(i -> (0.5 - MEAN[i]) / DEVIATION[i]);
        return images.mul(scale).add(shift);
    }

    private static Tensor ofColours(java.util.function.IntToDoubleFunction value) {
        float[] values = new float[MEAN.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        return Tensor.of(values, 1, MEAN.length, 1, 1);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = bn1.forward(conv1.apply(x), Finish.with(UnaryOp.RELU));
        for (List<ResNetBlock> stage : List.of(layer1, layer2, layer3)) {
            for (ResNetBlock block : stage) {
                y = block.apply(y);
            }
        }
        Tensor flat = y.reshape(y.size(0), y.size(1), y.size(2) * y.size(3));
        return linear.apply(ReduceOps.mean(flat, 2, false));
    }
}
