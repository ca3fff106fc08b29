package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.SgdStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Averaged stochastic gradient descent: steps along the gradient that become shorter, and a mean
/// of the weights, which is to be evaluated.
///
/// `η_t = η / (1 + λ' η (t-1))^α; w = (1 - λ' η_t) w - η_t g; a = a + (w - a) / max(1, t - 1 -
/// t₀)`. Up to update `t₀ + 2` the mean a is w itself. Weight decay is `g += λ w`.
///
/// Source: Polyak and Juditsky 1992, "Acceleration of stochastic approximation by averaging";
/// torch.optim.ASGD. Keras has none.
///
/// @param lambd λ', how much weights shrink and η falls, at least 0; PyTorch's name and default
///   1e-4
/// @param alpha α, the power by which η falls; default 0.75
/// @param start t₀, the update from which the mean is one, at least 0; default (`t0`) 1e6
/// @param weightDecay λ, at least 0; default 0
public record Asgd(double lambd, double alpha, double start, double weightDecay)
        implements ElementwiseRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\eta_t = \\frac{\\eta}{(1 + \\lambda'\\eta\\,(t-1))^\\alpha},\\quad"
                            + " w \\leftarrow (1 - \\lambda'\\eta_t)\\,w - \\eta_t\\,g,\\quad"
                            + " a \\leftarrow a + \\frac{w - a}{\\max(1, t - 1 - t_0)}",
                    "Polyak and Juditsky 1992; torch.optim.ASGD",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "a",
                    "the mean of the weights",
                    "\\lambda'",
                    "how much weights shrink and the learning rate falls",
                    "\\alpha",
                    "the power by which it falls",
                    "\\eta",
                    "the learning rate",
                    "t_0",
                    "the update from which the mean is one",
                    "t",
                    "the number of updates of w, this one included");

    /// PyTorch's defaults.
    public static final Asgd PYTORCH = new Asgd(1e-4, 0.75, 1e6, 0);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Asgd {
        Settings.notNegative("Asgd", "lambd", lambd);
        Settings.notNegative("Asgd", "start", start);
        Settings.notNegative("Asgd", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with PyTorch's defaults; its default learning rate is 0.01.
    public static Optimizer pytorch(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, PYTORCH, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another λ'.
    public Asgd withLambd(double value) {
        return new Asgd(value, alpha, start, weightDecay);
    }

    /// Returns this rule with another α.
    public Asgd withAlpha(double value) {
        return new Asgd(lambd, value, start, weightDecay);
    }

    /// Returns this rule with another t₀.
    public Asgd withStart(double value) {
        return new Asgd(lambd, alpha, value, weightDecay);
    }

    /// Returns this rule with another weight decay.
    public Asgd withWeightDecay(double value) {
        return new Asgd(lambd, alpha, start, value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return Slot.zeros(value, "mean");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        double past = update.updates() - 1;
        double now = rate / Math.pow(1 + lambd * rate * past, alpha);
        OptimKernel kernel = Backend.kernels().optim();
        Tensor w = update.value();
        kernel.sgd(
                w.segment(),
                update.gradient().segment(),
                null,
                w.count(),
                SgdStep.plain(now),
                update.scaled(new Decay(1, weightDecay, 1 - lambd * now)),
                w.type());
        kernel.lerp(
                update.slots().getFirst().segment(),
                w.segment(),
                w.count(),
                1 / Math.max(1, past - start),
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
