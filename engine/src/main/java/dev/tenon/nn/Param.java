package dev.tenon.nn;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A parameter: a tensor that training changes.
///
/// Two parameters are equal only if they are the same one. Sharing a parameter between layers ties
/// their weights: it is counted, saved and updated once, under its first path.
public final class Param {
    private final Tensor trained;
    private final Tensor fixed;
    private boolean frozen;

    private Param(Tensor tensor) {
        trained = tensor.requireGradient();
        fixed = tensor.detach();
    }

    /// Returns a parameter over `tensor`, which is not copied and belongs to the parameter from now
    /// on.
    ///
    /// @throws dev.tenon.tensor.TenonException if the type is not F32 or F64, or an op on the graph
    ///   made the tensor
    public static Param of(Tensor tensor) {
        return new Param(tensor.isContiguous() ? tensor : tensor.contiguous());
    }

    /// Returns the values, to compute with; while frozen, no gradient flows to them.
    public Tensor value() {
        return frozen ? fixed : trained;
    }

    /// Returns the gradient that `backward` added up, or null if there is none.
    public @Nullable Tensor gradient() {
        return trained.gradient();
    }

    /// Forgets the gradient.
    public void clearGradient() {
        trained.clearGradient();
    }

    /// Leaves this parameter out of gradients and optimizer steps until [#thaw()], and forgets its
    /// gradient: PyTorch's `requires_grad_(False)`, Keras's `trainable = False`.
    public void freeze() {
        frozen = true;
        clearGradient();
    }

    /// Lets this parameter be trained again.
    public void thaw() {
        frozen = false;
    }

    /// Says whether this parameter is left out of training.
    public boolean isFrozen() {
        return frozen;
    }

    /// Returns the shape of the values.
    public Shape shape() {
        return trained.shape();
    }

    /// Returns the type of the values.
    public DType type() {
        return trained.type();
    }

    /// Returns the number of values.
    public long count() {
        return trained.count();
    }

    /// Returns type and shape, for example `F32 [64, 3]`.
    @Override
    public String toString() {
        return type() + " " + shape();
    }
}
