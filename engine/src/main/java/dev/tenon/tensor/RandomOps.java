package dev.tenon.tensor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Random that gradients flow through. [Rng] makes the numbers.
public final class RandomOps {
    private RandomOps() {}

    /// Returns `x` with each element 0 with probability `p` and otherwise divided by `1 - p`, so
    /// that the mean stays.
    ///
    /// The gradient makes the same choices again from `rng`; nothing is saved.
    ///
    /// @param p probability of 0, in `[0, 1]`
    /// @param rng decides which elements; a fresh one each time ([Rng#derive(long...)])
    /// @throws ShapeException if the type is not F32 or F64
    /// @throws TenonException if `p` is outside `[0, 1]`
    public static Tensor dropout(Tensor x, double p, Rng rng) {
        if (!(p >= 0 && p <= 1)) {
            throw new TenonException("dropout: p must be in [0, 1]; got " + p);
        }
        if (!x.type().isArithmetic()) {
            throw new ShapeException(
                    "dropout: the type must be F32 or F64; got " + x.type() + " " + x.shape());
        }
        return p == 0 ? x : Autograd.record(apply(x, p, rng), new Dropout(x, p, rng));
    }

    private static Tensor apply(Tensor x, double p, Rng rng) {
        Tensor source = x.dense();
        Tensor y = Tensor.empty(x.type(), x.shape());
        Backend.kernels()
                .random()
                .dropout(
                        y.segment(),
                        source.segment(),
                        0,
                        x.count(),
                        p,
                        rng.key(),
                        rng.stream(),
                        x.type());
        return y;
    }

    private record Dropout(Tensor x, double p, Rng rng) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            return new Tensor[] {apply(dy, p, rng)};
        }
    }
}
