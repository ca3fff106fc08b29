package dev.tenon.data;

import java.nio.file.Path;
import java.util.List;

/// Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28x28 greys.
///
/// Classes: T-shirt or top, trousers, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle
/// boot.
///
/// Source: H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for
/// Benchmarking Machine Learning Algorithms", arXiv:1708.07747.
public final class FashionMnist {
    /// Who made the images, where they come from and under which licence.
    public static final String ATTRIBUTION =
            "Fashion-MNIST, H. Xiao, K. Rasul and R. Vollgraf (2017), Zalando Research, arXiv:1708.07747, MIT";

    private static final FourFiles FILES =
            new FourFiles(
                    "fashion-mnist",
                    ATTRIBUTION,
                    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                    Download.Of.FILE,
                    List.of(
                            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"));

    private FashionMnist() {}

    /// Returns Fashion-MNIST from Tenon's cache folder; what is missing there is first downloaded,
    /// 31 MB, and kept only if its SHA-256 is right.
    ///
    /// The cache is that of [Mnist#load()]; the files come from the URL in the system property
    /// `tenon.fashion-mnist.url`, else in the environment variable `TENON_FASHION_MNIST_URL`, else
    /// from the authors' repository.
    ///
    /// @throws DataException if a file cannot be had or is damaged
    public static Split load() {
        return FILES.loadCached(Cache.folder());
    }

    /// Returns Fashion-MNIST from `folder`, with the file names of [Mnist#load(Path)]. Nothing is
    /// downloaded.
    ///
    /// @throws DataException if a file is missing or damaged
    public static Split load(Path folder) {
        return FILES.load(folder);
    }
}
