package dev.tenon.bench;

import dev.tenon.bench.peer.Peer;
import dev.tenon.cli.Progress;
import dev.tenon.cli.Threads;
import dev.tenon.data.Dataset;
import dev.tenon.data.Digits;
import dev.tenon.diffusion.training.DiffusionTraining;
import dev.tenon.diffusion.training.Recipe;
import dev.tenon.diffusion.training.TrainingSettings;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.tensor.TenonException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tenon bench train`: times training steps of the default digits model and says whether memory is
/// flat.
@Command(
        name = "train",
        description = {
            "Trains the default model of handwritten digits for some steps: time of a step, images per second, and "
                    + "memory after the third, the tenth and the last step.",
            "Nothing is saved."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainingCommand implements Runnable {
    private static final int FEWEST = 4; // memory is compared with that after the third step
    private static final int MOST = 1_000_000;

    @Spec CommandSpec spec;

    @Option(
            names = "--steps",
            defaultValue = "500",
            paramLabel = "N",
            description = "Training steps (default: ${DEFAULT-VALUE}).")
    int steps;

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "Channels of the U-Net at full resolution (default: the recipe's).")
    @Nullable Integer width;

    @Mixin PeersOption peers;

    @Mixin ReportOptions report;

    @Mixin Threads threads;

    @Override
    public void run() {
        if (steps < FEWEST || steps > MOST) {
            throw new TenonException(
                    "--steps must be " + FEWEST + " to " + MOST + "; got " + steps);
        }
        report.check();
        List<Peer> rivals = peers.peers();
        Dataset data = Digits.load().train();
        TrainingBenchmark benchmark = new TrainingBenchmark(settings(Recipe.of(data)), data, steps);
        PrintWriter out = spec.commandLine().getOut();
        introduce(benchmark.training(), data, out);
        peers.introduce(rivals, out);
        TrainingBenchmark.Result result;
        try (Progress progress = Progress.start("training", Progress.Unit.STEPS, 0, steps)) {
            result =
                    benchmark.run(
                            new Peak(),
                            (done, seconds) ->
                                    progress.show(done, Report.duration(seconds) + " a step"));
        }
        report.deliver(new Report(besidePeers(result.figures(), benchmark, rivals)), out);
        out.println();
        out.println(result.verdict());
        out.flush();
    }

    /// Puts the peer's images per second beside Tenon's. Its step, timed after the training, draws
    /// no noise; so it has a little less to do.
    private static List<Figure> besidePeers(
            List<Figure> figures, TrainingBenchmark benchmark, List<Peer> rivals) {
        int batch = benchmark.training().batch();
        UNetSettings network = benchmark.training().settings().network();
        Contest.Outcome outcome =
                rivals.isEmpty()
                        ? null
                        : StepBenchmark.digits(network, batch).time(rivals, new Peak());
        if (outcome == null) {
            return figures;
        }
        Double seconds = outcome.peerSeconds();
        return figures.stream()
                .map(figure ->
                        seconds != null && figure.name().equals(TrainingBenchmark.RATE)
                                ? figure.beside(outcome.peer(), batch / seconds)
                                : figure)
                .toList();
    }

    private TrainingSettings settings(TrainingSettings recipe) {
        if (width == null) {
            return recipe;
        }
        UNetSettings network = recipe.network();
        return recipe.withNetwork(
                new UNetSettings(
                        network.channels(),
                        width,
                        network.levels(),
                        network.heads(),
                        network.timeChannels(),
                        network.classes()));
    }

    private static void introduce(DiffusionTraining training, Dataset data, PrintWriter out) {
        out.println(Machine.describe());
        String load = Machine.load();
        if (!load.isEmpty()) {
            out.println(load);
        }
        out.printf(
                Locale.ROOT,
                "U-Net of %,d parameters, width %d; %s, %dx%d, %d images a step%n%n",
                training.model().parameterCount(),
                training.settings().network().width(),
                data.name(),
                training.settings().size(),
                training.settings().size(),
                training.batch());
        out.flush();
    }
}
