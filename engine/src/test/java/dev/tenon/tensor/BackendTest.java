package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.kernel.machine.MachineException;
import dev.tenon.kernel.machine.MachineKernels;
import org.junit.jupiter.api.Test;

class BackendTest {
    private static boolean hasMachine() {
        try {
            return !MachineKernels.describe().isEmpty();
        } catch (MachineException e) {
            assertThat(e.getMessage()).startsWith("machine code: ");
            return false;
        }
    }

    private static boolean hasVectors() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    @Test
    void takesWhatIsAskedFor() {
        assertThat(Backend.choose("scalar", hasVectors()).name()).isEqualTo("scalar");
        assertThat(Backend.choose("Vector", hasVectors()).name())
                .isEqualTo(hasVectors() ? "vector" : "scalar");
    }

    @Test
    void takesTheFastestByDefault() {
        String best = hasMachine() ? "machine" : hasVectors() ? "vector" : "scalar";
        assertThat(Backend.choose("auto", hasVectors()).name()).isEqualTo(best);
        assertThat(Backend.choose("machine", hasVectors()).name()).isEqualTo(best);
    }

    @Test
    void refusesAnUnknownName() {
        assertThatThrownBy(() -> Backend.choose("cuda", true))
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "backend: tenon.backend must be auto, machine, vector or scalar; got cuda");
    }
}
