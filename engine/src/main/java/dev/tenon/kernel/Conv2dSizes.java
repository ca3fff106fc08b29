package dev.tenon.kernel;

/// The sizes of one two-dimensional convolution, named as its forward direction sees them.
///
/// | tensor | shape |
/// |---|---|
/// | x | `[batch, channels, height, width]` |
/// | weight | `[outChannels, channels / groups, kernelH, kernelW]` |
/// | y | `[batch, outChannels, outHeight, outWidth]` |
///
/// @param batch images
/// @param channels channels of an input image, a multiple of the groups
/// @param height rows of an input image
/// @param width columns of an input image
/// @param outChannels channels of an output image, a multiple of the groups
/// @param outHeight rows of an output image
/// @param outWidth columns of an output image
/// @param kernelH rows of the window
/// @param kernelW columns of the window
/// @param settings strides, padding, dilation, groups
public record Conv2dSizes(
        int batch,
        int channels,
        int height,
        int width,
        int outChannels,
        int outHeight,
        int outWidth,
        int kernelH,
        int kernelW,
        Conv2dSettings settings) {
    /// Returns the channels of an input image that one group reads.
    public int groupChannels() {
        return channels / settings.groups();
    }

    /// Returns the channels of an output image that one group writes.
    public int groupOutChannels() {
        return outChannels / settings.groups();
    }

    /// Returns the elements of one channel of an input image.
    public int plane() {
        return height * width;
    }

    /// Returns the elements of one channel of an output image.
    public int outPlane() {
        return outHeight * outWidth;
    }

    /// Returns the elements of the window.
    public int window() {
        return kernelH * kernelW;
    }
}
