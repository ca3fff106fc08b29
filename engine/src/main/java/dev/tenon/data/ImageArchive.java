package dev.tenon.data;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/// Images in a zip file, each in the folder of its class: `test/airplane/0000.jpg`. Classes are
/// numbered in the order of their names; all images have one size.
public final class ImageArchive {
    private static final int CHANNELS = 3;
    private static final int MAXIMUM = 255;
    private static final int MOST_CLASSES = 256;
    private static final int LARGEST_FILE = 16 << 20; // bytes of one image in the archive
    private static final long LARGEST = 1L << 31; // bytes of all pixels

    private final Path file;

    private ImageArchive(Path file) {
        this.file = file;
    }

    /// Returns the images of `file` in colour, in the order of their names.
    ///
    /// @param name of the data set
    /// @param attribution who made it
    /// @throws DataException if the file is missing or damaged, holds no images, or images of
    ///   several sizes
    public static Dataset read(Path file, String name, String attribution) {
        return new ImageArchive(file).read(name, attribution);
    }

    private Dataset read(String name, String attribution) {
        if (!Files.isRegularFile(file)) {
            throw new DataException("images: the archive must exist; got " + file);
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return read(zip, name, attribution);
        } catch (IOException e) {
            throw new DataException(
                    "images: the archive must be a readable zip; got "
                            + file
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private Dataset read(ZipFile zip, String name, String attribution) throws IOException {
        List<ZipEntry> entries = new ArrayList<>();
        TreeSet<String> classes = new TreeSet<>();
        for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
            ZipEntry entry = e.nextElement();
            if (isImage(entry.getName())) {
                entries.add(entry);
                classes.add(classOf(entry.getName()));
            }
        }
        if (entries.isEmpty() || classes.size() > MOST_CLASSES) {
            throw new DataException(
                    "images: the archive must have images in the folders of 1 to 256 classes; got "
                            + entries.size()
                            + " images of "
                            + classes.size()
                            + " classes in "
                            + file);
        }
        entries.sort(Comparator.comparing(ZipEntry::getName));
        List<String> order = List.copyOf(classes);
        BufferedImage first = image(zip, entries.getFirst(), 0, 0);
        int height = first.getHeight();
        int width = first.getWidth();
        long pixels = (long) CHANNELS * height * width;
        if (pixels * entries.size() > LARGEST) {
            throw new DataException(
                    "images: all pixels must fit into 2 GB; got "
                            + entries.size()
                            + " images of "
                            + width
                            + " x "
                            + height
                            + " in "
                            + file);
        }
        int count = entries.size();
        Tensor images = Tensor.zeros(DType.U8, Shape.of(count, CHANNELS, height, width));
        Tensor labels = Tensor.zeros(DType.U8, Shape.of(count));
        for (int i = 0; i < count; i++) {
            BufferedImage image = i == 0 ? first : image(zip, entries.get(i), height, width);
            put(images.segment(), i * pixels, image);
            int label = order.indexOf(classOf(entries.get(i).getName()));
            labels.segment().set(ValueLayout.JAVA_BYTE, i, (byte) label);
        }
        return Dataset.of(name, attribution, images, labels, order.size(), MAXIMUM);
    }

    private static boolean isImage(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return name.indexOf('/') > 0
                && (lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png"));
    }

    private static String classOf(String name) {
        String folder = name.substring(0, name.lastIndexOf('/'));
        return folder.substring(folder.lastIndexOf('/') + 1);
    }

    /// Reads one image; its size is looked at before its pixels are.
    ///
    /// @param height the height it must have, or 0 for any
    private BufferedImage image(ZipFile zip, ZipEntry entry, int height, int width)
            throws IOException {
        byte[] bytes;
        try (InputStream in = zip.getInputStream(entry)) {
            bytes = in.readNBytes(LARGEST_FILE + 1);
        }
        try (ImageInputStream in =
                ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            var readers = ImageIO.getImageReaders(in);
            if (bytes.length > LARGEST_FILE || !readers.hasNext()) {
                throw unreadable(entry, "no image of at most 16 MB");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                int h = reader.getHeight(0);
                int w = reader.getWidth(0);
                boolean right =
                        height == 0
                                ? (long) h * w <= LARGEST / CHANNELS
                                : h == height && w == width;
                if (!right) {
                    throw unreadable(
                            entry,
                            w
                                    + " x "
                                    + h
                                    + (height == 0
                                            ? ""
                                            : " where the first has " + width + " x " + height));
                }
                return reader.read(0);
            } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
                throw unreadable(entry, String.valueOf(e.getMessage()));
            } finally {
                reader.dispose();
            }
        }
    }

    private DataException unreadable(ZipEntry entry, String found) {
        return new DataException(
                "images: all must be readable and of one size; got "
                        + entry.getName()
                        + " in "
                        + file
                        + ": "
                        + found);
    }

    private static void put(MemorySegment to, long at, BufferedImage image) {
        int plane = image.getHeight() * image.getWidth();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                long place = at + (long) y * image.getWidth() + x;
                to.set(ValueLayout.JAVA_BYTE, place, (byte) (rgb >> 16));
                to.set(ValueLayout.JAVA_BYTE, place + plane, (byte) (rgb >> 8));
                to.set(ValueLayout.JAVA_BYTE, place + 2L * plane, (byte) rgb);
            }
        }
    }
}
