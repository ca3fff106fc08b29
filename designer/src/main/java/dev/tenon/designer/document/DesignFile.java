package dev.tenon.designer.document;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;

/// JSON in files. Writing is atomic: the text goes to a temporary file beside the file, is forced
/// to disk, and takes the file's name and permissions; the name is forced to disk too. Whatever
/// happens on the way, the file is as it was or as it is to be. A link stays, and the file that it
/// leads to is written; a device or a pipe takes the text as it comes.
public final class DesignFile {
    private static final boolean FOLDERS_CAN_BE_FORCED = File.separatorChar == '/';
    private static final int MOST_LINKS = 40; // as Linux
    private static final long MOST_SPACES = 16 << 20;

    private DesignFile() {}

    /// Returns the JSON in `file`, within the bounds of [JsonText].
    ///
    /// @throws DesignException if it is no JSON, or beyond the bounds
    /// @throws UncheckedIOException if the file can't be read
    public static Json read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return JsonText.read(file.toString(), in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes `json` to `file`, indented.
    ///
    /// @throws DesignException if the text would be beyond the bounds within which it is read
    /// @throws UncheckedIOException if the file can't be written, naming it; it is then as it was
    public static void write(Path file, Json json) {
        byte[] text = text(file.toString(), json).getBytes(StandardCharsets.UTF_8);
        if (file.getFileName() == null || Files.isDirectory(file)) {
            throw new DesignException("write: must be a file; got the folder " + file);
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    writeAll(channel, text);
                }
            } else {
                replace(behindLinks(file), text);
            }
        } catch (IOException e) {
            var named = new FileSystemException(file.toString(), null, reason(e));
            named.initCause(e);
            throw new UncheckedIOException(named);
        }
    }

    private static Path behindLinks(Path file) throws IOException {
        if (Files.exists(file)) {
            return file.toRealPath();
        }
        Path at = file;
        for (int links = 0; Files.isSymbolicLink(at); links++) {
            if (links == MOST_LINKS) {
                throw new IOException("its links lead to each other");
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        return at;
    }

    private static void replace(Path file, byte[] text) throws IOException {
        Path temporary =
                file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                keepPermissions(file, temporary);
                writeAll(channel, text);
                channel.force(true);
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary); // after the move there is none
        }
        if (FOLDERS_CAN_BE_FORCED) {
            Path folder = file.toAbsolutePath().getParent();
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    private static void keepPermissions(Path file, Path temporary) throws IOException {
        var permissions = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (permissions != null && Files.exists(file)) {
            Files.setPosixFilePermissions(temporary, permissions.readAttributes().permissions());
        }
    }

    private static void writeAll(FileChannel channel, byte[] text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Why, without the name of the temporary file.
    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "its folder is missing";
            case AccessDeniedException _ -> "access is denied";
            case FileSystemException failed when failed.getReason() != null -> failed.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    /// Returns `json` as text that [JsonText] will read again: indented, or without spaces where
    /// those would be many millions.
    ///
    /// @param name stands for the text in messages
    /// @throws DesignException if it would be too deep or too long for that
    public static String text(String name, Json json) {
        var size = new Size();
        size.add(json);
        if (size.deepest > JsonText.DEEPEST) {
            throw new DesignException(
                    name
                            + ": nesting must be at most "
                            + JsonText.DEEPEST
                            + " deep; it would go deeper");
        }
        String text =
                size.spaces < MOST_SPACES ? JsonText.indented(json) : JsonText.compact(json) + "\n";
        if (size.tokens > JsonText.MOST_TOKENS || text.length() > JsonText.LONGEST) {
            throw new DesignException(
                    name
                            + ": must have at most "
                            + (JsonText.LONGEST >> 20)
                            + " MB and "
                            + JsonText.MOST_TOKENS
                            + " tokens; it would have more");
        }
        return text;
    }

    /// What the text of a value will have. It is walked without recursion: a value may be deeper
    /// than a thread's stack.
    private static final class Size {
        private long spaces; // before its lines: many deep nodes have far more of them than words
        private long tokens;
        private int deepest;
        private final Deque<Iterator<Json>> open = new ArrayDeque<>();

        void add(Json whole) {
            look(whole);
            while (!open.isEmpty() && deepest <= JsonText.DEEPEST) {
                Iterator<Json> values = open.getLast();
                if (values.hasNext()) {
                    look(values.next());
                } else {
                    open.removeLast();
                }
            }
        }

        private void look(Json value) {
            spaces += 2L * open.size();
            tokens++;
            if (value instanceof JsonObject object) {
                tokens += 1 + object.size();
                open(object.entries().stream().map(Map.Entry::getValue).iterator());
            } else if (value instanceof JsonArray array) {
                tokens++;
                open(array.iterator());
            }
        }

        private void open(Iterator<Json> values) {
            open.addLast(values);
            deepest = Math.max(deepest, open.size());
        }
    }
}
