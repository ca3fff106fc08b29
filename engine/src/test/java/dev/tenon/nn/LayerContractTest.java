package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.activation.GELU;
import dev.tenon.nn.activation.LeakyReLU;
import dev.tenon.nn.activation.ReLU;
import dev.tenon.nn.activation.SiLU;
import dev.tenon.nn.activation.Sigmoid;
import dev.tenon.nn.activation.Softmax;
import dev.tenon.nn.activation.Tanh;
import dev.tenon.nn.attention.MultiHeadAttention;
import dev.tenon.nn.attention.SelfAttention;
import dev.tenon.nn.conv.AvgPool2d;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.conv.Conv2dSame;
import dev.tenon.nn.conv.ConvTranspose2d;
import dev.tenon.nn.conv.ConvTranspose2dSame;
import dev.tenon.nn.conv.MaxPool2d;
import dev.tenon.nn.conv.Upsample;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.nn.norm.BatchNorm3d;
import dev.tenon.nn.norm.CustomNorm;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.nn.norm.InstanceNorm1d;
import dev.tenon.nn.norm.InstanceNorm2d;
import dev.tenon.nn.norm.InstanceNorm3d;
import dev.tenon.nn.norm.LayerNorm;
import dev.tenon.nn.norm.LocalResponseNorm;
import dev.tenon.nn.norm.RMSNorm;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.GradientCheck;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.SameConv;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What every layer must hold: shapes, names, save and load, repeatable initial values, gradients,
/// and results that do not depend on what else is in the batch.
class LayerContractTest {
    private static final long SEED = 20_260_101;

    /// A layer, an input it takes, the shape of the result and what its state holds.
    private record Case(
            String name,
            Function<Init, UnaryLayer> make,
            int[] input,
            int[] output,
            String state) {}

    private static Case of(
            String name, Function<Init, UnaryLayer> make, int[] input, int[] output, String state) {
        return new Case(name, make, input, output, state);
    }

    private static int[] sizes(int... sizes) {
        return sizes;
    }

    private static Stream<Case> cases() {
        Conv2dSettings same = Conv2dSettings.of(1, 1);
        Conv2dSettings half = Conv2dSettings.of(2, 1);
        int[] image = sizes(2, 4, 5, 6);
        return Stream.of(
                of(
                        "Linear",
                        init -> Linear.of(3, 5, init),
                        sizes(2, 3),
                        sizes(2, 5),
                        "weight [5, 3], bias [5]"),
                of(
                        "Linear of three axes without bias",
                        init -> Linear.of(3, 5, false, init),
                        sizes(2, 4, 3),
                        sizes(2, 4, 5),
                        "weight [5, 3]"),
                of(
                        "Conv2d",
                        init -> Conv2d.of(4, 3, 3, same, init),
                        image,
                        sizes(2, 3, 5, 6),
                        "weight [3, 4, 3, 3], bias [3]"),
                of(
                        "Conv2d in groups, no bias",
                        init -> Conv2d.of(4, 6, 3, half.withGroups(2), false, init),
                        image,
                        sizes(2, 6, 3, 3),
                        "weight [6, 2, 3, 3]"),
                of(
                        "Conv2dSame",
                        init -> Conv2dSame.of(4, 3, 3, SameConv.stride(2), init),
                        sizes(2, 4, 6, 5),
                        sizes(2, 3, 3, 3),
                        "weight [3, 4, 3, 3], bias [3]"),
                of(
                        "ConvTranspose2dSame",
                        init -> ConvTranspose2dSame.of(4, 3, 5, SameConv.stride(2), init),
                        sizes(2, 4, 3, 2),
                        sizes(2, 3, 6, 4),
                        "weight [4, 3, 5, 5], bias [3]"),
                of(
                        "Conv2d 1x1",
                        init -> Conv2d.of(4, 2, 1, init),
                        image,
                        sizes(2, 2, 5, 6),
                        "weight [2, 4, 1, 1], bias [2]"),
                of(
                        "ConvTranspose2d",
                        init -> ConvTranspose2d.of(4, 3, 3, half, 1, true, init),
                        image,
                        sizes(2, 3, 10, 12),
                        "weight [4, 3, 3, 3], bias [3]"),
                of(
                        "ConvTranspose2d in groups",
                        init ->
                                ConvTranspose2d.of(
                                        4, 6, 2, Conv2dSettings.of(2, 0).withGroups(2), init),
                        image,
                        sizes(2, 6, 10, 12),
                        "weight [4, 3, 2, 2], bias [6]"),
                of(
                        "GroupNorm",
                        init -> GroupNorm.of(2, 4, init),
                        image,
                        image,
                        "weight [4], bias [4]"),
                of(
                        "GroupNorm of vectors, no affine",
                        init -> GroupNorm.of(2, 6, 1e-3, false, init),
                        sizes(3, 6),
                        sizes(3, 6),
                        ""),
                of(
                        "LayerNorm",
                        init -> LayerNorm.of(5, init),
                        sizes(2, 3, 5),
                        sizes(2, 3, 5),
                        "weight [5], bias [5]"),
                of(
                        "LayerNorm of two axes",
                        init -> LayerNorm.of(Shape.of(3, 5), 1e-3, true, init),
                        sizes(2, 3, 5),
                        sizes(2, 3, 5),
                        "weight [3, 5], bias [3, 5]"),
                of(
                        "BatchNorm1d",
                        init -> BatchNorm1d.of(4, init),
                        sizes(3, 4),
                        sizes(3, 4),
                        "weight [4], bias [4], running_mean [4], running_var [4], num_batches_tracked []"),
                of(
                        "BatchNorm1d of sequences, no statistics",
                        init -> BatchNorm1d.of(4, 1e-3, 0.1, true, false, init),
                        sizes(1, 4, 3),
                        sizes(1, 4, 3),
                        "weight [4], bias [4]"),
                of(
                        "BatchNorm2d",
                        init -> BatchNorm2d.of(4, init),
                        image,
                        image,
                        "weight [4], bias [4], running_mean [4], running_var [4], num_batches_tracked []"),
                of(
                        "BatchNorm2d averaging, no affine",
                        init -> BatchNorm2d.of(4, 1e-5, null, false, true, init),
                        image,
                        image,
                        "running_mean [4], running_var [4], num_batches_tracked []"),
                of(
                        "BatchNorm3d",
                        init -> BatchNorm3d.of(4, init),
                        sizes(2, 4, 2, 3, 2),
                        sizes(2, 4, 2, 3, 2),
                        "weight [4], bias [4], running_mean [4], running_var [4], num_batches_tracked []"),
                of(
                        "InstanceNorm1d",
                        init -> InstanceNorm1d.of(4, init),
                        sizes(2, 4, 5),
                        sizes(2, 4, 5),
                        ""),
                of(
                        "InstanceNorm2d with all",
                        init -> InstanceNorm2d.of(4, 1e-5, 0.1, true, true, init),
                        image,
                        image,
                        "weight [4], bias [4], running_mean [4], running_var [4], num_batches_tracked []"),
                of(
                        "InstanceNorm2d affine",
                        init -> InstanceNorm2d.of(4, 1e-5, 0.1, true, false, init),
                        image,
                        image,
                        "weight [4], bias [4]"),
                of(
                        "InstanceNorm3d",
                        init -> InstanceNorm3d.of(4, init),
                        sizes(2, 4, 2, 3, 2),
                        sizes(2, 4, 2, 3, 2),
                        ""),
                of(
                        "RMSNorm",
                        init -> RMSNorm.of(5, init),
                        sizes(2, 3, 5),
                        sizes(2, 3, 5),
                        "weight [5]"),
                of(
                        "RMSNorm of two axes",
                        init -> RMSNorm.of(Shape.of(3, 5), 1e-6, true, init),
                        sizes(2, 3, 5),
                        sizes(2, 3, 5),
                        "weight [3, 5]"),
                of("LocalResponseNorm", init -> LocalResponseNorm.of(2), image, image, ""),
                of(
                        "CustomNorm",
                        init -> CustomNorm.of(5, init),
                        sizes(2, 3, 5),
                        sizes(2, 3, 5),
                        "weight [5], bias [5]"),
                of(
                        "CustomNorm with a scale of its own",
                        init ->
                                CustomNorm.of(5, init)
                                        .withCentre(x -> x.mul(0.5))
                                        .withScale(d -> CustomNorm.mean(d.mul(d)).add(1)),
                        sizes(2, 3, 5),
                        sizes(2, 3, 5),
                        "weight [5], bias [5]"),
                of(
                        "MultiHeadAttention",
                        init -> MultiHeadAttention.of(4, 2, init),
                        sizes(2, 3, 4),
                        sizes(2, 3, 4),
                        "in_proj_weight [12, 4], in_proj_bias [12], out_proj.weight [4, 4], out_proj.bias [4]"),
                of(
                        "SelfAttention",
                        init -> SelfAttention.of(4, 2, init),
                        sizes(2, 4, 2, 3),
                        sizes(2, 4, 2, 3),
                        "mha.in_proj_weight [12, 4], mha.in_proj_bias [12], mha.out_proj.weight [4, 4],"
                                + " mha.out_proj.bias [4], ln.weight [4], ln.bias [4], ff_self.0.weight [4],"
                                + " ff_self.0.bias [4], ff_self.1.weight [4, 4], ff_self.1.bias [4],"
                                + " ff_self.3.weight [4, 4], ff_self.3.bias [4]"),
                of("ReLU", init -> new ReLU(), image, image, ""),
                of("SiLU", init -> new SiLU(), image, image, ""),
                of("GELU", init -> GELU.erf(), image, image, ""),
                of("GELU by tanh", init -> GELU.tanh(), image, image, ""),
                of("LeakyReLU", init -> LeakyReLU.of(), image, image, ""),
                of("Tanh", init -> new Tanh(), image, image, ""),
                of("Sigmoid", init -> new Sigmoid(), image, image, ""),
                of("Softmax", init -> new Softmax(1), image, image, ""),
                of("MaxPool2d", init -> MaxPool2d.of(2), image, sizes(2, 4, 2, 3), ""),
                of(
                        "MaxPool2d overlapping",
                        init -> new MaxPool2d(3, 1),
                        image,
                        sizes(2, 4, 3, 4),
                        ""),
                of("AvgPool2d", init -> AvgPool2d.of(2), image, sizes(2, 4, 2, 3), ""),
                of("Upsample nearest", init -> Upsample.nearest(2), image, sizes(2, 4, 10, 12), ""),
                of(
                        "Upsample bilinear",
                        init -> Upsample.bilinear(1.5, false),
                        image,
                        sizes(2, 4, 7, 9),
                        ""),
                of(
                        "Upsample bilinear aligned",
                        init -> Upsample.bilinear(2, true),
                        image,
                        sizes(2, 4, 10, 12),
                        ""),
                of(
                        "Upsample to a size",
                        init -> Upsample.bilinearTo(7, 3, true),
                        image,
                        sizes(2, 4, 7, 3),
                        ""),
                of(
                        "Upsample nearest to a size",
                        init -> Upsample.nearestTo(3, 9),
                        image,
                        sizes(2, 4, 3, 9),
                        ""),
                of("Flatten", init -> Flatten.of(), image, sizes(2, 120), ""),
                of("Flatten of the middle", init -> new Flatten(1, 2), image, sizes(2, 20, 6), ""),
                of("Dropout", init -> new Dropout(0.5), image, image, ""),
                of(
                        "Residual",
                        init -> new Residual(Linear.of(3, 3, init)),
                        sizes(2, 3),
                        sizes(2, 3),
                        "body.weight [3, 3], body.bias [3]"),
                of(
                        "Sequential",
                        init ->
                                Sequential.of(
                                        Linear.of(3, 4, init), new SiLU(), Linear.of(4, 2, init)),
                        sizes(2, 3),
                        sizes(2, 2),
                        "0.weight [4, 3], 0.bias [4], 2.weight [2, 4], 2.bias [2]"));
    }

    @TestFactory
    Stream<DynamicContainer> everyLayer() {
        return cases().map(c ->
                DynamicContainer.dynamicContainer(
                        c.name,
                        Stream.of(
                                DynamicTest.dynamicTest("shape", () -> shape(c)),
                                DynamicTest.dynamicTest("names", () -> names(c)),
                                DynamicTest.dynamicTest("save and load", () -> saveAndLoad(c)),
                                DynamicTest.dynamicTest("seed", () -> seed(c)),
                                DynamicTest.dynamicTest("batch", () -> batch(c)),
                                DynamicTest.dynamicTest("gradient", () -> gradient(c)),
                                DynamicTest.dynamicTest("describe", () -> describe(c)))));
    }

    private static UnaryLayer make(Case c, long seed, DType type) {
        return c.make.apply(Init.of(Rng.of(seed), type));
    }

    private static Tensor input(Case c, DType type) {
        Random random = new Random(SEED);
        Shape shape = Shape.of(c.input);
        return Tensor.of(random.doubles(shape.count(), -1, 1).toArray(), c.input).to(type);
    }

    private static void shape(Case c) {
        for (DType type : List.of(DType.F32, DType.F64)) {
            Tensor y = make(c, SEED, type).apply(input(c, type));
            assertThat(y.shape().sizes()).containsExactly(c.output);
            assertThat(y.type()).isEqualTo(type);
        }
    }

    private static void names(Case c) {
        assertThat(
                        make(c, SEED, DType.F32).state().entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue().shape())
                                .collect(Collectors.joining(", ")))
                .isEqualTo(c.state);
    }

    private static void saveAndLoad(Case c) {
        UnaryLayer layer = make(c, SEED, DType.F32);
        Map<String, Tensor> saved = new LinkedHashMap<>();
        layer.state()
                .forEach((name, t) ->
                        saved.put(name, Tensor.of(t.toFloats()).reshape(t.shape().sizes())));
        UnaryLayer other = make(c, SEED + 1, DType.F32);
        other.load(saved);
        assertThat(forward(other, c)).isEqualTo(forward(layer, c));
        layer.load(Map.of(), false);
        assertThat(forward(other, c)).isEqualTo(forward(layer, c));
    }

    private static void seed(Case c) {
        assertThat(forward(make(c, SEED, DType.F32), c))
                .isEqualTo(forward(make(c, SEED, DType.F32), c));
        make(c, SEED, DType.F32)
                .params()
                .forEach((name, param) -> {
                    Param other = make(c, SEED + 1, DType.F32).params().get(name);
                    float[] values = param.value().toFloats();
                    if (values[0] != 0 && values[0] != 1) {
                        assertThat(other.value().toFloats()).as(name).isNotEqualTo(values);
                    }
                });
    }

    private static float[] forward(UnaryLayer layer, Case c) {
        return Autograd.noGrad(() -> layer.apply(input(c, DType.F32)).toFloats());
    }

    /// A sample's result has the same bits alone and in a batch.
    private static void batch(Case c) {
        UnaryLayer layer = make(c, SEED, DType.F32);
        Tensor x = input(c, DType.F32);
        float[] together = layer.apply(x).toFloats();
        int samples = x.size(0);
        int each = together.length / samples;
        for (int i = 0; i < samples; i++) {
            float[] alone = layer.apply(x.slice(0, i, i + 1)).toFloats();
            assertThat(alone).isEqualTo(Arrays.copyOfRange(together, i * each, (i + 1) * each));
        }
    }

    /// The gradient with respect to the input and every parameter: the layer is rebuilt around the
    /// tensors that the check gives.
    private static void gradient(Case c) {
        UnaryLayer layer = make(c, SEED, DType.F64);
        List<Param> params = List.copyOf(layer.params().values());
        List<Tensor> points = new ArrayList<>(List.of(input(c, DType.F64)));
        Random random = new Random(SEED);
        for (Param param : params) { // not all ones and zeros
            double[] noise = random.doubles(param.count(), -0.3, 0.3).toArray();
            points.add(param.value().detach().add(Tensor.of(noise, param.shape().sizes())));
        }
        GradientCheck.check(
                tensors -> {
                    Map<Param, Tensor> replacements = new LinkedHashMap<>();
                    for (int i = 0; i < params.size(); i++) {
                        replacements.put(params.get(i), tensors.get(i + 1));
                    }
                    return ((UnaryLayer) Rebuilt.with(layer, replacements)).apply(tensors.get(0));
                },
                points);
    }

    private static void describe(Case c) {
        UnaryLayer layer = make(c, SEED, DType.F32);
        String text = layer.describe();
        layer.params()
                .forEach((name, param) -> {
                    String last = name.substring(name.lastIndexOf('.') + 1);
                    assertThat(text).contains(last + param.shape());
                });
        assertThat(text).startsWith(layer.getClass().getSimpleName());
        Formula formula = layer.formula();
        if (formula == null) {
            assertThat(List.of("Sequential", "Flatten")).contains(layer.getClass().getSimpleName());
        } else {
            assertThat(formula.tex().chars().filter(ch -> ch == '{').count())
                    .isEqualTo(formula.tex().chars().filter(ch -> ch == '}').count());
            assertThat(formula.symbols()).isNotEmpty();
            assertThat(formula.source()).isNotBlank();
        }
    }
}
