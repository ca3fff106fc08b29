package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.RmsPropStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;

/// RMSprop: steps along the gradient, divided by the root of its mean square.
///
/// `v = ρ v + (1-ρ) g²`, then in PyTorch's flavour `b = μ b + g / (√v + ε); w -= η b` and in
/// Keras's `b = μ b + η g / √(v + ε); w -= b`; without momentum b is not kept. Centered, `a = ρ a +
/// (1-ρ) g` and the variance `v - a²` stands in for v; where rounding makes it negative it is 0.
/// Weight decay is `g += λ w` in PyTorch's flavour and `w -= η λ w` in Keras's.
///
/// Source: Hinton 2012, "Neural networks for machine learning", lecture 6e; centered: Graves 2013,
/// arXiv:1308.0850; torch.optim.RMSprop; keras.optimizers.RMSprop.
///
/// @param rho ρ, how much of the mean squared gradient stays, in [0, 1); PyTorch's default
///   (`alpha`) is 0.99, Keras's 0.9
/// @param momentum μ, in [0, 1]; default of both 0
/// @param epsilon ε, at least 0; PyTorch's default is 1e-8, Keras's 1e-7
/// @param centered whether the gradient's variance is used; default of both no
/// @param weightDecay λ, at least 0; default of both 0
/// @param flavour where ε stands, what momentum is kept of and how weights decay
public record RmsProp(
        double rho,
        double momentum,
        double epsilon,
        boolean centered,
        double weightDecay,
        Flavour flavour)
        implements ElementwiseRule {
    /// The formula in PyTorch's flavour.
    public static final Formula FORMULA =
            Formula.of(
                    "v \\leftarrow \\rho v + (1-\\rho) g^2,\\quad"
                            + " b \\leftarrow \\mu b + \\frac{g}{\\sqrt{v} + \\varepsilon},\\quad"
                            + " w \\leftarrow w - \\eta\\,b",
                    "Hinton 2012, lecture 6e; torch.optim.RMSprop",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "v",
                    "mean squared gradient, centered less the square of the mean one",
                    "b",
                    "the momentum",
                    "\\rho",
                    "how much of v stays",
                    "\\mu",
                    "how much of b stays",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0");

    /// The formula in Keras's flavour.
    public static final Formula KERAS_FORMULA =
            new Formula(
                    "v \\leftarrow \\rho v + (1-\\rho) g^2,\\quad"
                            + " b \\leftarrow \\mu b + \\frac{\\eta\\,g}{\\sqrt{v + \\varepsilon}},\\quad"
                            + " w \\leftarrow w - b",
                    FORMULA.symbols(),
                    "Hinton 2012, lecture 6e; keras.optimizers.RMSprop");

    /// PyTorch's defaults.
    public static final RmsProp PYTORCH = new RmsProp(0.99, 0, 1e-8, false, 0, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final RmsProp KERAS = new RmsProp(0.9, 0, 1e-7, false, 0, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public RmsProp {
        Settings.share("RmsProp", "rho", rho);
        Settings.upToOne("RmsProp", "momentum", momentum);
        Settings.notNegative("RmsProp", "epsilon", epsilon);
        Settings.notNegative("RmsProp", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 0.01.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another ρ.
    public RmsProp withRho(double value) {
        return new RmsProp(value, momentum, epsilon, centered, weightDecay, flavour);
    }

    /// Returns this rule with another momentum.
    public RmsProp withMomentum(double value) {
        return new RmsProp(rho, value, epsilon, centered, weightDecay, flavour);
    }

    /// Returns this rule with another ε.
    public RmsProp withEpsilon(double value) {
        return new RmsProp(rho, momentum, value, centered, weightDecay, flavour);
    }

    /// Returns this rule centered.
    public RmsProp withCentered() {
        return new RmsProp(rho, momentum, epsilon, true, weightDecay, flavour);
    }

    /// Returns this rule with another weight decay.
    public RmsProp withWeightDecay(double value) {
        return new RmsProp(rho, momentum, epsilon, centered, value, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        List<Slot> slots = new ArrayList<>(Slot.zeros(value, "v"));
        if (centered) {
            slots.addAll(Slot.zeros(value, "mean"));
        }
        if (momentum != 0) {
            slots.addAll(Slot.zeros(value, "momentum"));
        }
        return List.copyOf(slots);
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        List<Tensor> slots = update.slots();
        Backend.kernels()
                .optim()
                .rmsProp(
                        w.segment(),
                        update.gradient().segment(),
                        slots.getFirst().segment(),
                        centered ? slots.get(1).segment() : null,
                        momentum == 0 ? null : slots.getLast().segment(),
                        w.count(),
                        flavour == Flavour.PYTORCH
                                ? RmsPropStep.torch(rate, rho, momentum, epsilon)
                                : RmsPropStep.keras(rate, rho, momentum, epsilon),
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
