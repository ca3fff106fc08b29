package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.NadamStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Nadam: [Adam] with Nesterov's look-ahead, whose momentum rises over the first steps.
///
/// With `u(t) = β₁ (1 - 0.96^(t ψ) / 2)` and `P = u(1) ... u(t)`: m and v as in Adam, then `w -= η
/// (u(t+1) / (1 - P u(t+1)) m + (1 - u(t)) / (1 - P) g) / (√(v/(1-β₂ᵗ)) + ε)` in both flavours.
///
/// Source: Dozat 2016, "Incorporating Nesterov momentum into Adam"; torch.optim.NAdam;
/// keras.optimizers.Nadam.
///
/// @param beta1 β₁, how much of the mean gradient stays, in [0, 1); default of both 0.9
/// @param beta2 β₂, how much of the mean squared gradient stays, in [0, 1); default of both 0.999
/// @param epsilon ε, at least 0; PyTorch's default is 1e-8, Keras's 1e-7
/// @param momentumDecay ψ, how fast the momentum rises, at least 0; PyTorch's default is 0.004,
///   Keras always has 1
/// @param twice whether u(t) counts twice in the product that m is divided by, `1 - P u(t) u(t+1)`;
///   PyTorch 1.13 does so, later versions and Keras do not
/// @param weightDecay λ, at least 0; default of both 0
/// @param decoupled whether weights decay on their own, `w -= η λ w`, instead of by `g += λ w`;
///   PyTorch's default is no (`decoupled_weight_decay`), Keras always decouples
/// @param flavour what t counts
public record Nadam(
        double beta1,
        double beta2,
        double epsilon,
        double momentumDecay,
        boolean twice,
        double weightDecay,
        boolean decoupled,
        Flavour flavour)
        implements ElementwiseRule {
    /// The formula, the same in both flavours.
    public static final Formula FORMULA =
            Formula.of(
                    "m \\leftarrow \\beta_1 m + (1-\\beta_1) g,\\quad"
                            + " v \\leftarrow \\beta_2 v + (1-\\beta_2) g^2,\\quad"
                            + " u_t = \\beta_1\\left(1 - \\tfrac{1}{2}\\,0.96^{t\\psi}\\right),\\quad"
                            + " w \\leftarrow w - \\eta\\,\\frac{\\frac{u_{t+1}}{1-\\prod_{i \\le t+1} u_i}\\,m"
                            + " + \\frac{1-u_t}{1-\\prod_{i \\le t} u_i}\\,g}{\\sqrt{v/(1-\\beta_2^t)} + \\varepsilon}",
                    "Dozat 2016; torch.optim.NAdam; keras.optimizers.Nadam",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m, v",
                    "mean gradient and mean squared gradient",
                    "\\beta_1, \\beta_2",
                    "how much of them stays",
                    "u_t",
                    "the momentum of step t",
                    "\\psi",
                    "how fast it rises",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0",
                    "t",
                    "the number of updates of w, this one included");

    /// PyTorch's defaults.
    public static final Nadam PYTORCH =
            new Nadam(0.9, 0.999, 1e-8, 0.004, false, 0, false, Flavour.PYTORCH);

    /// PyTorch's defaults up to version 1.13, which differs in the first steps.
    public static final Nadam PYTORCH_1 =
            new Nadam(0.9, 0.999, 1e-8, 0.004, true, 0, false, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final Nadam KERAS = new Nadam(0.9, 0.999, 1e-7, 1, false, 0, true, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws TenonException if one is out of its range
    public Nadam {
        Settings.share("Nadam", "beta1", beta1);
        Settings.share("Nadam", "beta2", beta2);
        Settings.notNegative("Nadam", "epsilon", epsilon);
        Settings.notNegative("Nadam", "momentumDecay", momentumDecay);
        Settings.notNegative("Nadam", "weightDecay", weightDecay);
        if (flavour == Flavour.KERAS && !decoupled) {
            throw new TenonException(
                    "Nadam: Keras's weight decay is always decoupled; got decoupled false");
        }
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
    public Nadam withBetas(double first, double second) {
        return new Nadam(
                first, second, epsilon, momentumDecay, twice, weightDecay, decoupled, flavour);
    }

    /// Returns this rule with another ε.
    public Nadam withEpsilon(double value) {
        return new Nadam(
                beta1, beta2, value, momentumDecay, twice, weightDecay, decoupled, flavour);
    }

    /// Returns this rule with another ψ.
    public Nadam withMomentumDecay(double value) {
        return new Nadam(beta1, beta2, epsilon, value, twice, weightDecay, decoupled, flavour);
    }

    /// Returns this rule with another weight decay.
    public Nadam withWeightDecay(double value) {
        return new Nadam(beta1, beta2, epsilon, momentumDecay, twice, value, decoupled, flavour);
    }

    /// Returns this rule with weights that decay on their own.
    public Nadam withDecoupledWeightDecay(double value) {
        return new Nadam(beta1, beta2, epsilon, momentumDecay, twice, value, true, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "m", "v");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        long t = flavour == Flavour.PYTORCH ? update.updates() : update.step();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .nadam(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().get(0).segment(),
                        update.slots().get(1).segment(),
                        w.count(),
                        NadamStep.of(rate, beta1, beta2, epsilon, momentumDecay, twice, t),
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
        return FORMULA;
    }
}
