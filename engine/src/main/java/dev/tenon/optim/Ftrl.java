package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.FtrlStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// FTRL-Proximal: weights that follow the regularized leader; with `l1` many of them are exactly 0.
///
/// With `g' = g + 2 σ w`: `s' = s + g²; z += g' - (s'^p - s^p) / η w; w = (min(max(z, -l₁), l₁) -
/// z) / (s'^p / η + 2 l₂ + β / η)`, `s = s'` and p the negative of `learningRatePower`. Weights
/// decay on their own, `w -= η λ w` before the update. A step with learning rate 0 changes nothing.
///
/// Source: McMahan et al. 2013, "Ad click prediction: a view from the trenches"; shrinkage:
/// keras.optimizers.Ftrl (PyTorch has none).
///
/// @param learningRatePower -p, at most 0; default -0.5, which is the fastest; 0 keeps the learning
///   rate fixed
/// @param initialSum s before the first update, at least 0; default 0.1
/// @param l1 l₁, at least 0; default 0
/// @param l2 l₂, at least 0; default 0
/// @param l2Shrinkage σ, weight decay by the gradient alone, at least 0; default 0
/// @param beta β, at least 0; default 0
/// @param weightDecay λ, at least 0; default 0
public record Ftrl(
        double learningRatePower,
        double initialSum,
        double l1,
        double l2,
        double l2Shrinkage,
        double beta,
        double weightDecay)
        implements ElementwiseRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "z \\leftarrow z + g + 2\\sigma w - \\frac{(s + g^2)^p - s^p}{\\eta}\\,w,\\quad"
                            + " s \\leftarrow s + g^2,\\quad"
                            + " w \\leftarrow \\frac{\\min(\\max(z, -l_1), l_1) - z}{(s^p + \\beta)/\\eta + 2 l_2}",
                    "McMahan et al. 2013; keras.optimizers.Ftrl",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "s",
                    "sum of squared gradients",
                    "z",
                    "what the weight follows",
                    "p",
                    "the power of the sum, usually 1/2",
                    "l_1, l_2",
                    "regularization by size and by square",
                    "\\sigma",
                    "the shrinkage",
                    "\\beta",
                    "slows the first steps",
                    "\\eta",
                    "the learning rate");

    /// Keras's defaults.
    public static final Ftrl KERAS = new Ftrl(-0.5, 0.1, 0, 0, 0, 0, 0);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Ftrl {
        if (!(learningRatePower <= 0 && learningRatePower > Double.NEGATIVE_INFINITY)) {
            throw new TenonException(
                    "Ftrl: learningRatePower must be at most 0; got " + learningRatePower);
        }
        Settings.notNegative("Ftrl", "initialSum", initialSum);
        Settings.notNegative("Ftrl", "l1", l1);
        Settings.notNegative("Ftrl", "l2", l2);
        Settings.notNegative("Ftrl", "l2Shrinkage", l2Shrinkage);
        Settings.notNegative("Ftrl", "beta", beta);
        Settings.notNegative("Ftrl", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another power.
    public Ftrl withLearningRatePower(double value) {
        return new Ftrl(value, initialSum, l1, l2, l2Shrinkage, beta, weightDecay);
    }

    /// Returns this rule with another sum at first.
    public Ftrl withInitialSum(double value) {
        return new Ftrl(learningRatePower, value, l1, l2, l2Shrinkage, beta, weightDecay);
    }

    /// Returns this rule with another l₁.
    public Ftrl withL1(double value) {
        return new Ftrl(learningRatePower, initialSum, value, l2, l2Shrinkage, beta, weightDecay);
    }

    /// Returns this rule with another l₂.
    public Ftrl withL2(double value) {
        return new Ftrl(learningRatePower, initialSum, l1, value, l2Shrinkage, beta, weightDecay);
    }

    /// Returns this rule with another shrinkage.
    public Ftrl withL2Shrinkage(double value) {
        return new Ftrl(learningRatePower, initialSum, l1, l2, value, beta, weightDecay);
    }

    /// Returns this rule with another β.
    public Ftrl withBeta(double value) {
        return new Ftrl(learningRatePower, initialSum, l1, l2, l2Shrinkage, value, weightDecay);
    }

    /// Returns this rule with another weight decay.
    public Ftrl withWeightDecay(double value) {
        return new Ftrl(learningRatePower, initialSum, l1, l2, l2Shrinkage, beta, value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return List.of(Slot.full(value, "sum", initialSum), Slot.full(value, "z", 0));
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        if (rate == 0) { // the limit of small rates; by the formula 0 / 0
            return;
        }
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .ftrl(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().get(0).segment(),
                        update.slots().get(1).segment(),
                        w.count(),
                        FtrlStep.keras(rate, learningRatePower, l1, l2, l2Shrinkage, beta),
                        update.scaled(Decay.decoupled(rate, weightDecay)),
                        w.type());
        update.written();
    }

    @Override
    public UpdateRule withoutWeightDecay() {
        return withWeightDecay(0);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
