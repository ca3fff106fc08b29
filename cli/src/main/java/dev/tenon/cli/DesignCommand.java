package dev.tenon.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon design`: what can be done with the documents of the designer.
@Command(
        name = "design",
        description = {
            "Checks, converts, compares and migrates designs: Tenon's documents, the trees of Designable and the"
                    + " {form, schema} of Formily."
        },
        subcommands = {
            DesignValidate.class,
            DesignConvert.class,
            DesignDiff.class,
            DesignMigrate.class
        },
        footer = {
            "",
            "FILE may be - for standard input. The options of each: tenon design convert --help"
        })
final class DesignCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
