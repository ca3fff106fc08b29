package dev.tenon.data;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Tensor;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// A data set in the four files that MNIST made usual.
///
/// @param name the data set's name, also its folder in the cache
/// @param attribution who made it
/// @param url where the files are, ending in a slash, unless `tenon.NAME.url` says otherwise
/// @param digested what the digests are of
/// @param sha256 digests of the four files in the order of [#NAMES]
record FourFiles(
        String name, String attribution, String url, Download.Of digested, List<String> sha256) {
    static final List<String> NAMES =
            List.of(
                    "train-images-idx3-ubyte",
                    "train-labels-idx1-ubyte",
                    "t10k-images-idx3-ubyte",
                    "t10k-labels-idx1-ubyte");

    private static final int SIDE = 28;
    private static final int CLASSES = 10;
    private static final int MAXIMUM = 255;
    private static final long LARGEST = 1L << 28; // bytes, five times the training images

    /// Reads the files in `folder`.
    Split load(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    name
                            + ": folder must exist; got "
                            + folder
                            + ". Give one with "
                            + String.join(", ", NAMES)
                            + ", each as it is or as .gz");
        }
        Path[] files = new Path[NAMES.size()];
        Arrays.setAll(files, i -> found(folder, NAMES.get(i)));
        return new Split(read(files[0], files[1]), read(files[2], files[3]));
    }

    /// Reads the files in this data set's folder of `cache`, after downloading those that are
    /// missing.
    Split loadCached(Path cache) {
        Path folder = cache.resolve(name);
        String set = Cache.setting("tenon." + name + ".url");
        String base = set == null ? url : set.endsWith("/") ? set : set + "/";
        for (int i = 0; i < NAMES.size(); i++) {
            if (!isThere(folder, NAMES.get(i))) {
                String file = NAMES.get(i) + ".gz";
                Download.file(
                        name, uri(base + file), folder.resolve(file), digested, sha256.get(i));
            }
        }
        return load(folder);
    }

    private URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new DataException(name + ": the URL must be well formed; got " + text, e);
        }
    }

    private static boolean isThere(Path folder, String file) {
        return Files.exists(folder.resolve(file)) || Files.exists(folder.resolve(file + ".gz"));
    }

    private Path found(Path folder, String file) {
        Path plain = folder.resolve(file);
        Path compressed = folder.resolve(file + ".gz");
        if (!Files.exists(plain) && !Files.exists(compressed)) {
            throw new DataException(
                    name
                            + ": folder must hold "
                            + file
                            + " or "
                            + file
                            + ".gz; got "
                            + folder
                            + " without either");
        }
        return Files.exists(plain) ? plain : compressed;
    }

    private Dataset read(Path imageFile, Path labelFile) {
        Tensor images = Idx.read(imageFile, LARGEST);
        Tensor labels = Idx.read(labelFile, LARGEST);
        if (images.type() != DType.U8
                || images.rank() != 3
                || images.size(0) < 1
                || images.size(1) != SIDE
                || images.size(2) != SIDE) {
            throw new DataException(
                    name
                            + ": "
                            + imageFile
                            + ": must be U8 [count, 28, 28]; got "
                            + images.type()
                            + " "
                            + images.shape());
        }
        if (labels.type() != DType.U8 || labels.rank() != 1 || labels.size(0) != images.size(0)) {
            throw new DataException(
                    name
                            + ": "
                            + labelFile
                            + ": must be U8 ["
                            + images.size(0)
                            + "], one label for each image; got "
                            + labels.type()
                            + " "
                            + labels.shape());
        }
        return Dataset.of(
                name, attribution, images.reshape(-1, 1, SIDE, SIDE), labels, CLASSES, MAXIMUM);
    }
}
