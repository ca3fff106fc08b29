package dev.tenon.optim;

import dev.tenon.kernel.OptimKernel;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.SequencedMap;

/// Adafactor: of a matrix's mean squared gradient keeps only means of rows and columns, so that
/// state takes next to no memory.
///
/// With `s = g² + ε₁` and `β = 1 - t^κ`: the means r of s along the last axis and c along the one
/// before move to the present ones by `1 - β`, and `v = r c / mean(r)`, at least ε₁; of a vector v
/// itself is kept. `u = g / √v`, divided by `max(1, rms(u) / d)`, and `w -= max(ε₂, rms(w)) min(η,
/// 1/√t) u`. Weights decay on their own, `w -= η λ w` before the update.
///
/// Source: Shazeer and Stern 2018, arXiv:1804.04235; keras.optimizers.Adafactor, whose
/// `relative_step` changes nothing and is left out. PyTorch's differs (ε₁ bounds v from below) and
/// is not here.
///
/// @param decayPower κ, how fast β rises to 1, less than 0; default -0.8
/// @param epsilon1 ε₁, added to squares, at least 0; default 1e-30
/// @param epsilon2 ε₂, the least size of a parameter, at least 0; default 1e-3
/// @param clipThreshold d, the largest root mean square of a step, more than 0; default 1
/// @param weightDecay λ, at least 0; default 0
public record Adafactor(
        double decayPower,
        double epsilon1,
        double epsilon2,
        double clipThreshold,
        double weightDecay)
        implements UpdateRule {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "\\beta = 1 - t^\\kappa,\\quad"
                            + " r \\leftarrow \\beta r + (1-\\beta)\\,"
                            + "\\operatorname{mean}_j(g_{ij}^2 + \\varepsilon_1),\\quad"
                            + " c \\leftarrow \\beta c + (1-\\beta)\\,"
                            + "\\operatorname{mean}_i(g_{ij}^2 + \\varepsilon_1),\\quad"
                            + " u = g \\Big/ \\sqrt{\\frac{r c^\\top}{\\operatorname{mean}(r)}},\\quad"
                            + " w \\leftarrow w - \\max(\\varepsilon_2, \\operatorname{rms}(w))\\,"
                            + "\\min\\left(\\eta, \\tfrac{1}{\\sqrt t}\\right)"
                            + " \\frac{u}{\\max(1, \\operatorname{rms}(u)/d)}",
                    "Shazeer and Stern 2018, arXiv:1804.04235; keras.optimizers.Adafactor",
                    "w",
                    "the parameter",
                    "g",
                    "its gradient",
                    "r, c",
                    "mean squared gradient by row and by column",
                    "\\kappa",
                    "how fast β rises",
                    "\\varepsilon_1",
                    "keeps the divisor away from 0",
                    "\\varepsilon_2",
                    "the least size of a parameter",
                    "d",
                    "the largest size of a step",
                    "\\eta",
                    "the learning rate",
                    "t",
                    "the number of steps, this one included");

    /// Keras's defaults.
    public static final Adafactor KERAS = new Adafactor(-0.8, 1e-30, 1e-3, 1, 0);

    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if one is out of its range
    public Adafactor {
        if (!(decayPower < 0)) {
            throw new TenonException(
                    "Adafactor: decayPower must be less than 0; got " + decayPower);
        }
        Settings.notNegative("Adafactor", "epsilon1", epsilon1);
        Settings.notNegative("Adafactor", "epsilon2", epsilon2);
        if (!(clipThreshold > 0)) {
            throw new TenonException(
                    "Adafactor: clipThreshold must be more than 0; got " + clipThreshold);
        }
        Settings.notNegative("Adafactor", "weightDecay", weightDecay);
    }

    /// Returns an optimizer with Keras's defaults; its default learning rate is 1e-3.
    public static Optimizer keras(SequencedMap<String, Param> params, double learningRate) {
        return new Optimizer(params, KERAS, LearningRate.constant(learningRate));
    }

    /// Returns this rule with another κ.
    public Adafactor withDecayPower(double value) {
        return new Adafactor(value, epsilon1, epsilon2, clipThreshold, weightDecay);
    }

    /// Returns this rule with another ε₁.
    public Adafactor withEpsilon1(double value) {
        return new Adafactor(decayPower, value, epsilon2, clipThreshold, weightDecay);
    }

    /// Returns this rule with another ε₂.
    public Adafactor withEpsilon2(double value) {
        return new Adafactor(decayPower, epsilon1, value, clipThreshold, weightDecay);
    }

    /// Returns this rule with another d.
    public Adafactor withClipThreshold(double value) {
        return new Adafactor(decayPower, epsilon1, epsilon2, value, weightDecay);
    }

    /// Returns this rule with another weight decay.
    public Adafactor withWeightDecay(double value) {
        return new Adafactor(decayPower, epsilon1, epsilon2, clipThreshold, value);
    }

    @Override
    public List<Slot> slots(String parameter, Tensor value) {
        int rank = value.rank();
        if (rank < 2) {
            return Slot.zeros(value, "v");
        }
        Shape shape = value.shape();
        return List.of(
                new Slot("row", Tensor.zeros(value.type(), shape.with(rank - 1, 1))),
                new Slot("column", Tensor.zeros(value.type(), shape.with(rank - 2, 1))));
    }

    @Override
    public void update(Update update) {
        double rate = update.learningRate();
        double t = update.step();
        Tensor w = update.value();
        update.scale(1 - rate * weightDecay);
        double size = Math.max(epsilon2, ReduceOps.norm(List.of(w)) / Math.sqrt(w.count()));
        // of a row and a column without gradient v would be ε₁², which is 0 in F32
        Tensor v = ElementwiseOps.clamp(secondMoment(update), epsilon1, Double.POSITIVE_INFINITY);
        Tensor step = update.gradient().mul(ElementwiseOps.pow(v, -0.5));
        double stepSize = ReduceOps.norm(List.of(step)) / Math.sqrt(w.count());
        double by = Math.max(1, stepSize / clipThreshold);
        update.add(-size * Math.min(rate, 1 / Math.sqrt(t)) / by, step);
        update.written();
    }

    /// Moves the slots and returns v.
    private Tensor secondMoment(Update update) {
        Tensor squares = ElementwiseOps.square(update.gradient()).add(epsilon1);
        double share = Math.pow(update.step(), decayPower);
        int rank = squares.rank();
        Tensor first = update.slots().getFirst();
        if (rank < 2) {
            move(first, squares, share);
            return first;
        }
        Tensor column = update.slots().getLast();
        move(first, ReduceOps.mean(squares, rank - 1, true), share);
        move(column, ReduceOps.mean(squares, rank - 2, true), share);
        return first.div(ReduceOps.mean(first, rank - 2, true)).mul(column);
    }

    private static void move(Tensor slot, Tensor to, double share) {
        OptimKernel kernel = Backend.kernels().optim();
        kernel.lerp(slot.segment(), to.contiguous().segment(), slot.count(), share, slot.type());
        slot.written();
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
