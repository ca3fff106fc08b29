package dev.tenon.kernel;

/// How a two-dimensional convolution walks over its image.
///
/// @param strideH rows between neighbouring windows, at least 1
/// @param strideW columns between neighbouring windows, at least 1
/// @param paddingH rows of zeros above and below the image, at least 0
/// @param paddingW columns of zeros left and right of the image, at least 0
/// @param dilationH rows between neighbouring rows of the window, at least 1
/// @param dilationW columns between neighbouring columns of the window, at least 1
/// @param groups parts into which the channels are cut, each convolved on its own, at least 1
public record Conv2dSettings(
        int strideH,
        int strideW,
        int paddingH,
        int paddingW,
        int dilationH,
        int dilationW,
        int groups) {
    /// Stride 1, no padding, dilation 1, one group: PyTorch's defaults.
    public static final Conv2dSettings DEFAULT = of(1, 0);

    /// @throws IllegalArgumentException if a setting is below its least value
    public Conv2dSettings {
        if (Math.min(strideH, strideW) < 1
                || Math.min(paddingH, paddingW) < 0
                || Math.min(dilationH, dilationW) < 1
                || groups < 1) {
            throw new IllegalArgumentException(
                    "conv2d: stride, dilation and groups must be at least 1, padding at least 0; got stride "
                            + pair(strideH, strideW)
                            + ", padding "
                            + pair(paddingH, paddingW)
                            + ", dilation "
                            + pair(dilationH, dilationW)
                            + ", groups "
                            + groups);
        }
    }

    private static String pair(int h, int w) {
        return "[" + h + ", " + w + "]";
    }

    /// Returns settings that are the same along both axes, without dilation and groups.
    public static Conv2dSettings of(int stride, int padding) {
        return new Conv2dSettings(stride, stride, padding, padding, 1, 1, 1);
    }

    /// Returns the settings that keep an image's size under a kernel of odd size: stride 1, padding
    /// `(kernel - 1) / 2`.
    public static Conv2dSettings same(int kernel) {
        return of(1, (kernel - 1) / 2);
    }

    /// Returns these settings with `dilation` along both axes.
    public Conv2dSettings withDilation(int dilation) {
        return new Conv2dSettings(strideH, strideW, paddingH, paddingW, dilation, dilation, groups);
    }

    /// Returns these settings with `count` groups.
    public Conv2dSettings withGroups(int count) {
        return new Conv2dSettings(
                strideH, strideW, paddingH, paddingW, dilationH, dilationW, count);
    }
}
