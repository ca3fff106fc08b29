package dev.tenon.nn;

import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Tensor;

/// A layer that maps one tensor to one tensor.
///
/// Authors write [#forward]; everybody calls [#apply]. A lambda is a layer without parameters.
///
/// A layer whose operation can add a residual and apply an activation in the same pass over memory
/// also writes [#forward(Tensor, Finish)]; [Sequential] and [Residual] ask for it.
@FunctionalInterface
public interface UnaryLayer extends Layer {
    /// Computes the layer; called by [#apply].
    Tensor forward(Tensor x);

    /// Computes the layer and what follows; called by [#apply(Tensor, Finish)].
    default Tensor forward(Tensor x, Finish finish) {
        return finish.apply(forward(x));
    }

    /// Computes the layer; a shape error names its path in the model.
    ///
    /// @throws dev.tenon.tensor.ShapeException if `x` does not fit
    default Tensor apply(Tensor x) {
        return Layer.within(this, () -> forward(x));
    }

    /// Computes `activation(f(x) + residual)`, f this layer.
    ///
    /// @throws dev.tenon.tensor.ShapeException if `x` or the residual does not fit
    default Tensor apply(Tensor x, Finish finish) {
        return Layer.within(this, () -> forward(x, finish));
    }
}
