package dev.tenon.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon train`: what there is to train.
@Command(
        name = "train",
        description = "Trains a model from nothing.",
        subcommands = {TrainDigits.class, TrainClassifier.class, TrainAcgan.class},
        footer = {"", "The options of each: tenon train digits --help"})
final class TrainCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
