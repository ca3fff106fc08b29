package dev.tenon.diffusion.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.diffusion.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.optim.AdamW;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.ResampleOps;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// The blocks and the whole U-Net against `golden/diffusion.json`, whose weights are formulas of
/// their index.
class UNetTest {
    /// How far the whole network may be off: relative for the norm of a gradient, by the typical
    /// size of an element for single elements of a gradient.
    ///
    /// The gradients of this network are sums of large terms that cancel. PyTorch 2.13's own
    /// float32 misses the float64 golden norms by up to 9e-4 and the first elements by up to 2e-3;
    /// ours, measured, by 2.4e-4 and 4.2e-4.
    private record Tolerance(double output, double norm, double element, double step) {
        static Tolerance of(DType type) {
            return type == DType.F64
                    ? new Tolerance(1e-10, 1e-9, 1e-9, 1e-9)
                    : new Tolerance(1e-4, 5e-4, 1e-3, 1e-6);
        }
    }

    private static double tolerance(DType type, double whole) {
        return type == DType.F64 ? 1e-10 : whole;
    }

    /// Parameter j, element i: b = sin(0.7 i + 1.3 j); more than one axis: b / sqrt(elements per
    /// first-axis slice); one axis named weight: 1 + 0.1 b; other: 0.05 b.
    static void fillByFormula(Map<String, Param> params, DType type) {
        int[] j = {0};
        params.forEach((name, param) -> {
            Shape shape = param.shape();
            int number = j[0]++;
            double slice = shape.rank() > 1 ? Math.sqrt(shape.count(1, shape.rank())) : 1;
            param.value()
                    .assign(
                            Golden.fill(
                                    type,
                                    shape,
                                    i -> {
                                        double b = Math.sin(0.7 * i + 1.3 * number);
                                        return shape.rank() > 1
                                                ? b / slice
                                                : name.endsWith("weight") ? 1 + 0.1 * b : 0.05 * b;
                                    }));
        });
    }

    private static Init init(DType type) {
        return Init.of(Rng.of(1), type);
    }

    private interface Block {
        Tensor apply(List<Tensor> inputs);
    }

    private static void checkBlock(
            String name, DType type, Map<String, Param> params, Block block) {
        JsonNode golden = Golden.diffusion(name);
        fillByFormula(params, type);
        List<Tensor> inputs = new java.util.ArrayList<>();
        for (int k = 0; k < golden.get("inputs").size(); k++) {
            int input = k;
            inputs.add(
                    Golden.fill(
                                    type,
                                    Golden.shape(golden.get("inputs").get(k)),
                                    i -> Math.sin(0.37 * i + input))
                            .requireGradient());
        }
        Tensor y = block.apply(inputs).keep();
        double[] expected = Golden.doubles(golden.get("output"));
        double tolerance = tolerance(type, 2e-5);
        double[] mine = y.toDoubles();
        for (int i = 0; i < expected.length; i++) {
            assertThat(mine[i]).isCloseTo(expected[i], within(tolerance * 3));
        }
        assertThat(java.util.stream.DoubleStream.of(mine).map(Math::abs).sum())
                .isCloseTo(golden.get("output_abs_sum").asDouble(), within(tolerance * 300));
        y.mul(Golden.fill(type, y.shape(), i -> Math.sin(0.23 * i + 0.1))).sum().backward();
        for (int k = 0; k < inputs.size(); k++) {
            double[] gradient = inputs.get(k).gradient().toDoubles();
            double[] wanted = Golden.doubles(golden.get("grad_inputs").get(k));
            for (int i = 0; i < wanted.length; i++) {
                assertThat(gradient[i])
                        .isCloseTo(
                                wanted[i],
                                within(tolerance * 10 * Math.max(1, Math.abs(wanted[i]))));
            }
        }
        golden.get("grad_param_l2")
                .properties()
                .forEach(entry -> {
                    double norm = norm(params.get(entry.getKey()).gradient());
                    assertThat(norm)
                            .isCloseTo(
                                    entry.getValue().asDouble(),
                                    within(tolerance * Math.max(1, norm) * 5));
                });
        assertThat(params).hasSize(golden.get("grad_param_l2").size());
    }

    private static double norm(Tensor x) {
        double sum = 0;
        for (double value : x.toDoubles()) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void doubleConvIsTheReferences(DType type) {
        DoubleConv plain = DoubleConv.of(3, 8, init(type));
        checkBlock("block_double_conv_3_8", type, plain.params(), in -> plain.apply(in.get(0)));
        DoubleConv residual = DoubleConv.residual(6, init(type));
        checkBlock(
                "block_double_conv_residual_6",
                type,
                residual.params(),
                in -> residual.apply(in.get(0)));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void downIsTheReferences(DType type) {
        Down down = Down.of(4, 8, 16, init(type));
        checkBlock(
                "block_down_4_8_emb16",
                type,
                down.params(),
                in -> down.apply(in.get(0), in.get(1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void upIsTheReferences(DType type) {
        Up up = Up.of(8, 4, 16, init(type));
        checkBlock(
                "block_up_8_4_emb16",
                type,
                up.params(),
                in -> up.apply(in.get(0), in.get(1), in.get(2)));
    }

    @Test
    void enlargesAsTheReferenceDoes() {
        Tensor x = Golden.fill(DType.F64, Shape.of(1, 2, 3, 3), i -> Math.sin(0.37 * i));
        assertThat(ResampleOps.upsampleBilinear(x, 6, 6, true).toDoubles())
                .containsExactly(
                        Golden.doubles(
                                Golden.diffusion("upsample_bilinear_align_corners_x2")
                                        .get("output")),
                        within(1e-12));
    }

    /// F64 runs through the definitions, most of a minute for each network: side by side.
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "unet_forward_backward, F64",
        "unet_conditional_forward_backward, F64",
        "unet_forward_backward, F32",
        "unet_conditional_forward_backward, F32"
    })
    void theWholeNetworkIsTheReferences(String name, DType type) {
        Tolerance tolerance = Tolerance.of(type);
        JsonNode golden = Golden.diffusion(name);
        boolean conditional = !golden.get("y").isNull();
        UNet network = UNet.of(UNetSettings.article(conditional ? 10 : 0), init(type));
        Map<String, Param> params = network.params();
        List<String> names = new java.util.ArrayList<>();
        golden.get("param_names").forEach(node -> names.add(node.asString()));
        assertThat(params.keySet()).containsExactlyElementsOf(names);
        assertThat(network.parameterCount()).isEqualTo(conditional ? 23_335_299 : 23_332_739);
        fillByFormula(params, type);
        Tensor x = Golden.fill(type, Shape.of(1, 3, 64, 64), i -> Math.sin(0.011 * i));
        int[] classes = conditional ? new int[] {golden.get("y").asInt()} : null;
        Tensor y = network.predict(x, new int[] {golden.get("t").asInt()}, classes).keep();
        double[] mine = y.toDoubles();
        golden.get("output")
                .properties()
                .forEach(entry ->
                        assertThat(mine[Integer.parseInt(entry.getKey())])
                                .isCloseTo(entry.getValue().asDouble(), within(tolerance.output)));
        Tensor target = Golden.fill(type, y.shape(), i -> Math.sin(0.017 * i + 0.5));
        Tensor loss = LossOps.mse(y, target);
        loss.backward();
        assertThat(loss.item())
                .isCloseTo(golden.get("loss_mse").asDouble(), within(tolerance.output));
        golden.get("grad")
                .properties()
                .forEach(entry -> {
                    Tensor gradient = params.get(entry.getKey()).gradient();
                    double l2 = entry.getValue().get("l2").asDouble();
                    assertThat(norm(gradient))
                            .as(entry.getKey())
                            .isCloseTo(l2, within(tolerance.norm * l2));
                    double first = entry.getValue().get("first").asDouble();
                    double typical = l2 / Math.sqrt((double) gradient.count());
                    assertThat(gradient.toDoubles()[0])
                            .as(entry.getKey())
                            .isCloseTo(
                                    first,
                                    within(tolerance.element * Math.max(Math.abs(first), typical)));
                });
        AdamW.pytorch(network.params(), 3e-4).step();
        golden.get("after_one_AdamW_step_lr3e-4")
                .properties()
                .forEach(entry ->
                        assertThat(params.get(entry.getKey()).value().toDoubles()[0])
                                .as(entry.getKey())
                                .isCloseTo(entry.getValue().asDouble(), within(tolerance.step)));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 28, 30, 32})
    void takesManyResolutions(int size) {
        UNet network = UNet.of(new UNetSettings(1, 8, 2, 2, 16, 10), init(DType.F32));
        Tensor x = Tensor.zeros(2, 1, size, size);
        assertThat(network.predict(x, new int[] {3, 4}, new int[] {1, -1}).shape())
                .isEqualTo(x.shape());
    }

    @Test
    void aDroppedClassIsNoClass() {
        UNet network = UNet.of(new UNetSettings(1, 8, 2, 0, 16, 10), init(DType.F32));
        Tensor x = Golden.fill(DType.F32, Shape.of(2, 1, 8, 8), i -> Math.sin(i));
        float[] none = network.predict(x, new int[] {3, 4}, null).toFloats();
        float[] dropped = network.predict(x, new int[] {3, 4}, new int[] {-1, -1}).toFloats();
        float[] some = network.predict(x, new int[] {3, 4}, new int[] {-1, 5}).toFloats();
        assertThat(dropped).containsExactly(none);
        assertThat(some).isNotEqualTo(none);
    }

    @Test
    void namesTheLayerOfAShapeError() {
        UNet network = UNet.of(new UNetSettings(1, 8, 2, 0, 16, 0), init(DType.F32));
        assertThatThrownBy(() ->
                        network.down().get(1).apply(Tensor.zeros(1, 3, 4, 4), Tensor.zeros(1, 16)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("maxpool_conv.1.double_conv.0 (Conv2d): conv2d: ");
        assertThatThrownBy(() -> network.predict(Tensor.zeros(1, 3, 8, 8), new int[] {1}, null))
                .hasMessage(
                        "UNet: unet: x must be [N, 1, H, W] with H and W at least 4; got [1, 3, 8, 8]");
    }

    @Test
    void refusesSettingsThatMakeNoNetwork() {
        assertThatThrownBy(() -> new UNetSettings(1, 8, 2, 3, 16, 0))
                .isInstanceOf(TenonException.class)
                .hasMessage("unet: heads must divide the width 8; got 3");
        assertThatThrownBy(() -> new UNetSettings(1, 7, 2, 0, 16, 0))
                .hasMessage("unet: width must be even and 2 to 1024; got 7");
        assertThatThrownBy(() -> new UNetSettings(1, 2_000_000_000, 2, 0, 16, 0))
                .hasMessage("unet: width must be even and 2 to 1024; got 2000000000");
    }
}
