package dev.tenon.nn;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;

/// A running statistic: a tensor that a layer itself changes while training and that belongs to its
/// checkpoint, such as the running mean of batch normalization. No gradient flows to it.
public final class Running {
    private final Tensor value;
    private final boolean counts;

    private Running(Tensor value, boolean counts) {
        this.value = value;
        this.counts = counts;
    }

    /// Returns a statistic over `tensor`, which is not copied and belongs to the statistic from now
    /// on.
    public static Running of(Tensor tensor) {
        return new Running(tensor.contiguous().detach(), false);
    }

    /// Returns a count, I64 without axes, that begins at 0 and is 0 again after loading a
    /// checkpoint that lacks it.
    public static Running count() {
        return new Running(Tensor.zeros(DType.I64, Shape.of()), true);
    }

    /// Says whether a checkpoint may lack this statistic, which is 0 then.
    boolean mayBeMissing() {
        return counts;
    }

    /// Returns the values.
    public Tensor value() {
        return value;
    }

    /// Overwrites the values.
    ///
    /// @throws dev.tenon.tensor.ShapeException if the shapes differ
    public void assign(Tensor values) {
        value.assign(values);
    }

    /// Moves the values toward `values`: `(1 - share) * value + share * values`, computed in F64.
    ///
    /// @param share how far, PyTorch's momentum: 1 overwrites, 0 leaves all as it is
    /// @throws dev.tenon.tensor.ShapeException if the shapes differ
    public void move(Tensor values, double share) {
        double[] moved = value.toDoubles();
        double[] toward = values.toDoubles();
        for (int i = 0; i < Math.min(moved.length, toward.length); i++) {
            moved[i] = (1 - share) * moved[i] + share * toward[i];
        }
        assign(Tensor.of(moved, values.shape().sizes()).to(type()));
    }

    /// Returns the shape of the values.
    public Shape shape() {
        return value.shape();
    }

    /// Returns the type of the values.
    public DType type() {
        return value.type();
    }

    /// Returns type and shape, for example `F32 [64]`.
    @Override
    public String toString() {
        return type() + " " + shape();
    }
}
