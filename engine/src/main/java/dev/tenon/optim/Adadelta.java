package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.AdadeltaStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Adadelta: steps along the gradient, divided by the root of its mean square and times that of the
/// changes so far, so that steps have the parameter's unit.
///
/// `v = ρ v + (1-ρ) g²; Δ = √(d + ε) / √(v + ε) g; d = ρ d + (1-ρ) Δ²; w -= η Δ` in both flavours.
/// Weight decay is `g += λ w` in PyTorch's and `w -= η λ w` in Keras's.
///
/// Source: Zeiler 2012, arXiv:1212.5701; torch.optim.Adadelta; keras.optimizers.Adadelta.
///
/// @param rho ρ, how much of the means stays, in [0, 1); PyTorch's default is 0.9, Keras's 0.95
/// @param epsilon ε, at least 0; PyTorch's default is 1e-6, Keras's 1e-7
/// @param weightDecay λ, at least 0; default of both 0
/// @param flavour how weights decay
public record Adadelta(double rho, double epsilon, double weightDecay, Flavour flavour)
        implements ElementwiseRule {
    /// The formula, the same in both flavours.
    public static final Formula FORMULA =
            Formula.of(
                    "v \\leftarrow \\rho v + (1-\\rho) g^2,\\quad"
                            + " \\Delta = \\frac{\\sqrt{d + \\varepsilon}}{\\sqrt{v + \\varepsilon}}\\,g,\\quad"
                            + " d \\leftarrow \\rho d + (1-\\rho) \\Delta^2,\\quad w \\leftarrow w - \\eta\\,\\Delta",
                    "Zeiler 2012, arXiv:1212.5701; torch.optim.Adadelta; keras.optimizers.Adadelta",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "v",
                    "mean squared gradient",
                    "\\Delta",
                    "the change",
                    "d",
                    "mean squared change",
                    "\\rho",
                    "how much of the means stays",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0");

    /// PyTorch's defaults.
    public static final Adadelta PYTORCH = new Adadelta(0.9, 1e-6, 0, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final Adadelta KERAS = new Adadelta(0.95, 1e-7, 0, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Adadelta {
        Settings.share("Adadelta", "rho", rho);
        Settings.notNegative("Adadelta", "epsilon", epsilon);
        Settings.notNegative("Adadelta", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 1.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another ρ.
    public Adadelta withRho(double value) {
        return new Adadelta(value, epsilon, weightDecay, flavour);
    }

    /// Returns this rule with another ε.
    public Adadelta withEpsilon(double value) {
        return new Adadelta(rho, value, weightDecay, flavour);
    }

    /// Returns this rule with another weight decay.
    public Adadelta withWeightDecay(double value) {
        return new Adadelta(rho, epsilon, value, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "v", "d");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .adadelta(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().get(0).segment(),
                        update.slots().get(1).segment(),
                        w.count(),
                        new AdadeltaStep(rho, rate, epsilon),
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
        return FORMULA;
    }
}
