package dev.tenon.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `docs/map.md` tells the truth: its grid is what the files say, and its links lead somewhere.
///
/// With `-Dtenon.map.write=true` the grid is written instead of compared.
final class MapTest {
    private static final Path MAP = Repository.root().resolve("docs/map.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
    private static final Pattern GRID =
            Pattern.compile("(?s)(?<=<!-- grid -->\n).*(?=<!-- end of grid -->)");
    private static final Pattern FAMILY =
            Pattern.compile("engine/src/main/java/dev/tenon/kernel/(\\w+)Kernel\\.java");

    private static final List<String> FAMILIES =
            List.of(
                    "Elementwise",
                    "Reduce",
                    "Matmul",
                    "Norm",
                    "Conv",
                    "Resample",
                    "Attention",
                    "Index",
                    "Loss",
                    "Random",
                    "Optim",
                    "Quant");

    /// Column heading to file name, in which `%s` is the family. Only the first three must exist.
    private static final List<Map.Entry<String, String>> COLUMNS =
            List.of(
                    Map.entry("kernel", "%sKernel.java"),
                    Map.entry("definition", "Scalar%s.java"),
                    Map.entry("portable", "Vector%s.java"),
                    Map.entry("machine code", "Machine%s.java"),
                    Map.entry("op with gradient", "%sOps.java"),
                    Map.entry("kernel test", "%sKernelTest.java"),
                    Map.entry("op test", "%sOpsTest.java"),
                    Map.entry("benchmark", "%sBenchmark.java"));

    @Test
    void gridNamesTheCellsThatExist() throws IOException {
        String map = Repository.read(MAP);
        String expected = grid();
        if (Boolean.getBoolean("tenon.map.write")) {
            Files.writeString(
                    MAP, GRID.matcher(map).replaceFirst(Matcher.quoteReplacement(expected)));
            return;
        }
        var found = GRID.matcher(map);
        assertThat(found.find()).as("docs/map.md has a grid").isTrue();
        assertThat(found.group()).isEqualTo(expected);
    }

    @Test
    void everyLinkLeadsToAFile() {
        List<String> dead =
                LINK.matcher(Repository.read(MAP))
                        .results()
                        .map(MatchResult::group)
                        .map(link -> link.substring(2, link.length() - 1))
                        .filter(link -> !Files.exists(MAP.resolveSibling(link).normalize()))
                        .toList();
        assertThat(dead).isEmpty();
    }

    @Test
    void everyFamilyHasKernelDefinitionAndFastVersion() {
        List<String> found =
                Repository.javaFiles().stream()
                        .map(Repository::name)
                        .map(FAMILY::matcher)
                        .filter(matcher -> matcher.matches())
                        .map(matcher -> matcher.group(1))
                        .toList();
        assertThat(found).containsExactlyInAnyOrderElementsOf(FAMILIES);
        Map<String, Path> files = filesByName();
        for (String family : FAMILIES) {
            assertThat(files)
                    .containsKeys(
                            family + "Kernel.java",
                            "Scalar" + family + ".java",
                            "Vector" + family + ".java");
        }
    }

    private static String grid() {
        Map<String, Path> files = filesByName();
        StringBuilder table = new StringBuilder("| family |");
        COLUMNS.forEach(column -> table.append(' ').append(column.getKey()).append(" |"));
        table.append("\n|").append("---|".repeat(COLUMNS.size() + 1)).append('\n');
        for (String family : FAMILIES) {
            List<String> cells = new ArrayList<>();
            for (var column : COLUMNS) {
                String name = String.format(Locale.ROOT, column.getValue(), family);
                Path file = files.get(name);
                cells.add(
                        file == null
                                ? ""
                                : "["
                                        + name.replace(".java", "")
                                        + "](../"
                                        + Repository.name(file)
                                        + ")");
            }
            table.append("| ")
                    .append(family)
                    .append(" | ")
                    .append(String.join(" | ", cells))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static Map<String, Path> filesByName() {
        return Repository.javaFiles().stream()
                .filter(file -> !file.endsWith("package-info.java"))
                .collect(
                        Collectors.toMap(
                                file -> file.getFileName().toString(), file -> file, (a, b) -> a));
    }
}
