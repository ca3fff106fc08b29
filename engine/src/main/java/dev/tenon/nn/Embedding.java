package dev.tenon.nn;

import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.Tensor;

/// A table of vectors, looked up by number: `y_i = W_{x_i}`.
///
/// | name | shape |
/// |---|---|
/// | x | [...] I64, each from 0 to count - 1 |
/// | weight | [count, size] |
/// | y | [..., size] |
///
/// Source: torch.nn.Embedding, whose names and initial values it has.
///
/// @param weight W, one row per number
public record Embedding(Param weight) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_i = W_{x_i}",
                    "torch.nn.Embedding",
                    "x",
                    "the numbers to look up",
                    "W",
                    "the table, one row per number",
                    "y",
                    "the rows found");

    /// Returns a table.
    ///
    /// @param count how many rows
    /// @param size how long a row is
    /// @param init where the values come from: the standard normal distribution, PyTorch's default
    public static Embedding of(int count, int size, Init init) {
        return new Embedding(init.normal(1, count, size));
    }

    @Override
    public Tensor forward(Tensor x) {
        return IndexOps.embedding(weight.value(), x);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
