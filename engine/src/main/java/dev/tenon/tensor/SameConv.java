package dev.tenon.tensor;

import dev.tenon.kernel.Conv2dSettings;

/// How a convolution with the padding "same" of TensorFlow and Keras walks over its image: the
/// output has `ceil(size / stride)` rows and columns, whatever the window.
///
/// @param stride pixels between neighbouring windows, at least 1; Keras's default is 1
/// @param dilation pixels between neighbouring pixels of a window, at least 1; Keras's default is 1
/// @param groups parts into which the channels are cut, at least 1; Keras's default is 1
public record SameConv(int stride, int dilation, int groups) {
    /// Checks the settings.
    ///
    /// @throws TenonException if one is below 1
    public SameConv {
        if (Math.min(Math.min(stride, dilation), groups) < 1) {
            throw new TenonException(
                    "conv2dSame: stride, dilation and groups must be at least 1; got "
                            + stride
                            + ", "
                            + dilation
                            + " and "
                            + groups);
        }
    }

    /// Returns settings without dilation and groups.
    public static SameConv stride(int stride) {
        return new SameConv(stride, 1, 1);
    }

    /// Returns the rows of the output of an image with `size` rows.
    int reduced(int size) {
        return (size + stride - 1) / stride;
    }

    /// Returns the settings with the zeros before the image; those after it follow from the sizes.
    Conv2dSettings padded(int height, int width, int kernelH, int kernelW) {
        return new Conv2dSettings(
                stride,
                stride,
                before(height, kernelH),
                before(width, kernelW),
                dilation,
                dilation,
                groups);
    }

    private int before(int size, int kernel) {
        int reached = (reduced(size) - 1) * stride + dilation * (kernel - 1) + 1;
        return Math.max(0, reached - size) / 2;
    }
}
