package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.ConvKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Conv: convolution in two dimensions, forward and both gradients,
/// and its transpose.
///
/// A sum that is NaN stays NaN and is left there: backends send what is not finite here, and a
/// network that has diverged need not wait for all its products.
public final class ScalarConv implements ConvKernel {
    @Override
    public void forward(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        long at = 0;
        for (int n = 0; n < sizes.batch(); n++) {
            for (int o = 0; o < sizes.outChannels(); o++) {
                for (int p = 0; p < sizes.outHeight(); p++) {
                    for (int q = 0; q < sizes.outWidth(); q++) {
                        double first = bias == null ? 0 : type.read(bias, o);
                        type.write(y, at++, first + window(x, weight, n, o, p, q, sizes, type));
                    }
                }
            }
        }
    }

    /// The sum over channels and window of one output element.
    private static double window(
            MemorySegment x,
            MemorySegment weight,
            int n,
            int o,
            int p,
            int q,
            Conv2dSizes sizes,
            DType type) {
        Conv2dSettings s = sizes.settings();
        int first = o / sizes.groupOutChannels() * sizes.groupChannels();
        long w = (long) o * sizes.groupChannels() * sizes.window();
        double sum = 0;
        for (int c = 0; c < sizes.groupChannels() && !Double.isNaN(sum); c++) {
            for (int i = 0; i < sizes.kernelH(); i++) {
                for (int j = 0; j < sizes.kernelW(); j++, w++) {
                    int row = p * s.strideH() - s.paddingH() + i * s.dilationH();
                    int column = q * s.strideW() - s.paddingW() + j * s.dilationW();
                    if (inside(row, sizes.height()) && inside(column, sizes.width())) {
                        sum +=
                                type.read(x, at(sizes, n, first + c, row, column))
                                        * type.read(weight, w);
                    }
                }
            }
        }
        return sum;
    }

    @Override
    public void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        long at = 0;
        for (int n = 0; n < sizes.batch(); n++) {
            for (int c = 0; c < sizes.channels(); c++) {
                for (int h = 0; h < sizes.height(); h++) {
                    for (int w = 0; w < sizes.width(); w++) {
                        double first = bias == null ? 0 : type.read(bias, c);
                        type.write(dx, at++, first + reached(dy, weight, n, c, h, w, sizes, type));
                    }
                }
            }
        }
    }

    /// The sum over the output elements that read one input element.
    private static double reached(
            MemorySegment dy,
            MemorySegment weight,
            int n,
            int c,
            int h,
            int w,
            Conv2dSizes sizes,
            DType type) {
        Conv2dSettings s = sizes.settings();
        int group = c / sizes.groupChannels();
        int inGroup = c % sizes.groupChannels();
        double sum = 0;
        for (int k = 0; k < sizes.groupOutChannels() && !Double.isNaN(sum); k++) {
            int o = group * sizes.groupOutChannels() + k;
            for (int i = 0; i < sizes.kernelH(); i++) {
                for (int j = 0; j < sizes.kernelW(); j++) {
                    int row = h + s.paddingH() - i * s.dilationH();
                    int column = w + s.paddingW() - j * s.dilationW();
                    if (row % s.strideH() == 0
                            && column % s.strideW() == 0
                            && inside(row / s.strideH(), row, sizes.outHeight())
                            && inside(column / s.strideW(), column, sizes.outWidth())) {
                        sum +=
                                type.read(
                                                dy,
                                                outAt(
                                                        sizes,
                                                        n,
                                                        o,
                                                        row / s.strideH(),
                                                        column / s.strideW()))
                                        * type.read(weight, weightAt(sizes, o, inGroup, i, j));
                    }
                }
            }
        }
        return sum;
    }

    @Override
    public void weightGradient(
            MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes sizes, DType type) {
        for (int o = 0; o < sizes.outChannels(); o++) {
            for (int c = 0; c < sizes.groupChannels(); c++) {
                for (int i = 0; i < sizes.kernelH(); i++) {
                    for (int j = 0; j < sizes.kernelW(); j++) {
                        double sum = 0;
                        for (int n = 0; n < sizes.batch() && !Double.isNaN(sum); n++) {
                            sum += correlation(x, dy, n, o, c, i, j, sizes, type);
                        }
                        type.write(dw, weightAt(sizes, o, c, i, j), sum);
                    }
                }
            }
        }
    }

    /// The sum over one image of the products that meet in one weight.
    private static double correlation(
            MemorySegment x,
            MemorySegment dy,
            int n,
            int o,
            int c,
            int i,
            int j,
            Conv2dSizes sizes,
            DType type) {
        Conv2dSettings s = sizes.settings();
        int channel = o / sizes.groupOutChannels() * sizes.groupChannels() + c;
        double sum = 0;
        for (int p = 0; p < sizes.outHeight() && !Double.isNaN(sum); p++) {
            for (int q = 0; q < sizes.outWidth(); q++) {
                int row = p * s.strideH() - s.paddingH() + i * s.dilationH();
                int column = q * s.strideW() - s.paddingW() + j * s.dilationW();
                if (inside(row, sizes.height()) && inside(column, sizes.width())) {
                    sum +=
                            type.read(dy, outAt(sizes, n, o, p, q))
                                    * type.read(x, at(sizes, n, channel, row, column));
                }
            }
        }
        return sum;
    }

    @Override
    public void biasGradient(
            MemorySegment db, MemorySegment dy, int batch, int channels, int plane, DType type) {
        for (int o = 0; o < channels; o++) {
            double sum = 0;
            for (int n = 0; n < batch; n++) {
                for (int p = 0; p < plane; p++) {
                    sum += type.read(dy, ((long) n * channels + o) * plane + p);
                }
            }
            type.write(db, o, sum);
        }
    }

    private static boolean inside(int index, int size) {
        return index >= 0 && index < size;
    }

    /// Like [#inside(int, int)] for a quotient whose dividend may be negative: -1 / 2 is 0.
    private static boolean inside(int index, int dividend, int size) {
        return dividend >= 0 && index < size;
    }

    private static long at(Conv2dSizes sizes, int n, int c, int h, int w) {
        return (((long) n * sizes.channels() + c) * sizes.height() + h) * sizes.width() + w;
    }

    private static long outAt(Conv2dSizes sizes, int n, int o, int p, int q) {
        return (((long) n * sizes.outChannels() + o) * sizes.outHeight() + p) * sizes.outWidth()
                + q;
    }

    private static long weightAt(Conv2dSizes sizes, int o, int c, int i, int j) {
        return (((long) o * sizes.groupChannels() + c) * sizes.kernelH() + i) * sizes.kernelW() + j;
    }
}
