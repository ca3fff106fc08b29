package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Adam: steps along the mean gradient, divided by the root of the mean squared gradient.
///
/// `m = β₁ m + (1-β₁) g; v = β₂ v + (1-β₂) g²`, then in PyTorch's flavour `w -= η / (1-β₁ᵗ) m / (√v
/// / √(1-β₂ᵗ) + ε)` and in Keras's `w -= η √(1-β₂ᵗ) / (1-β₁ᵗ) m / (√v + ε)`. With AMSGrad the
/// largest v so far stands in for v.
///
/// Source: Kingma and Ba 2014, arXiv:1412.6980; AMSGrad: Reddi et al. 2018; torch.optim.Adam;
/// keras.optimizers.Adam.
///
/// @param beta1 β₁, how much of the mean gradient stays, in [0, 1); default of both 0.9
/// @param beta2 β₂, how much of the mean squared gradient stays, in [0, 1); default of both 0.999
/// @param epsilon ε, at least 0; PyTorch's default is 1e-8, Keras's 1e-7
/// @param weightDecay λ, at least 0; default of both 0 ([AdamW] has others)
/// @param decoupled whether weights decay on their own, `w -= η λ w`, instead of by `g += λ w`;
///   Keras always decouples
/// @param amsgrad whether the largest v so far is used
/// @param flavour where ε stands and what t counts
public record Adam(
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        boolean decoupled,
        boolean amsgrad,
        Flavour flavour)
        implements ElementwiseRule {
    /// The formula in PyTorch's flavour.
    public static final Formula FORMULA =
            Formula.of(
                    "m \\leftarrow \\beta_1 m + (1-\\beta_1) g,\\quad"
                            + " v \\leftarrow \\beta_2 v + (1-\\beta_2) g^2,\\quad"
                            + " w \\leftarrow w - \\frac{\\eta}{1-\\beta_1^t}\\,"
                            + "\\frac{m}{\\sqrt{v/(1-\\beta_2^t)} + \\varepsilon}",
                    "Kingma and Ba 2014, arXiv:1412.6980; torch.optim.Adam",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m, v",
                    "mean gradient and mean squared gradient",
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
                            + " v \\leftarrow \\beta_2 v + (1-\\beta_2) g^2,\\quad"
                            + " w \\leftarrow w - \\eta\\,\\frac{\\sqrt{1-\\beta_2^t}}{1-\\beta_1^t}\\,"
                            + "\\frac{m}{\\sqrt{v} + \\varepsilon}",
                    FORMULA.symbols(),
                    "Kingma and Ba 2014, arXiv:1412.6980, end of section 2; keras.optimizers.Adam");

    /// PyTorch's defaults.
    public static final Adam PYTORCH = new Adam(0.9, 0.999, 1e-8, 0, false, false, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final Adam KERAS = new Adam(0.9, 0.999, 1e-7, 0, true, false, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws TenonException if one is out of its range
    public Adam {
        Settings.share("Adam", "beta1", beta1);
        Settings.share("Adam", "beta2", beta2);
        Settings.notNegative("Adam", "epsilon", epsilon);
        Settings.notNegative("Adam", "weightDecay", weightDecay);
        if (flavour == Flavour.KERAS && !decoupled) {
            throw new TenonException(
                    "Adam: Keras's weight decay is always decoupled; got decoupled false");
        }
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 1e-3.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with other betas.
    public Adam withBetas(double first, double second) {
        return new Adam(first, second, epsilon, weightDecay, decoupled, amsgrad, flavour);
    }

    /// Returns this rule with another ε.
    public Adam withEpsilon(double value) {
        return new Adam(beta1, beta2, value, weightDecay, decoupled, amsgrad, flavour);
    }

    /// Returns this rule with another weight decay.
    public Adam withWeightDecay(double value) {
        return new Adam(beta1, beta2, epsilon, value, decoupled, amsgrad, flavour);
    }

    /// Returns this rule with AMSGrad.
    public Adam withAmsgrad() {
        return new Adam(beta1, beta2, epsilon, weightDecay, decoupled, true, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return amsgrad ? Slot.zeros(value, "m", "v", "v_max") : Slot.zeros(value, "m", "v");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        AdamStep step =
                switch (flavour) {
                    case PYTORCH -> AdamStep.torch(rate, beta1, beta2, epsilon, update.updates());
                    case KERAS -> AdamStep.keras(rate, beta1, beta2, epsilon, update.step());
                };
        Tensor w = update.value();
        List<Tensor> slots = update.slots();
        Backend.kernels()
                .optim()
                .adam(
                        w.segment(),
                        update.gradient().segment(),
                        slots.get(0).segment(),
                        slots.get(1).segment(),
                        amsgrad ? slots.get(2).segment() : null,
                        w.count(),
                        step,
                        update.scaled(
                                decoupled
                                        ? Decay.decoupled(rate, weightDecay)
                                        : Decay.l2(weightDecay)),
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
