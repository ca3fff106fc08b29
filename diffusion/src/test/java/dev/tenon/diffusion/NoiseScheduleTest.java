package dev.tenon.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class NoiseScheduleTest {
    private static final NoiseSchedule LINEAR = NoiseSchedule.linear(1000);

    @Test
    void linearHasTheArticlesConstants() {
        assertThat(LINEAR.alphaBar(0)).isCloseTo(0.9999, within(1e-12));
        assertThat(LINEAR.alphaBar(99)).isCloseTo(0.89701815, within(1e-8));
        assertThat(LINEAR.alphaBar(499)).isCloseTo(0.078587243, within(1e-9));
        assertThat(LINEAR.alphaBar(999)).isCloseTo(4.0358298e-5, within(1e-12));
        assertThat(LINEAR.beta(1)).isCloseTo(1.1991992e-4, within(1e-11));
        assertThat(LINEAR.posteriorVariance(1)).isCloseTo(5.4531877e-5, within(1e-12));
        assertThat(IntStream.range(0, 1000).mapToDouble(LINEAR::beta).sum())
                .isCloseTo(10.05, within(1e-10));
        assertThat(IntStream.range(0, 1000).mapToDouble(LINEAR::alphaBar).sum())
                .isCloseTo(275.51323341, within(1e-7));
        assertThat(Math.sqrt(LINEAR.alphaBar(999))).isCloseTo(0.00635, within(1e-5));
    }

    @Test
    void cosineFollowsItsFormula() {
        NoiseSchedule cosine = NoiseSchedule.cosine(1000);
        for (int t = 0; t < 990; t++) { // the last betas are cut off at 0.999
            double u = Math.cos(((t + 1) / 1000.0 + 0.008) / 1.008 * Math.PI / 2);
            double start = Math.cos(0.008 / 1.008 * Math.PI / 2);
            assertThat(cosine.alphaBar(t)).isCloseTo(u * u / (start * start), within(1e-12));
        }
        assertThat(cosine.beta(999)).isEqualTo(0.999);
    }

    @Test
    void shorterLinearSchedulesAddAsMuchNoise() {
        assertThat(NoiseSchedule.linear(200).alphaBar(199))
                .isCloseTo(LINEAR.alphaBar(999), within(2e-5));
    }

    @Test
    void addsNoiseAsTheGoldenFileSays() {
        JsonNode golden = Golden.diffusion("q_sample");
        var shape = Golden.shape(golden.get("shape"));
        Tensor x0 = Golden.fill(DType.F64, shape, i -> Math.sin(0.37 * i));
        Tensor noise = Golden.fill(DType.F64, shape, i -> Math.sin(0.71 * i + 0.3));
        int[] t = {10, 700};
        assertThat(LINEAR.addNoise(x0, noise, t).toDoubles())
                .containsExactly(Golden.doubles(golden.get("x_t")), within(1e-12));
        assertThat(LINEAR.addNoise(x0.to(DType.F32), noise.to(DType.F32), t).toDoubles())
                .containsExactly(Golden.doubles(golden.get("x_t")), within(1e-6));
    }

    @Test
    void posteriorMeanOfAKnownImageAndItsNoiseAgree() {
        for (int t : new int[] {1, 10, 500, 999}) { // equations 7 and 11 of the article are one
            double x0 = 0.4;
            double eps = -1.3;
            double xt =
                    Math.sqrt(LINEAR.alphaBar(t)) * x0 + Math.sqrt(1 - LINEAR.alphaBar(t)) * eps;
            double fromImage =
                    LINEAR.posteriorMeanOfImage(t) * x0 + LINEAR.posteriorMeanOfNoisy(t) * xt;
            double fromNoise =
                    (xt - LINEAR.beta(t) / Math.sqrt(1 - LINEAR.alphaBar(t)) * eps)
                            / Math.sqrt(LINEAR.alpha(t));
            assertThat(fromImage).isCloseTo(fromNoise, within(1e-12));
        }
    }

    @Test
    void refusesWhatIsNoSchedule() {
        assertThatThrownBy(() -> NoiseSchedule.linear(1000, 0, 0.02))
                .isInstanceOf(TenonException.class)
                .hasMessage("linear schedule: betas must be in (0, 1); got 0.0 to 0.02");
        assertThatThrownBy(() -> NoiseSchedule.cosine(1))
                .hasMessage("cosine schedule: steps must be at least 2; got 1");
        assertThatThrownBy(() -> NoiseSchedule.of("sigmoid", 100))
                .hasMessage("schedule: it must be linear or cosine; got sigmoid");
    }

    @Test
    void timeEmbeddingIsTheGoldenOne() {
        JsonNode golden = Golden.diffusion("time_embedding");
        int[] t = {1, 500, 999};
        Tensor embedding = TimeEmbedding.of(t, 256, DType.F64);
        for (int n = 0; n < t.length; n++) {
            JsonNode values = golden.get("values").get(Integer.toString(t[n]));
            for (int k = 0; k < values.size(); k++) {
                double mine = embedding.at(n, golden.get("positions").get(k).asInt());
                assertThat(mine)
                        .isCloseTo(
                                values.get(k).asDouble(),
                                within(3e-5)); // its frequencies are rounded to float32
            }
        }
    }
}
