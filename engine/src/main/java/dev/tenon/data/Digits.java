package dev.tenon.data;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.GZIPInputStream;

/// The 1,797 handwritten digits of the UCI repository, 8x8 pixels of 17 greys, which come with
/// Tenon.
///
/// Each pixel counts the inked points, 0 to 16, of a 4x4 block of a 32x32 scan. They are the test
/// part of the original: the 13 writers that its training part has not.
public final class Digits {
    /// Who made the digits, where they come from and under which licence.
    public static final String ATTRIBUTION =
            "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI Machine Learning"
                    + " Repository, https://doi.org/10.24432/C50P49, CC BY 4.0; the 1,797 images of its test part in"
                    + " the file digits.csv.gz of scikit-learn, BSD-3-Clause";

    /// Seed of the split into training and test images.
    public static final long SPLIT_SEED = 0;

    private static final String RESOURCE = "digits.csv.gz";
    private static final int COUNT = 1797;
    private static final int SIDE = 8;
    private static final int PIXELS = SIDE * SIDE;
    private static final int CLASSES = 10;
    private static final int MAXIMUM = 16;
    private static final double TRAIN_SHARE = 0.8;

    private Digits() {}

    /// Returns 1,437 digits for training and the other 360 for tests: all of them shuffled by
    /// `Rng.of(SPLIT_SEED)`, then the first 80 % and the rest.
    public static Split load() {
        return all().split(TRAIN_SHARE, Rng.of(SPLIT_SEED));
    }

    /// Returns all digits in the file's order.
    public static Dataset all() {
        byte[] csv;
        try (InputStream file = Digits.class.getResourceAsStream(RESOURCE)) {
            if (file == null) {
                throw new DataException(
                        "digits: the resource " + RESOURCE + " must be in the jar; got none");
            }
            csv = new GZIPInputStream(file).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("digits: " + RESOURCE + " cannot be read", e);
        }
        return parse(csv);
    }

    /// Reads lines of 64 pixels and a label, separated by commas.
    private static Dataset parse(byte[] csv) {
        Tensor images = Tensor.empty(DType.U8, Shape.of(COUNT, 1, SIDE, SIDE));
        Tensor labels = Tensor.empty(DType.U8, Shape.of(COUNT));
        MemorySegment pixels = images.segment();
        MemorySegment classes = labels.segment();
        int number = 0;
        int column = 0;
        int row = 0;
        for (byte b : csv) {
            if (b >= '0' && b <= '9') {
                number = number * 10 + b - '0';
            } else if (b == ',' && column < PIXELS) {
                pixels.set(ValueLayout.JAVA_BYTE, (long) row * PIXELS + column, (byte) number);
                number = 0;
                column++;
            } else if (b == '\n' && column == PIXELS) {
                classes.set(ValueLayout.JAVA_BYTE, row, (byte) number);
                number = 0;
                column = 0;
                row++;
            } else {
                throw new DataException(
                        "digits: a line must be 64 pixels and a label; got byte "
                                + b
                                + " in column "
                                + column
                                + " of line "
                                + (row + 1));
            }
        }
        if (row != COUNT) {
            throw new DataException("digits: there must be " + COUNT + " lines; got " + row);
        }
        return Dataset.of("digits", ATTRIBUTION, images, labels, CLASSES, MAXIMUM);
    }
}
