package dev.tenon.tensor;

import org.jspecify.annotations.Nullable;

/// Views of tensors `[N, C, *]` that lie in memory with the channels last, `[N, *, C]`, as a
/// permuted view of such a tensor does: for ops with kernels of that layout, which need no copy.
///
/// The results of such ops lie like their inputs.
final class ChannelsLast {
    private ChannelsLast() {}

    /// Says whether x is no contiguous tensor but would be one with its channels last.
    static boolean is(Tensor x) {
        return x.rank() >= 3
                && !x.isContiguous()
                && Autograd.noGrad(() -> x.permute(toLast(x.rank()))).isContiguous();
    }

    private static int[] toLast(int rank) {
        int[] axes = new int[rank];
        for (int axis = 1; axis < rank; axis++) {
            axes[axis] = axis == rank - 1 ? 1 : axis + 1;
        }
        return axes;
    }

    private static int[] toFirst(int rank) {
        int[] axes = new int[rank];
        for (int axis = 1; axis < rank; axis++) {
            axes[axis] = axis == 1 ? rank - 1 : axis - 1;
        }
        return axes;
    }

    /// Returns `[N, C, *]` as `[N, *, C]`.
    static Tensor last(Tensor x) {
        return x.permute(toLast(x.rank()));
    }

    /// Returns `[N, *, C]` as `[N, C, *]`.
    static Tensor first(Tensor x) {
        return x.permute(toFirst(x.rank()));
    }

    /// Returns what follows a norm with its residual as `[N, *, C]`.
    static Finish last(Finish finish) {
        Tensor residual = finish.residual();
        return new Finish(residual == null ? null : last(residual), finish.activation());
    }

    /// Returns `[N, C, *]` as a row for each place, `[N *, C]`.
    static Tensor rows(Tensor x) {
        return last(x).reshape(x.size(0) * x.shape().count(2, x.rank()), x.size(1));
    }

    /// Returns what follows a norm with its residual as rows.
    static Finish rows(Finish finish) {
        @Nullable Tensor residual = finish.residual();
        return new Finish(residual == null ? null : rows(residual), finish.activation());
    }

    /// Returns rows as `[N, C, *]` of a shape.
    static Tensor ofRows(Tensor rows, Shape shape) {
        int rank = shape.rank();
        int[] axes = toLast(rank);
        int[] sizes = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            sizes[axis] = shape.size(axes[axis]);
        }
        return first(rows.reshape(sizes));
    }
}
