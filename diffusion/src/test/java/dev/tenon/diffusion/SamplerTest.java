package dev.tenon.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SamplerTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000);

    private static Tensor fakeNoise(Tensor x, int t) {
        return ElementwiseOps.sin(x).mul(0.5).add(0.01 * t / 1000);
    }

    private static void assertClose(Tensor x, JsonNode expected) {
        double[] values = Golden.doubles(expected);
        double[] mine = x.toDoubles();
        for (int i = 0; i < values.length; i++) {
            assertThat(mine[i])
                    .isCloseTo(values[i], within(1e-9 * Math.max(1, Math.abs(values[i]))));
        }
    }

    @Test
    void ddpmWalksTheGoldenChain() {
        JsonNode golden = Golden.diffusion("reverse_chain_fake_network");
        Map<Integer, JsonNode> trace = new HashMap<>();
        golden.get("trace")
                .forEach(entry -> trace.put(entry.get("after_i").asInt(), entry.get("x")));
        Sampler sampler = new DdpmSampler(1000, true);
        Shape shape = Golden.shape(golden.get("shape"));
        Tensor x = Golden.fill(DType.F64, shape, i -> Math.sin(0.53 * i));
        for (int t = 999; t >= 1; t--) {
            int step = t;
            Tensor noise =
                    Golden.fill(
                            DType.F64,
                            shape,
                            j -> step > 1 ? Math.sin(0.91 * j + 0.013 * step) : 0);
            x = sampler.step(SCHEDULE, x, fakeNoise(x, t), noise, t, t - 1, false);
            if (trace.containsKey(t)) {
                assertClose(x, trace.get(t));
            }
        }
        assertThat(trace).hasSize(6);
    }

    @Test
    void ddimWalksTheGoldenChain() {
        JsonNode golden = Golden.diffusion("ddim_eta0_10_steps_fake_network");
        Sampler sampler = new DdimSampler(10, 0);
        int[] steps = Sampler.leading(1000, 10);
        Tensor x = Golden.fill(DType.F64, Shape.of(1, 3, 2, 2), i -> Math.sin(0.53 * i));
        for (int i = 0; i < steps.length; i++) {
            int previous = i + 1 < steps.length ? steps[i + 1] : -1;
            assertThat(golden.get("trace").get(i).get("t").asInt()).isEqualTo(steps[i]);
            x = sampler.step(SCHEDULE, x, fakeNoise(x, steps[i]), x, steps[i], previous, false);
            assertClose(x, golden.get("trace").get(i).get("x"));
        }
    }

    @Test
    void spacingsAreTheGoldenOnes() {
        JsonNode golden = Golden.diffusion("timesteps");
        assertThat(Sampler.leading(1000, 10)).containsExactly(ints(golden.get("leading")));
        assertThat(Sampler.trailing(1000, 10)).containsExactly(ints(golden.get("trailing")));
        assertThat(Sampler.linspace(1000, 10)).containsExactly(ints(golden.get("linspace")));
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    @Test
    void clippedAndPlainStepsAgreeWhileTheImageIsInRange() {
        Tensor image = Golden.fill(DType.F64, Shape.of(2, 1, 2, 2), i -> 0.9 * Math.sin(i));
        Tensor eps = Golden.fill(DType.F64, Shape.of(2, 1, 2, 2), i -> Math.cos(2.0 * i));
        Tensor noise = Golden.fill(DType.F64, Shape.of(2, 1, 2, 2), i -> Math.cos(3.0 * i));
        Tensor x = SCHEDULE.addNoise(image, eps, new int[] {400, 400});
        for (Sampler sampler :
                new Sampler[] {
                    new DdpmSampler(10, false),
                    new DdpmSampler(10, true),
                    new DdimSampler(10, 0),
                    new DdimSampler(10, 0.7)
                }) {
            double[] plain = sampler.step(SCHEDULE, x, eps, noise, 400, 300, false).toDoubles();
            double[] clipped = sampler.step(SCHEDULE, x, eps, noise, 400, 300, true).toDoubles();
            assertThat(clipped).containsExactly(plain, within(1e-10));
        }
    }

    @Test
    void ddimWithEtaOneIsDdpm() {
        Tensor x = Golden.fill(DType.F64, Shape.of(1, 1, 2, 2), i -> Math.sin(i));
        Tensor eps = Golden.fill(DType.F64, Shape.of(1, 1, 2, 2), i -> Math.cos(2.0 * i));
        Tensor noise = Golden.fill(DType.F64, Shape.of(1, 1, 2, 2), i -> Math.cos(3.0 * i));
        assertThat(
                        new DdimSampler(10, 1)
                                .step(SCHEDULE, x, eps, noise, 400, 300, false)
                                .toDoubles())
                .containsExactly(
                        new DdpmSampler(10, false)
                                .step(SCHEDULE, x, eps, noise, 400, 300, false)
                                .toDoubles(),
                        within(1e-10));
    }

    @Test
    void imagesDoNotDependOnWhatIsDrawnWithThem() {
        NoiseModel model = (x, t, classes) -> fakeNoise(x, t[0]).add(0.1);
        Generation generation =
                new Generation(
                        model,
                        Prediction.NOISE,
                        SCHEDULE,
                        new DdimSampler(5, 1),
                        2,
                        Shape.of(1, 2, 2));
        Generation.Listener silent = (first, step, steps, images) -> {};
        float[] many = generation.draw(new int[70], Rng.of(3), silent).toFloats();
        float[] few = generation.draw(new int[3], Rng.of(3), silent).toFloats();
        assertThat(java.util.Arrays.copyOf(many, few.length)).containsExactly(few);
    }

    @Test
    void guidanceMixesTheEstimates() {
        Tensor with = Tensor.of(new double[] {1});
        Tensor without = Tensor.of(new double[] {0.8});
        double example = Golden.diffusion("cfg_lerp").get("example").get(0).asDouble();
        assertThat(
                        Generation.guide(
                                        Tensor.of(new double[] {0.9}),
                                        Tensor.of(new double[] {0.8}),
                                        3)
                                .item())
                .isCloseTo(example, within(1e-12));
        assertThat(Generation.guide(with, without, 1).item()).isEqualTo(1);
        assertThat(Generation.guide(with, without, 0).item()).isEqualTo(0.8);
    }

    @Test
    void refusesSettingsThatMakeNoSense() {
        assertThatThrownBy(() -> new DdimSampler(0, 0))
                .hasMessage("ddim: steps must be at least 1; got 0");
        assertThatThrownBy(() -> new DdimSampler(10, 2))
                .hasMessage("ddim: eta must be in [0, 1]; got 2.0");
        assertThatThrownBy(() -> new DdpmSampler(1001, true).timesteps(SCHEDULE))
                .hasMessage("ddpm: steps must be at most the schedule's 1000; got 1001");
    }
}
