package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Tolerances;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.nn.activation.GELU;
import dev.tenon.nn.activation.ReLU;
import dev.tenon.nn.activation.SiLU;
import dev.tenon.nn.activation.Tanh;
import dev.tenon.nn.attention.SelfAttention;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.conv.MaxPool2d;
import dev.tenon.nn.conv.Upsample;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Paths, state, shape errors and printing of layers, on a model built as its author would.
class LayerTest {
    // ---- a U-Net as its author writes it, without a word about names

    private record DoubleConv(Sequential doubleConv, boolean residual) implements UnaryLayer {
        static DoubleConv of(int in, int mid, int out, boolean residual, Init init) {
            Conv2dSettings same = Conv2dSettings.of(1, 1);
            return new DoubleConv(
                    Sequential.of(
                            Conv2d.of(in, mid, 3, same, false, init),
                            GroupNorm.of(1, mid, init),
                            GELU.erf(),
                            Conv2d.of(mid, out, 3, same, false, init),
                            GroupNorm.of(1, out, init)),
                    residual);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = doubleConv.apply(x);
            return residual ? GELU.erf().apply(x.add(y)) : y;
        }
    }

    private record Down(Sequential maxpoolConv, Sequential embLayer) implements Layer {
        static Down of(int in, int out, Init init) {
            return new Down(
                    Sequential.of(
                            MaxPool2d.of(2),
                            DoubleConv.of(in, in, in, true, init),
                            DoubleConv.of(in, out, out, false, init)),
                    Sequential.of(new SiLU(), Linear.of(8, out, init)));
        }

        Tensor apply(Tensor x, Tensor t) {
            return Layer.within(
                    this,
                    () -> {
                        Tensor shift = embLayer.apply(t);
                        return maxpoolConv
                                .apply(x)
                                .add(shift.reshape(shift.size(0), shift.size(1), 1, 1));
                    });
        }
    }

    private record Up(Upsample up, Sequential conv, Sequential embLayer) implements Layer {
        static Up of(int in, int out, Init init) {
            return new Up(
                    Upsample.bilinear(2, true),
                    Sequential.of(
                            DoubleConv.of(in, in, in, true, init),
                            DoubleConv.of(in, in / 2, out, false, init)),
                    Sequential.of(new SiLU(), Linear.of(8, out, init)));
        }
    }

    private record UNet(
            DoubleConv inc,
            Down down1,
            SelfAttention sa1,
            Down down2,
            SelfAttention sa2,
            Down down3,
            SelfAttention sa3,
            DoubleConv bot1,
            DoubleConv bot2,
            DoubleConv bot3,
            Up up1,
            SelfAttention sa4,
            Up up2,
            SelfAttention sa5,
            Up up3,
            SelfAttention sa6,
            Conv2d outc,
            @Nullable Embedding labelEmb)
            implements Layer {
        static UNet of(int c, int classes, Init init) {
            return new UNet(
                    DoubleConv.of(3, c, c, false, init),
                    Down.of(c, 2 * c, init),
                    SelfAttention.of(2 * c, 4, init),
                    Down.of(2 * c, 4 * c, init),
                    SelfAttention.of(4 * c, 4, init),
                    Down.of(4 * c, 4 * c, init),
                    SelfAttention.of(4 * c, 4, init),
                    DoubleConv.of(4 * c, 8 * c, 8 * c, false, init),
                    DoubleConv.of(8 * c, 8 * c, 8 * c, false, init),
                    DoubleConv.of(8 * c, 4 * c, 4 * c, false, init),
                    Up.of(8 * c, 2 * c, init),
                    SelfAttention.of(2 * c, 4, init),
                    Up.of(4 * c, c, init),
                    SelfAttention.of(c, 4, init),
                    Up.of(2 * c, c, init),
                    SelfAttention.of(c, 4, init),
                    Conv2d.of(c, 3, 1, init),
                    classes > 0 ? Embedding.of(classes, 8, init) : null);
        }

        Tensor apply(Tensor x, Tensor t) {
            return Layer.within(this, () -> down1.apply(inc.apply(x), t));
        }
    }

    @Test
    void pathsArePyTorchsNames() {
        Golden names = Golden.resource("unet-names.json");
        assertThat(UNet.of(4, 0, Init.of(1)).params().keySet())
                .containsExactly(texts(names.at("unet")));
        assertThat(UNet.of(4, 10, Init.of(1)).state().keySet())
                .containsExactly(texts(names.at("conditional")));
    }

    private static String[] texts(Golden list) {
        return list.list().stream().map(Golden::text).toArray(String[]::new);
    }

    // ---- shape errors

    @Test
    void shapeErrorsNameThePath() {
        UNet net = UNet.of(4, 0, Init.of(1));
        Tensor t = Tensor.zeros(1, 8);
        assertMessage(
                () -> net.down1.apply(Tensor.zeros(1, 3, 8, 8), t),
                "maxpool_conv.1.double_conv.0 (Conv2d): conv2d: ");
        assertMessage(
                () -> net.apply(Tensor.zeros(1, 5, 8, 8), t),
                "inc.double_conv.0 (Conv2d): conv2d: ");
        assertMessage(
                () -> net.apply(Tensor.zeros(1, 3, 8, 8), Tensor.zeros(1, 9)),
                "down1.emb_layer.1 (Linear): linear: ");
        assertMessage(
                () -> net.apply(Tensor.zeros(1, 3, 8, 8), Tensor.zeros(3, 5, 8)),
                "down1 (Down): reshape: ");
        assertMessage(() -> Linear.of(2, 3, Init.of(1)).apply(Tensor.zeros(4)), "Linear: linear: ");
        UnaryLayer lambda = x -> x.add(Tensor.zeros(3));
        assertMessage(
                () -> Sequential.of(new SiLU(), lambda).apply(Tensor.zeros(2)),
                "1 (function): add: shapes must broadcast; got [2] and [3] (2 != 3)");
    }

    /// Layers in a sequence do what follows on the way out where they can; the results and
    /// gradients are those of one layer after another.
    @Test
    void layersHandWhatFollowsOn() {
        Init init = Init.of(Rng.of(5));
        GroupNorm norm = GroupNorm.of(2, 4, init);
        Conv2d conv = Conv2d.of(4, 4, 1, init);
        Sequential inner = Sequential.of(conv, norm, new SiLU(), conv, norm);
        Sequential whole =
                Sequential.of(
                        new SiLU(),
                        new Residual(inner),
                        GELU.erf(),
                        inner,
                        GELU.tanh(),
                        new Tanh());
        Tensor x = Rng.of(6).normal(DType.F64, Shape.of(2, 4, 3, 3));
        Tensor fused = x.detach().requireGradient();
        Tensor apart = x.detach().requireGradient();
        Tensor y = whole.forward(cast(fused), new Finish(cast(fused), UnaryOp.SIGMOID));
        Tensor u = oneByOne(inner, ElementwiseOps.silu(cast(apart)));
        u = ElementwiseOps.gelu(ElementwiseOps.silu(cast(apart)).add(u));
        u = ElementwiseOps.tanh(ElementwiseOps.geluTanh(oneByOne(inner, u)));
        u = ElementwiseOps.sigmoid(cast(apart).add(u));
        assertClose(y, u);
        y.sum().backward();
        u.sum().backward();
        assertClose(fused.gradient(), apart.gradient());
    }

    private static Tensor cast(Tensor x) {
        return x.to(DType.F32);
    }

    private static Tensor oneByOne(Sequential layers, Tensor x) {
        Tensor y = x;
        for (UnaryLayer layer : layers.layers()) {
            y = layer.forward(y);
        }
        return y;
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        Tolerances.assertClose(actual.toDoubles(), expected.toDoubles(), 10, DType.F32, "layers");
    }

    @Test
    void anEmptySequenceDoesWhatFollows() {
        Tensor x = Tensor.of(new double[] {-1, 2}, 2);
        assertThat(Sequential.of().apply(x, new Finish(x, UnaryOp.RELU)).toDoubles())
                .containsExactly(0, 4);
    }

    @Test
    void anActivationAfterLinearIsPartOfItWithoutAChange() {
        Init init = Init.of(3);
        for (Activation activation :
                List.of(new ReLU(), new SiLU(), GELU.erf(), GELU.tanh(), new Tanh())) {
            Linear linear = Linear.of(5, 7, init);
            Linear out = Linear.of(7, 2, init);
            Tensor x = init.uniform(1, 4, 5).value();
            Tensor apart = out.apply(activation.apply(linear.apply(x)));
            Sequential together = Sequential.of(linear, activation, out);
            assertThat(together.apply(x).toDoubles()).isEqualTo(apart.toDoubles());
            Tensor evaluated = Autograd.noGrad(() -> together.apply(x));
            assertThat(evaluated.toDoubles()).isEqualTo(apart.toDoubles());
            linear.clearGradients();
            apart.sum().backward();
            Tensor expected = gradient(linear);
            together.clearGradients();
            together.apply(x).sum().backward();
            assertThat(gradient(linear).toDoubles()).isEqualTo(expected.toDoubles());
        }
        assertMessage(
                () -> Sequential.of(Linear.of(2, 3, init), new ReLU()).apply(Tensor.zeros(4)),
                "0 (Linear): linear: ");
    }

    private static Tensor gradient(Linear linear) {
        return Objects.requireNonNull(linear.weight().gradient());
    }

    @Test
    void aShapeErrorIsThrownOnceWithItsCause() {
        assertThatThrownBy(() ->
                        UNet.of(4, 0, Init.of(1))
                                .apply(Tensor.zeros(1, 5, 8, 8), Tensor.zeros(1, 8)))
                .isInstanceOf(ShapeException.class)
                .cause()
                .isInstanceOf(ShapeException.class)
                .hasNoCause()
                .satisfies(cause -> assertThat(cause.getMessage()).startsWith("conv2d: "));
    }

    private static void assertMessage(ThrowingCallable body, String start) {
        assertThatThrownBy(body)
                .isInstanceOf(ShapeException.class)
                .satisfies(e -> assertThat(e.getMessage()).startsWith(start).doesNotContain("\n"));
    }

    // ---- components

    private record Tied(Linear a, Linear b) implements Layer {}

    @Test
    void aSharedParameterComesOnce() {
        Linear a = Linear.of(3, 3, Init.of(1));
        Tied tied = new Tied(a, new Linear(a.weight(), null));
        assertThat(tied.params().keySet()).containsExactly("a.weight", "a.bias");
        assertThat(tied.parameterCount()).isEqualTo(12);
    }

    private record Statistics(Param scale, Running runningMean, List<Linear> heads, int[] sizes)
            implements Layer {}

    @Test
    void findsEverySortOfComponent() {
        Init init = Init.of(1);
        Statistics layer =
                new Statistics(
                        init.ones(2),
                        Running.of(Tensor.zeros(2)),
                        List.of(Linear.of(1, 2, init), Linear.of(2, 1, false, init)),
                        new int[] {1});
        assertThat(layer.params().keySet())
                .containsExactly("scale", "heads.0.weight", "heads.0.bias", "heads.1.weight");
        assertThat(layer.running().keySet()).containsExactly("running_mean");
        assertThat(layer.children().keySet()).containsExactly("heads.0", "heads.1");
        assertThat(layer.state().lastEntry().getKey()).isEqualTo("running_mean");
        layer.load(Map.of("running_mean", Tensor.ones(2)), false);
        assertThat(layer.runningMean().value().toFloats()).containsExactly(1, 1);
    }

    private record Clash(@Flat List<Linear> a, @Flat List<Linear> b) implements Layer {}

    private static final class NoRecord implements Layer {}

    @Test
    void refusesWhatHasNoNames() {
        List<Linear> one = List.of(Linear.of(1, 1, Init.of(1)));
        assertThatThrownBy(() -> new Clash(one, one).params())
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "layer: names must differ; got two components named 0 in Clash. Only one list may"
                                + " be @Flat");
        assertThatThrownBy(() -> new NoRecord().params())
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "layer: a layer must be a record, so that its parameters can be found; got class "
                                + NoRecord.class.getName());
    }

    @Test
    void writesCamelCaseAsSnakeCase() {
        Stream.of(
                        "inProjWeight in_proj_weight",
                        "sa1 sa1",
                        "ffSelf ff_self",
                        "labelEmb label_emb",
                        "x x",
                        "conv2D conv2_d",
                        "down1Norm down1_norm")
                .map(pair -> pair.split(" "))
                .forEach(pair -> assertThat(Components.snakeCase(pair[0])).isEqualTo(pair[1]));
    }

    // ---- state

    @Test
    void loadingIsAllOrNothing() {
        Linear layer = Linear.of(3, 2, Init.of(1));
        float[] before = layer.weight().value().toFloats();
        SequencedMap<String, Tensor> state = layer.state();
        state.put("weight", Tensor.ones(2, 3));
        state.put("bias", Tensor.ones(3));
        state.put("scale", Tensor.ones(3));
        assertThatThrownBy(() -> layer.load(state))
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "load: names and shapes must be those of the layer; got unexpected scale; shape"
                                + " bias [3] for [2]");
        state.remove("bias");
        assertThatThrownBy(() -> layer.load(state))
                .hasMessage(
                        "load: names and shapes must be those of the layer; got missing bias; unexpected"
                                + " scale");
        assertThat(layer.weight().value().toFloats()).isEqualTo(before);
        layer.load(state, false);
        assertThat(layer.weight().value().toFloats()).containsOnly(1);
    }

    @Test
    void manyFaultsAreCounted() {
        UNet net = UNet.of(4, 0, Init.of(1));
        assertThatThrownBy(() -> net.load(Map.of()))
                .hasMessage(
                        "load: names and shapes must be those of the layer; got missing"
                                + " inc.double_conv.0.weight,"
                                + " inc.double_conv.1.weight, inc.double_conv.1.bias, inc.double_conv.3.weight,"
                                + " inc.double_conv.4.weight and 177 more");
    }

    @Test
    void convertsTypesAndCopies() {
        Linear wide = Linear.of(3, 2, Init.of(Rng.of(5), DType.F64));
        Linear layer = Linear.of(3, 2, Init.of(1));
        layer.copyFrom(wide);
        assertThat(layer.weight().value().toFloats()).isEqualTo(wide.weight().value().toFloats());
    }

    /// A frozen part passes gradients on to what comes before it, and its norm goes on counting, as
    /// in PyTorch; in evaluation it stands still, as in Keras.
    @Test
    void aFrozenPartIsLeftOutOfTraining() {
        Init init = Init.of(1);
        Linear first = Linear.of(3, 4, init);
        Sequential part = Sequential.of(BatchNorm1d.of(4, init), Linear.of(4, 2, init));
        Sequential model = Sequential.of(first, part);
        assertThat(part.isFrozen()).isFalse();
        part.freeze();
        assertThat(part.isFrozen()).isTrue();
        assertThat(model.isFrozen()).isFalse();
        Tensor x = Rng.of(2).normal(DType.F32, Shape.of(5, 3));
        Mode.train(Rng.of(1), () -> model.apply(x)).sum().backward();
        assertThat(first.weight().gradient()).isNotNull();
        assertThat(part.params().values()).allMatch(param -> param.gradient() == null);
        assertThat(part.state().get("0.num_batches_tracked").item()).isEqualTo(1);
        Mode.train(Rng.of(1), () -> Mode.eval(() -> part.apply(first.apply(x))));
        assertThat(part.state().get("0.num_batches_tracked").item()).isEqualTo(1);
        part.thaw();
        assertThat(part.isFrozen()).isFalse();
        Mode.train(Rng.of(1), () -> model.apply(x)).sum().backward();
        assertThat(part.params().values()).allMatch(param -> param.gradient() != null);
        assertThat(new ReLU().isFrozen()).isFalse();
    }

    @Test
    void aFrozenParameterGetsNoGradient() {
        Linear layer = Linear.of(2, 1, Init.of(1));
        layer.weight().freeze();
        layer.apply(Tensor.ones(1, 2)).sum().backward();
        assertThat(layer.weight().gradient()).isNull();
        assertThat(layer.params().get("bias").gradient()).isNotNull();
        layer.clearGradients();
        assertThat(layer.params().get("bias").gradient()).isNull();
        layer.weight().thaw();
        layer.apply(Tensor.ones(1, 2)).sum().backward();
        assertThat(layer.weight().gradient()).isNotNull();
    }

    // ---- printing

    @Test
    void describesTheTree() {
        Sequential layer =
                Sequential.of(
                        Linear.of(30, 50, Init.of(1)),
                        new SiLU(),
                        new Residual(Linear.of(50, 50, false, Init.of(1))));
        assertThat(layer.describe())
                .isEqualTo(
                        """
                        Sequential = 4,050
                          0: Linear weight[50, 30] bias[50] = 1,550
                          1: SiLU
                          2: Residual = 2,500
                            body: Linear weight[50, 50] = 2,500
                        """);
        assertThat(GroupNorm.of(2, 4, Init.of(1)).describe())
                .isEqualTo("GroupNorm(groups=2, channels=4, eps=1.0E-5) weight[4] bias[4] = 8\n");
    }

    @Test
    void aFormulaKeepsItsSymbolsInOrder() {
        assertThat(Linear.FORMULA.symbols().keySet()).containsExactly("x", "W", "b", "y");
        assertThatThrownBy(() -> Formula.of("x", "nobody", "x"))
                .hasMessage("formula: each symbol needs a meaning; got x");
        assertThatThrownBy(() -> Formula.of("x", "nobody", "x", "a", "x", "b"))
                .hasMessage("formula: symbols must differ; got x twice");
    }
}
