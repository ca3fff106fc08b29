package dev.tenon.bench;

import dev.tenon.bench.DesignBenchmark.Times;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon bench design`: times actions and undo on large trees and weighs the history.
@Command(
        name = "design",
        description = {
            "Times actions on trees of 5,000 and 50,000 nodes, each with its difference, and undo; then says how many"
                    + " bytes an entry of the history takes, beside the bytes of the tree. Last, two replicas.",
            "The targets for 5,000 nodes: an action and undo under 1 ms, a move of a drag under 4 ms."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DesignCommand implements Runnable {
    private static final int EDITS = 10_000;

    @Spec CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "Java %s%n%n", Runtime.version().feature());
        for (DesignBenchmark benchmark :
                List.of(
                        new DesignBenchmark(5000, 8),
                        new DesignBenchmark(5000, 0),
                        new DesignBenchmark(50_000, 8),
                        new DesignBenchmark(50_000, 0))) {
            print(benchmark, out);
        }
        collaboration(new CollaborationBenchmark(new DesignBenchmark(5000, 8)), out);
    }

    private static void print(DesignBenchmark benchmark, PrintWriter out) {
        out.printf(Locale.ROOT, "%,d nodes, %s%n", benchmark.nodes(), benchmark.shape());
        print(benchmark.times(), out);
        if (benchmark.branching() > 0) {
            print(List.of(new DragBenchmark(benchmark.nodes()).times()), out);
        }
        out.printf(
                Locale.ROOT,
                "  history            %,.0f bytes an entry (%,d settings); the tree %,.0f bytes%n%n",
                benchmark.bytesPerEntry(EDITS),
                EDITS,
                benchmark.bytesOfTree());
        out.flush();
    }

    private static void print(List<Times> all, PrintWriter out) {
        for (Times times : all) {
            out.printf(
                    Locale.ROOT,
                    "  %-18s median %9s   95 %% under %9s%n",
                    times.name(),
                    Report.duration(times.median()),
                    Report.duration(times.slow()));
        }
    }

    private static void collaboration(CollaborationBenchmark benchmark, PrintWriter out) {
        out.printf(Locale.ROOT, "two replicas of %,d nodes%n", benchmark.design().nodes());
        print(benchmark.times(), out);
        double[] bytes = benchmark.bytesPerContribution(EDITS);
        out.printf(
                Locale.ROOT,
                "  %-18s %,.0f bytes a contribution (%,d of them); as JSON %,.0f%n",
                "log",
                bytes[0],
                EDITS,
                bytes[1]);
        out.flush();
    }
}
