package dev.tenon.cli;

import dev.tenon.data.Digits;
import dev.tenon.data.FashionMnist;
import dev.tenon.data.Mnist;
import dev.tenon.data.Split;
import dev.tenon.tensor.TenonException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that choose the images to train on.
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "NAME",
            description =
                    "digits (8 x 8, the 1,797 UCI digits that come with Tenon), mnist or fashion-mnist (28 x 28)."
                            + " Default: digits to train digits or a classifier, else mnist, or the run's.")
    @Nullable String data;

    @Option(
            names = "--path",
            paramLabel = "DIR",
            description =
                    "Folder with the four IDX files; without it they are downloaded once into ~/.cache/tenon.")
    @Nullable Path path;

    /// Returns the images to train on and those to test on.
    ///
    /// @param resumed name of the data of the run that is resumed, or null
    /// @throws TenonException if there is no such data, or it is not the run's
    Split load(@Nullable String resumed) {
        return load(resumed, "digits");
    }

    /// Returns the images as [#load(String)] does.
    ///
    /// @param usual name of the data where neither the option nor a run names them
    Split load(@Nullable String resumed, String usual) {
        String name = data != null ? data : resumed != null ? resumed : usual;
        if (resumed != null && !name.equals(resumed)) {
            throw new TenonException(
                    "--resume: the data must be the run's; got --data "
                            + name
                            + ", and the run has "
                            + resumed
                            + ". Leave the option out");
        }
        if (name.equals("digits") && path != null) {
            throw new TenonException(
                    "--path: only mnist and fashion-mnist are read from a folder; got "
                            + path
                            + " for digits. Add --data mnist");
        }
        Path folder = path;
        return switch (name) {
            case "digits" -> Digits.load();
            case "mnist" -> folder == null ? Mnist.load() : Mnist.load(folder);
            case "fashion-mnist" ->
                    folder == null ? FashionMnist.load() : FashionMnist.load(folder);
            default ->
                    throw new TenonException(
                            "--data must be digits, mnist or fashion-mnist; got " + name);
        };
    }

    /// Returns the images that a run was trained on.
    ///
    /// @param run name of its data
    /// @throws TenonException if `--data` names others
    Split loadOf(String run) {
        if (data != null && !data.equals(run)) {
            throw new TenonException(
                    "--data must be the run's; got "
                            + data
                            + ", and the run has "
                            + run
                            + ". Leave the option out");
        }
        return load(null, run);
    }

    /// Returns the options to repeat on the command line that goes on with a run.
    String again() {
        return path == null ? "" : " --path " + quoted(path);
    }

    /// Returns the path as a word of a shell's command line.
    static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w./+,:@%=-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
