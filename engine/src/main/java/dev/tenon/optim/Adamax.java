package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.AdamaxStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Adamax: [Adam] with the largest gradient, decaying, in place of the root of the mean squared
/// one.
///
/// `m = β₁ m + (1-β₁) g`, then in PyTorch's flavour `u = max(β₂ u, |g| + ε); w -= η/(1-β₁ᵗ) m/u`
/// and in Keras's `u = max(β₂ u, |g|); w -= η/(1-β₁ᵗ) m/(u + ε)`. Weight decay is `g += λ w` in
/// PyTorch's flavour and `w -= η λ w` in Keras's.
///
/// Source: Kingma and Ba 2014, arXiv:1412.6980, section 7.1; torch.optim.Adamax;
/// keras.optimizers.Adamax.
///
/// @param beta1 β₁, how much of the mean gradient stays, in [0, 1); default of both 0.9
/// @param beta2 β₂, how fast the largest gradient decays, in [0, 1); default of both 0.999
/// @param epsilon ε, at least 0; PyTorch's default is 1e-8, Keras's 1e-7
/// @param weightDecay λ, at least 0; default of both 0
/// @param flavour where ε stands, how weights decay and what t counts
public record Adamax(
        double beta1, double beta2, double epsilon, double weightDecay, Flavour flavour)
        implements ElementwiseRule {
    /// The formula in PyTorch's flavour.
    public static final Formula FORMULA =
            Formula.of(
                    "m \\leftarrow \\beta_1 m + (1-\\beta_1) g,\\quad"
                            + " u \\leftarrow \\max(\\beta_2 u, |g| + \\varepsilon),\\quad"
                            + " w \\leftarrow w - \\frac{\\eta}{1-\\beta_1^t}\\,\\frac{m}{u}",
                    "Kingma and Ba 2014, arXiv:1412.6980, section 7.1; torch.optim.Adamax",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m",
                    "mean gradient",
                    "u",
                    "largest gradient, decaying",
                    "\\beta_1, \\beta_2",
                    "how much of them stays",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0",
                    "t",
                    "the number of updates of w, this one included");

    /// The formula in Keras's flavour.
    public static final Formula KERAS_FORMULA =
            new Formula(
                    "m \\leftarrow \\beta_1 m + (1-\\beta_1) g,\\quad"
                            + " u \\leftarrow \\max(\\beta_2 u, |g|),\\quad"
                            + " w \\leftarrow w - \\frac{\\eta}{1-\\beta_1^t}\\,\\frac{m}{u + \\varepsilon}",
                    FORMULA.symbols(),
                    "Kingma and Ba 2014, arXiv:1412.6980, section 7.1; keras.optimizers.Adamax");

    /// PyTorch's defaults.
    public static final Adamax PYTORCH = new Adamax(0.9, 0.999, 1e-8, 0, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final Adamax KERAS = new Adamax(0.9, 0.999, 1e-7, 0, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Adamax {
        Settings.share("Adamax", "beta1", beta1);
        Settings.share("Adamax", "beta2", beta2);
        Settings.notNegative("Adamax", "epsilon", epsilon);
        Settings.notNegative("Adamax", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 2e-3.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with other betas.
    public Adamax withBetas(double first, double second) {
        return new Adamax(first, second, epsilon, weightDecay, flavour);
    }

    /// Returns this rule with another ε.
    public Adamax withEpsilon(double value) {
        return new Adamax(beta1, beta2, value, weightDecay, flavour);
    }

    /// Returns this rule with another weight decay.
    public Adamax withWeightDecay(double value) {
        return new Adamax(beta1, beta2, epsilon, value, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "m", "u");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .adamax(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().get(0).segment(),
                        update.slots().get(1).segment(),
                        w.count(),
                        flavour == Flavour.PYTORCH
                                ? AdamaxStep.torch(rate, beta1, beta2, epsilon, update.updates())
                                : AdamaxStep.keras(rate, beta1, beta2, epsilon, update.step()),
                        update.scaled(flavour.decay(rate, weightDecay)),
                        w.type());
        update.written();
    }

    @Override
    public UpdateRule withoutWeightDecay() {
        return withWeightDecay(0);
    }

    @Override
    public Formula formula() {
        return flavour == Flavour.PYTORCH ? FORMULA : KERAS_FORMULA;
    }
}
