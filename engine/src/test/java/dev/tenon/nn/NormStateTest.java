package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.nn.activation.ReLU;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.nn.norm.InstanceNorm2d;
import dev.tenon.nn.norm.LayerNorm;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the normalization layers save and load, against PyTorch's names and versions.
class NormStateTest {
    private static final Golden GOLDEN = Golden.resource("norm.json");

    private static void refuses(Runnable body, String message) {
        assertThatThrownBy(body::run).isInstanceOf(TenonException.class).hasMessage(message);
    }

    private static void train(UnaryLayer layer, int... sizes) {
        Mode.train(Rng.of(1), () -> layer.apply(Tensor.zeros(sizes)));
    }

    @Test
    void savesUnderPyTorchsNames() {
        Init init = Init.of(1);
        Map<String, UnaryLayer> layers = new LinkedHashMap<>();
        layers.put("BatchNorm", BatchNorm2d.of(3, init));
        layers.put("InstanceNorm_default", InstanceNorm2d.of(3, init));
        layers.put("InstanceNorm_affine_track", InstanceNorm2d.of(3, 1e-5, 0.1, true, true, init));
        layers.put("LayerNorm", LayerNorm.of(3, init));
        layers.put("GroupNorm", GroupNorm.of(1, 3, init));
        layers.forEach((name, layer) -> {
            String expected =
                    GOLDEN.at("state_dict").at(name).list().stream()
                            .map(Golden::text)
                            .collect(Collectors.joining(", "));
            assertThat(String.join(", ", layer.state().keySet())).as(name).isEqualTo(expected);
            Golden version =
                    GOLDEN.at("state_dict").at("versions").at(name.replaceFirst("_.*", ""));
            assertThat(layer.version()).as(name).isEqualTo((int) version.number());
        });
    }

    /// PyTorch before 0.4.0 saved running statistics with every InstanceNorm.
    @Test
    void aNormWithoutStatisticsRefusesThoseOfACheckpoint() {
        Init init = Init.of(1);
        Sequential tracks =
                Sequential.of(InstanceNorm2d.of(3, 1e-5, 0.1, true, true, init), new ReLU());
        Sequential model =
                Sequential.of(InstanceNorm2d.of(3, 1e-5, 0.1, true, false, init), new ReLU());
        refuses(
                () -> model.load(tracks.state()),
                "load: names and shapes must be those of the layer; got unexpected"
                        + " 0.num_batches_tracked, 0.running_mean, 0.running_var. Unexpected running"
                        + " stats buffer(s) for InstanceNorm2d with track_running_stats=False. Please"
                        + " remove these keys from the state_dict, or set track_running_stats=True in"
                        + " InstanceNorm2d to enable them");
        BatchNorm2d untracked = BatchNorm2d.of(2, 1e-5, 0.1, true, false, init);
        assertThatThrownBy(() -> untracked.load(BatchNorm2d.of(2, init).state()))
                .hasMessageContaining("for BatchNorm2d with track_running_stats=False");
        model.load(tracks.state(), false);
    }

    /// PyTorch before 0.4.1 did not count batches; its `state_dict`s are loaded with a count of 0.
    @Test
    void aCheckpointMayLackTheCountOfBatches() {
        Sequential model = Sequential.of(BatchNorm2d.of(2, Init.of(1)));
        train(model, 3, 2, 4, 4);
        Map<String, Tensor> old = new LinkedHashMap<>(model.state());
        old.remove("0.num_batches_tracked");
        model.load(old, false);
        assertThat(model.state().get("0.num_batches_tracked").item()).isEqualTo(1);
        model.load(old);
        assertThat(model.state().get("0.num_batches_tracked").item()).isZero();
        old.remove("0.running_var");
        refuses(
                () -> model.load(old),
                "load: names and shapes must be those of the layer; got missing 0.running_var");
    }

    /// PyTorch 2.13 in float64: `momentum=None` averages over all batches, each counting alike
    /// whatever its size.
    @Test
    void withoutMomentumAllBatchesCountAlike() {
        BatchNorm1d layer =
                BatchNorm1d.of(2, 1e-5, null, true, true, Init.of(Rng.of(1), DType.F64));
        double[][] batches = {
            {1, 2, 3, -4, 5, 0}, {0, 1, 10, 3}, {2, 2, 4, 8, -6, 5, 1, 1},
        };
        double[][] means = {{3, -2 / 3.0}, {4, 2 / 3.0}, {2.75, 16 / 9.0}};
        double[][] variances = {{4, 28 / 3.0}, {27, 17 / 3.0}, {875 / 36.0, 64 / 9.0}};
        for (int k = 0; k < batches.length; k++) {
            Tensor x = Tensor.of(batches[k], batches[k].length / 2, 2);
            Mode.train(Rng.of(1), () -> layer.apply(x));
            Map<String, Tensor> state = layer.state();
            assertThat(state.get("running_mean").toDoubles())
                    .containsExactly(means[k], within(1e-14));
            assertThat(state.get("running_var").toDoubles())
                    .containsExactly(variances[k], within(1e-14));
            assertThat(state.get("num_batches_tracked").item()).isEqualTo(k + 1);
        }
        Tensor y = Mode.eval(() -> layer.apply(Tensor.of(new double[] {1, 1}, 1, 2)));
        assertThat(y.toDoubles())
                .containsExactly(
                        new double[] {-0.354964713964672, -0.291666461588758}, within(1e-14));
    }
}
