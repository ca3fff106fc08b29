package dev.tenon.cli;

import dev.tenon.designer.DesignException;
import dev.tenon.tensor.TenonException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// A command line program of Tenon: picocli with one rule for each way to end.
///
/// | what happened | on standard error | exit code |
/// |---|---|---|
/// | it worked | nothing of this class | what the command returned, else 0 |
/// | a word or value on the command line is wrong | one line, and where the usage is | 2 |
/// | Tenon refused the input, memory did not suffice, or a file or standard output failed | one line | 2 |
/// | anything else: a bug | the stack trace | 1 |
public final class Program {
    /// Exit code for input that Tenon refuses.
    public static final int REFUSED = 2;

    /// Exit code for a bug in Tenon.
    public static final int BUG = 1;

    private Program() {}

    /// Parses the arguments, runs the command they name and returns the process's exit code.
    ///
    /// @param command an object or class annotated with picocli's `@Command`
    /// @param args the words of the command line
    /// @return the exit code as in the table above
    public static int run(Object command, String... args) {
        StandardError.restore();
        StandardOutput out = StandardOutput.watch();
        CommandLine line = commandLine(command);
        int code = line.execute(args);
        System.out.flush();
        return code == 0 ? written(line, out.failure()) : code;
    }

    private static int written(CommandLine line, @Nullable IOException failure) {
        if (failure == null) {
            return 0;
        }
        String name = line.getCommandSpec().qualifiedName();
        line.getErr()
                .println(
                        name
                                + ": standard output could not be written; got "
                                + oneLine(String.valueOf(failure.getMessage())));
        return REFUSED;
    }

    /// The parser behind [#run], for tests that want to capture its output.
    ///
    /// @param command an object or class annotated with picocli's `@Command`
    /// @return a command line with Tenon's handlers on it and on every sub-command
    public static CommandLine commandLine(Object command) {
        return new CommandLine(command)
                .registerConverter(
                        Integer.class, text -> number(text, "whole number", Integer::valueOf))
                .registerConverter(Long.class, text -> number(text, "whole number", Long::valueOf))
                .registerConverter(Double.class, text -> number(text, "number", Double::valueOf))
                .registerConverter(
                        int.class, text -> number(text, "whole number", Integer::valueOf))
                .registerConverter(long.class, text -> number(text, "whole number", Long::valueOf))
                .registerConverter(double.class, text -> number(text, "number", Double::valueOf))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Program::runWithinMemory)
                .setParameterExceptionHandler(Program::refuseArguments)
                .setExecutionExceptionHandler(Program::refuseOrFail);
    }

    /// Picocli's own words are "is not an int".
    private static <T> T number(String text, String kind, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a " + kind);
        }
    }

    /// Runs the command; memory that is not there is the settings' fault, not a bug.
    private static int runWithinMemory(ParseResult parsed) {
        try {
            return new RunLast().execute(parsed);
        } catch (OutOfMemoryError e) {
            ParseResult last = parsed;
            while (last.hasSubcommand()) {
                last = last.subcommand();
            }
            String message =
                    "memory: the machine must have enough for these sizes; got "
                            + e.getMessage()
                            + ". Ask for less, or give Java more: TENON_JAVA_OPTS=-Xmx8g";
            throw new ExecutionException(
                    last.commandSpec().commandLine(), message, new TenonException(message, e));
        }
    }

    private static int refuseArguments(ParameterException e, String[] args) {
        CommandLine where = e.getCommandLine();
        String name = where.getCommandSpec().qualifiedName();
        List<String> similar =
                e instanceof UnmatchedArgumentException u ? u.getSuggestions() : List.of();
        String meant =
                similar.isEmpty() ? "" : "; did you mean " + String.join(" or ", similar) + "?";
        where.getErr()
                .println(
                        name
                                + ": "
                                + oneLine(String.valueOf(e.getMessage()))
                                + meant
                                + " (see "
                                + name
                                + " --help)");
        return REFUSED;
    }

    private static int refuseOrFail(Exception e, CommandLine where, ParseResult parsed) {
        PrintWriter err = where.getErr();
        String name = where.getCommandSpec().qualifiedName();
        return switch (e) {
            case TenonException refused -> {
                err.println(name + ": " + oneLine(String.valueOf(refused.getMessage())));
                yield REFUSED;
            }
            case DesignException refused -> {
                err.println(name + ": " + oneLine(String.valueOf(refused.getMessage())));
                yield REFUSED;
            }
            case InvalidPathException path -> {
                err.println(
                        name
                                + ": a file's name must have only characters that the locale knows; got "
                                + oneLine(path.getInput())
                                + ". Set LC_ALL=C.UTF-8");
                yield REFUSED;
            }
            case UncheckedIOException io ->
                    refuseFile(Objects.requireNonNull(io.getCause()), name, err);
            case IOException io -> refuseFile(io, name, err);
            default -> {
                err.println(
                        name
                                + ": stopped by a bug in Tenon; please report it with the lines below");
                e.printStackTrace(err);
                yield BUG;
            }
        };
    }

    private static int refuseFile(IOException e, String name, PrintWriter err) {
        // NoSuchFileException and its like carry only the path: their class name is the reason
        String reason =
                e instanceof FileSystemException f && f.getReason() == null
                        ? words(e.getClass().getSimpleName()) + ": " + f.getFile()
                        : String.valueOf(e.getMessage());
        err.println(name + ": " + oneLine(reason));
        return REFUSED;
    }

    /// "NoSuchFileException" as "no such file".
    private static String words(String exception) {
        return exception
                .replace("Exception", "")
                .replaceAll("(?<=.)(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
