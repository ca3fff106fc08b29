package dev.tenon.bench;

import dev.tenon.cli.OutputFile;
import dev.tenon.tensor.TenonException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option of every benchmark that says where its figures go besides the table.
final class ReportOptions {
    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the figures to FILE, as a JSON array.")
    @Nullable Path json;

    /// Refuses a file that could not be written, before a minute is spent on its contents.
    ///
    /// @throws TenonException if it is a folder, or its folder is missing or cannot be written to
    void check() {
        if (json != null) {
            OutputFile.check("--json", json);
        }
    }

    /// Prints the report and writes it where the option says.
    void deliver(Report report, PrintWriter out) {
        report.print(out);
        if (json != null) {
            report.write(json);
        }
    }
}
