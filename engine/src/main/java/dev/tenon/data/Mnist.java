package dev.tenon.data;

import java.nio.file.Path;
import java.util.List;

/// MNIST: 60,000 training and 10,000 test images of handwritten digits, 28x28 greys.
public final class Mnist {
    /// Who made the images, where they come from and under which licence.
    public static final String ATTRIBUTION =
            "MNIST, Y. LeCun, C. Cortes and C. J. C. Burges (1998), from NIST's special databases 1 and 3, CC BY-SA"
                    + " 3.0 as usually stated";

    // digests of the uncompressed files: mirrors differ in how they compressed them
    private static final FourFiles FILES =
            new FourFiles(
                    "mnist",
                    ATTRIBUTION,
                    "https://storage.googleapis.com/cvdf-datasets/mnist/",
                    Download.Of.CONTENTS,
                    List.of(
                            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"));

    private Mnist() {}

    /// Returns MNIST from Tenon's cache folder; what is missing there is first downloaded, 11 MB,
    /// and kept only if its SHA-256 is right.
    ///
    /// The cache is the folder in the system property `tenon.cache`, else in the environment
    /// variable `TENON_CACHE`, else `~/.cache/tenon`; the files come from the URL in
    /// `tenon.mnist.url`, else in `TENON_MNIST_URL`, else from a public mirror.
    ///
    /// @throws DataException if a file cannot be had or is damaged
    public static Split load() {
        return FILES.loadCached(Cache.folder());
    }

    /// Returns MNIST from `folder`, which holds `train-images-idx3-ubyte`,
    /// `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each as it
    /// is or as `.gz`. Nothing is downloaded, and any number of images will do.
    ///
    /// @throws DataException if a file is missing or damaged
    public static Split load(Path folder) {
        return FILES.load(folder);
    }
}
