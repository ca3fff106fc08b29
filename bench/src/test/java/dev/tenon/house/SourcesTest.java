package dev.tenon.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Files a reader can hold in the head.
final class SourcesTest {
    private static final int LINES = 600;
    private static final int COLUMNS = 120;
    private static final Path ALLOWED =
            Path.of("bench/src/test/resources/dev/tenon/house/long-files.txt");

    /// Written apart, so that this file does not match.
    private static final Pattern UNFINISHED =
            Pattern.compile("\\b(" + "TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    @Test
    void noFileIsLongerThanTheCap() {
        Map<String, String> allowed = allowedLongFiles();
        List<String> tooLong = new ArrayList<>();
        for (Path file : Repository.javaFiles()) {
            long lines = Repository.read(file).lines().count();
            boolean excused = allowed.remove(Repository.name(file)) != null;
            if (lines > LINES && !excused) {
                tooLong.add(Repository.name(file) + ": " + lines + " lines; the cap is " + LINES);
            } else if (lines <= LINES && excused) {
                tooLong.add(
                        Repository.name(file)
                                + ": "
                                + lines
                                + " lines need no entry in "
                                + ALLOWED);
            }
        }
        allowed.keySet()
                .forEach(name -> tooLong.add(name + ": named in " + ALLOWED + " but not there"));
        assertThat(tooLong).isEmpty();
    }

    @Test
    void noLineIsWiderThanTheScreen() {
        List<String> tooWide = new ArrayList<>();
        for (Path file : Repository.javaFiles()) {
            int number = 0;
            for (String line : Repository.read(file).lines().toList()) {
                number++;
                if (line.length() > COLUMNS) {
                    tooWide.add(
                            Repository.name(file)
                                    + ":"
                                    + number
                                    + ": "
                                    + line.length()
                                    + " columns");
                }
            }
        }
        assertThat(tooWide).isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        assertThat(
                        Repository.javaFiles().stream()
                                .filter(file -> UNFINISHED.matcher(Repository.read(file)).find())
                                .map(Repository::name))
                .isEmpty();
    }

    @Test
    void everyPackageIsDescribedAndNullMarked() {
        assertThat(
                        Repository.javaFiles().stream()
                                .filter(file -> Repository.name(file).contains("/src/main/java/"))
                                .map(Path::getParent)
                                .distinct()
                                .filter(folder -> {
                                    Path info = folder.resolve("package-info.java");
                                    return !Files.exists(info)
                                            || !Repository.read(info).contains("///")
                                            || !Repository.read(info).contains("@NullMarked");
                                })
                                .map(Repository::name))
                .isEmpty();
    }

    /// Each line of the list: a path, a space, the reason.
    private static Map<String, String> allowedLongFiles() {
        Map<String, String> allowed = new TreeMap<>();
        Repository.read(Repository.root().resolve(ALLOWED))
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .forEach(line -> {
                    String[] words = line.split(" ", 2);
                    assertThat(words).as("a path and a reason in: %s", line).hasSize(2);
                    allowed.put(words[0], words[1]);
                });
        return allowed;
    }
}
