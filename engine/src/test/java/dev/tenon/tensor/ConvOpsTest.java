package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Tolerances;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvOpsTest {
    private static final Conv2dSettings PLAIN = Conv2dSettings.DEFAULT;
    private final Random random = new Random(11);

    private Tensor random(int... sizes) {
        return Tensor.of(random.doubles(Shape.of(sizes).count(), -1, 1).toArray(), sizes);
    }

    static Stream<Conv2dSettings> settings() {
        return Stream.of(
                PLAIN,
                Conv2dSettings.same(3),
                Conv2dSettings.of(2, 1),
                new Conv2dSettings(2, 1, 0, 2, 1, 2, 1),
                Conv2dSettings.of(1, 2).withDilation(2),
                Conv2dSettings.of(2, 1).withGroups(2));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void gradients(Conv2dSettings s) {
        Tensor x = random(2, 4, 5, 6);
        Tensor weight = random(6, 4 / s.groups(), 3, 2);
        GradientCheck.check(
                t -> ConvOps.conv2d(t.get(0), t.get(1), t.get(2), s),
                List.of(x, weight, random(6)));
        GradientCheck.check(t -> ConvOps.conv2d(t.get(0), t.get(1), null, s), List.of(x, weight));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void gradientsOfTheTranspose(Conv2dSettings s) {
        Tensor x = random(2, 4, 3, 4);
        Tensor weight = random(4, 6 / s.groups(), 3, 2);
        int grown = Math.min(s.strideH(), s.strideW()) > 1 ? 1 : 0;
        GradientCheck.check(
                t -> ConvOps.convTranspose2d(t.get(0), t.get(1), t.get(2), s, grown),
                List.of(x, weight, random(6)));
        GradientCheck.check(
                t -> ConvOps.convTranspose2d(t.get(0), t.get(1), null, s, 0), List.of(x, weight));
    }

    @Test
    void readsViews() {
        Tensor x = random(2, 5, 4, 3).permute(0, 3, 1, 2); // NHWC as NCHW
        Tensor weight = random(3, 3, 3, 4).permute(3, 2, 0, 1);
        GradientCheck.check(
                t ->
                        ConvOps.conv2d(
                                t.get(0).permute(0, 3, 1, 2),
                                t.get(1).permute(3, 2, 0, 1),
                                null,
                                Conv2dSettings.same(3)),
                List.of(random(1, 4, 4, 2), random(3, 3, 2, 3)));
        assertThat(ConvOps.conv2d(x, weight, null, PLAIN).toDoubles())
                .containsExactly(
                        ConvOps.conv2d(x.contiguous(), weight.contiguous(), null, PLAIN)
                                .toDoubles());
    }

    @Test
    void sizesFollowPyTorch() {
        Tensor x = Tensor.zeros(2, 3, 9, 11);
        Tensor weight = Tensor.zeros(5, 3, 3, 3);
        assertThat(ConvOps.conv2d(x, weight, null, PLAIN).shape()).isEqualTo(Shape.of(2, 5, 7, 9));
        assertThat(ConvOps.conv2d(x, weight, null, Conv2dSettings.of(2, 1)).shape())
                .isEqualTo(Shape.of(2, 5, 5, 6));
        Tensor small = Tensor.zeros(2, 5, 4, 4);
        Tensor up = Tensor.zeros(5, 3, 3, 3);
        assertThat(ConvOps.convTranspose2d(small, up, null, Conv2dSettings.of(2, 1), 1).shape())
                .isEqualTo(Shape.of(2, 3, 8, 8));
        assertThat(ConvOps.convTranspose2d(small, up, null, Conv2dSettings.of(2, 1), 0).shape())
                .isEqualTo(Shape.of(2, 3, 7, 7));
    }

    @Test
    void theTransposeTurnsConvolutionAround() { // <conv(x), y> = <x, convT(y)>
        Conv2dSettings s = new Conv2dSettings(2, 1, 1, 0, 1, 2, 2);
        Tensor x = random(2, 4, 7, 6);
        Tensor weight = random(6, 2, 3, 3);
        Tensor forward = ConvOps.conv2d(x, weight, null, s);
        Tensor y = random(forward.shape().sizes());
        double left = forward.mul(y).sum().item();
        double right = ConvOps.convTranspose2d(y, weight, null, s, 0).mul(x).sum().item();
        Tolerances.assertClose(left, right, 100, DType.F64, "inner product");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = Tensor.zeros(2, 3, 8, 8);
        assertThatThrownBy(() -> ConvOps.conv2d(x, Tensor.zeros(4, 2, 3, 3), null, PLAIN))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "conv2d: weight must be [O, C / groups, kh, kw] with O a multiple of groups; got x [2, 3,"
                                + " 8, 8], weight [4, 2, 3, 3], groups 1");
        assertThatThrownBy(() -> ConvOps.conv2d(x, Tensor.zeros(4, 3, 9, 3), null, PLAIN))
                .hasMessage(
                        "conv2d: the window must have elements and fit into the padded image; got x [2, 3, 8, 8],"
                                + " weight [4, 3, 9, 3], padding 0, dilation 1 along axis 2");
        assertThatThrownBy(
                        () -> ConvOps.conv2d(x, Tensor.zeros(4, 3, 3, 3), Tensor.zeros(3), PLAIN))
                .hasMessage(
                        "conv2d: bias must have one element per output channel; got bias [3] and 4 channels");
        assertThatThrownBy(() ->
                        ConvOps.conv2d(
                                Tensor.zeros(3, 8, 8), Tensor.zeros(4, 3, 3, 3), null, PLAIN))
                .hasMessage(
                        "conv2d: x must be [N, C, H, W] and weight have four axes; got x [3, 8, 8] and weight [4,"
                                + " 3, 3, 3]");
        assertThatThrownBy(() -> ConvOps.conv2d(x, random(4, 3, 3, 3), null, PLAIN))
                .hasMessage(
                        "conv2d: x, weight and bias must have one type, F32 or F64; got F32, F64 and no bias."
                                + " Convert with to(DType.F32)");
        assertThatThrownBy(
                        () -> ConvOps.convTranspose2d(x, Tensor.zeros(4, 3, 3, 3), null, PLAIN, 0))
                .hasMessage(
                        "convTranspose2d: weight must be [C, O / groups, kh, kw] with C a multiple of groups; got"
                                + " x [2, 3, 8, 8], weight [4, 3, 3, 3], groups 1");
        assertThatThrownBy(
                        () -> ConvOps.convTranspose2d(x, Tensor.zeros(3, 4, 3, 3), null, PLAIN, 1))
                .hasMessage(
                        "convTranspose2d: outputPadding must be at least 0 and smaller than stride or dilation;"
                                + " got 1 with Conv2dSettings[strideH=1, strideW=1, paddingH=0, paddingW=0,"
                                + " dilationH=1, dilationW=1, groups=1]");
        assertThatThrownBy(() ->
                        ConvOps.convTranspose2d(
                                Tensor.zeros(1, 3, 1, 1),
                                Tensor.zeros(3, 4, 1, 1),
                                null,
                                Conv2dSettings.of(1, 1),
                                0))
                .hasMessage(
                        "convTranspose2d: the output must have elements; got x [1, 3, 1, 1], weight [3, 4, 1, 1],"
                                + " padding 1 along axis 2");
    }

    /// The padding "same" is zeros around the image, and its transpose a part of the full one: for
    /// every size, window and stride, and in F32, where kernels are fast, as in F64.
    @Test
    void sameIsZerosAroundTheImage() {
        for (int[] s :
                new int[][] {
                    {6, 3, 2}, {7, 3, 2}, {28, 5, 2}, {5, 2, 1}, {9, 4, 3}, {3, 1, 2}, {16, 3, 1}
                }) {
            int size = s[0];
            int reduced = (size + s[2] - 1) / s[2];
            int zeros = Math.max(0, (reduced - 1) * s[2] + s[1] - size);
            int before = zeros / 2;
            String what = "size " + size + ", window " + s[1] + ", stride " + s[2];
            for (DType type : new DType[] {DType.F64, DType.F32}) {
                Tensor x = random(33, 4, size, size).to(type);
                Tensor w = random(5, 4, s[1], s[1]).to(type);
                Tensor b = random(5).to(type);
                Tensor padded = Tensor.zeros(type, Shape.of(33, 4, size + zeros, size + zeros));
                padded.slice(2, before, before + size).slice(3, before, before + size).assign(x);
                Tensor y = ConvOps.conv2dSame(x, w, b, SameConv.stride(s[2]));
                Tensor expected = ConvOps.conv2d(padded, w, b, Conv2dSettings.of(s[2], 0));
                Tolerances.assertClose(y.toDoubles(), expected.toDoubles(), 4 * s[1], type, what);

                Tensor back = random(33, 5, reduced, reduced).to(type);
                Tensor grown = ConvOps.convTranspose2dSame(back, w, null, SameConv.stride(s[2]));
                int height = reduced * s[2];
                int cut = Math.max(0, s[1] - s[2]) / 2;
                Tensor full = ConvOps.convTranspose2d(back, w, null, Conv2dSettings.of(s[2], 0), 0);
                Tensor room = Tensor.zeros(type, Shape.of(33, 4, height + s[1], height + s[1]));
                room.slice(2, 0, full.size(2)).slice(3, 0, full.size(3)).assign(full);
                Tensor part = room.slice(2, cut, cut + height).slice(3, cut, cut + height);
                assertThat(grown.shape()).isEqualTo(Shape.of(33, 4, height, height));
                Tolerances.assertClose(grown.toDoubles(), part.toDoubles(), 5 * s[1], type, what);
            }
        }
    }

    @Test
    void sameHasTheGradientOfItsZeros() {
        for (int size : new int[] {5, 6}) {
            GradientCheck.check(
                    t -> ConvOps.conv2dSame(t.get(0), t.get(1), t.get(2), SameConv.stride(2)),
                    List.of(random(2, 2, size, size), random(3, 2, 3, 3), random(3)));
            GradientCheck.check(
                    t ->
                            ConvOps.convTranspose2dSame(
                                    t.get(0), t.get(1), t.get(2), SameConv.stride(2)),
                    List.of(random(2, 2, size, size), random(2, 3, 5, 5), random(3)));
        }
    }

    @Test
    void settingsRefuseWhatIsOutOfRange() {
        assertThatThrownBy(() -> SameConv.stride(0))
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "conv2dSame: stride, dilation and groups must be at least 1; got 0, 1 and 1");
        assertThatThrownBy(() -> Conv2dSettings.of(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "conv2d: stride, dilation and groups must be at least 1, padding at least 0; got stride"
                                + " [0, 0], padding [1, 1], dilation [1, 1], groups 1");
    }

    // ---- Keras: shared/golden/acgan.json

    private static Golden golden(String name) {
        return Golden.shared("acgan.json").at("cases").named(name);
    }

    private static Tensor sines(double frequency, double phase, double scale, int... sizes) {
        int count = (int) Shape.of(sizes).count();
        return Tensor.of(Golden.sines(count, frequency, phase, scale, 0), sizes);
    }

    private static Tensor kernel(int... sizes) { // Keras' order
        return sines(0.9, 0.4, 1 / Math.sqrt(sizes[0] * sizes[1] * sizes[2]), sizes);
    }

    private static Tensor bias(int count) {
        return sines(1.1, 0.2, 0.1, count).requireGradient();
    }

    private static Tensor image(int... sizes) { // NHWC
        return sines(0.37, 0, 1, sizes);
    }

    private static Tensor upstream(int... sizes) { // NHWC as NCHW
        return sines(0.23, 0.1, 1, sizes).permute(0, 3, 1, 2);
    }

    private static void compare(Golden golden, String key, Tensor actual) {
        double[] values = actual.toDoubles();
        double[] expected = golden.at(key).doubles();
        Tolerances.assertClose(values, expected, 1, DType.F32, key); // Keras computed in F32
    }

    @Test
    void agreesWithKerasOnAStridedConvolution() {
        Golden golden = golden("Conv2D k3 s2 same, even size (pads 0 left, 1 right)");
        Tensor x = image(1, 6, 6, 2).requireGradient();
        Tensor w = kernel(3, 3, 2, 3).requireGradient();
        Tensor b = bias(3);
        Tensor y =
                ConvOps.conv2dSame(
                        x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b, SameConv.stride(2));
        compare(golden, "output", y.permute(0, 2, 3, 1));
        y.backward(upstream(1, 3, 3, 3), Autograd.Graph.FREE);
        compare(golden, "grad_x", x.gradient());
        compare(golden, "grad_w", w.gradient());
        compare(golden, "grad_b", b.gradient());
    }

    @Test
    void agreesWithKerasOnATransposedConvolution() {
        Golden golden =
                golden(
                        "Conv2DTranspose k5 s2 same 4->8 (crop 1 at the start, 2 at the end of the full 11)");
        Tensor x = image(1, 4, 4, 2).requireGradient();
        Tensor w = kernel(5, 5, 3, 2).requireGradient(); // [kh, kw, out, in]
        Tensor b = bias(3);
        Tensor y =
                ConvOps.convTranspose2dSame(
                        x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b, SameConv.stride(2));
        compare(golden, "output", y.permute(0, 2, 3, 1));
        y.backward(upstream(1, 8, 8, 3), Autograd.Graph.FREE);
        compare(golden, "grad_x", x.gradient());
        compare(golden, "grad_w", w.gradient());
        compare(golden, "grad_b", b.gradient());
    }
}
