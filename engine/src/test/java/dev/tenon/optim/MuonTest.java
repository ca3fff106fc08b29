package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Golden;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Parts of Muon that Keras's tests call one by one, seen in a step.
class MuonTest {
    /// Keras's `lr_adjust` of ones [4, 2] gives 0.4. Without improvements X is the gradient over
    /// its norm, here the root of 8.
    @Test
    void stepsByTheLongerSide() {
        Golden run =
                Golden.resource("optimizer-options.json").at("cases").list().stream()
                        .filter(c -> c.at("kind").text().equals("muon_lr_adjust"))
                        .findFirst()
                        .orElseThrow();
        Muon rule =
                Muon.KERAS
                        .withSteps(0)
                        .withMomentum(0)
                        .withNesterov(false)
                        .withRmsRate(run.at("rms_rate").number())
                        .withWeightDecay(0);
        Param x = Param.of(Tensor.zeros(4, 2));
        OptimizerTest.setGradient(x, new double[] {1, 1, 1, 1, 1, 1, 1, 1});
        new Optimizer(params("x", x), rule, LearningRate.constant(1)).step();
        for (double w : x.value().toDoubles()) {
            assertThat(-w * Math.sqrt(8)).isCloseTo(0.4, Offset.offset(1e-6));
        }
    }

    /// Without a rate Keras's `lr_adjust` gives back what it was given.
    @Test
    void stepsAreNotScaledWithoutARate() {
        Muon rule = Muon.KERAS.withSteps(0).withMomentum(0).withNesterov(false).withRmsRate(null);
        Param x = Param.of(Tensor.zeros(4, 2));
        OptimizerTest.setGradient(x, new double[] {1, 1, 1, 1, 1, 1, 1, 1});
        new Optimizer(params("x", x), rule, LearningRate.constant(1)).step();
        for (double w : x.value().toDoubles()) {
            assertThat(-w * Math.sqrt(8)).isCloseTo(1, Offset.offset(1e-6));
        }
    }

    /// Both shares of decay end for a parameter that is excluded.
    @Test
    void excludesMatricesAndOthersFromDecay() {
        SequencedMap<String, Param> params = params("matrix", Param.of(Tensor.ones(2, 2)));
        params.put("vector", Param.of(Tensor.ones(2)));
        params.values().forEach(p -> OptimizerTest.setGradient(p, new double[(int) p.count()]));
        for (String excluded : List.of("matrix", "vector")) {
            OptimizerSettings settings =
                    OptimizerSettings.of(Muon.KERAS.withWeightDecay(0.5), 0.5)
                            .withoutWeightDecayOn(excluded);
            params.values().forEach(p -> p.value().assign(Tensor.full(p.type(), p.shape(), 1)));
            new Optimizer(params, settings).step();
            params.forEach((name, param) ->
                    assertThat(param.value().at(new int[param.value().rank()]) == 1)
                            .as("%s stays where %s is excluded", name, excluded)
                            .isEqualTo(name.equals(excluded)));
        }
    }

    private static SequencedMap<String, Param> params(String name, Param param) {
        SequencedMap<String, Param> params = new LinkedHashMap<>();
        params.put(name, param);
        return params;
    }
}
