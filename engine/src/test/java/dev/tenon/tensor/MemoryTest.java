package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Memory comes back at the end of a step, without the garbage collector.
final class MemoryTest {
    private static final Tensor INDEX = Tensor.of(new long[] {3, 0, 3}, 3).keep();

    /// Ops that read a transposed view, of which each makes a copy that only its kernel reads.
    private static final Map<String, UnaryOperator<Tensor>> OPS =
            Map.of(
                    "exp", ElementwiseOps::exp,
                    "softmax", x -> ReduceOps.softmax(x, 0),
                    "max pool", x -> ResampleOps.maxPool2d(x, 2, 2),
                    "mean pool", x -> ResampleOps.avgPool2d(x, 2, 2),
                    "nearest", x -> ResampleOps.upsampleNearest(x, 16, 16),
                    "bilinear", x -> ResampleOps.upsampleBilinear(x, 16, 16, true),
                    "take", x -> IndexOps.take(x, INDEX),
                    "cat", x -> IndexOps.cat(List.of(x, x), 1),
                    "dropout", x -> RandomOps.dropout(x, 0.5, Rng.of(7)));

    @Test
    void aStepOverAViewLeavesNothingBehind() {
        Tensor x = Tensor.zeros(8, 8).requireGradient();
        OPS.forEach((name, op) -> {
            for (int i = 0; i < 3; i++) {
                step(x, op);
            }
            long before = Memory.inUse();
            for (int i = 0; i < 5; i++) {
                step(x, op);
            }
            // less is possible: the collector may find what another test left
            assertThat(Memory.inUse()).as(name).isLessThanOrEqualTo(before);
        });
    }

    @Test
    void readingAViewLeavesNothingBehind() {
        Tensor x = Tensor.zeros(8, 8).requireGradient();
        long before = Memory.inUse();
        Memory.tidy(() -> {
            assertThat(x.transpose(0, 1).toFloats()).hasSize(64);
            assertThat(x.transpose(0, 1).toDoubles()).hasSize(64);
            assertThat(x.transpose(0, 1).toLongs()).hasSize(64);
        });
        assertThat(Memory.inUse()).isLessThanOrEqualTo(before);
    }

    /// The process: more tensors of growing sizes than fit side by side, one after the other.
    static final class Growing {
        private Growing() {}

        public static void main(String[] args) {
            for (int millions = 1; millions <= 12; millions++) {
                int size = 1_000_000 * millions;
                Memory.tidy(() -> Tensor.zeros(size).add(1));
            }
            System.out.print(Memory.reserved() <= 120L << 20 ? "fits" : "too much");
        }
    }

    @Test
    void buffersThatWaitAreGivenUpForOneOfAnotherSize() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:MaxDirectMemorySize=120m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Growing.class.getName())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (InputStream out = process.getInputStream()) {
            assertThat(new String(out.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("fits");
        }
        assertThat(process.waitFor()).isZero();
    }

    private static void step(Tensor x, UnaryOperator<Tensor> op) {
        Memory.tidy(() -> {
            Tensor y = op.apply(x.transpose(0, 1));
            assertThat(y.type()).isEqualTo(DType.F32);
            y.sum().backward();
            x.clearGradient();
        });
    }
}
