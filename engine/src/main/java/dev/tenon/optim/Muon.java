package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.OptimKernel.SgdStep;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.MatmulOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// Muon: steps along the mean gradient of a matrix made orthogonal, so that all its directions
/// count alike; what is no matrix steps by [Adam].
///
/// `m = μ m + g`, `G = g + μ m` with Nesterov's look-ahead, else m; `X = G / ‖G‖`, then some times
/// `A = X Xᵀ; X = a X + (b A + c A²) X` (on the transpose, if that has fewer rows), and `w -= η ρ
/// √max(rows, columns) X`. Weights decay on their own, `w -= η λ w` before the update.
///
/// Which parameters are matrices: those of rank 2 whose name has no match with one of `excluded`.
/// Embeddings and the last linear layer are usually better off with Adam.
///
/// Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; Liu et
/// al. 2025, arXiv:2502.16982 (ρ); keras.optimizers.Muon. PyTorch's differs and is not here.
///
/// @param momentum μ, in [0, 1]; default 0.95
/// @param nesterov whether to look ahead; default yes
/// @param steps how often X is improved, at least 0; default 5
/// @param a a; default 3.4445
/// @param b b; default -4.775
/// @param c c; default 2.0315
/// @param rmsRate ρ, at least 0; default 0.2, which makes steps as large as Adam's; or null, then X
///   is not scaled by the matrix's sides either: `w -= η X`
/// @param weightDecay λ of matrices, at least 0; default 0.004
/// @param adam the rule of other parameters; default Keras's Adam with weight decay 0.004
/// @param adamRateRatio η of other parameters as a multiple, at least 0; default 1. Their decay
///   goes by η itself
/// @param excluded regular expressions; default `(?i)embedding`
public record Muon(
        double momentum,
        boolean nesterov,
        int steps,
        double a,
        double b,
        double c,
        @Nullable Double rmsRate,
        double weightDecay,
        Adam adam,
        double adamRateRatio,
        List<String> excluded)
        implements UpdateRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "m \\leftarrow \\mu m + g,\\quad"
                            + " X = \\frac{g + \\mu m}{\\lVert g + \\mu m \\rVert_F},\\quad"
                            + " \\text{5 times: } A = X X^\\top,\\; X \\leftarrow a X + (b A + c A^2) X,\\quad"
                            + " w \\leftarrow w - \\eta\\,\\rho\\,\\sqrt{\\max(\\text{rows}, \\text{columns})}\\,X",
                    "Jordan et al. 2024; Liu et al. 2025, arXiv:2502.16982; keras.optimizers.Muon",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "m",
                    "the momentum",
                    "\\mu",
                    "how much of it stays",
                    "X",
                    "the gradient, made nearly orthogonal",
                    "A",
                    "X times its transpose, each time anew",
                    "a, b, c",
                    "the coefficients that do so",
                    "\\eta",
                    "the learning rate",
                    "\\rho",
                    "the size of a step");

    /// Keras's defaults.
    public static final Muon KERAS =
            new Muon(
                    0.95,
                    true,
                    5,
                    3.4445,
                    -4.775,
                    2.0315,
                    0.2,
                    0.004,
                    AdamW.KERAS,
                    1,
                    List.of("(?i)embedding"));

    /// Checks the settings.
    ///
    /// @throws TenonException if one is out of its range
    public Muon {
        Settings.upToOne("Muon", "momentum", momentum);
        Settings.notNegative("Muon", "steps", steps);
        if (rmsRate != null) {
            Settings.notNegative("Muon", "rmsRate", rmsRate);
        }
        Settings.notNegative("Muon", "weightDecay", weightDecay);
        Settings.notNegative("Muon", "adamRateRatio", adamRateRatio);
        excluded = List.copyOf(excluded);
        excluded.forEach(Muon::pattern);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another momentum.
    public Muon withMomentum(double value) {
        return new Muon(
                value,
                nesterov,
                steps,
                a,
                b,
                c,
                rmsRate,
                weightDecay,
                adam,
                adamRateRatio,
                excluded);
    }

    /// Returns this rule with or without Nesterov's look-ahead.
    public Muon withNesterov(boolean value) {
        return new Muon(
                momentum,
                value,
                steps,
                a,
                b,
                c,
                rmsRate,
                weightDecay,
                adam,
                adamRateRatio,
                excluded);
    }

    /// Returns this rule with another number of improvements.
    public Muon withSteps(int value) {
        return new Muon(
                momentum,
                nesterov,
                value,
                a,
                b,
                c,
                rmsRate,
                weightDecay,
                adam,
                adamRateRatio,
                excluded);
    }

    /// Returns this rule with another ρ.
    ///
    /// @param value the new ρ, or null for steps that are not scaled
    public Muon withRmsRate(@Nullable Double value) {
        return new Muon(
                momentum,
                nesterov,
                steps,
                a,
                b,
                c,
                value,
                weightDecay,
                adam,
                adamRateRatio,
                excluded);
    }

    /// Returns this rule with another weight decay of matrices.
    public Muon withWeightDecay(double value) {
        return new Muon(
                momentum, nesterov, steps, a, b, c, rmsRate, value, adam, adamRateRatio, excluded);
    }

    /// Returns this rule with another rule of other parameters.
    public Muon withAdam(Adam value) {
        return new Muon(
                momentum,
                nesterov,
                steps,
                a,
                b,
                c,
                rmsRate,
                weightDecay,
                value,
                adamRateRatio,
                excluded);
    }

    /// Returns this rule with another multiple of η for other parameters.
    public Muon withAdamRateRatio(double value) {
        return new Muon(
                momentum, nesterov, steps, a, b, c, rmsRate, weightDecay, adam, value, excluded);
    }

    /// Returns this rule with others excluded.
    public Muon withExcluded(List<String> value) {
        return new Muon(
                momentum,
                nesterov,
                steps,
                a,
                b,
                c,
                rmsRate,
                weightDecay,
                adam,
                adamRateRatio,
                value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        return value.rank() == 2 && !isExcluded(parameter)
                ? Slot.zeros(value, "momentum")
                : adam.slots(parameter, value);
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        if (update.slots().size() != 1) {
            updateByAdam(update);
            return;
        }
        Tensor w = update.value();
        update.scale(1 - rate * weightDecay);
        Tensor direction = Tensor.zeros(w.type(), w.shape());
        Backend.kernels()
                .optim()
                .sgd(
                        direction.segment(),
                        update.gradient().segment(),
                        update.slots().getFirst().segment(),
                        w.count(),
                        new SgdStep(momentum, 1, nesterov ? momentum : 1, nesterov ? 1 : 0),
                        Decay.NONE,
                        w.type());
        direction.written();
        update.add(-rate * scale(w.size(0), w.size(1)), orthogonal(direction));
        update.written();
    }

    /// Returns what the step of a matrix of this size is multiplied by beside η: `ρ √max(rows,
    /// columns)`, or 1 without ρ.
    public double scale(int rows, int columns) {
        return rmsRate == null ? 1 : rmsRate * Math.sqrt(Math.max(rows, columns));
    }

    private void updateByAdam(Update update) {
        double rate = update.learningRate();
        Adam rule = adam;
        if (adam.decoupled()) {
            update.scale(1 - rate * adam.weightDecay());
            rule = adam.withWeightDecay(0);
        }
        rule.update(update.withLearningRate(rate * adamRateRatio));
    }

    private boolean isExcluded(String parameter) {
        return excluded.stream().anyMatch(e -> pattern(e).matcher(parameter).find());
    }

    private static Pattern pattern(String excluded) {
        try {
            return Pattern.compile(excluded);
        } catch (PatternSyntaxException e) {
            throw new TenonException(
                    "Muon: excluded must be regular expressions; got " + excluded, e);
        }
    }

    /// Returns nearly `U Vᵀ` of the singular value decomposition `U S Vᵀ` of `g`: singular values
    /// come to lie between about 0.7 and 1.2, by Newton-Schulz iterations of degree 5.
    private Tensor orthogonal(Tensor g) {
        boolean tall = g.size(0) > g.size(1);
        Tensor x = g.mul(1 / (ReduceOps.norm(List.of(g)) + 1e-7));
        x = tall ? x.transpose(0, 1).contiguous() : x;
        for (int i = 0; i < steps; i++) {
            Tensor square = MatmulOps.matmul(x, x.transpose(0, 1)); // [rows, rows]
            Tensor factor = square.mul(b).add(MatmulOps.matmul(square, square).mul(c));
            x = x.mul(a).add(MatmulOps.matmul(factor, x));
        }
        return tall ? x.transpose(0, 1) : x;
    }

    /// Returns this rule without weight decay of matrices and of other parameters.
    @Override
    public UpdateRule withoutWeightDecay() {
        return withWeightDecay(0).withAdam(adam.withWeightDecay(0));
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
