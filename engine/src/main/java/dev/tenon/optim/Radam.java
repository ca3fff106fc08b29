package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// RAdam: [Adam] whose steps are shorter while few gradients say how much they vary, and in the
/// first updates along the mean gradient alone.
///
/// `m = β₁ m + (1-β₁) g; v = β₂ v + (1-β₂) g²` and `m̂ = m / (1-β₁ᵗ)`. With `ρ∞ = 2 / (1-β₂) - 1`
/// and `ρ = ρ∞ - 2 t β₂ᵗ / (1-β₂ᵗ)`: if `ρ > 5`, `w -= η r √(1-β₂ᵗ) m̂ / (√v + ε)` where `r² =
/// (ρ-4) (ρ-2) ρ∞ / ((ρ∞-4) (ρ∞-2) ρ)`, else `w -= η m̂`.
///
/// Source: Liu et al. 2019, arXiv:1908.03265; torch.optim.RAdam. Keras has none.
///
/// @param beta1 β₁, how much of the mean gradient stays, in [0, 1); default 0.9
/// @param beta2 β₂, how much of the mean squared gradient stays, in [0, 1); default 0.999
/// @param epsilon ε, at least 0; default 1e-8
/// @param weightDecay λ, at least 0; default 0
/// @param decoupled whether weights decay on their own, `w -= η λ w`, instead of by `g += λ w`;
///   default no
public record Radam(
        double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
        implements ElementwiseRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "m \\leftarrow \\beta_1 m + (1-\\beta_1) g,\\quad"
                            + " v \\leftarrow \\beta_2 v + (1-\\beta_2) g^2,\\quad"
                            + " w \\leftarrow w - \\frac{\\eta}{1-\\beta_1^t}\\cdot\\begin{cases}"
                            + " r\\,\\sqrt{1-\\beta_2^t}\\,\\frac{m}{\\sqrt v + \\varepsilon} & \\rho > 5"
                            + " \\\\ m & \\text{else} \\end{cases},\\quad"
                            + " r^2 = \\frac{(\\rho-4)(\\rho-2)\\rho_\\infty}{(\\rho_\\infty-4)"
                            + "(\\rho_\\infty-2)\\rho}",
                    "Liu et al. 2019, arXiv:1908.03265; torch.optim.RAdam",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m, v",
                    "mean gradient and mean squared gradient",
                    "\\beta_1, \\beta_2",
                    "how much of them stays",
                    "\\rho",
                    "how many gradients v is of: ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)",
                    "\\rho_\\infty",
                    "what that comes to: 2 / (1 - β₂) - 1",
                    "r",
                    "what makes up for a v of few gradients; 1 in the end",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0",
                    "t",
                    "the number of updates of w, this one included");

    /// PyTorch's defaults.
    public static final Radam PYTORCH = new Radam(0.9, 0.999, 1e-8, 0, false);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Radam {
        Settings.share("Radam", "beta1", beta1);
        Settings.share("Radam", "beta2", beta2);
        Settings.notNegative("Radam", "epsilon", epsilon);
        Settings.notNegative("Radam", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 1e-3.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns this rule with other betas.
    public Radam withBetas(double first, double second) {
        return new Radam(first, second, epsilon, weightDecay, decoupled);
    }

    /// Returns this rule with another ε.
    public Radam withEpsilon(double value) {
        return new Radam(beta1, beta2, value, weightDecay, decoupled);
    }

    /// Returns this rule with another weight decay.
    public Radam withWeightDecay(double value) {
        return new Radam(beta1, beta2, epsilon, value, decoupled);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "m", "v");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .adam(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().get(0).segment(),
                        update.slots().get(1).segment(),
                        null,
                        w.count(),
                        step(rate, update.updates()),
                        update.scaled(
                                decoupled
                                        ? Decay.decoupled(rate, weightDecay)
                                        : Decay.l2(weightDecay)),
                        w.type());
        update.written();
    }

    private AdamStep step(double rate, long t) {
        double mean = rate / (1 - Math.pow(beta1, t));
        double power = Math.pow(beta2, t);
        double most = 2 / (1 - beta2) - 1;
        double length = most - 2 * t * power / (1 - power);
        if (!(length > 5)) {
            return new AdamStep(beta1, beta2, mean, 0, 1); // a divisor of 1
        }
        double share = (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length);
        double by = mean * Math.sqrt(share) * Math.sqrt(1 - power);
        return new AdamStep(beta1, beta2, by, 1, epsilon);
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
