package dev.tenon.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fetches a file once, keeps it only if its digest is right, and says so in the log.
///
/// The file appears under its name when it is whole and checked, never before.
final class Download {
    private static final Logger LOG = LoggerFactory.getLogger(Download.class);
    private static final Duration TO_CONNECT = Duration.ofSeconds(20);
    private static final long MINUTES = 30; // for the whole file
    private static final long LARGEST = 64 << 20; // bytes; the largest of our files has 26 million
    private static final long LARGEST_CONTENTS = 256 << 20;
    private static final int CHUNK = 1 << 16;

    /// What a digest is of.
    enum Of {
        /// The file as it comes.
        FILE,
        /// What the file holds when it is uncompressed.
        CONTENTS
    }

    private Download() {}

    /// Fetches `uri` into `target`, whose folder is made if it is missing.
    ///
    /// @param name of the data set, for messages
    /// @throws DataException if the file cannot be had, or its digest is not `sha256`
    static void file(String name, URI uri, Path target, Of digested, String sha256) {
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
            throw new DataException(
                    name + ": the URL must begin with http:// or https://; got " + uri);
        }
        LOG.info("{}: downloading {} to {}", name, uri, target);
        try {
            Path folder = target.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Path partial = Files.createTempFile(folder, target.getFileName() + ".", ".part");
            try {
                fetch(name, uri, partial);
                String got = digest(partial, digested);
                if (!got.equals(sha256)) {
                    throw new DataException(
                            name
                                    + ": "
                                    + uri
                                    + ": the file must have SHA-256 "
                                    + sha256
                                    + "; got "
                                    + got
                                    + ". Nothing was kept; "
                                    + cure(name));
                }
                try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial); // after the move there is none
            }
        } catch (IOException e) {
            throw new DataException(
                    name
                            + ": "
                            + uri
                            + ": the file must arrive whole; got "
                            + reason(e)
                            + ". Nothing was kept; "
                            + cure(name),
                    e);
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return e.getClass().getSimpleName()
                + (message == null ? "" : " (" + message.replaceAll("\\s*\\R\\s*", " ") + ")");
    }

    private static String cure(String name) {
        return "try again, set the system property tenon."
                + name
                + ".url to another mirror, or load the files from a folder";
    }

    private static void fetch(String name, URI uri, Path partial) throws IOException {
        HttpClient client =
                HttpClient.newBuilder()
                        .connectTimeout(TO_CONNECT)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .build();
        try {
            HttpResponse<Path> response =
                    client.sendAsync(
                                    HttpRequest.newBuilder(uri).build(),
                                    BodyHandlers.limiting(BodyHandlers.ofFile(partial), LARGEST))
                            .get(MINUTES, TimeUnit.MINUTES);
            if (response.statusCode() != 200) {
                throw new DataException(
                        name
                                + ": "
                                + uri
                                + ": the server must answer 200; got "
                                + response.statusCode()
                                + ". Nothing was kept; "
                                + cure(name));
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no end after " + MINUTES + " minutes", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("an interrupt", e);
        } finally {
            client.shutdownNow();
        }
    }

    private static String digest(Path file, Of digested) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        try (InputStream stored = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
            boolean unpack = digested == Of.CONTENTS && Idx.isCompressed(stored);
            InputStream in = unpack ? new GZIPInputStream(stored, CHUNK) : stored;
            byte[] chunk = new byte[CHUNK];
            long left = LARGEST_CONTENTS;
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                sha256.update(chunk, 0, read);
                left -= read;
                if (left < 0) {
                    throw new IOException("more than " + LARGEST_CONTENTS + " uncompressed bytes");
                }
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
