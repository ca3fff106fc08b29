package dev.tenon.nn;

import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;

/// Joins the axes from one to another, both included, into one.
///
/// Source: torch.nn.Flatten.
///
/// @param from the first axis joined; negative axes count from the end; PyTorch's default is 1
/// @param to the last axis joined; PyTorch's default is -1
public record Flatten(int from, int to) implements UnaryLayer {
    /// Returns a layer that joins all axes but the first.
    public static Flatten of() {
        return new Flatten(1, -1);
    }

    @Override
    public Tensor forward(Tensor x) {
        int first = x.shape().axis(from, "flatten");
        int last = x.shape().axis(to, "flatten");
        if (first > last) {
            throw new ShapeException(
                    "flatten: the first axis must not come after the last; got "
                            + from
                            + " and "
                            + to
                            + " for "
                            + x.shape());
        }
        int[] sizes = new int[x.rank() - (last - first)];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = i <= first ? x.size(i) : x.size(i + last - first);
        }
        sizes[first] = x.shape().count(first, last + 1);
        return x.reshape(sizes);
    }
}
