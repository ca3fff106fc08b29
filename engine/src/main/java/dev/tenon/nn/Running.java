package dev.tenon.nn;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;

/// A running statistic: a tensor that a layer itself changes while training and that belongs to its
/// checkpoint, such as the running mean of batch normalization. No gradient flows to it.
public final class Running {
    private final Tensor value;

    private Running(Tensor value) {
        this.value = value;
    }

    /// Returns a statistic over `tensor`, which is not copied and belongs to the statistic from now
    /// on.
    public static Running of(Tensor tensor) {
        return new Running(tensor.contiguous().detach());
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
