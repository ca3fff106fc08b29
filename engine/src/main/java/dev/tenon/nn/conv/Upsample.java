package dev.tenon.nn.conv;

import dev.tenon.nn.Formula;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.ResampleOps;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;

/// Resamples images to another size: [N, C, H, W] to [N, C, H', W'].
///
/// Source: torch.nn.Upsample.
///
/// @param size the size of the result, given or as a multiple of the input's
/// @param interpolation how a value between pixels is found
public record Upsample(Size size, Interpolation interpolation) implements UnaryLayer {
    /// The formula of [Interpolation#NEAREST].
    public static final Formula NEAREST_FORMULA =
            Formula.of(
                    "y_{i,j} = x_{\\lfloor i H / H' \\rfloor,\\,\\lfloor j W / W' \\rfloor}",
                    "torch.nn.Upsample(mode='nearest')",
                    "x",
                    "the input, per channel",
                    "H, W",
                    "its height and width",
                    "H', W'",
                    "height and width of the result",
                    "y",
                    "the result");

    /// The formula of [Interpolation#BILINEAR] and [Interpolation#BILINEAR_ALIGNED].
    public static final Formula BILINEAR_FORMULA =
            Formula.of(
                    "y_{i,j} = \\sum_{a,b} \\max(0, 1 - |r_i - a|)\\,\\max(0, 1 - |c_j - b|)\\, x_{a,b},\\quad"
                            + " r_i = \\begin{cases} i\\,\\frac{H-1}{H'-1} & \\text{aligned} \\\\"
                            + " \\max\\left(0, (i + \\frac12)\\frac{H}{H'} - \\frac12\\right) &"
                            + " \\text{otherwise} \\end{cases}",
                    "torch.nn.Upsample(mode='bilinear')",
                    "x",
                    "the input, per channel; its last row and column go on for ever",
                    "H",
                    "its height",
                    "H'",
                    "height of the result",
                    "r_i, c_j",
                    "where row i and column j of the result lie in the input; c_j is like r_i",
                    "y",
                    "the result");

    /// The size of the result.
    public sealed interface Size {}

    /// A multiple of the input's size, rounded down.
    ///
    /// @param factor more than 0
    public record Scale(double factor) implements Size {
        /// Checks the factor.
        ///
        /// @throws ShapeException if it is not a number more than 0
        public Scale {
            if (!(factor > 0) || Double.isInfinite(factor)) {
                throw new ShapeException("Upsample: the scale must be more than 0; got " + factor);
            }
        }
    }

    /// A size, whatever the input's.
    ///
    /// @param height at least 1
    /// @param width at least 1
    public record Fixed(int height, int width) implements Size {
        /// Checks the size.
        ///
        /// @throws ShapeException if height or width is less than 1
        public Fixed {
            if (height < 1 || width < 1) {
                throw new ShapeException(
                        "Upsample: height and width must be at least 1; got "
                                + height
                                + " and "
                                + width);
            }
        }
    }

    /// How a value between pixels is found.
    public enum Interpolation {
        /// The pixel that the place falls in.
        NEAREST,
        /// Between the four pixels around, pixels being squares: PyTorch's align_corners=False.
        BILINEAR,
        /// Between the four pixels around, the centres of the corner pixels staying the corners:
        /// PyTorch's align_corners=True.
        BILINEAR_ALIGNED
    }

    /// Returns a layer that repeats pixels.
    ///
    /// @param scale how many times as high and wide the result is
    public static Upsample nearest(double scale) {
        return new Upsample(new Scale(scale), Interpolation.NEAREST);
    }

    /// Returns a layer that interpolates.
    ///
    /// @param scale how many times as high and wide the result is
    /// @param alignCorners whether the centres of the corner pixels stay the corners; PyTorch's
    ///   default is no
    public static Upsample bilinear(double scale, boolean alignCorners) {
        return new Upsample(new Scale(scale), bilinear(alignCorners));
    }

    /// Returns a layer that repeats or leaves out pixels to reach a size.
    public static Upsample nearestTo(int height, int width) {
        return new Upsample(new Fixed(height, width), Interpolation.NEAREST);
    }

    /// Returns a layer that interpolates to reach a size.
    public static Upsample bilinearTo(int height, int width, boolean alignCorners) {
        return new Upsample(new Fixed(height, width), bilinear(alignCorners));
    }

    private static Interpolation bilinear(boolean alignCorners) {
        return alignCorners ? Interpolation.BILINEAR_ALIGNED : Interpolation.BILINEAR;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() != 4) {
            throw new ShapeException("upsample: x must be [N, C, H, W]; got " + x.shape());
        }
        Fixed fixed =
                switch (size) {
                    case Fixed given -> given;
                    case Scale(double factor) ->
                            new Fixed((int) (x.size(2) * factor), (int) (x.size(3) * factor));
                };
        return switch (interpolation) {
            case NEAREST -> ResampleOps.upsampleNearest(x, fixed.height, fixed.width);
            case BILINEAR -> ResampleOps.upsampleBilinear(x, fixed.height, fixed.width, false);
            case BILINEAR_ALIGNED ->
                    ResampleOps.upsampleBilinear(x, fixed.height, fixed.width, true);
        };
    }

    @Override
    public Formula formula() {
        return interpolation == Interpolation.NEAREST ? NEAREST_FORMULA : BILINEAR_FORMULA;
    }
}
