package dev.tenon.data;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Labelled images of one size, held as bytes: one row per image.
///
/// Training takes them by row numbers, as numbers in [-1, 1]: `x = 2 * pixel / maximum - 1`.
public final class Dataset {
    private static final int BRIGHTEST = 255;

    private final String name;
    private final String attribution;
    private final Tensor images; // U8 [count, channels, height, width]
    private final Tensor labels; // U8 [count]
    private final int classes;
    private final int maximum;
    private final float[] scaled; // pixel to number in [-1, 1]

    private Dataset(
            String name,
            String attribution,
            Tensor images,
            Tensor labels,
            int classes,
            int maximum) {
        this.name = name;
        this.attribution = attribution;
        this.images = images;
        this.labels = labels;
        this.classes = classes;
        this.maximum = maximum;
        scaled = new float[maximum + 1];
        for (int pixel = 0; pixel <= maximum; pixel++) {
            scaled[pixel] = (float) (2.0 * pixel / maximum - 1);
        }
    }

    /// Returns the data set of these images and labels, which it keeps.
    ///
    /// @param name short and lower-case, as on the command line; messages begin with it
    /// @param attribution who made it, where it comes from and under which licence
    /// @param images U8 [count, channels, height, width], each pixel in [0, maximum]
    /// @param labels U8 [count], each in [0, classes)
    /// @param classes number of classes, 1 to 256
    /// @param maximum the brightest pixel, 1 to 255
    /// @throws DataException if types, shapes or values are others
    public static Dataset of(
            String name,
            String attribution,
            Tensor images,
            Tensor labels,
            int classes,
            int maximum) {
        if (images.type() != DType.U8
                || labels.type() != DType.U8
                || images.rank() != 4
                || labels.rank() != 1
                || images.size(0) != labels.size(0)) {
            throw new DataException(
                    name
                            + ": images must be U8 [count, channels, height, width] and labels U8 [count]; got "
                            + images.type()
                            + " "
                            + images.shape()
                            + " and "
                            + labels.type()
                            + " "
                            + labels.shape());
        }
        if (classes < 1 || classes > 256 || maximum < 1 || maximum > 255) {
            throw new DataException(
                    name
                            + ": classes must be in [1, 256] and maximum in [1, 255]; got "
                            + classes
                            + " and "
                            + maximum);
        }
        Tensor pixels = images.contiguous().keep();
        Tensor numbers = labels.contiguous().keep();
        checkAtMost(maximum, pixels, name, "pixels");
        checkAtMost(classes - 1, numbers, name, "labels");
        return new Dataset(name, attribution, pixels, numbers, classes, maximum);
    }

    private static void checkAtMost(int largest, Tensor values, String name, String what) {
        if (largest == 255) {
            return; // every byte is
        }
        MemorySegment bytes = values.segment();
        for (long i = 0; i < bytes.byteSize(); i++) {
            int value = bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            if (value > largest) {
                throw new DataException(
                        name
                                + ": "
                                + what
                                + " must be at most "
                                + largest
                                + "; got "
                                + value
                                + " in image "
                                + i / (bytes.byteSize() / values.size(0)));
            }
        }
    }

    // ---- what it is

    /// Returns the short name, for example `digits`.
    public String name() {
        return name;
    }

    /// Returns who made it, where it comes from and under which licence.
    public String attribution() {
        return attribution;
    }

    /// Returns the number of images.
    public int count() {
        return images.size(0);
    }

    /// Returns the numbers per pixel: 1 for grey.
    public int channels() {
        return images.size(1);
    }

    /// Returns the height of an image in pixels.
    public int height() {
        return images.size(2);
    }

    /// Returns the width of an image in pixels.
    public int width() {
        return images.size(3);
    }

    /// Returns the number of classes; labels are in [0, classes).
    public int classes() {
        return classes;
    }

    /// Returns the value of the brightest pixel: 16 for the digits, 255 for most others.
    public int maximum() {
        return maximum;
    }

    // ---- reading

    /// Returns the images of these rows, F32 [rows, channels, height, width], in [-1, 1].
    ///
    /// @param rows row numbers in [0, count), in any order, repeated or not
    /// @throws DataException if there is no such row
    public Tensor images(long... rows) {
        int pixels = channels() * height() * width();
        Tensor result =
                Tensor.empty(DType.F32, Shape.of(rows.length, channels(), height(), width()));
        MemorySegment source = images.segment();
        MemorySegment target = result.segment();
        for (int i = 0; i < rows.length; i++) {
            long from = checked(rows[i]) * pixels;
            long to = (long) i * pixels;
            for (int p = 0; p < pixels; p++) {
                int pixel = source.get(ValueLayout.JAVA_BYTE, from + p) & 0xff;
                target.setAtIndex(ValueLayout.JAVA_FLOAT, to + p, scaled[pixel]);
            }
        }
        return result;
    }

    /// Returns the labels of these rows, I64 [rows], in [0, classes).
    ///
    /// @param rows row numbers in [0, count), in any order, repeated or not
    /// @throws DataException if there is no such row
    public Tensor labels(long... rows) {
        MemorySegment source = labels.segment();
        long[] result = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            result[i] = source.get(ValueLayout.JAVA_BYTE, checked(rows[i])) & 0xff;
        }
        return Tensor.of(result, rows.length);
    }

    private long checked(long row) {
        if (row < 0 || row >= count()) {
            throw new DataException(name + ": rows must be in [0, " + count() + "); got " + row);
        }
        return row;
    }

    // ---- parts

    /// Returns a data set of copies of these rows, in this order.
    ///
    /// @throws DataException if there is no such row
    public Dataset select(long... rows) {
        long pixels = (long) channels() * height() * width();
        Tensor chosen =
                Tensor.empty(DType.U8, Shape.of(rows.length, channels(), height(), width()));
        Tensor numbers = Tensor.empty(DType.U8, Shape.of(rows.length));
        for (int i = 0; i < rows.length; i++) {
            long row = checked(rows[i]);
            MemorySegment.copy(
                    images.segment(), row * pixels, chosen.segment(), i * pixels, pixels);
            MemorySegment.copy(labels.segment(), row, numbers.segment(), i, 1);
        }
        return new Dataset(name, attribution, chosen.keep(), numbers.keep(), classes, maximum);
    }

    /// Returns the data set in two parts: the rows are shuffled by `rng` and the first `floor(share
    /// * count)` of them are for training.
    ///
    /// @param share part for training, in (0, 1)
    /// @param rng the same one gives the same parts
    /// @throws DataException if a part would be empty
    public Split split(double share, Rng rng) {
        int first = (int) Math.floor(share * count());
        if (!(share > 0 && share < 1) || first < 1 || first >= count()) {
            throw new DataException(
                    name
                            + ": split must leave at least one image on each side; got share "
                            + share
                            + " of "
                            + count()
                            + " images");
        }
        long[] order = rng.permutation(count());
        return new Split(
                select(Arrays.copyOfRange(order, 0, first)),
                select(Arrays.copyOfRange(order, first, order.length)));
    }

    /// Returns this data set with its images at another size, by bilinear interpolation.
    ///
    /// Going up, pixel i of a row is taken between the two pixels around `(i + 1/2) w / w' - 1/2`
    /// (as PyTorch's `interpolate`, corners not aligned); going down, it is the mean of the pixels
    /// that it covers, weighted by a triangle of twice their number, so that no stroke falls
    /// between two pixels. The brightest pixel becomes 255, so that levels between the original's
    /// are kept.
    ///
    /// @param height the new height in pixels, at least 1
    /// @param width the new width in pixels, at least 1
    /// @return this data set itself if it has that size
    /// @throws DataException if a size is below 1
    public Dataset resized(int height, int width) {
        if (height < 1 || width < 1) {
            throw new DataException(
                    name + ": sizes must be at least 1; got " + height + "x" + width);
        }
        if (height == height() && width == width()) {
            return this;
        }
        Triangle down = Triangle.of(height(), height);
        Triangle across = Triangle.of(width(), width);
        Tensor result = Tensor.empty(DType.U8, Shape.of(count(), channels(), height, width));
        double[] plane = new double[height() * width()];
        double scale = (double) BRIGHTEST / maximum;
        long target = 0;
        for (long source = 0; source < images.count(); source += plane.length) {
            for (int p = 0; p < plane.length; p++) {
                plane[p] = images.segment().get(ValueLayout.JAVA_BYTE, source + p) & 0xff;
            }
            double[] narrow = across.rows(plane, height(), width());
            double[] values = down.columns(narrow, height(), width);
            for (double value : values) {
                byte pixel = (byte) Math.round(scale * value);
                result.segment().set(ValueLayout.JAVA_BYTE, target++, pixel);
            }
        }
        return new Dataset(name, attribution, result.keep(), labels, classes, BRIGHTEST);
    }

    /// Returns for example `digits: 1797 images 1x8x8, 10 classes`.
    @Override
    public String toString() {
        return name
                + ": "
                + count()
                + " images "
                + channels()
                + "x"
                + height()
                + "x"
                + width()
                + ", "
                + classes
                + " classes";
    }
}
