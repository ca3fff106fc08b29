package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed while it writes the same checkpoint over and over.
class KilledWriterTest {
    private static final int SIZE = 100_000;

    @TempDir Path folder;

    /// The process: writes checkpoints whose numbers all are the round, and a byte after each.
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            Path file = Path.of(args[0]);
            for (int round = 1; ; round++) {
                SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
                tensors.put("w", Tensor.full(DType.F32, Shape.of(SIZE), round));
                Safetensors.write(
                        file, new Checkpoint(tensors, Map.of("round", Integer.toString(round))));
                System.out.print('.');
                System.out.flush();
            }
        }
    }

    @Test
    void alwaysLeavesAWholeFile() throws IOException, InterruptedException {
        long seed = 20260103;
        Random random = new Random(seed);
        Path file = folder.resolve("model.safetensors");
        for (int kill = 0; kill < 4; kill++) {
            int rounds = 1 + random.nextInt(30);
            Process process = start(file);
            try (InputStream out = process.getInputStream()) {
                assertThat(out.readNBytes(rounds)).hasSize(rounds);
            } finally {
                process.destroyForcibly().waitFor();
            }
            Checkpoint read = Safetensors.read(file);
            int round = Integer.parseInt(read.text("round"));
            assertThat(round).as("seed %d", seed).isGreaterThanOrEqualTo(rounds);
            assertThat(read.tensor("w").toFloats()).hasSize(SIZE).containsOnly(round);
            Safetensors.write(file, read); // also removes what the killed process left
            try (Stream<Path> entries = Files.list(folder)) {
                assertThat(entries).containsExactly(file);
            }
        }
    }

    private static Process start(Path file) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Writer.class.getName());
        command.add(file.toString());
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
