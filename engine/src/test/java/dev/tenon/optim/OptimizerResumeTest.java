package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.checkpoint.Checkpoint;
import dev.tenon.checkpoint.Safetensors;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Training that goes on from a saved state has the bytes of training that never stopped, wherever
/// it stopped and whatever the options.
class OptimizerResumeTest {
    private static final int STEPS = 9;
    private static final long SEED = 17;

    private static List<OptimizerConfig> configs() {
        LearningRate schedule = LearningRate.warmupCosine(0.1, 3, 12);
        OptimizerSettings adam = OptimizerSettings.of(AdamW.KERAS.withWeightDecay(0.1), schedule);
        OptimizerSettings all =
                adam.withGlobalClipnorm(0.5)
                        .withAverage(new Average(0.8, 2))
                        .withAccumulation(3)
                        .withLossScaleFactor(4)
                        .withoutWeightDecayOn("b")
                        .withConstraint("a", Constraint.maxNorm(1, 0))
                        .withOverwritten(ParamFilter.named("scale"));
        OptimizerSettings nadam =
                OptimizerSettings.of(Nadam.PYTORCH, schedule).withAccumulation(2).withAverage(0.9);
        OptimizerSettings muon = OptimizerSettings.of(Muon.KERAS, 0.1).withClipvalue(0.3);
        return List.of(
                all,
                nadam,
                muon.withAccumulation(2),
                OptimizerSettings.of(Lamb.KERAS, schedule).withClipnorm(0.1).withAverage(0.5),
                OptimizerMap.of(all).with("b", muon).with("c.*", nadam),
                new LossScale(nadam, 8, 2),
                new LossScale(OptimizerMap.of(adam).with("b", muon.withAverage(0.5)), 8, 3));
    }

    @Test
    void goesOnWithTheSameBytesFromEveryStep(@TempDir Path folder) {
        for (OptimizerConfig config : configs()) {
            Optimizer straight = new Optimizer(params(), config);
            train(straight, 0, STEPS);
            List<String> expected = bytes(straight);
            for (int stop = 0; stop <= STEPS; stop++) {
                Optimizer first = new Optimizer(params(), config);
                train(first, 0, stop);
                Path file = folder.resolve("optimizer.safetensors");
                Safetensors.write(file, new Checkpoint(first.state(), Map.of()));
                Optimizer second = new Optimizer(copies(first.params()), config);
                second.load(Safetensors.read(file).tensors());
                train(second, stop, STEPS);
                assertThat(bytes(second))
                        .as("%s stopped after %d steps, seed %d", config, stop, SEED)
                        .isEqualTo(expected);
            }
        }
    }

    /// Parameter b has a gradient in every second step only, and one gradient is infinite.
    private static void train(Optimizer optimizer, int from, int to) {
        for (int step = from; step < to; step++) {
            Random random = new Random(SEED + step);
            optimizer.clearGradients();
            for (Map.Entry<String, Param> entry : optimizer.params().entrySet()) {
                double[] gradient = random.doubles(entry.getValue().count(), -1, 1).toArray();
                if (step == 5 && optimizer.config() instanceof LossScale) {
                    gradient[0] = Double.POSITIVE_INFINITY;
                }
                if (!entry.getKey().equals("b") || step % 2 == 0) {
                    OptimizerTest.setGradient(entry.getValue(), gradient);
                }
            }
            optimizer.step();
            if (step == 6 && optimizer.groups().getFirst().settings().rule() instanceof Muon) {
                optimizer.learningRate(0.05);
            }
        }
    }

    private static SequencedMap<String, Param> params() {
        SequencedMap<String, Param> params = new LinkedHashMap<>();
        params.put("a", Param.of(Tensor.ones(5)));
        params.put("b", Param.of(Tensor.ones(2, 3)));
        params.put("c.weight", Param.of(Tensor.ones(40, 3)));
        params.put("scale", Param.of(Tensor.ones(1)));
        return params;
    }

    private static SequencedMap<String, Param> copies(Map<String, Param> params) {
        SequencedMap<String, Param> copies = new LinkedHashMap<>();
        params.forEach((name, param) -> copies.put(name, copy(param)));
        return copies;
    }

    private static Param copy(Param param) {
        return Param.of(Tensor.of(param.value().toFloats(), param.shape().sizes()));
    }

    /// Parameters and state, in hexadecimal.
    private static List<String> bytes(Optimizer optimizer) {
        SequencedMap<String, Tensor> all = new LinkedHashMap<>(optimizer.state());
        optimizer.params().forEach((name, param) -> all.put(name, param.value()));
        List<String> lines = new ArrayList<>();
        all.forEach((name, tensor) -> lines.add(name + " " + hex(Objects.requireNonNull(tensor))));
        return lines;
    }

    private static String hex(Tensor tensor) {
        return HexFormat.of().formatHex(tensor.segment().toArray(ValueLayout.JAVA_BYTE));
    }
}
