package dev.tenon.bench;

import dev.tenon.bench.peer.Peer;
import dev.tenon.cli.Progress;
import dev.tenon.cli.Threads;
import dev.tenon.tensor.TenonException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The options of a command that times families of trials, and how it times them: which ones,
/// beside which peers, on how many threads, and where the figures go.
final class Trials {
    @Option(
            names = "--filter",
            paramLabel = "NAME",
            description =
                    "Only the benchmarks whose family or name contains NAME, such as matmul or backward.")
    @Nullable String filter;

    @Option(
            names = "--peak-buffer",
            paramLabel = "MB",
            defaultValue = "128",
            description =
                    "Measure memory on so many megabytes, 64 to 4096 (default: ${DEFAULT-VALUE}): a"
                            + " few hundred for operands larger than that.")
    int peakBuffer;

    @Mixin PeersOption peers;

    @Mixin ReportOptions report;

    @Mixin Threads threads;

    /// Returns the trials whose family or name contains `wanted`, in any case.
    ///
    /// @param wanted a text, or null for all trials
    /// @throws TenonException if there is none
    static SequencedMap<String, List<Trial>> select(
            SequencedMap<String, List<Trial>> families, @Nullable String wanted) {
        if (wanted == null) {
            return families;
        }
        String part = wanted.toLowerCase(Locale.ROOT);
        SequencedMap<String, List<Trial>> selected = new LinkedHashMap<>();
        families.forEach((family, trials) -> {
            List<Trial> found =
                    trials.stream()
                            .filter(trial ->
                                    family.contains(part)
                                            || trial.name().toLowerCase(Locale.ROOT).contains(part))
                            .toList();
            if (!found.isEmpty()) {
                selected.put(family, found);
            }
        });
        if (selected.isEmpty()) {
            throw new TenonException(
                    "--filter must be part of a benchmark's family or name; got "
                            + wanted
                            + ". Families: "
                            + String.join(", ", families.keySet()));
        }
        return selected;
    }

    /// Times those of the trials that the options ask for and prints their figures, the machine
    /// before and after them.
    ///
    /// @param families trials by family
    void run(SequencedMap<String, List<Trial>> families, PrintWriter out) {
        report.check();
        if (peakBuffer < 64 || peakBuffer > 4096) {
            throw new TenonException(
                    "--peak-buffer must be 64 to 4096 megabytes; got " + peakBuffer);
        }
        List<Peer> rivals = peers.peers();
        SequencedMap<String, List<Trial>> selected = select(families, filter);
        out.println(Machine.describe());
        peers.introduce(rivals, out);
        String load = Machine.load();
        if (!load.isEmpty()) {
            out.println(load);
        }
        sayDistance(out);
        out.println();
        out.flush();
        report.deliver(measure(selected, rivals), out);
        out.println();
        sayDistance(out);
        out.println(
                "Peaks, measured in turns with each kernel: multiply-adds in registers;"
                        + " main memory with the same mix of reads and writes.");
        out.println("Operands that fit in a cache can exceed main memory's.");
        out.flush();
    }

    /// Before and after: it may have changed meanwhile.
    private static void sayDistance(PrintWriter out) {
        String distance = RoundTrip.describe();
        if (!distance.isEmpty()) {
            out.println(distance);
        }
    }

    private Report measure(SequencedMap<String, List<Trial>> families, List<Peer> rivals) {
        Peak peak = new Peak(peakBuffer);
        List<Trial> trials = families.values().stream().flatMap(List::stream).toList();
        List<Figure> figures = new ArrayList<>();
        try (Progress progress =
                Progress.start("timing", new Progress.Unit("kernels", 1), 0, trials.size())) {
            for (Trial trial : trials) {
                Contest.Outcome outcome = trial.time(rivals, peak);
                figures.add(trial.figure(outcome));
                progress.show(figures.size(), trial.name());
            }
        }
        return new Report(figures);
    }
}
