package dev.tenon.nn.conv;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ResampleOps;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;

/// Takes the largest value of each square window of an image: [N, C, H, W] to [N, C, floor((H -
/// kernel) / stride) + 1, ...]. Rows and columns that fill no window are left out.
///
/// Source: torch.nn.MaxPool2d.
///
/// @param kernel height and width of the window, at least 1
/// @param stride how far a window is from the next, at least 1; PyTorch's default is the kernel
public record MaxPool2d(int kernel, int stride) implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y_{i,j} = \\max_{0 \\le u,v < k} x_{s i + u,\\,s j + v}",
                    "torch.nn.MaxPool2d",
                    "x",
                    "the input, per channel",
                    "k",
                    "the kernel",
                    "s",
                    "the stride",
                    "i, j",
                    "row and column of the result",
                    "y",
                    "the result");

    /// Checks the sizes.
    ///
    /// @throws ShapeException if one is less than 1
    public MaxPool2d {
        if (kernel < 1 || stride < 1) {
            throw new ShapeException(
                    "MaxPool2d: kernel and stride must be at least 1; got "
                            + kernel
                            + " and "
                            + stride);
        }
    }

    /// Returns a layer whose windows lie side by side.
    public static MaxPool2d of(int kernel) {
        return new MaxPool2d(kernel, kernel);
    }

    @Override
    public Tensor forward(Tensor x) {
        return ResampleOps.maxPool2d(x, kernel, stride);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
