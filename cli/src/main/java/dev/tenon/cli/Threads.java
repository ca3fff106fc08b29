package dev.tenon.cli;

import dev.tenon.kernel.Parallel;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `--threads` option.
public final class Threads {
    private static final int MOST = 1024;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /// Sets the number of threads; results do not depend on it.
    ///
    /// @throws ParameterException if it is not 1 to 1024
    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads to compute with (default: one per processor). Results do not depend on it.")
    public void threads(int count) {
        if (count < 1 || count > MOST) {
            throw new ParameterException(
                    command.commandLine(), "--threads must be 1 to " + MOST + "; got " + count);
        }
        Parallel.threads(count);
    }
}
