package dev.tenon.nn;

import dev.tenon.kernel.UnaryOp;
import dev.tenon.tensor.Finish;
import dev.tenon.tensor.MatmulOps;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// An affine map of the last axis: `y = x W^T + b`.
///
/// | name | shape |
/// |---|---|
/// | x | [..., in] |
/// | weight | [out, in] |
/// | bias | [out], or null |
/// | y | [..., out] |
///
/// Source: torch.nn.Linear, whose names and initial values it has.
///
/// @param weight W
/// @param bias b, or null for none
public record Linear(Param weight, @Nullable Param bias) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = x W^\\top + b",
                    "torch.nn.Linear",
                    "x",
                    "the input, one row of features per position",
                    "W",
                    "the weight, one row per output feature",
                    "b",
                    "the bias",
                    "y",
                    "the result");

    /// Returns a layer with a bias.
    ///
    /// @param in the size of the last axis of the input
    /// @param out the size of the last axis of the result
    /// @param init where the values come from: weight and bias uniform in ±1/sqrt(in), PyTorch's
    ///   default
    public static Linear of(int in, int out, Init init) {
        return of(in, out, true, init);
    }

    /// Returns a layer as [#of(int, int, Init)] does, with or without bias.
    public static Linear of(int in, int out, boolean bias, Init init) {
        double bound = 1 / Math.sqrt(in);
        return new Linear(init.uniform(bound, out, in), bias ? init.uniform(bound, out) : null);
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, Finish.NONE);
    }

    @Override
    public Tensor forward(Tensor x, Finish finish) {
        Tensor shift = bias == null ? null : bias.value();
        UnaryOp activation = finish.activation();
        return finish.residual() != null || activation == null
                ? finish.apply(MatmulOps.linear(x, weight.value(), shift))
                : MatmulOps.linear(x, weight.value(), shift, activation);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
