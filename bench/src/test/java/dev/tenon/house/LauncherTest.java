package dev.tenon.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The launcher `./tenon` in a small repository of its own, with a JDK and a Maven that only say
/// how they were called.
@Timeout(60)
final class LauncherTest {
    private static final List<String> TOOLS =
            List.of(
                    "bash",
                    "env",
                    "dirname",
                    "readlink",
                    "find",
                    "head",
                    "mkdir",
                    "ln",
                    "rm",
                    "mv",
                    "cp",
                    "touch",
                    "date",
                    "sleep",
                    "grep",
                    "cat");

    @TempDir Path folder;
    private Path repository;
    private Path bin;

    @BeforeEach
    void layOut() throws IOException {
        repository = Files.createDirectories(folder.resolve("my repository"));
        bin = Files.createDirectories(folder.resolve("bin"));
        for (String tool : TOOLS) {
            Path found =
                    Stream.of("/usr/bin/", "/bin/")
                            .map(at -> Path.of(at + tool))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow();
            // a script and not a link: JUnit warns about each link it removes
            script(bin.resolve(tool), "exec " + found + " \"$@\"");
        }
        Files.createDirectories(repository.resolve("scripts"));
        for (String file : List.of("tenon", "scripts/find-jdk.sh", "scripts/build.sh")) {
            Files.copy(Repository.root().resolve(file), repository.resolve(file));
        }
        Files.createDirectories(repository.resolve("cli/src/main/java"));
        Files.createDirectories(repository.resolve(".mvn"));
        Files.writeString(repository.resolve("pom.xml"), "<project/>");
        Files.writeString(repository.resolve("cli/pom.xml"), "<project/>");
        jdk("jdk-17", "17.0.15");
    }

    @Test
    void withoutJdk25OneLineSaysWhatIsMissing() throws Exception {
        String line =
                "tenon: no JDK 25 in JAVA_HOME, on PATH or in the usual folders; install one "
                        + "(Debian: apt install openjdk-25-jdk, macOS: brew install openjdk@25, "
                        + "SDKMAN: sdk install java 25-tem) or set JAVA_HOME to it\n";
        assertThat(tenon(List.of("train"), Map.of())).isEqualTo(new Ended(2, "", line));
        assertThat(repository.resolve(".tenon")).doesNotExist();
    }

    @Test
    void withoutMavenOneLineSaysWhatIsMissing() throws Exception {
        jdk("jdk-25", "25.0.3");
        String line =
                "tenon: no Maven on PATH, which builds Tenon on the first start; install one "
                        + "(Debian: apt install maven, macOS: brew install maven, SDKMAN: sdk install maven)\n";
        assertThat(tenon(List.of("train"), Map.of())).isEqualTo(new Ended(2, "", line));
    }

    @Test
    void buildsOnceAndPassesWordsAndExitCodeOn() throws Exception {
        jdk("jdk-25", "25");
        maven("exit 0");
        Ended first =
                tenon(List.of("train", "two words"), Map.of("TENON_JAVA_OPTS", "-Xmx1g -Dx=y"));
        assertThat(first.err())
                .isEqualTo(
                        "Building Tenon (first start, about a minute)…\nto the real standard error\n");
        assertThat(first.code()).isEqualTo(7);
        assertThat(first.out().lines())
                .contains("-Xmx1g", "-Dx=y", "dev.tenon.cli.Main", "train", "two words")
                .containsSequence("--add-modules", "jdk.incubator.vector");
        Ended second = tenon(List.of("bench", "train"), Map.of());
        assertThat(second.err()).isEqualTo("to the real standard error\n");
        assertThat(second.out().lines())
                .endsWith("dev.tenon.bench.Main", "train")
                .doesNotContain("bench");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void onlyWithPeersAreTheyBuiltAndOnTheClassPath() throws Exception {
        jdk("jdk-25", "25.0.3");
        maven("exit 0");
        Ended without = tenon(List.of("bench", "kernels"), Map.of());
        assertThat(without.out()).doesNotContain("/peers/", "cachedir");
        Ended with = tenon(List.of("bench", "kernels", "--peers", "--filter", "conv"), Map.of());
        assertThat(with.err())
                .startsWith("The peers OpenBLAS and libtorch are fetched now, once: 110 MB.\n");
        String path =
                with.out().lines().filter(line -> line.endsWith("/peers/*")).findFirst().get();
        assertThat(path).matches(".*/bench/\\*:.*/peers/\\*");
        assertThat(with.out().lines())
                .contains("-Dorg.bytedeco.javacpp.cachedir=" + repository.resolve(".tenon/natives"))
                .endsWith("dev.tenon.bench.Main", "kernels", "--peers", "--filter", "conv");
        assertThat(tenon(List.of("bench", "kernels", "--peers=installed"), Map.of()).err())
                .isEqualTo("to the real standard error\n");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void worksThroughLinksFromAnotherFolder() throws Exception {
        jdk("jdk-25", "25.0.3");
        maven("exit 0");
        Path link =
                Files.createSymbolicLink(folder.resolve("link"), Path.of("my repository/tenon"));
        Path linkToLink = Files.createSymbolicLink(folder.resolve("again"), link);
        assertThat(ended(start(linkToLink, List.of(), Map.of())).code()).isEqualTo(7);
        assertThat(repository.resolve(".tenon/app")).exists();
    }

    @Test
    void buildsAgainWhenASourceAppearsOrGoes() throws Exception {
        jdk("jdk-25", "25.0.3");
        maven("exit 0");
        assertThat(tenon(List.of(), Map.of()).code()).isEqualTo(7);
        Path source =
                Files.writeString(repository.resolve("cli/src/main/java/A.java"), "class A {}");
        assertThat(tenon(List.of(), Map.of()).err())
                .startsWith("Building Tenon (its sources changed)…\n");
        Files.delete(source);
        assertThat(tenon(List.of(), Map.of()).err())
                .startsWith("Building Tenon (its sources changed)…\n");
        assertThat(tenon(List.of(), Map.of()).err()).isEqualTo("to the real standard error\n");
        assertThat(builds()).isEqualTo(3);
    }

    @Test
    void aFailedBuildShowsItsErrorsAndTheLog() throws Exception {
        jdk("jdk-25", "25.0.3");
        maven("echo '[INFO] much'; echo '[ERROR] A.java:[1,2] no such symbol'; exit 1");
        assertThat(tenon(List.of(), Map.of()))
                .isEqualTo(
                        new Ended(
                                2,
                                "",
                                "Building Tenon (first start, about a minute)…\n[ERROR] A.java:[1,2] no such symbol\n"
                                        + "tenon: the build failed; the whole log is "
                                        + repository.toRealPath()
                                        + "/.tenon/build.log\n"));
        assertThat(Files.exists(repository.resolve(".tenon/lock"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        assertThat(tenon(List.of(), Map.of()).code()).isEqualTo(2);
    }

    @Test
    void startsAtTheSameTimeBuildOnce() throws Exception {
        jdk("jdk-25", "25.0.3");
        maven("sleep 0.5");
        // left by a build that was killed; no process has this number (Linux ends at 4194304, macOS
        // at 99999)
        Files.createSymbolicLink(
                Files.createDirectories(repository.resolve(".tenon")).resolve("lock"),
                Path.of("4194305"));
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            starts.add(start(repository.resolve("tenon"), List.of(), Map.of()));
        }
        for (Process start : starts) {
            assertThat(ended(start).code()).isEqualTo(7);
        }
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void whatJavaSaysWhileBootingIsShownButForOneWarning() throws Exception {
        Path java = jdk("jdk-25", "25.0.3").resolve("bin/java");
        script(
                java,
                "echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2\n"
                        + "echo 'Unrecognized option: -Xq' >&2; exit 1");
        maven("exit 0");
        assertThat(tenon(List.of(), Map.of()))
                .isEqualTo(
                        new Ended(
                                1,
                                "",
                                "Building Tenon (first start, about a minute)…\nUnrecognized option: -Xq\n"));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve("jdks").resolve(name);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(
                home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(
                home.resolve("bin/java"),
                "printf '%s\\n' \"$@\"; echo 'to the real standard error' >&3; exit 7");
        script(home.resolve("bin/javac"), "exit 1");
        return home;
    }

    /// A Maven that counts its calls, makes the jars the launcher copies, then does what the test
    /// says.
    private void maven(String then) throws IOException {
        script(
                bin.resolve("mvn"),
                """
                echo "$@" >> ../calls
                for program in cli bench peers; do
                    mkdir -p .tenon/build/tenon-$program/lib
                    touch .tenon/build/tenon-$program/lib/a.jar .tenon/build/tenon-$program/tenon-$program-1.jar
                done
                """
                        + then);
    }

    private long builds() throws IOException {
        try (Stream<String> calls = Files.lines(folder.resolve("calls"))) {
            return calls.count();
        }
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ended tenon(List<String> words, Map<String, String> environment) throws Exception {
        return ended(start(repository.resolve("tenon"), words, environment));
    }

    private Process start(Path command, List<String> words, Map<String, String> environment)
            throws IOException {
        List<String> line =
                new ArrayList<>(List.of(bin.resolve("bash").toString(), command.toString()));
        line.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH",
                                bin.toString(),
                                "HOME",
                                folder.toString(),
                                "LC_ALL",
                                "C.UTF-8",
                                "TENON_JDK_FOLDERS",
                                folder.resolve("nothing") + ":" + folder.resolve("jdks")));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /// Reads first, for the launcher's filter may speak after the process it belongs to has ended.
    /// What is said fits in a pipe's buffer, so one stream can be read after the other.
    private static Ended ended(Process process) throws Exception {
        String out = process.inputReader().readAllAsString();
        String err = process.errorReader().readAllAsString();
        return new Ended(process.waitFor(), out, err);
    }

    private record Ended(int code, String out, String err) {}
}
