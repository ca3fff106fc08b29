package dev.tenon.nn;

import dev.tenon.tensor.Finish;
import dev.tenon.tensor.Tensor;

/// A layer around which the input is added again: `y = x + f(x)`.
///
/// Source: He et al. 2015, arXiv:1512.03385.
///
/// @param body f, whose result has the shape of its input
public record Residual(UnaryLayer body) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = x + f(x)",
                    "He et al. 2015, arXiv:1512.03385",
                    "x",
                    "the input",
                    "f",
                    "the layer inside",
                    "y",
                    "the result");

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, Finish.NONE);
    }

    @Override
    public Tensor forward(Tensor x, Finish finish) {
        return finish.residual() == null
                ? body.apply(x, new Finish(x, finish.activation()))
                : finish.apply(body.apply(x, new Finish(x, null)));
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
