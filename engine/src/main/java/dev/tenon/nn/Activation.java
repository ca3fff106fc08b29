package dev.tenon.nn;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// A layer that applies a function without settings to each element: `y_i = f(x_i)`.
///
/// The layer before it may do so on the way out ([dev.tenon.tensor.Finish]), as [Linear] and the
/// norms do.
public interface Activation extends UnaryLayer {
    /// Returns f.
    UnaryOp op();

    @Override
    default Tensor forward(Tensor x) {
        return ElementwiseOps.unary(op(), x, 0, 0);
    }
}
