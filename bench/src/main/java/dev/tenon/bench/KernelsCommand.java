package dev.tenon.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `tenon bench kernels`: times the kernels of every family, beside the machine's peak.
@Command(
        name = "kernels",
        description = {
            "Times the kernels of every family, each after checking its result against the definition.",
            "Figures stand beside the machine's own peak of the same kind, measured in the same run."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class KernelsCommand implements Runnable {
    @Spec CommandSpec spec;

    @Mixin Trials trials;

    /// Returns all trials by family.
    static SequencedMap<String, List<Trial>> families() {
        SequencedMap<String, List<Trial>> families = new LinkedHashMap<>();
        families.put("matmul", MatmulBenchmark.trials());
        families.put("quant", QuantBenchmark.trials());
        families.put("conv", ConvBenchmark.trials());
        families.put("attention", AttentionBenchmark.trials());
        families.put("norm", NormBenchmark.trials());
        families.put("elementwise", ElementwiseBenchmark.trials());
        families.put("reduce", ReduceBenchmark.trials());
        families.put("resample", ResampleBenchmark.trials());
        families.put("index", IndexBenchmark.trials());
        families.put("loss", LossBenchmark.trials());
        families.put("random", RandomBenchmark.trials());
        families.put("optim", OptimBenchmark.trials());
        families.put("parallel", ParallelBenchmark.trials());
        families.put("step", StepBenchmark.trials());
        return families;
    }

    @Override
    public void run() {
        trials.run(families(), spec.commandLine().getOut());
    }
}
