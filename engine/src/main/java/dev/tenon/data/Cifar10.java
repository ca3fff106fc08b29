package dev.tenon.data;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// CIFAR-10: 50,000 training and 10,000 test images of ten kinds of things, 32x32 in colour.
///
/// A file of its binary version is one record after another:
///
/// | bytes | contents |
/// |---|---|
/// | 1 | label: airplane 0, automobile, bird, cat, deer, dog, frog, horse, ship, truck 9 |
/// | 3072 | 1024 reds, 1024 greens, 1024 blues, each row by row |
///
/// Nothing is downloaded: the set has no licence that would say that Tenon may. Source: A.
/// Krizhevsky, "Learning multiple layers of features from tiny images" (2009), and the description
/// of its files.
public final class Cifar10 {
    /// Who made the images, where they come from and under which licence.
    public static final String ATTRIBUTION =
            "CIFAR-10, A. Krizhevsky, V. Nair and G. Hinton (2009), a labelled part of 80 Million Tiny Images; no"
                    + " formal licence";

    private static final String NAME = "cifar10";
    private static final int CHANNELS = 3;
    private static final int SIDE = 32;
    private static final int PIXELS = CHANNELS * SIDE * SIDE;
    private static final int RECORD = 1 + PIXELS;
    private static final int CLASSES = 10;
    private static final int MAXIMUM = 255;
    private static final int LARGEST = 500_000; // records, 1.5 GB; the whole set has 60,000
    private static final List<String> TRAIN =
            Stream.of(1, 2, 3, 4, 5).map(i -> "data_batch_" + i + ".bin").toList();
    private static final String TEST = "test_batch.bin";

    private Cifar10() {}

    /// Returns CIFAR-10 from `folder`, which holds `data_batch_1.bin` to `data_batch_5.bin` and
    /// `test_batch.bin`, as the binary version unpacks to. Any number of images in each will do.
    ///
    /// @throws DataException if a file is missing or damaged
    public static Split load(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    NAME
                            + ": folder must exist; got "
                            + folder
                            + ". Give one with data_batch_1.bin to data_batch_5.bin and test_batch.bin");
        }
        return new Split(
                read(TRAIN.stream().map(folder::resolve).toList()),
                read(List.of(folder.resolve(TEST))));
    }

    /// Returns the images of one file of the binary version, of any length.
    ///
    /// @throws DataException if it is missing or damaged
    public static Dataset read(Path file) {
        return read(List.of(file));
    }

    private static Dataset read(List<Path> files) {
        long count = 0;
        for (Path file : files) {
            count += records(file);
        }
        if (count > LARGEST) {
            throw new DataException(
                    NAME + ": at most " + LARGEST + " images; got " + count + " in " + files);
        }
        Tensor images = Tensor.empty(DType.U8, Shape.of((int) count, CHANNELS, SIDE, SIDE));
        Tensor labels = Tensor.empty(DType.U8, Shape.of((int) count));
        long first = 0;
        for (Path file : files) {
            first = fill(images.segment(), labels.segment(), first, file);
        }
        return Dataset.of(NAME, ATTRIBUTION, images, labels, CLASSES, MAXIMUM);
    }

    private static long records(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(NAME + ": the file must exist; got " + file);
        }
        long bytes;
        try {
            bytes = Files.size(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (bytes == 0 || bytes % RECORD != 0) {
            throw new DataException(
                    NAME
                            + ": "
                            + file
                            + ": the file must be records of 3073 bytes, a label and 3x32x32 pixels; got "
                            + bytes
                            + " bytes, "
                            + bytes / RECORD
                            + " records and "
                            + bytes % RECORD
                            + " bytes");
        }
        return bytes / RECORD;
    }

    private static long fill(MemorySegment images, MemorySegment labels, long first, Path file) {
        byte[] record = new byte[RECORD];
        long at = first;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            for (long end = first + records(file); at < end; at++) {
                if (in.readNBytes(record, 0, RECORD) < RECORD) {
                    throw new DataException(
                            NAME
                                    + ": "
                                    + file
                                    + ": the file must not shrink while it is read; got a shorter one");
                }
                labels.set(ValueLayout.JAVA_BYTE, at, record[0]);
                MemorySegment.copy(record, 1, images, ValueLayout.JAVA_BYTE, at * PIXELS, PIXELS);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return at;
    }

    private static DataException unreadable(Path file, IOException e) {
        return new DataException(
                NAME + ": " + file + ": the file must be readable; got " + e.getMessage(), e);
    }
}
