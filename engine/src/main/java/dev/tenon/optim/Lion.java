package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.LionStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Lion: steps of one size, along the sign of the mean gradient.
///
/// `w -= η sign(β₁ m + (1-β₁) g)`, then `m = β₂ m + (1-β₂) g`. Weights decay on their own, `w -= η
/// λ w` before the update. Its steps are larger than Adam's at the same η: a tenth to a third of
/// Adam's learning rate is usual.
///
/// Source: Chen et al. 2023, "Symbolic discovery of optimization algorithms", arXiv:2302.06675;
/// keras.optimizers.Lion (PyTorch has none).
///
/// @param beta1 β₁, how much of the mean gradient is in the step, in (0, 1]; default 0.9
/// @param beta2 β₂, how much of the mean gradient stays, in [0, 1); default 0.99
/// @param weightDecay λ, at least 0; default 0
public record Lion(double beta1, double beta2, double weightDecay) implements ElementwiseRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "w \\leftarrow w - \\eta\\,\\operatorname{sign}(\\beta_1 m + (1-\\beta_1) g),\\quad"
                            + " m \\leftarrow \\beta_2 m + (1-\\beta_2) g",
                    "Chen et al. 2023, arXiv:2302.06675; keras.optimizers.Lion",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m",
                    "mean gradient",
                    "\\beta_1",
                    "how much of it is in the step",
                    "\\beta_2",
                    "how much of it stays",
                    "\\eta",
                    "the learning rate");

    /// Keras's defaults, which are the paper's.
    public static final Lion KERAS = new Lion(0.9, 0.99, 0);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Lion {
        if (!(beta1 > 0 && beta1 <= 1)) {
            throw new TenonException("Lion: beta1 must be in (0, 1]; got " + beta1);
        }
        Settings.share("Lion", "beta2", beta2);
        Settings.notNegative("Lion", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with other betas.
    public Lion withBetas(double first, double second) {
        return new Lion(first, second, weightDecay);
    }

    /// Returns this rule with another weight decay.
    public Lion withWeightDecay(double value) {
        return new Lion(beta1, beta2, value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "m");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .lion(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().getFirst().segment(),
                        w.count(),
                        new LionStep(beta1, beta2, rate),
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
