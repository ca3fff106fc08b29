package dev.tenon.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon evaluate`: what there is to evaluate.
@Command(
        name = "evaluate",
        description = "Says how many images a trained network gets right.",
        subcommands = {
            EvaluateResNet.class,
            EvaluateMnistCnn.class,
            EvaluateKeras.class,
            EvaluateAcgan.class
        },
        footer = {"", "The options of each: tenon evaluate resnet20 --help"})
final class EvaluateCommand implements Runnable {
    @Spec CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
