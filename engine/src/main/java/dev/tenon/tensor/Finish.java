package dev.tenon.tensor;

import dev.tenon.kernel.UnaryOp;
import org.jspecify.annotations.Nullable;

/// What follows an operation at once, so that it can be done before the operation's result goes to
/// memory: `y = activation(result + residual)`.
///
/// @param residual added to the result, or null for nothing
/// @param activation an op without settings, applied to each element; or null for none
public record Finish(@Nullable Tensor residual, @Nullable UnaryOp activation) {
    /// `y = result`.
    public static final Finish NONE = new Finish(null, null);

    /// @throws TenonException if the activation needs settings
    public Finish {
        if (activation != null && activation.hasSettings()) {
            throw new TenonException(
                    "finish: the activation must be an op without settings; got "
                            + activation
                            + ". Apply it to the result");
        }
    }

    /// Returns `y = activation(result)`.
    public static Finish with(@Nullable UnaryOp activation) {
        return activation == null ? NONE : new Finish(null, activation);
    }

    /// Returns `activation(result + residual)`, each by an operation of its own.
    ///
    /// @throws ShapeException if the shapes do not broadcast
    public Tensor apply(Tensor result) {
        Tensor sum = residual == null ? result : ElementwiseOps.add(residual, result);
        return activation == null ? sum : ElementwiseOps.unary(activation, sum, 0, 0);
    }

    /// Says whether the residual, if there is one, is of the result's shape and type.
    boolean fits(Tensor result) {
        return residual == null
                || (residual.type() == result.type() && residual.shape().equals(result.shape()));
    }
}
