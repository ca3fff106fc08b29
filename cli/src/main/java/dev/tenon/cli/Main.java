package dev.tenon.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The `tenon` command: the root that every sub-command hangs on.
///
/// Without a sub-command it prints its usage. [Program] says what happens on wrong input.
@Command(
        name = "tenon",
        description = "Trains diffusion models in plain Java and samples images from them.",
        versionProvider = TenonVersion.class,
        subcommands = {
            TrainCommand.class,
            SampleCommand.class,
            EvaluateCommand.class,
            DesignCommand.class
        },
        footer = {"", "Benchmarks: tenon bench --help"})
public final class Main implements Runnable {
    @Spec CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show Tenon's version and Java's, and exit.")
    boolean version;

    @Mixin Verbosity verbosity;

    /// Runs the command line and ends the process with its exit code.
    ///
    /// @param args the words after `tenon`
    public static void main(String[] args) {
        System.exit(Program.run(new Main(), args));
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
