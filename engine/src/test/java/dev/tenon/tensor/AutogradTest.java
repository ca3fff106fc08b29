package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.UnaryOp;
import org.junit.jupiter.api.Test;

class AutogradTest {
    private static Tensor parameter(double... values) {
        return Tensor.of(values).requireGradient();
    }

    @Test
    void addsUpTheGradientsOfATensorUsedTwice() {
        Tensor x = parameter(1, 2, 3);
        x.mul(x).add(x).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(3, 5, 7);
    }

    @Test
    void accumulatesOverCallsUntilCleared() {
        Tensor x = parameter(1, 2);
        x.mul(3).sum().backward();
        x.mul(4).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(7, 7);
        x.clearGradient();
        assertThat(x.gradient()).isNull();
        x.mul(5).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(5, 5);
    }

    @Test
    void recordsNothingInNoGrad() {
        Tensor x = parameter(1, 2);
        Tensor y = Autograd.noGrad(() -> x.mul(2));
        assertThat(y.needsGradient()).isFalse();
        assertThatThrownBy(() -> y.sum().backward())
                .isInstanceOf(TenonException.class)
                .hasMessage(
                        "backward: the tensor must depend on one that needs a gradient; got [] made without."
                                + " Compute it outside Autograd.noGrad from parameters");
    }

    @Test
    void detachStopsTheGradientAndKeepsTheValues() {
        Tensor x = parameter(1, 2);
        Tensor y = x.mul(3);
        Tensor stopped = y.detach();
        y.mul(stopped).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(9, 18);
        assertThat(stopped.toDoubles()).containsExactly(3, 6);
    }

    @Test
    void refusesAConsumedGraph() {
        Tensor x = parameter(1, 2);
        Tensor loss = x.mul(x).sum();
        loss.backward();
        assertThatThrownBy(loss::backward)
                .hasMessage(
                        "backward: a graph can be used once; got one whose op reshape was freed by an earlier"
                                + " backward. Compute the loss again, or call backward(Graph.KEEP) the first time");
    }

    @Test
    void keepsAGraphThatIsUsedAgain() {
        Tensor x = parameter(1, 2);
        Tensor loss = x.mul(x).sum();
        loss.backward(Autograd.Graph.KEEP);
        loss.backward();
        assertThat(x.gradient().toDoubles()).containsExactly(4, 8);
    }

    @Test
    void givesBackSavedTensorsAndSaysSo() {
        Tensor x = parameter(1, 2);
        Tensor y = ElementwiseOps.unary(UnaryOp.EXP, x, 0, 0);
        Tensor kept = ElementwiseOps.unary(UnaryOp.SQUARE, y, 0, 0).keep();
        Tensor loss = kept.sum();
        loss.backward();
        assertThat(loss.item()).isCloseTo(Math.exp(2) + Math.exp(4), within(1e-12));
        assertThat(kept.at(0)).isCloseTo(Math.exp(2), within(1e-12));
        assertThatThrownBy(y::toDoubles)
                .hasMessage(
                        "tensor: its memory was given back by backward() or at the end of Memory.tidy; call keep()"
                                + " on a tensor that is read later");
    }

    @Test
    void noticesThatASavedTensorWasOverwritten() {
        Tensor x = parameter(1, 2);
        Tensor loss = x.mul(x).sum();
        x.assign(Tensor.of(new double[] {5, 6}));
        assertThatThrownBy(loss::backward)
                .hasMessage(
                        "backward: a tensor saved by mul was overwritten after it was used; got version 1, saved"
                                + " version 0. Update parameters after backward");
    }

    @Test
    void sumsTheGradientOfBroadcasting() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).requireGradient();
        Tensor bias = parameter(10, 20, 30);
        x.mul(bias).sum().backward();
        assertThat(bias.gradient().toDoubles()).containsExactly(5, 7, 9);
        assertThat(x.gradient().toDoubles()).containsExactly(10, 20, 30, 10, 20, 30);
    }

    @Test
    void flowsThroughViews() {
        Tensor x = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3).requireGradient();
        Tensor weights = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
        x.transpose(0, 1).slice(0, 1, 3).mul(weights).reshape(4).sum().backward();
        assertThat(x.gradient().toDoubles()).containsExactly(0, 1, 3, 0, 2, 4);
    }

    @Test
    void trainingStepsReuseTheirMemory() {
        Tensor w = Tensor.ones(64, 64).requireGradient();
        Tensor x = Tensor.ones(64, 64);
        long third = 0;
        for (int step = 1; step <= 50; step++) {
            Memory.tidy(() -> {
                x.mul(w).mul(w).add(x).sum().backward();
                w.clearGradient();
            });
            if (step == 3) {
                third = Memory.reserved();
            }
        }
        assertThat(Memory.reserved()).isEqualTo(third);
    }

    @Test
    void keepsTypesApart() {
        assertThat(Tensor.ones(2).add(Tensor.of(new double[] {1, 2})).type()).isEqualTo(DType.F64);
    }
}
