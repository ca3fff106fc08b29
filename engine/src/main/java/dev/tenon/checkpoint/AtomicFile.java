package dev.tenon.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.UnaryOperator;

/// Writes a file so that it is at any moment, a power cut included, either what it was or what it
/// becomes, whole.
///
/// The contents go to a temporary file in the same folder, which is forced to disk and then renamed
/// over the file; last the folder is forced to disk. If anything fails, the temporary file is
/// removed. A process that was killed while writing leaves its temporary file behind; the next
/// write of the same file removes it.
public final class AtomicFile {
    private static final int CHUNK = 1 << 20; // what one call hands to the operating system
    private static final boolean FOLDERS_CAN_BE_FORCED = java.io.File.separatorChar == '/';

    private AtomicFile() {}

    /// Writes the contents of a file to a channel.
    @FunctionalInterface
    public interface Body {
        /// Writes all of the contents.
        ///
        /// @throws IOException if the channel does not take them
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /// Writes `contents` to `file`.
    ///
    /// @throws CheckpointException if the folder does not exist or does not take the file; `file`
    ///   is then as it was before
    public static void write(Path file, byte[] contents) {
        write(file, contents.length, channel -> writeAll(channel, ByteBuffer.wrap(contents)));
    }

    /// Writes what `body` produces to `file`.
    ///
    /// @param bytes how many that is, for the message if the disk is full
    /// @throws CheckpointException if the folder does not exist or does not take the file; `file`
    ///   is then as it was before
    public static void write(Path file, long bytes, Body body) {
        write(file, bytes, body, channel -> channel);
    }

    /// Writes through `disk`, which a test puts around the channel to simulate a disk that fails.
    static void write(Path file, long bytes, Body body, UnaryOperator<WritableByteChannel> disk) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new CheckpointException("write: the file must not be a folder; got " + file);
        }
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(
                    "write: the folder must exist; got " + folder + " for " + file.getFileName());
        }
        String prefix = "." + file.getFileName() + ".";
        Path temporary =
                folder.resolve(
                        prefix
                                + ProcessHandle.current().pid()
                                + "-"
                                + Long.toHexString(System.nanoTime())
                                + ".tmp");
        try {
            removeLeftBehind(folder, prefix);
            try {
                writeForced(temporary, body, disk);
                Files.move(
                        temporary,
                        file.toAbsolutePath(),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary); // after the rename there is none
            }
            if (FOLDERS_CAN_BE_FORCED) {
                try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                    entries.force(true);
                }
            }
        } catch (IOException e) {
            throw refused(file, folder, bytes, e);
        }
    }

    private static void writeForced(
            Path temporary, Body body, UnaryOperator<WritableByteChannel> disk) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            body.writeTo(disk.apply(channel));
            channel.force(true);
        }
    }

    /// Writes all of `bytes`, a piece at a time: the channel copies a heap buffer to native memory
    /// of the same size and keeps that for the thread.
    static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            ByteBuffer piece = bytes.slice(bytes.position(), Math.min(CHUNK, bytes.remaining()));
            while (piece.hasRemaining()) {
                channel.write(piece);
            }
            bytes.position(bytes.position() + piece.position());
        }
    }

    /// Removes temporary files of this file whose process is gone.
    private static void removeLeftBehind(Path folder, String prefix) throws IOException {
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(
                        folder, path -> isTemporary(path.getFileName().toString(), prefix))) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                long pid =
                        Long.parseLong(
                                name, prefix.length(), name.indexOf('-', prefix.length()), 10);
                if (ProcessHandle.of(pid).isEmpty()) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }

    private static boolean isTemporary(String name, String prefix) {
        return name.startsWith(prefix)
                && name.substring(prefix.length()).matches("\\d{1,18}-[0-9a-f]+\\.tmp");
    }

    private static CheckpointException refused(
            Path file, Path folder, long bytes, IOException cause) {
        return new CheckpointException(
                "write: "
                        + file
                        + ": the folder must take "
                        + bytes
                        + " bytes; got "
                        + free(folder)
                        + " bytes free ("
                        + reason(cause)
                        + "). The file is as it was before",
                cause);
    }

    private static String free(Path folder) {
        long free = folder.toFile().getUsableSpace();
        return Long.toString(free);
    }

    /// Returns why in one line: the reason of a FileSystemException or, where it has none, its
    /// kind.
    static String reason(IOException e) {
        String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return message == null
                ? e.getClass()
                        .getSimpleName()
                        .replace("Exception", "")
                        .replaceAll("(?<=.)(?=[A-Z])", " ")
                        .toLowerCase(java.util.Locale.ROOT)
                : Words.quoted(message);
    }
}
