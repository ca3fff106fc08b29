package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.ScheduleFreeStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Schedule-free AdamW: [AdamW] that needs no learning-rate schedule, because weights are drawn to
/// the average of where they were.
///
/// `v = β₂ v + (1-β₂) g²; z -= η min(t/T, 1) g / (√(v/(1-β₂ᵗ)) + ε)`, the average x moves to z by
/// `1/t`, and gradients are taken at `w = (1-β₁) z + β₁ x`. x is not kept: it is `(w - (1-β₁) z) /
/// β₁`, which [#average] returns; use it for evaluation. Weights decay on their own, `w -= η λ w`
/// before the update. z begins at the weight that the optimizer finds when it is made: load weights
/// before.
///
/// Source: Defazio et al. 2024, "The road less scheduled", arXiv:2405.15682;
/// keras.optimizers.ScheduleFreeAdamW (PyTorch has none).
///
/// @param beta1 β₁, how much of the average is in w, in (0, 1); default 0.9
/// @param beta2 β₂, how much of the mean squared gradient stays, in [0, 1); default 0.999
/// @param epsilon ε, at least 0; default 1e-8
/// @param warmupSteps T, over how many steps η rises, at least 0; default 0
/// @param weightDecay λ, at least 0; default 0
public record ScheduleFreeAdamW(
        double beta1, double beta2, double epsilon, long warmupSteps, double weightDecay)
        implements ElementwiseRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "v \\leftarrow \\beta_2 v + (1-\\beta_2) g^2,\\quad"
                            + " z \\leftarrow z - \\eta\\,\\min\\left(\\frac{t}{T}, 1\\right)"
                            + " \\frac{g}{\\sqrt{v/(1-\\beta_2^t)} + \\varepsilon},\\quad"
                            + " x \\leftarrow x + \\frac{z - x}{t},\\quad w \\leftarrow (1-\\beta_1) z + \\beta_1 x",
                    "Defazio et al. 2024, arXiv:2405.15682; keras.optimizers.ScheduleFreeAdamW",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "v",
                    "mean squared gradient",
                    "z",
                    "what steps without averaging; w at first",
                    "x",
                    "its average; w at first",
                    "\\beta_1",
                    "how much of x is in w",
                    "\\beta_2",
                    "how much of v stays",
                    "\\eta",
                    "the learning rate",
                    "T",
                    "over how many steps it rises",
                    "\\varepsilon",
                    "keeps the divisor away from 0",
                    "t",
                    "the number of steps, this one included");

    /// Keras's defaults.
    public static final ScheduleFreeAdamW KERAS = new ScheduleFreeAdamW(0.9, 0.999, 1e-8, 0, 0);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public ScheduleFreeAdamW {
        if (!(beta1 > 0 && beta1 < 1)) {
            throw new TenonException("ScheduleFreeAdamW: beta1 must be in (0, 1); got " + beta1);
        }
        Settings.share("ScheduleFreeAdamW", "beta2", beta2);
        Settings.notNegative("ScheduleFreeAdamW", "epsilon", epsilon);
        Settings.notNegative("ScheduleFreeAdamW", "warmupSteps", warmupSteps);
        Settings.notNegative("ScheduleFreeAdamW", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 2.5e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with other betas.
    public ScheduleFreeAdamW withBetas(double first, double second) {
        return new ScheduleFreeAdamW(first, second, epsilon, warmupSteps, weightDecay);
    }

    /// Returns this rule with another ε.
    public ScheduleFreeAdamW withEpsilon(double value) {
        return new ScheduleFreeAdamW(beta1, beta2, value, warmupSteps, weightDecay);
    }

    /// Returns this rule with another T.
    public ScheduleFreeAdamW withWarmupSteps(long value) {
        return new ScheduleFreeAdamW(beta1, beta2, epsilon, value, weightDecay);
    }

    /// Returns this rule with another weight decay.
    public ScheduleFreeAdamW withWeightDecay(double value) {
        return new ScheduleFreeAdamW(beta1, beta2, epsilon, warmupSteps, value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        Tensor z = Tensor.zeros(value.type(), value.shape());
        z.assign(value);
        return List.of(new Slot("z", z), Slot.full(value, "v", 0));
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .scheduleFree(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().get(0).segment(),
                        update.slots().get(1).segment(),
                        w.count(),
                        ScheduleFreeStep.keras(
                                rate, beta1, beta2, epsilon, warmupSteps, update.step()),
                        update.scaled(Decay.decoupled(rate, weightDecay)),
                        w.type());
        update.written();
    }

    /// Returns x, the average that is to be evaluated.
    ///
    /// @param value w
    /// @param z the parameter's slot of that name, in [Optimizer#state()]
    public Tensor average(Tensor value, Tensor z) {
        return value.sub(z.mul(1 - beta1)).mul(1 / beta1).detach();
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
