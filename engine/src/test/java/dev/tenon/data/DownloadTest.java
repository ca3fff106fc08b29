package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Downloads from a server on this machine; nothing leaves it.
class DownloadTest {
    private static final String CURE =
            ". Nothing was kept; try again, set the system property tenon.toy.url to another mirror, or load the files"
                    + " from a folder";

    @TempDir Path cache;
    private HttpServer server;
    private String url;
    private final ConcurrentHashMap<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int cutOff; // bytes that are promised and not sent

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        url =
                "http://"
                        + InetAddress.getLoopbackAddress().getHostAddress()
                        + ":"
                        + server.getAddress().getPort()
                        + "/";
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String name = exchange.getRequestURI().getPath().substring(1);
            asked.add(name);
            byte[] file = files.get(name);
            if (file == null) {
                byte[] page = "no such file".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(404, page.length);
                exchange.getResponseBody().write(page);
            } else {
                exchange.sendResponseHeaders(200, file.length + cutOff);
                exchange.getResponseBody().write(file);
            }
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /// Puts four files of three images on the server and returns the data set that they make.
    private FourFiles toy(Download.Of digested) throws Exception {
        byte[] images = IdxTest.idx(new int[] {3, 28, 28}, new byte[3 * 784]);
        byte[] labels = IdxTest.idx(new int[] {3}, new byte[] {1, 2, 3});
        List<String> digests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            byte[] raw = i % 2 == 0 ? images : labels;
            byte[] packed = IdxTest.gzip(raw);
            files.put(FourFiles.NAMES.get(i) + ".gz", packed);
            digests.add(sha256(digested == Download.Of.FILE ? packed : raw));
        }
        return new FourFiles("toy", "nobody", url, digested, digests);
    }

    private List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void downloadsOnceAndChecksFileOrContents() throws Exception {
        for (Download.Of digested : Download.Of.values()) {
            Path folder = cache.resolve(digested.name());
            FourFiles toy = toy(digested);
            assertThat(toy.loadCached(folder).train().labels(0, 1, 2).toLongs())
                    .containsExactly(1, 2, 3);
            assertThat(asked)
                    .containsExactlyElementsOf(
                            FourFiles.NAMES.stream().map(name -> name + ".gz").toList());
            assertThat(names(folder.resolve("toy"))).containsExactlyInAnyOrderElementsOf(asked);
            asked.clear();
            assertThat(toy.loadCached(folder).test().count()).isEqualTo(3);
            assertThat(asked).isEmpty();
        }
    }

    @Test
    void takesTheMirrorThatThePropertyNames() throws Exception {
        FourFiles toy = toy(Download.Of.FILE);
        FourFiles elsewhere =
                new FourFiles("toy", "nobody", "http://0.0.0.0:1/", toy.digested(), toy.sha256());
        System.setProperty("tenon.toy.url", url.substring(0, url.length() - 1));
        try {
            assertThat(elsewhere.loadCached(cache).train().count()).isEqualTo(3);
        } finally {
            System.clearProperty("tenon.toy.url");
        }
    }

    @Test
    void downloadsTheRealFilesWithTheRightDigests() throws Exception {
        Path shared = MnistTest.shared();
        for (String name : FourFiles.NAMES) {
            files.put(name + ".gz", Files.readAllBytes(shared.resolve(name + ".gz")));
        }
        System.setProperty("tenon.cache", cache.toString());
        System.setProperty("tenon.mnist.url", url);
        try {
            assertThat(Mnist.load().train().count()).isEqualTo(60_000);
        } finally {
            System.clearProperty("tenon.cache");
            System.clearProperty("tenon.mnist.url");
        }
        assertThat(names(cache.resolve("mnist"))).containsExactlyInAnyOrderElementsOf(asked);
    }

    @Test
    void keepsNothingThatHasAnotherDigest() throws Exception {
        FourFiles toy = toy(Download.Of.CONTENTS);
        String name = FourFiles.NAMES.get(1);
        byte[] other = IdxTest.idx(new int[] {3}, new byte[] {1, 2, 4});
        files.put(name + ".gz", IdxTest.gzip(other));
        assertThatThrownBy(() -> toy.loadCached(cache))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: "
                                + url
                                + name
                                + ".gz: the file must have SHA-256 "
                                + toy.sha256().get(1)
                                + "; got "
                                + sha256(other)
                                + CURE);
        assertThat(names(cache.resolve("toy"))).containsExactly(FourFiles.NAMES.get(0) + ".gz");
    }

    @Test
    void keepsNothingThatIsCutOff() throws Exception {
        FourFiles toy = toy(Download.Of.FILE);
        cutOff = 100;
        assertThatThrownBy(() -> toy.loadCached(cache))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "toy: "
                                + url
                                + "train-images-idx3-ubyte.gz: the file must arrive whole; got IOException (")
                .hasMessageEndingWith(CURE);
        assertThat(names(cache.resolve("toy"))).isEmpty();
        cutOff = 0;
        assertThat(toy.loadCached(cache).train().count()).isEqualTo(3);
    }

    @Test
    void keepsNoErrorPage() throws Exception {
        FourFiles toy = toy(Download.Of.FILE);
        files.clear();
        assertThatThrownBy(() -> toy.loadCached(cache))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: "
                                + url
                                + "train-images-idx3-ubyte.gz: the server must answer 200; got 404"
                                + CURE);
        assertThat(names(cache.resolve("toy"))).isEmpty();
    }

    @Test
    void saysThatNoServerAnswers() throws Exception {
        FourFiles toy = toy(Download.Of.FILE);
        server.stop(0);
        assertThatThrownBy(() -> toy.loadCached(cache))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: "
                                + url
                                + "train-images-idx3-ubyte.gz: the file must arrive whole; got ConnectException"
                                + CURE);
        assertThat(names(cache.resolve("toy"))).isEmpty();
    }

    @Test
    void takesNoMoreThanItsLimit() {
        files.put("endless", new byte[(64 << 20) + 1]);
        Path target = cache.resolve("endless");
        assertThatThrownBy(() ->
                        Download.file(
                                "toy", URI.create(url + "endless"), target, Download.Of.FILE, ""))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "toy: " + url + "endless: the file must arrive whole; got IOException (")
                .hasMessageEndingWith(CURE);
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void refusesWhatIsNoUrl() {
        FourFiles file =
                new FourFiles("toy", "", "file:///etc/", Download.Of.FILE, List.of("", "", "", ""));
        assertThatThrownBy(() -> file.loadCached(cache))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: the URL must begin with http:// or https://; got"
                                + " file:///etc/train-images-idx3-ubyte.gz");
        FourFiles broken =
                new FourFiles("toy", "", "http://a b/", Download.Of.FILE, List.of("", "", "", ""));
        assertThatThrownBy(() -> broken.loadCached(cache))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: the URL must be well formed; got http://a b/train-images-idx3-ubyte.gz");
    }
}
