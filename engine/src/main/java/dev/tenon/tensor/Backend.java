package dev.tenon.tensor;

import dev.tenon.kernel.Kernels;
import dev.tenon.kernel.machine.MachineException;
import dev.tenon.kernel.machine.MachineKernels;
import dev.tenon.kernel.scalar.ScalarKernels;
import dev.tenon.kernel.vector.VectorKernels;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Chooses the kernels that tensors compute with, once, and says in one log line what was chosen
/// and why.
///
/// The system property `tenon.backend` (`scalar`, `vector`, `machine` or `auto`, the default)
/// decides; `auto` takes machine code where the processor and the operating system allow it,
/// vectors where the module jdk.incubator.vector is present, and the definitions elsewhere.
public final class Backend {
    private static final Logger LOG = LoggerFactory.getLogger(Backend.class);
    private static final Kernels KERNELS =
            choose(System.getProperty("tenon.backend", "auto"), vectorModule());

    private Backend() {}

    /// Returns the kernels in use.
    public static Kernels kernels() {
        return KERNELS;
    }

    /// Returns the backend's name and what it computes with, on which the last bits of results
    /// depend: for example `machine (AVX-512, 16 floats)`.
    public static String describe() {
        return switch (KERNELS.name()) {
            case "machine" -> "machine (" + MachineKernels.describe() + ")";
            case "vector" -> "vector (" + VectorKernels.describe() + ")";
            default -> KERNELS.name();
        };
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
            case "vector" -> portable(scalar, vectorModule);
            case "auto", "machine" -> machine(scalar, vectorModule);
            default ->
                    throw new TenonException(
                            "backend: tenon.backend must be auto, machine, vector or scalar; got "
                                    + wanted);
        };
    }

    private static Kernels machine(Kernels scalar, boolean vectorModule) {
        Kernels below = vectorModule ? VectorKernels.create(scalar) : scalar;
        try {
            Kernels kernels = MachineKernels.create(below);
            LOG.info("backend: machine ({})", MachineKernels.describe());
            return kernels;
        } catch (MachineException e) {
            LOG.info("backend: no machine code ({})", e.getMessage());
            return portable(scalar, vectorModule);
        }
    }

    private static Kernels portable(Kernels scalar, boolean vectorModule) {
        if (vectorModule) {
            LOG.info("backend: vector ({})", VectorKernels.describe());
            return VectorKernels.create(scalar);
        }
        LOG.warn(
                "backend: scalar, several times slower, because the module jdk.incubator.vector is missing; add"
                        + " --add-modules jdk.incubator.vector to the java command");
        return scalar;
    }
}
