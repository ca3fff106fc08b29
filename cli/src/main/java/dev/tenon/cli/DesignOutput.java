package dev.tenon.cli;

import dev.tenon.designer.document.DesignFile;
import dev.tenon.designer.json.Json;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Where a command writes a design.
final class DesignOutput {
    @Spec(Spec.Target.MIXEE)
    CommandSpec spec;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to write; - for standard output.")
    String out;

    /// Refuses a file that can't be written, before the work.
    void check() {
        if (!out.equals("-") && !OutputFile.isStream(Path.of(out))) {
            OutputFile.check("--out", Path.of(out));
        }
    }

    void write(Json json) {
        if (out.equals("-")) {
            var writer = spec.commandLine().getOut();
            writer.print(DesignFile.text("standard output", json));
            writer.flush();
        } else {
            DesignFile.write(Path.of(out), json);
        }
    }
}
