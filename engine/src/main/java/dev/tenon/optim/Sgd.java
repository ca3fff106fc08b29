package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.SgdStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Stochastic gradient descent, with momentum if wanted.
///
/// Without momentum `w -= η g`. In PyTorch's flavour `b = μ b + (1-τ) g` (the first time `b = g`)
/// and `w -= η b`, with Nesterov's look-ahead `w -= η (g + μ b)`; in Keras's `b = μ b - η g` and `w
/// += b`, with look-ahead `w += μ b - η g`. They differ where η changes. Weight decay is `g += λ w`
/// in PyTorch's flavour and `w -= η λ w` in Keras's.
///
/// Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep
/// learning"; torch.optim.SGD; keras.optimizers.SGD.
///
/// @param momentum μ, in [0, 1]; default of both 0
/// @param dampening τ, PyTorch only; its default is 0
/// @param nesterov whether to look ahead; default of both no
/// @param weightDecay λ, at least 0; default of both 0
/// @param flavour which of the two forms
public record Sgd(
        double momentum, double dampening, boolean nesterov, double weightDecay, Flavour flavour)
        implements ElementwiseRule {
    /// The formula in PyTorch's flavour.
    public static final Formula FORMULA =
            Formula.of(
                    "b \\leftarrow \\mu b + (1-\\tau) g,\\quad w \\leftarrow w - \\eta\\,b"
                            + "\\quad\\text{or, with look-ahead,}\\quad w \\leftarrow w - \\eta\\,(g + \\mu b)",
                    "Sutskever et al. 2013; torch.optim.SGD",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "b",
                    "the momentum",
                    "\\mu",
                    "how much of it stays",
                    "\\tau",
                    "the dampening, 0 in the first update",
                    "\\eta",
                    "the learning rate");

    /// The formula in Keras's flavour.
    public static final Formula KERAS_FORMULA =
            Formula.of(
                    "b \\leftarrow \\mu b - \\eta\\,g,\\quad w \\leftarrow w + b"
                            + "\\quad\\text{or, with look-ahead,}\\quad w \\leftarrow w + \\mu b - \\eta\\,g",
                    "Sutskever et al. 2013; keras.optimizers.SGD",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "b",
                    "the momentum",
                    "\\mu",
                    "how much of it stays",
                    "\\eta",
                    "the learning rate");

    /// PyTorch's defaults.
    public static final Sgd PYTORCH = new Sgd(0, 0, false, 0, Flavour.PYTORCH);

    /// Keras's defaults.
    public static final Sgd KERAS = new Sgd(0, 0, false, 0, Flavour.KERAS);

    /// Checks the settings.
    ///
    /// @throws TenonException if one is out of its range
    public Sgd {
        Settings.upToOne("Sgd", "momentum", momentum);
        Settings.notNegative("Sgd", "weightDecay", weightDecay);
        if (flavour == Flavour.KERAS && dampening != 0) {
            throw new TenonException("Sgd: Keras has no dampening; got " + dampening);
        }
        if (flavour == Flavour.PYTORCH && nesterov && (momentum == 0 || dampening != 0)) {
            throw new TenonException(
                    "Sgd: PyTorch's look-ahead needs momentum and no dampening; got momentum "
                            + momentum
                            + " and dampening "
                            + dampening);
        }
    }

    /// Returns an optimizer with PyTorch's defaults and this momentum; its default learning rate is
    /// 1e-3.
    public static Optimizer pytorch(
            SequencedMap<String, Param> params, double learningRate, double momentum) {
        return new Optimizer(
                params, PYTORCH.withMomentum(momentum), LearningRate.constant(learningRate));
    }

    /// Returns an optimizer with Keras's defaults and this momentum; its default learning rate is
    /// 0.01.
    public static Optimizer keras(
            SequencedMap<String, Param> params, double learningRate, double momentum) {
        return new Optimizer(
                params, KERAS.withMomentum(momentum), LearningRate.constant(learningRate));
    }

    /// Returns this rule with another momentum.
    public Sgd withMomentum(double value) {
        return new Sgd(value, dampening, nesterov, weightDecay, flavour);
    }

    /// Returns this rule with another dampening.
    public Sgd withDampening(double value) {
        return new Sgd(momentum, value, nesterov, weightDecay, flavour);
    }

    /// Returns this rule with Nesterov's look-ahead.
    public Sgd withNesterov() {
        return new Sgd(momentum, dampening, true, weightDecay, flavour);
    }

    /// Returns this rule with another weight decay.
    public Sgd withWeightDecay(double value) {
        return new Sgd(momentum, dampening, nesterov, value, flavour);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return momentum == 0 ? List.of() : Slot.zeros(value, "momentum");
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        Tensor w = update.value();
        Backend.kernels()
                .optim()
                .sgd(
                        w.segment(),
                        update.gradient().segment(),
                        momentum == 0 ? null : update.slots().get(0).segment(),
                        w.count(),
                        step(rate, update.updates()),
                        update.scaled(flavour.decay(rate, weightDecay)),
                        w.type());
        update.written();
    }

    private SgdStep step(double rate, long updates) {
        if (momentum == 0) {
            return SgdStep.plain(rate);
        }
        return switch (flavour) {
            case PYTORCH -> SgdStep.torch(rate, momentum, dampening, nesterov, updates == 1);
            case KERAS -> SgdStep.keras(rate, momentum, nesterov);
        };
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
