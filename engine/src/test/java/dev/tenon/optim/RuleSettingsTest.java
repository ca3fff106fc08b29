package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.tensor.TenonException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// What rules say of settings that are out of their range.
class RuleSettingsTest {
    @Test
    void adamAndItsKinSayWhatIsWrong() {
        assertMessage(
                () -> Adam.PYTORCH.withBetas(1, 0.9), "Adam: beta1 must be in [0, 1); got 1.0");
        assertMessage(
                () -> Adamax.PYTORCH.withEpsilon(-1),
                "Adamax: epsilon must be at least 0; got -1.0");
        assertMessage(() -> Sgd.KERAS.withMomentum(2), "Sgd: momentum must be in [0, 1]; got 2.0");
        assertMessage(() -> Sgd.KERAS.withDampening(0.1), "Sgd: Keras has no dampening; got 0.1");
        assertMessage(
                () -> Sgd.PYTORCH.withNesterov(),
                "Sgd: PyTorch's look-ahead needs momentum and no dampening; got momentum 0.0 and dampening"
                        + " 0.0");
        assertMessage(
                () -> new Adam(0.9, 0.9, 0, 0.1, false, false, Flavour.KERAS),
                "Adam: Keras's weight decay is always decoupled; got decoupled false");
        assertMessage(
                () -> new Nadam(0.9, 0.9, 0, 1, false, 0.1, false, Flavour.KERAS),
                "Nadam: Keras's weight decay is always decoupled; got decoupled false");
        assertMessage(
                () -> Nadam.KERAS.withBetas(0.9, 1), "Nadam: beta2 must be in [0, 1); got 1.0");
        assertMessage(
                () -> Nadam.PYTORCH.withMomentumDecay(-1),
                "Nadam: momentumDecay must be at least 0; got -1.0");
        assertMessage(
                () -> Lamb.KERAS.withEpsilon(-1), "Lamb: epsilon must be at least 0; got -1.0");
        assertMessage(
                () -> ScheduleFreeAdamW.KERAS.withBetas(1, 0.9),
                "ScheduleFreeAdamW: beta1 must be in (0, 1); got 1.0");
        assertMessage(
                () -> ScheduleFreeAdamW.KERAS.withWarmupSteps(-1),
                "ScheduleFreeAdamW: warmupSteps must be at least 0; got -1");
    }

    @Test
    void othersSayWhatIsWrong() {
        assertMessage(() -> RmsProp.KERAS.withRho(1), "RmsProp: rho must be in [0, 1); got 1.0");
        assertMessage(
                () -> RmsProp.KERAS.withMomentum(-0.1),
                "RmsProp: momentum must be in [0, 1]; got -0.1");
        assertMessage(
                () -> RmsProp.PYTORCH.withEpsilon(Double.NaN),
                "RmsProp: epsilon must be at least 0; got NaN");
        assertMessage(
                () -> RmsProp.PYTORCH.withWeightDecay(-1),
                "RmsProp: weightDecay must be at least 0; got -1.0");
        assertMessage(
                () -> Adagrad.KERAS.withInitialSum(-1),
                "Adagrad: initialSum must be at least 0; got -1.0");
        assertMessage(
                () -> Adagrad.KERAS.withRateDecay(0.1), "Adagrad: Keras has no rateDecay; got 0.1");
        assertMessage(
                () -> Adagrad.PYTORCH.withRateDecay(-0.1),
                "Adagrad: rateDecay must be at least 0; got -0.1");
        assertMessage(
                () -> Adadelta.KERAS.withRho(-1), "Adadelta: rho must be in [0, 1); got -1.0");
        assertMessage(() -> Lion.KERAS.withBetas(0, 0.9), "Lion: beta1 must be in (0, 1]; got 0.0");
        assertMessage(
                () -> Ftrl.KERAS.withLearningRatePower(0.5),
                "Ftrl: learningRatePower must be at most 0; got 0.5");
        assertMessage(() -> Ftrl.KERAS.withL1(-1), "Ftrl: l1 must be at least 0; got -1.0");
        assertMessage(
                () -> Adafactor.KERAS.withDecayPower(0),
                "Adafactor: decayPower must be less than 0; got 0.0");
        assertMessage(
                () -> Adafactor.KERAS.withClipThreshold(0),
                "Adafactor: clipThreshold must be more than 0; got 0.0");
        assertMessage(
                () -> Muon.KERAS.withMomentum(1.5), "Muon: momentum must be in [0, 1]; got 1.5");
        assertMessage(
                () -> Muon.KERAS.withExcluded(List.of("head", "(")),
                "Muon: excluded must be regular expressions; got (");
        assertMessage(
                () -> Radam.PYTORCH.withBetas(1, 0.9), "Radam: beta1 must be in [0, 1); got 1.0");
        assertMessage(() -> Asgd.PYTORCH.withLambd(-1), "Asgd: lambd must be at least 0; got -1.0");
        assertMessage(() -> Muon.KERAS.withSteps(-1), "Muon: steps must be at least 0; got -1");
    }

    private static void assertMessage(ThrowingCallable body, String message) {
        assertThatThrownBy(body).isInstanceOf(TenonException.class).hasMessage(message);
    }
}
