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
    private static final int OUTSIDE = -1;

    @Override
    public void forward(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        double[] xs = Doubles.of(x, type);
        double[] weights = Doubles.of(weight, type);
        long at = 0;
        for (int n = 0; n < sizes.batch(); n++) {
            for (int o = 0; o < sizes.outChannels(); o++) {
                for (int p = 0; p < sizes.outHeight(); p++) {
                    for (int q = 0; q < sizes.outWidth(); q++) {
                        double first = bias == null ? 0 : type.read(bias, o);
                        type.write(y, at++, first + window(xs, weights, n, o, p, q, sizes));
                    }
                }
            }
        }
    }

    /// The sum over channels and window of one output element.
    private static double window(
            double[] x, double[] weight, int n, int o, int p, int q, Conv2dSizes sizes) {
        Conv2dSettings s = sizes.settings();
        int first = o / sizes.groupOutChannels() * sizes.groupChannels();
        int[] rows =
                taken(
                        p * s.strideH() - s.paddingH(),
                        s.dilationH(),
                        sizes.kernelH(),
                        sizes.height());
        int[] columns =
                taken(
                        q * s.strideW() - s.paddingW(),
                        s.dilationW(),
                        sizes.kernelW(),
                        sizes.width());
        double sum = 0;
        for (int c = 0; c < sizes.groupChannels() && !Double.isNaN(sum); c++) {
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < columns.length; j++) {
                    if (rows[i] != OUTSIDE && columns[j] != OUTSIDE) {
                        sum +=
                                x[at(sizes, n, first + c, rows[i], columns[j])]
                                        * weight[weightAt(sizes, o, c, i, j)];
                    }
                }
            }
        }
        return sum;
    }

    /// Returns the row, or column, of the input that each tap of a window takes.
    private static int[] taken(int first, int dilation, int taps, int size) {
        int[] places = new int[taps];
        for (int tap = 0; tap < taps; tap++) {
            int place = first + tap * dilation;
            places[tap] = inside(place, size) ? place : OUTSIDE;
        }
        return places;
    }

    @Override
    public void dataGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment weight,
            @Nullable MemorySegment bias,
            Conv2dSizes sizes,
            DType type) {
        double[] dys = Doubles.of(dy, type);
        double[] weights = Doubles.of(weight, type);
        long at = 0;
        for (int n = 0; n < sizes.batch(); n++) {
            for (int c = 0; c < sizes.channels(); c++) {
                for (int h = 0; h < sizes.height(); h++) {
                    for (int w = 0; w < sizes.width(); w++) {
                        double first = bias == null ? 0 : type.read(bias, c);
                        type.write(dx, at++, first + reached(dys, weights, n, c, h, w, sizes));
                    }
                }
            }
        }
    }

    /// The sum over the output elements that read one input element.
    private static double reached(
            double[] dy, double[] weight, int n, int c, int h, int w, Conv2dSizes sizes) {
        Conv2dSettings s = sizes.settings();
        int group = c / sizes.groupChannels();
        int inGroup = c % sizes.groupChannels();
        int[] rows =
                takers(
                        h + s.paddingH(),
                        s.dilationH(),
                        s.strideH(),
                        sizes.kernelH(),
                        sizes.outHeight());
        int[] columns =
                takers(
                        w + s.paddingW(),
                        s.dilationW(),
                        s.strideW(),
                        sizes.kernelW(),
                        sizes.outWidth());
        double sum = 0;
        for (int k = 0; k < sizes.groupOutChannels() && !Double.isNaN(sum); k++) {
            int o = group * sizes.groupOutChannels() + k;
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < columns.length; j++) {
                    if (rows[i] != OUTSIDE && columns[j] != OUTSIDE) {
                        sum +=
                                dy[outAt(sizes, n, o, rows[i], columns[j])]
                                        * weight[weightAt(sizes, o, inGroup, i, j)];
                    }
                }
            }
        }
        return sum;
    }

    /// Returns the row, or column, of the output that takes one of the input by each tap.
    ///
    /// @param padded the input's row or column, in the padded input
    private static int[] takers(int padded, int dilation, int stride, int taps, int size) {
        int[] places = new int[taps];
        for (int tap = 0; tap < taps; tap++) {
            int distance = padded - tap * dilation;
            boolean taken = distance >= 0 && distance % stride == 0 && distance / stride < size;
            places[tap] = taken ? distance / stride : OUTSIDE;
        }
        return places;
    }

    @Override
    public void weightGradient(
            MemorySegment dw, MemorySegment x, MemorySegment dy, Conv2dSizes sizes, DType type) {
        double[] xs = Doubles.of(x, type);
        double[] dys = Doubles.of(dy, type);
        for (int o = 0; o < sizes.outChannels(); o++) {
            for (int c = 0; c < sizes.groupChannels(); c++) {
                for (int i = 0; i < sizes.kernelH(); i++) {
                    for (int j = 0; j < sizes.kernelW(); j++) {
                        double sum = 0;
                        for (int n = 0; n < sizes.batch() && !Double.isNaN(sum); n++) {
                            sum += correlation(xs, dys, n, o, c, i, j, sizes);
                        }
                        type.write(dw, weightAt(sizes, o, c, i, j), sum);
                    }
                }
            }
        }
    }

    /// The sum over one image of the products that meet in one weight.
    private static double correlation(
            double[] x, double[] dy, int n, int o, int c, int i, int j, Conv2dSizes sizes) {
        Conv2dSettings s = sizes.settings();
        int channel = o / sizes.groupOutChannels() * sizes.groupChannels() + c;
        double sum = 0;
        for (int p = 0; p < sizes.outHeight() && !Double.isNaN(sum); p++) {
            int row = p * s.strideH() - s.paddingH() + i * s.dilationH();
            for (int q = 0; q < sizes.outWidth(); q++) {
                int column = q * s.strideW() - s.paddingW() + j * s.dilationW();
                if (inside(row, sizes.height()) && inside(column, sizes.width())) {
                    sum += dy[outAt(sizes, n, o, p, q)] * x[at(sizes, n, channel, row, column)];
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

    private static int at(Conv2dSizes sizes, int n, int c, int h, int w) {
        return ((n * sizes.channels() + c) * sizes.height() + h) * sizes.width() + w;
    }

    private static int outAt(Conv2dSizes sizes, int n, int o, int p, int q) {
        return ((n * sizes.outChannels() + o) * sizes.outHeight() + p) * sizes.outWidth() + q;
    }

    private static int weightAt(Conv2dSizes sizes, int o, int c, int i, int j) {
        return ((o * sizes.groupChannels() + c) * sizes.kernelH() + i) * sizes.kernelW() + j;
    }
}
