package dev.tenon.bench;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.checkpoint.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The figures of a benchmark run, as a table to read and as JSON to keep.
///
/// @param figures in the order of the table
public record Report(List<Figure> figures) {
    private static final String NONE = "-";
    private static final List<String> HEAD =
            List.of("benchmark", "one run", "figure", "peak", "of peak", "peer", "of peer");

    public Report {
        figures = List.copyOf(figures);
    }

    /// Prints the figures as a table: names to the left, numbers to the right, a dash where there
    /// is nothing.
    public void print(PrintWriter out) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        figures.forEach(figure -> rows.add(row(figure)));
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String space = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + space : "  " + space + row.get(i));
            }
            out.println(line);
        }
        out.flush();
    }

    /// Writes the figures to `file` as a JSON array, all or nothing.
    ///
    /// @throws CheckpointException if the folder does not take the file
    public void write(Path file) {
        Json.write(file, figures.stream().map(Figure::toMap).toList());
    }

    private static List<String> row(Figure figure) {
        Double seconds = figure.seconds();
        Double peak = figure.peak();
        String peer = figure.peer();
        Double peerValue = figure.peerValue();
        return List.of(
                figure.name(),
                seconds == null ? NONE : duration(seconds),
                number(figure.value()) + " " + figure.unit(),
                peak == null ? NONE : number(peak) + " " + figure.unit(),
                percent(figure.ofPeak()),
                peer == null || peerValue == null
                        ? NONE
                        : peer + " " + number(peerValue) + " " + figure.unit(),
                percent(figure.ofPeer()));
    }

    /// Returns a duration in the unit that gives it one to four digits before the point.
    static String duration(double seconds) {
        if (seconds < 1e-3) {
            return number(seconds * 1e6) + " us";
        }
        return seconds < 1 ? number(seconds * 1e3) + " ms" : number(seconds) + " s";
    }

    /// Returns a number with at least three significant digits.
    static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private static String percent(@Nullable Double share) {
        return share == null ? NONE : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
