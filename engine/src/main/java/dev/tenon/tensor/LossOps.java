package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.PairLoss;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Loss: how far predictions are from their targets.
public final class LossOps {
    private LossOps() {}

    /// Returns the mean squared error, a scalar: `mean((prediction - target)^2)`.
    ///
    /// @throws ShapeException if shapes or types differ, or the type is not F32 or F64
    public static Tensor mse(Tensor prediction, Tensor target) {
        return mse(prediction, target, Reduction.MEAN);
    }

    /// Returns the squared error `(prediction - target)^2`, reduced.
    ///
    /// @throws ShapeException if shapes or types differ, or the type is not F32 or F64
    public static Tensor mse(Tensor prediction, Tensor target, Reduction reduction) {
        return pair("mse", PairLoss.SQUARED_ERROR, prediction, target, reduction);
    }

    /// Returns the binary cross-entropy of probabilities, `-(t log p + (1 - t) log(1 - p))`,
    /// reduced; logarithms are at least -100, as in PyTorch.
    ///
    /// @param p probabilities in [0, 1]
    /// @param target in the shape of `p`, customarily in [0, 1]
    /// @throws ShapeException if shapes or types differ, the type is not F32 or F64, or an element
    ///   of `p` is not in [0, 1]
    public static Tensor binaryCrossEntropy(Tensor p, Tensor target, Reduction reduction) {
        checkPair("binaryCrossEntropy", p, target);
        Tensor source = p.contiguous();
        MemorySegment data = source.segment();
        for (long i = 0, n = p.count(); i < n; i++) {
            double value = p.type().read(data, i);
            if (!(value >= 0 && value <= 1)) {
                throw new ShapeException(
                        "binaryCrossEntropy: all elements of input should be between 0 and 1; got "
                                + value
                                + " at element "
                                + i
                                + " of "
                                + p.shape()
                                + ". Apply sigmoid, or use binaryCrossEntropyWithLogits");
            }
        }
        return pair("binaryCrossEntropy", PairLoss.BINARY_CROSS_ENTROPY, source, target, reduction);
    }

    /// Returns the binary cross-entropy of `sigmoid(logits)`, reduced, without its overflow and
    /// cancellation: `max(x, 0) - x t + log(1 + exp(-|x|))`.
    ///
    /// @param target in the shape of `logits`, customarily in [0, 1]
    /// @throws ShapeException if shapes or types differ, or the type is not F32 or F64
    public static Tensor binaryCrossEntropyWithLogits(
            Tensor logits, Tensor target, Reduction reduction) {
        return pair(
                "binaryCrossEntropyWithLogits",
                PairLoss.BINARY_CROSS_ENTROPY_WITH_LOGITS,
                logits,
                target,
                reduction);
    }

    private static void checkPair(String op, Tensor x, Tensor target) {
        if (!x.shape().equals(target.shape())) {
            throw new ShapeException(
                    op
                            + ": prediction and target must have the same shape; got "
                            + x.shape()
                            + " and "
                            + target.shape());
        }
        if (!x.type().isArithmetic() || x.type() != target.type()) {
            throw new ShapeException(
                    op
                            + ": the type must be F32 or F64, the same for both; got "
                            + x.type()
                            + " and "
                            + target.type()
                            + ". Convert with to(DType.F32)");
        }
    }

    private static Tensor pair(
            String op, PairLoss loss, Tensor x, Tensor target, Reduction reduction) {
        checkPair(op, x, target);
        Tensor u = x.contiguous();
        Tensor v = target.contiguous();
        var kernel = Backend.kernels().loss();
        Tensor y;
        if (reduction == Reduction.NONE) {
            y = Tensor.empty(x.type(), x.shape());
            kernel.pair(y.segment(), u.segment(), v.segment(), x.count(), loss, x.type());
        } else {
            double sum = kernel.pairSum(u.segment(), v.segment(), x.count(), loss, x.type());
            y = Tensor.scalar(x.type(), sum * factor(reduction, x.count()));
        }
        return Autograd.record(y, new Pair(op, loss, u, v, reduction));
    }

    private static double factor(Reduction reduction, long count) {
        return reduction == Reduction.MEAN ? 1.0 / count : 1;
    }

    private record Pair(String name, PairLoss loss, Tensor x, Tensor target, Reduction reduction)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x, target);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x, target);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            boolean reduced = reduction != Reduction.NONE;
            double factor = factor(reduction, x.count()) * (reduced ? dy.item() : 1);
            MemorySegment upstream = reduced ? null : dy.contiguous().segment();
            var kernel = Backend.kernels().loss();
            Tensor dx = null;
            Tensor dtarget = null;
            if (x.needsGradient()) {
                dx = Tensor.empty(x.type(), x.shape());
                kernel.pairGradient(
                        dx.segment(),
                        upstream,
                        factor,
                        x.segment(),
                        target.segment(),
                        x.count(),
                        loss,
                        x.type());
            }
            if (target.needsGradient()) {
                dtarget = Tensor.empty(x.type(), x.shape());
                kernel.pairTargetGradient(
                        dtarget.segment(),
                        upstream,
                        factor,
                        x.segment(),
                        target.segment(),
                        x.count(),
                        loss,
                        x.type());
            }
            return new Tensor[] {dx, dtarget};
        }
    }

    /// Returns the mean cross-entropy of class scores, a scalar; see [#crossEntropy(Tensor, Tensor,
    /// Reduction)].
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return crossEntropy(logits, labels, Reduction.MEAN);
    }

    /// Returns the cross-entropy of class scores, `-log(softmax(logits)[label])`, reduced.
    ///
    /// @param logits F32 or F64, `[N, C]` or `[N, C, *]`, scores of C classes
    /// @param labels I64, `[N]` or `[N, *]`, each in [0, C)
    /// @throws ShapeException if shapes or types do not fit, or a label is not in [0, C)
    public static Tensor crossEntropy(Tensor logits, Tensor labels, Reduction reduction) {
        checkLabels(logits, labels);
        Tensor source = logits.contiguous();
        Tensor wanted = labels.contiguous();
        int outer = logits.size(0);
        int classes = logits.size(1);
        int inner = logits.shape().count(2, logits.rank());
        Tensor losses = Tensor.empty(DType.F64, labels.shape());
        Tensor logSumExp = Tensor.empty(DType.F64, labels.shape());
        Backend.kernels()
                .loss()
                .crossEntropy(
                        losses.segment(),
                        logSumExp.segment(),
                        source.segment(),
                        wanted.segment(),
                        outer,
                        classes,
                        inner,
                        logits.type());
        Tensor y;
        if (reduction == Reduction.NONE) {
            y = losses.to(logits.type());
        } else {
            double sum = 0;
            for (long i = 0, n = labels.count(); i < n; i++) {
                sum += DType.F64.read(losses.segment(), i);
            }
            y = Tensor.scalar(logits.type(), sum * factor(reduction, labels.count()));
        }
        return Autograd.record(y, new CrossEntropy(source, wanted, logSumExp, reduction));
    }

    private static void checkLabels(Tensor logits, Tensor labels) {
        if (!logits.type().isArithmetic() || labels.type() != DType.I64) {
            throw new ShapeException(
                    "crossEntropy: logits must be F32 or F64 and labels I64; got "
                            + logits.type()
                            + " and "
                            + labels.type());
        }
        boolean fits = logits.rank() >= 2 && labels.rank() == logits.rank() - 1;
        for (int axis = 0; fits && axis < labels.rank(); axis++) {
            fits = labels.size(axis) == logits.size(axis == 0 ? 0 : axis + 1);
        }
        if (!fits) {
            throw new ShapeException(
                    "crossEntropy: logits [N, C, *] need labels [N, *]; got logits "
                            + logits.shape()
                            + " and labels "
                            + labels.shape());
        }
        MemorySegment data = labels.contiguous().segment();
        for (long i = 0, n = labels.count(); i < n; i++) {
            long label = DType.I64.readLong(data, i);
            if (label < 0 || label >= logits.size(1)) {
                throw new ShapeException(
                        "crossEntropy: labels must be in [0, "
                                + logits.size(1)
                                + "); got "
                                + label
                                + " at element "
                                + i
                                + " of "
                                + labels.shape());
            }
        }
    }

    private record CrossEntropy(Tensor logits, Tensor labels, Tensor logSumExp, Reduction reduction)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(logits);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(logits, labels, logSumExp);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            boolean reduced = reduction != Reduction.NONE;
            double factor = factor(reduction, labels.count()) * (reduced ? dy.item() : 1);
            Tensor dlogits = Tensor.empty(logits.type(), logits.shape());
            Backend.kernels()
                    .loss()
                    .crossEntropyGradient(
                            dlogits.segment(),
                            reduced ? null : dy.contiguous().segment(),
                            factor,
                            logSumExp.segment(),
                            logits.segment(),
                            labels.segment(),
                            logits.size(0),
                            logits.size(1),
                            logits.shape().count(2, logits.rank()),
                            logits.type());
            return new Tensor[] {dlogits};
        }
    }
}
