package dev.tenon.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import org.junit.jupiter.api.Test;

/// Layers that are made for their first input.
class LazyTest {
    private static Sequential model() {
        Init init = Init.of(3);
        return Sequential.of(
                Lazy.channels(channels -> BatchNorm2d.of(channels, init)),
                Flatten.of(),
                Lazy.features(features -> Linear.of(features, 2, init)));
    }

    @Test
    void standsForTheLayerItMade() {
        Sequential model = model();
        Tensor x = Tensor.full(DType.F32, Shape.of(2, 3, 4, 4), 1);
        Tensor y = model.apply(x);
        Init init = Init.of(3);
        Sequential plain =
                Sequential.of(BatchNorm2d.of(3, init), Flatten.of(), Linear.of(48, 2, init));
        assertThat(y.toFloats()).containsExactly(plain.apply(x).toFloats());
        assertThat(model.state().keySet()).containsExactlyElementsOf(plain.state().keySet());
        assertThat(model.parameterCount()).isEqualTo(plain.parameterCount());
        assertThat(model.describe()).isEqualTo(plain.describe());
        Mode.train(Rng.of(1), () -> model.apply(x));
        plain.load(model.state());
        assertThat(plain.apply(x).toFloats()).containsExactly(model.apply(x).toFloats());
    }

    @Test
    void asksForAnInputBeforeItsParameters() {
        Sequential model = model();
        assertThatThrownBy(model::params)
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "Lazy: a lazy layer must have seen an input before its parameters are asked for;"
                                + " got none. Apply the model to one batch first");
        assertThatThrownBy(() -> model.apply(Tensor.zeros(3)))
                .isInstanceOf(ShapeException.class)
                .hasMessage("0 (Lazy): lazy: x must have an axis 1 to take the size of; got [3]");
    }

    @Test
    void errorsNameItsPath() {
        Sequential model = model();
        model.apply(Tensor.zeros(2, 3, 4, 4));
        assertThatThrownBy(() -> model.apply(Tensor.zeros(2, 5, 4, 4)))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "0 (BatchNorm2d): batchNorm: running_mean should contain 5 elements not 3");
    }
}
