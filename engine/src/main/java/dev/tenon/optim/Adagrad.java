package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.AdagradStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Adagrad: steps along the gradient, divided by the root of the sum of all its squares so far.
///
/// `s = s + g²`, then in PyTorch's flavour `w -= η / (1 + (t-1) κ) g / (√s + ε)` and in Keras's `w
/// -= η g / √(s + ε)`. Weight decay is `g += λ w` in PyTorch's flavour and `w -= η λ w` in Keras's.
///
/// Source: Duchi, Hazan and Singer 2011, "Adaptive subgradient methods for online learning and
/// stochastic optimization"; torch.optim.Adagrad; keras.optimizers.Adagrad.
///
/// @param initialSum s before the first update, at least 0; PyTorch's default is 0, Keras's 0.1
/// @param rateDecay κ, at least 0, PyTorch only; its default (`lr_decay`) is 0
/// @param epsilon ε, at least 0; PyTorch's default is 1e-10, Keras's 1e-7
/// @param weightDecay λ, at least 0; default of both 0
/// @param flavour where ε stands and how weights decay
public record Adagrad(
        double initialSum, double rateDecay, double epsilon, double weightDecay, Flavour flavour)
        implements ElementwiseRule {
    /// The formula in PyTorch's flavour.
    public static final Formula FORMULA =
            Formula.of(
                    "s \\leftarrow s + g^2,\\quad"
                            + " w \\leftarrow w - \\frac{\\eta}{1 + (t-1)\\kappa}\\,"
                            + "\\frac{g}{\\sqrt{s} + \\varepsilon}",
                    "Duchi, Hazan and Singer 2011; torch.optim.Adagrad",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "s",
                    "sum of squared gradients",
                    "\\eta",
                    "the learning rate",
                    "\\kappa",
                    "how fast the learning rate falls",
                    "\\varepsilon",
                    "keeps the divisor away from 0",
                    "t",
                    "the number of updates of w, this one included");

    /// The formula in Keras's flavour.
    public static final Formula KERAS_FORMULA =
            Formula.of(
                    "s \\leftarrow s + g^2,\\quad"
                            + " w \\leftarrow w - \\frac{\\eta\\,g}{\\sqrt{s + \\varepsilon}}",
                    "Duchi, Hazan and Singer 2011; keras.optimizers.Adagrad",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "s",
                    "sum of squared gradients",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0");

    /// PyTorch's defaults.
    public static final Adagrad PYTORCH = new Adagrad(0, 0, 1e-10, 0, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final Adagrad KERAS = new Adagrad(0.1, 0, 1e-7, 0, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Adagrad {
        Settings.notNegative("Adagrad", "initialSum", initialSum);
        Settings.notNegative("Adagrad", "rateDecay", rateDecay);
        Settings.notNegative("Adagrad", "epsilon", epsilon);
        Settings.notNegative("Adagrad", "weightDecay", weightDecay);
        if (flavour == Flavour.KERAS && rateDecay != 0) {
            throw new TenonException("Adagrad: Keras has no rateDecay; got " + rateDecay);
        }
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 0.01.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another sum at first.
    public Adagrad withInitialSum(double value) {
        return new Adagrad(value, rateDecay, epsilon, weightDecay, flavour);
    }

    /// Returns this rule with another decay of the learning rate.
    public Adagrad withRateDecay(double value) {
        return new Adagrad(initialSum, value, epsilon, weightDecay, flavour);
    }

    /// Returns this rule with another ε.
    public Adagrad withEpsilon(double value) {
        return new Adagrad(initialSum, rateDecay, value, weightDecay, flavour);
    }

    /// Returns this rule with another weight decay.
    public Adagrad withWeightDecay(double value) {
        return new Adagrad(initialSum, rateDecay, epsilon, value, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return List.of(Slot.full(value, "sum", initialSum));
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .adagrad(
                        w.segment(),
                        update.gradient().segment(),
                        update.slots().getFirst().segment(),
                        w.count(),
                        flavour == Flavour.PYTORCH
                                ? AdagradStep.torch(rate, rateDecay, epsilon, update.updates())
                                : AdagradStep.keras(rate, epsilon),
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
