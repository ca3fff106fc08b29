package dev.tenon.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir Path folder;

    /// A disk with room for `bytes` more bytes.
    private static WritableByteChannel full(WritableByteChannel below, long bytes) {
        return new WritableByteChannel() {
            private long room = bytes;

            @Override
            public int write(ByteBuffer source) throws IOException {
                if (source.hasRemaining() && room == 0) {
                    throw new IOException("No space left on device");
                }
                int taken = (int) Math.min(room, source.remaining());
                below.write(source.slice(source.position(), taken));
                source.position(source.position() + taken);
                room -= taken;
                return taken;
            }

            @Override
            public boolean isOpen() {
                return below.isOpen();
            }

            @Override
            public void close() throws IOException {
                below.close();
            }
        };
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesAndReplaces() throws IOException {
        Path file = folder.resolve("run.json");
        AtomicFile.write(file, "one".getBytes(StandardCharsets.UTF_8));
        assertThat(file).hasContent("one");
        AtomicFile.write(file, "two!".getBytes(StandardCharsets.UTF_8));
        assertThat(file).hasContent("two!");
        assertThat(names()).containsExactly("run.json");
    }

    @Test
    void writesMoreThanOnePiece() {
        byte[] contents = new byte[(5 << 20) + 3];
        new java.util.Random(1).nextBytes(contents);
        Path file = folder.resolve("large");
        AtomicFile.write(file, contents);
        assertThat(file).hasBinaryContent(contents);
    }

    @Test
    void givesTheFileTheUsualPermissions() throws IOException {
        Path usual = Files.writeString(folder.resolve("usual"), "x");
        Path file = folder.resolve("atomic");
        AtomicFile.write(file, new byte[] {1});
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            assertThat(Files.getPosixFilePermissions(file))
                    .isEqualTo(Files.getPosixFilePermissions(usual));
        }
        assertThat(file).isReadable();
    }

    @Test
    void leavesTheOldFileWhenTheDiskIsFull() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("w", Tensor.ones(7));
        Safetensors.write(file, new Checkpoint(tensors));
        byte[] old = Files.readAllBytes(file);
        tensors.put("w", Tensor.ones(1000));
        long needed = 4000 + 8 + 64;
        for (long room : new long[] {0, 3, 8, 70, 2000, needed - 1}) {
            assertThatThrownBy(() ->
                            Safetensors.write(
                                    file, new Checkpoint(tensors), channel -> full(channel, room)))
                    .isInstanceOf(CheckpointException.class)
                    .message()
                    .matches(
                            "write: \\Q"
                                    + file
                                    + "\\E: the folder must take "
                                    + needed
                                    + " bytes; got \\d+ bytes free \\(No space left on device\\)\\. The file is as it"
                                    + " was before");
            assertThat(file).hasBinaryContent(old);
            assertThat(names()).containsExactly("model.safetensors");
        }
        Safetensors.write(file, new Checkpoint(tensors), channel -> full(channel, needed));
        assertThat(Safetensors.read(file).tensor("w").count()).isEqualTo(1000);
    }

    @Test
    void leavesNothingWhenTheContentsCannotBeMade() throws IOException {
        Path file = folder.resolve("image.png");
        assertThatThrownBy(() ->
                        AtomicFile.write(
                                file,
                                9,
                                channel -> {
                                    channel.write(ByteBuffer.allocate(3));
                                    throw new CheckpointException("a reason");
                                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("a reason");
        assertThat(names()).isEmpty();
    }

    @Test
    void refusesAMissingFolderAndAFolder() {
        Path file = folder.resolve("missing").resolve("run.json");
        assertThatThrownBy(() -> AtomicFile.write(file, new byte[1]))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "write: the folder must exist; got " + file.getParent() + " for run.json");
        assertThatThrownBy(() -> AtomicFile.write(folder, new byte[1]))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("write: the file must not be a folder; got " + folder);
    }

    @Test
    void removesWhatAKilledProcessLeftAndNothingElse() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--version")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        process.waitFor();
        long gone = process.pid();
        long alive = ProcessHandle.current().pid();
        Files.createFile(folder.resolve(".run.json." + gone + "-1f.tmp"));
        Files.createFile(folder.resolve(".run.json." + alive + "-1f.tmp"));
        Files.createFile(folder.resolve(".other.json." + gone + "-1f.tmp"));
        Files.createFile(folder.resolve(".run.json.mine.tmp"));
        AtomicFile.write(folder.resolve("run.json"), new byte[] {1});
        assertThat(names())
                .containsExactly(
                        ".other.json." + gone + "-1f.tmp",
                        ".run.json." + alive + "-1f.tmp",
                        ".run.json.mine.tmp",
                        "run.json");
    }
}
