package dev.tenon.cli;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.document.DesignDocument;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tenon design migrate`: a document in another version of the format.
@Command(
        name = "migrate",
        description =
                "Writes a document of Tenon's in another version of the format, newer or older.",
        sortOptions = false,
        footer = {"", "Example: tenon design migrate form.tenon.json --to 1 --out old.tenon.json"})
final class DesignMigrate implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The document; - for standard input.")
    String file;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "VERSION",
            description = "The version, from 1 to the newest.")
    int to;

    @Mixin DesignOutput output;

    @Override
    public Integer call() {
        output.check();
        DesignInput input = DesignInput.read(file);
        if (input.kind() != DesignInput.Kind.DOCUMENT) {
            throw new DesignException(
                    input.name()
                            + ": only Tenon's documents have a version; got "
                            + (input.kind() == DesignInput.Kind.TREE
                                    ? "a tree of Designable"
                                    : "Formily's form and schema")
                            + ". Make one: tenon design convert FILE --to tree --out FILE");
        }
        DesignDocument.read(input.name(), input.json(), Ids.random()); // refuses what is unsound
        JsonObject migrated = DesignDocument.migrated(input.name(), input.json(), to);
        output.write(migrated);
        return 0;
    }
}
