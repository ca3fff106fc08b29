package dev.tenon.cli;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.document.DesignDocument;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.schema.Diagnostic;
import dev.tenon.designer.schema.SchemaStyle;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.schema.Transformed;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tenon design convert`: a design as another kind of document.
@Command(
        name = "convert",
        description = {
            "Writes a design as Tenon's tree document or as Formily's {form, schema}.",
            "Nothing is lost on the way: a schema that comes back from its tree is the one that it was. What is odd"
                    + " is told on standard error."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  tenon design convert form.json --to tree --out form.tenon.json",
            "  tenon design convert form.tenon.json --to schema --out - | head"
        })
final class DesignConvert implements Callable<Integer> {
    /// What to write.
    enum Target {
        /// Tenon's document.
        TREE,
        /// Formily's.
        SCHEMA
    }

    /// How to write a schema.
    enum Style {
        /// As it was read.
        WRITTEN,
        /// With an id and an index for each field.
        NORMAL
    }

    @Spec CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The design; - for standard input.")
    String file;

    @Option(names = "--to", required = true, paramLabel = "KIND", description = "tree or schema.")
    Target to;

    @Mixin DesignOutput output;

    @Option(
            names = "--style",
            defaultValue = "written",
            paramLabel = "STYLE",
            description =
                    "How a schema is written: written (as it was, but for what was edited; the default) or normal (each"
                            + " field with its id and index, $ref resolved).")
    Style style;

    @Override
    public Integer call() {
        output.check();
        DesignInput input = DesignInput.read(file);
        Transformed<DesignDocument> design = input.sound(false);
        tell(input, design);
        if (to == Target.TREE) {
            output.write(design.value().json());
            return 0;
        }
        Transformed<JsonObject> schema =
                SchemaTransform.DEFAULT.schema(
                        design.value().tree(),
                        style == Style.NORMAL ? SchemaStyle.NORMAL : SchemaStyle.AS_WRITTEN);
        if (schema.hasErrors()) {
            throw new DesignException(
                    input.name() + ": " + schema.diagnostics().getFirst().message());
        }
        JsonObject more = design.value().more();
        if (!more.isEmpty()) {
            Diagnostic members = Diagnostic.members("", "the document", more.names());
            spec.commandLine().getErr().println(input.name() + ": " + members);
        }
        tell(input, schema);
        output.write(schema.value());
        return 0;
    }

    private void tell(DesignInput input, Transformed<?> made) {
        PrintWriter err = spec.commandLine().getErr();
        made.diagnostics().forEach(found -> err.println(input.name() + ": " + found));
    }
}
