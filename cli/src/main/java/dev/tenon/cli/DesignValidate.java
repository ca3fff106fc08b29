package dev.tenon.cli;

import dev.tenon.designer.schema.Diagnostic;
import dev.tenon.designer.schema.Severity;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tenon design validate`: what is odd in a design.
@Command(
        name = "validate",
        description = {
            "Says what is wrong or odd in a design, one line each with its place as a JSON pointer.",
            "Ends with 0 if nothing is wrong, with 2 if something is; what is only odd is a warning."
        },
        footer = {"", "Example: tenon design validate form.json"})
final class DesignValidate implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The design; - for standard input.")
    String file;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        DesignInput input = DesignInput.read(file);
        List<Diagnostic> found = input.diagnostics();
        found.forEach(diagnostic -> out.println(input.name() + ": " + diagnostic));
        long errors = found.stream().filter(each -> each.severity() == Severity.ERROR).count();
        out.println(
                input.name()
                        + ": "
                        + count(errors, "error")
                        + ", "
                        + count(found.size() - errors, "warning"));
        return errors > 0 ? Program.REFUSED : 0;
    }

    private static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
