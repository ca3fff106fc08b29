package dev.tenon.bench;

import dev.tenon.bench.OptimBenchmark.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon bench optim`: times a step of every optimizer, beside the machine's memory.
@Command(
        name = "optim",
        description = {
            "Times a step of every optimizer over matrices of 10 and 50 million parameters and over ten matrices of"
                    + " a million, each after checking its result against the definition.",
            "Bytes are those that the formula must read and write; figures stand beside the machine's own peak of"
                    + " the same mix, measured in the same run."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class OptimCommand implements Runnable {
    @Spec CommandSpec spec;

    @Mixin Trials trials;

    /// Returns all trials by model.
    static SequencedMap<String, List<Trial>> families() {
        SequencedMap<String, List<Trial>> families = new LinkedHashMap<>();
        for (Model model : List.of(Model.SMALL, Model.LARGE, Model.MATRICES)) {
            families.put(model.name(), OptimBenchmark.steps(model));
        }
        families.put(
                "muon",
                List.of(
                        OptimBenchmark.muon(Model.MATRICES),
                        OptimBenchmark.muon(Model.MANY_MATRICES)));
        return families;
    }

    @Override
    public void run() {
        trials.run(families(), spec.commandLine().getOut());
    }
}
