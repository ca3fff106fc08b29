package dev.tenon.tensor;

import dev.tenon.kernel.AttentionKernel.Sizes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Attention.
public final class AttentionOps {
    private AttentionOps() {}

    /// Scaled dot-product attention (Vaswani et al. 2017): each query takes the mean of the values,
    /// weighted by how well it fits their keys.
    ///
    /// `y = softmax(q k^T * scale) v`, the softmax over the keys. The matrix of weights is never
    /// kept: the gradient computes it again, row by row.
    ///
    /// | name | shape |
    /// |---|---|
    /// | q | `[*, N, D]` |
    /// | k | `[*, M, D]` |
    /// | v | `[*, M, E]` |
    /// | result | `[*, N, E]` |
    ///
    /// @param q queries, F32 or F64
    /// @param k keys, with the leading axes of `q`; M is at least 1
    /// @param v values, with the leading axes of `q`
    /// @param scale what scores are multiplied with, customarily `1 / sqrt(D)`
    /// @throws ShapeException if shapes or types do not fit
    public static Tensor attention(Tensor q, Tensor k, Tensor v, double scale) {
        check(q, k, v);
        Tensor query = q.contiguous();
        Tensor key = k.contiguous();
        Tensor value = v.contiguous();
        int rank = q.rank();
        Sizes sizes =
                new Sizes(
                        q.shape().count(0, rank - 2),
                        q.size(-2),
                        k.size(-2),
                        q.size(-1),
                        v.size(-1));
        Tensor y = Tensor.empty(q.type(), q.shape().with(rank - 1, v.size(-1)));
        Tensor rows = Tensor.empty(q.type(), Shape.of(sizes.batch(), sizes.queries(), 2));
        Backend.kernels()
                .attention()
                .attention(
                        y.segment(),
                        rows.segment(),
                        query.segment(),
                        key.segment(),
                        value.segment(),
                        sizes,
                        scale,
                        q.type());
        return Autograd.record(y, new Attention(query, key, value, y, rows, sizes, scale));
    }

    private static void check(Tensor q, Tensor k, Tensor v) {
        if (!q.type().isArithmetic() || k.type() != q.type() || v.type() != q.type()) {
            throw new ShapeException(
                    "attention: the type must be F32 or F64, the same for all; got q "
                            + q.type()
                            + ", k "
                            + k.type()
                            + ", v "
                            + v.type()
                            + ". Convert with to(DType.F32)");
        }
        int rank = q.rank();
        boolean fits = rank >= 2 && k.rank() == rank && v.rank() == rank;
        for (int axis = 0; fits && axis < rank - 2; axis++) {
            fits = q.size(axis) == k.size(axis) && q.size(axis) == v.size(axis);
        }
        if (!fits || q.size(-1) != k.size(-1) || k.size(-2) != v.size(-2) || k.size(-2) == 0) {
            throw new ShapeException(
                    "attention: q [*, N, D], k [*, M, D] and v [*, M, E] must agree in *, in D and in"
                            + " M >= 1; got q "
                            + q.shape()
                            + ", k "
                            + k.shape()
                            + ", v "
                            + v.shape());
        }
    }

    private record Attention(
            Tensor q, Tensor k, Tensor v, Tensor y, Tensor rows, Sizes sizes, double scale)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(q, k, v);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(q, k, v, y, rows);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor upstream = dy.contiguous();
            Tensor dq = Tensor.empty(q.type(), q.shape());
            Tensor dk = Tensor.empty(q.type(), k.shape());
            Tensor dv = Tensor.empty(q.type(), v.shape());
            Backend.kernels()
                    .attention()
                    .attentionGradient(
                            dq.segment(),
                            dk.segment(),
                            dv.segment(),
                            upstream.segment(),
                            y.segment(),
                            rows.segment(),
                            q.segment(),
                            k.segment(),
                            v.segment(),
                            sizes,
                            scale,
                            q.type());
            return new Tensor[] {dq, dk, dv};
        }
    }
}
