package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.SizedOptim;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SequencedMap;

/// LAMB: [Adam]'s step, for each parameter made as long as the parameter itself times the learning
/// rate; for very large batches.
///
/// m and v as in Adam, `u = (m/(1-β₁ᵗ)) / (√(v/(1-β₂ᵗ)) + ε)` and `w -= η (‖w‖/‖u‖) u`; the ratio
/// is 1 where either norm is 0. Weights decay on their own, `w -= η λ w` before the update. It
/// takes two passes over memory and a temporary of the parameter's size.
///
/// Source: You et al. 2019, "Large batch optimization for deep learning", arXiv:1904.00962, which
/// adds λ w to u instead; keras.optimizers.Lamb (PyTorch has none).
///
/// @param beta1 β₁, how much of the mean gradient stays, in [0, 1); default 0.9
/// @param beta2 β₂, how much of the mean squared gradient stays, in [0, 1); default 0.999
/// @param epsilon ε, at least 0; default 1e-7
/// @param weightDecay λ, at least 0; default 0
public record Lamb(double beta1, double beta2, double epsilon, double weightDecay)
        implements UpdateRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "m \\leftarrow \\beta_1 m + (1-\\beta_1) g,\\quad"
                            + " v \\leftarrow \\beta_2 v + (1-\\beta_2) g^2,\\quad"
                            + " u = \\frac{m/(1-\\beta_1^t)}{\\sqrt{v/(1-\\beta_2^t)} + \\varepsilon},\\quad"
                            + " w \\leftarrow w - \\eta\\,\\frac{\\lVert w \\rVert}{\\lVert u \\rVert}\\,u",
                    "You et al. 2019, arXiv:1904.00962; keras.optimizers.Lamb",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m, v",
                    "mean gradient and mean squared gradient",
                    "\\beta_1, \\beta_2",
                    "how much of them stays",
                    "u",
                    "Adam's step",
                    "\\eta",
                    "the learning rate",
                    "\\varepsilon",
                    "keeps the divisor away from 0",
                    "t",
                    "the number of steps, this one included");

    /// Keras's defaults.
    public static final Lamb KERAS = new Lamb(0.9, 0.999, 1e-7, 0);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Lamb {
        Settings.share("Lamb", "beta1", beta1);
        Settings.share("Lamb", "beta2", beta2);
        Settings.notNegative("Lamb", "epsilon", epsilon);
        Settings.notNegative("Lamb", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with other betas.
    public Lamb withBetas(double first, double second) {
        return new Lamb(first, second, epsilon, weightDecay);
    }

    /// Returns this rule with another ε.
    public Lamb withEpsilon(double value) {
        return new Lamb(beta1, beta2, value, weightDecay);
    }

    /// Returns this rule with another weight decay.
    public Lamb withWeightDecay(double value) {
        return new Lamb(beta1, beta2, epsilon, value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "m", "v");
    }

    @Override
    public void update(Update update) {
        Tensor w = update.value();
        MemorySegment first = update.slots().get(0).segment();
        MemorySegment second = update.slots().get(1).segment();
        AdamStep step = AdamStep.torch(1, beta1, beta2, epsilon, update.step());
        Decay decay = Decay.decoupled(update.learningRate(), weightDecay);
        OptimKernel kernel = Backend.kernels().optim();
        SizedOptim.Sizes sizes =
                kernel.lambMoments(
                        w.segment(),
                        update.gradient().segment(),
                        first,
                        second,
                        w.count(),
                        step,
                        decay,
                        w.type());
        double ratio =
                sizes.weight() > 0 && sizes.change() > 0
                        ? Math.sqrt(sizes.weight() / sizes.change())
                        : 1;
        double factor = update.learningRate() * ratio;
        kernel.lambStep(
                w.segment(), first, second, w.count(), step, factor, decay.keep(), w.type());
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
