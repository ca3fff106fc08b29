package dev.tenon.nn;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.Tensor;

/// A layer that applies a function without settings to each element: `y_i = f(x_i)`.
///
/// A [Linear] layer before it in a [Sequential] can apply it as it stores its result.
public interface Activation extends UnaryLayer {
    /// Returns f.
    UnaryOp op();

    @Override
    default Tensor forward(Tensor x) {
        return ElementwiseOps.unary(op(), x, 0, 0);
    }
}
