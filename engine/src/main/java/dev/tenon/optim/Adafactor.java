package dev.tenon.optim;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
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
                    "i, j",
                    "a row and a column of w",
                    "\\beta",
                    "how much of r and c stays",
                    "\\kappa",
                    "how fast β rises",
                    "u",
                    "the change, before it is made no larger than d",
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
        Tensor w = update.value();
        double keep = 1 - update.learningRate() * weightDecay;
        double size = Math.max(epsilon2, keep * rms(ReduceOps.norm(List.of(w)), w));
        double rate = size * Math.min(update.learningRate(), 1 / Math.sqrt(update.step()));
        if (w.rank() < 2) {
            updateElements(update, rate, keep);
        } else {
            updateMatrices(update, rate, keep);
        }
        update.written();
    }

    /// Returns β's complement.
    private double share(Update update) {
        return Math.pow(update.step(), decayPower);
    }

    private void updateElements(Update update, double rate, double keep) {
        Tensor gradient = update.gradient();
        Tensor v = update.slots().getFirst();
        move(v, ElementwiseOps.square(gradient).add(epsilon1), share(update));
        Tensor change = gradient.div(ElementwiseOps.sqrt(v));
        update.scale(keep);
        update.add(-rate / clip(rms(ReduceOps.norm(List.of(change)), change)), change);
    }

    /// Matrices are the last two axes; the step's size is that of all.
    private void updateMatrices(Update update, double rate, double keep) {
        Tensor w = update.value();
        Factors factors = factors(update);
        double limit = 1 / Math.sqrt(epsilon1);
        OptimKernel kernel = Backend.kernels().optim();
        double squares = 0;
        for (int i = 0; i < factors.count; i++) {
            squares +=
                    kernel.adafactorSize(
                            factors.matrix(update.gradient(), i),
                            factors.row(i),
                            factors.column(i),
                            limit,
                            factors.height,
                            factors.width,
                            w.type());
        }
        double by = clip(rms(Math.sqrt(squares), w));
        for (int i = 0; i < factors.count; i++) {
            kernel.adafactorStep(
                    factors.matrix(w, i),
                    factors.matrix(update.gradient(), i),
                    factors.row(i),
                    factors.column(i),
                    limit,
                    rate / by,
                    keep,
                    factors.height,
                    factors.width,
                    w.type());
        }
    }

    private double clip(double size) {
        return Math.max(1, size / clipThreshold);
    }

    private static double rms(double norm, Tensor x) {
        return norm / Math.sqrt(x.count());
    }

    /// What a gradient is multiplied by, `1 / √v`, as the product of a number of its row and one of
    /// its column. Of a row and a column without gradient it would be `1 / ε₁`, which F32 does not
    /// hold; the kernels keep it to `1 / √ε₁`.
    private record Factors(int count, int height, int width, Tensor rows, Tensor columns) {
        MemorySegment matrix(Tensor x, int i) {
            long bytes = x.type().bytes((long) height * width);
            return x.segment().asSlice(i * bytes, bytes);
        }

        MemorySegment row(int i) {
            long bytes = rows.type().bytes(height);
            return rows.segment().asSlice(i * bytes, bytes);
        }

        MemorySegment column(int i) {
            long bytes = columns.type().bytes(width);
            return columns.segment().asSlice(i * bytes, bytes);
        }
    }

    /// Moves the slots and returns the factors.
    private Factors factors(Update update) {
        Tensor gradient = update.gradient();
        int rank = gradient.rank();
        int height = gradient.size(rank - 2);
        int width = gradient.size(rank - 1);
        int count = Math.toIntExact(gradient.count() / Math.max(1, (long) height * width));
        Tensor rows = Tensor.empty(DType.F64, Shape.of(count, height));
        Tensor columns = Tensor.empty(DType.F64, Shape.of(count, width));
        Factors sums = new Factors(count, height, width, rows, columns);
        for (int i = 0; i < count; i++) {
            Backend.kernels()
                    .optim()
                    .adafactorSquares(
                            sums.row(i),
                            sums.column(i),
                            sums.matrix(gradient, i),
                            height,
                            width,
                            gradient.type());
        }
        Tensor row = update.slots().getFirst();
        Tensor column = update.slots().getLast();
        double share = share(update);
        move(row, rows.mul(1.0 / width).add(epsilon1).to(row.type()), share);
        move(column, columns.mul(1.0 / height).add(epsilon1).to(row.type()), share);
        Tensor parts = row.div(ReduceOps.mean(row, rank - 2, true));
        return new Factors(count, height, width, inverseRoot(parts), inverseRoot(column));
    }

    private static Tensor inverseRoot(Tensor x) {
        return Tensor.scalar(x.type(), 1).div(ElementwiseOps.sqrt(x));
    }

    private static void move(Tensor slot, Tensor to, double share) {
        OptimKernel kernel = Backend.kernels().optim();
        kernel.lerp(slot.segment(), to.contiguous().segment(), slot.count(), share, slot.type());
        slot.written();
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
