package dev.tenon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The `--verbose` option of every command: shows what Tenon logs at INFO, such as the backend it
/// chose and why.
public final class Verbosity {
    /// Sets the level of Tenon's loggers for the rest of the process.
    ///
    /// @param verbose true for INFO; false leaves the level (WARN) and does not start the logging
    ///   library
    @Option(
            names = {"-v", "--verbose"},
            description = "Say what Tenon decides, such as the backend it chose.",
            scope = ScopeType.INHERIT)
    public void verbose(boolean verbose) {
        if (verbose && LoggerFactory.getLogger("dev.tenon") instanceof Logger tenon) {
            tenon.setLevel(Level.INFO);
        }
    }
}
