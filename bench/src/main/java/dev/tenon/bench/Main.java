package dev.tenon.bench;

import dev.tenon.cli.Program;
import dev.tenon.cli.TenonVersion;
import dev.tenon.cli.Verbosity;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The `tenon bench` command: the root that every benchmark hangs on.
///
/// Without a sub-command it prints its usage.
@Command(
        name = "tenon bench",
        description = "Measures Tenon on this machine, beside the machine's own peak.",
        versionProvider = TenonVersion.class,
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.LOCAL,
        subcommands = {
            TrainingCommand.class,
            KernelsCommand.class,
            NormsCommand.class,
            OptimCommand.class,
            DesignCommand.class
        })
public final class Main implements Runnable {
    @Spec CommandSpec spec;

    @Mixin Verbosity verbosity;

    /// Runs the command line and ends the process with its exit code.
    ///
    /// @param args the words after `tenon bench`
    public static void main(String[] args) {
        System.exit(Program.run(new Main(), args));
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
