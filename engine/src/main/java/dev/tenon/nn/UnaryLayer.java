package dev.tenon.nn;

import dev.tenon.tensor.Tensor;

/// A layer that maps one tensor to one tensor.
///
/// Authors write [#forward]; everybody calls [#apply]. A lambda is a layer without parameters.
@FunctionalInterface
public interface UnaryLayer extends Layer {
    /// Computes the layer; called by [#apply].
    Tensor forward(Tensor x);

    /// Computes the layer; a shape error names its path in the model.
    ///
    /// @throws dev.tenon.tensor.ShapeException if `x` does not fit
    default Tensor apply(Tensor x) {
        return Layer.within(this, () -> forward(x));
    }
}
