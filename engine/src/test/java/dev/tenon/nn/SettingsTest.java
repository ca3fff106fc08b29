package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.nn.conv.AvgPool2d;
import dev.tenon.nn.conv.MaxPool2d;
import dev.tenon.nn.conv.Upsample;
import dev.tenon.nn.loss.BinaryCrossEntropy;
import dev.tenon.nn.loss.BinaryCrossEntropyWithLogits;
import dev.tenon.nn.loss.CrossEntropy;
import dev.tenon.nn.loss.Loss;
import dev.tenon.nn.loss.MeanSquaredError;
import dev.tenon.nn.norm.GroupNorm;
import dev.tenon.nn.norm.LayerNorm;
import dev.tenon.tensor.LossOps;
import dev.tenon.tensor.Reduction;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What layers say about settings and inputs that do not fit, and the losses as records.
class SettingsTest {
    private static void assertMessage(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(ShapeException.class).hasMessage(message);
    }

    @Test
    void saysWhatIsWrongWithSettings() {
        Init init = Init.of(1);
        assertMessage(
                () -> GroupNorm.of(3, 4, init),
                "GroupNorm: num_channels must be divisible by num_groups; got num_channels=4 and num_groups=3");
        assertMessage(
                () -> LayerNorm.of(Shape.of(), 1e-5, true, init),
                "LayerNorm: Expected normalized_shape to be at least 1-dimensional, i.e., containing at"
                        + " least one element, but got normalized_shape = []");
        assertMessage(
                () -> MaxPool2d.of(0),
                "MaxPool2d: kernel and stride must be at least 1; got 0 and 0");
        assertMessage(
                () -> new AvgPool2d(2, 0),
                "AvgPool2d: kernel and stride must be at least 1; got 2 and 0");
        assertMessage(
                () -> Upsample.nearest(0), "Upsample: the scale must be more than 0; got 0.0");
        assertMessage(
                () -> Upsample.bilinearTo(0, 3, true),
                "Upsample: height and width must be at least 1; got 0 and 3");
    }

    @Test
    void saysWhatIsWrongWithInputs() {
        Init init = Init.of(1);
        assertMessage(
                () -> GroupNorm.of(2, 4, init).apply(Tensor.zeros(2, 6, 3)),
                "GroupNorm: groupNorm: Expected weight to be a vector of size equal to the number"
                        + " of channels in input, but got weight of shape [4] and input of shape"
                        + " [2, 6, 3]");
        assertMessage(
                () -> GroupNorm.of(2, 4, 1e-5, false, init).apply(Tensor.zeros(2, 6, 3)),
                "GroupNorm: groupNorm: x must be [N, 4, ...]; got [2, 6, 3]");
        assertMessage(
                () -> LayerNorm.of(4, init).apply(Tensor.zeros(2, 3)),
                "LayerNorm: layerNorm: Given normalized_shape=[4], expected input with shape [*, 4],"
                        + " but got input of size[2, 3]");
        assertMessage(
                () -> Upsample.nearest(2).apply(Tensor.zeros(2, 3)),
                "Upsample: upsample: x must be [N, C, H, W]; got [2, 3]");
        assertMessage(
                () -> new Flatten(2, 1).apply(Tensor.zeros(2, 3, 4)),
                "Flatten: flatten: the first axis must not come after the last; got 2 and 1 for [2, 3, 4]");
    }

    @Test
    void lossesAreTheirOps() {
        Tensor p = Tensor.of(new float[] {0.2f, 0.9f, 0.4f, 0.6f}, 2, 2);
        Tensor target = Tensor.of(new float[] {0, 1, 1, 0}, 2, 2);
        Tensor labels = Tensor.of(new long[] {1, 0}, 2);
        assertSame(MeanSquaredError.mean(), p, target, LossOps.mse(p, target, Reduction.MEAN));
        assertSame(
                new MeanSquaredError(Reduction.NONE),
                p,
                target,
                LossOps.mse(p, target, Reduction.NONE));
        assertSame(CrossEntropy.mean(), p, labels, LossOps.crossEntropy(p, labels, Reduction.MEAN));
        assertSame(
                BinaryCrossEntropy.mean(),
                p,
                target,
                LossOps.binaryCrossEntropy(p, target, Reduction.MEAN));
        assertSame(
                BinaryCrossEntropyWithLogits.mean(),
                p,
                target,
                LossOps.binaryCrossEntropyWithLogits(p, target, Reduction.MEAN));
    }

    private static void assertSame(Loss loss, Tensor prediction, Tensor target, Tensor expected) {
        assertThat(loss.apply(prediction, target).toFloats()).isEqualTo(expected.toFloats());
        assertThat(loss.formula().symbols()).isNotEmpty();
    }
}
