package dev.tenon.diffusion.resnet;

import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.Init;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.Tensor;

/// Two convolutions with batch norm, the input added to their result.
///
/// Where the block halves the image, the input is every second row and column of it, with channels
/// of zeros on either side: the paper's option A, which has no weights.
///
/// @param conv1 the first convolution, with the block's stride
/// @param bn1 its norm
/// @param conv2 the second convolution
/// @param bn2 its norm
public record ResNetBlock(Conv2d conv1, BatchNorm2d bn1, Conv2d conv2, BatchNorm2d bn2)
        implements UnaryLayer {
    static ResNetBlock of(int in, int out, int stride, Init init) {
        return new ResNetBlock(
                Conv2d.of(in, out, 3, Conv2dSettings.of(stride, 1), false, init),
                BatchNorm2d.of(out, init),
                Conv2d.of(out, out, 3, Conv2dSettings.of(1, 1), false, init),
                BatchNorm2d.of(out, init));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = bn1.forward(conv1.apply(x), Finish.with(UnaryOp.RELU));
        return bn2.forward(conv2.apply(y), new Finish(shortcut(x), UnaryOp.RELU));
    }

    /// What is added: the input, halved where the block halves.
    Tensor shortcut(Tensor x) {
        int stride = conv1.settings().strideH();
        if (stride == 1) {
            return x;
        }
        int n = x.size(0);
        int channels = x.size(1);
        int height = x.size(2) / stride;
        int width = x.size(3) / stride;
        Tensor some =
                x.reshape(n, channels, height, stride, width, stride)
                        .slice(3, 0, 1)
                        .slice(5, 0, 1)
                        .reshape(n, channels, height, width);
        int zeros = (conv1.weight().shape().size(0) - channels) / 2;
        return IndexOps.pad(some, 0, 0, 0, 0, 0, zeros, zeros);
    }
}
