package dev.tenon.tensor;

import dev.tenon.kernel.Kernels;
import dev.tenon.kernel.scalar.ScalarKernels;
import dev.tenon.kernel.vector.VectorKernels;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the kernels that tensors compute with, once, and says in one log line what was chosen
/// and why.
///
/// The system property `tenon.backend` (`scalar`, `vector` or `auto`, the default) decides; `auto`
/// takes vectors where the module jdk.incubator.vector is present.
public final class Backend {
    private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
    private static final Kernels KERNELS =
            choose(System.getProperty("tenon.backend", "auto"), vectorModule());

    private Backend() {}

    /// Returns the kernels in use.
    public static Kernels kernels() {
        return KERNELS;
    }

    private static boolean vectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    static Kernels choose(String wanted, boolean vectorModule) {
        Kernels scalar = ScalarKernels.create();
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "scalar" -> {
                LOG.info("backend: scalar, as tenon.backend asks");
                yield scalar;
            }
            case "auto", "vector" -> {
                if (vectorModule) {
                    LOG.info("backend: vector ({})", VectorKernels.describe());
                    yield VectorKernels.create(scalar);
                }
                LOG.warn(
                        "backend: scalar, several times slower, because the module jdk.incubator.vector is missing; add"
                                + " --add-modules jdk.incubator.vector to the java command");
                yield scalar;
            }
            default ->
                    throw new TenonException(
                            "backend: tenon.backend must be auto, vector or scalar; got " + wanted);
        };
    }
}
