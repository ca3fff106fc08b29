package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Kernels of the family Resample: pooling and up-sampling of images.
///
/// Images are `planes` planes, each contiguous `[height, width]`. Types are F32 or F64.
public interface ResampleKernel {
    /// `y[p, i, j] = max over a, b of x[p, i * stride + a, j * stride + b]`; NaN wins over numbers.
    ///
    /// @param positions where the first maximum is: `row * inWidth + column`, I32, shape of `y`
    void maxPool(MemorySegment y, MemorySegment positions, MemorySegment x, Window w, DType type);

    /// `dx = 0`, then `dx[p, positions[p, i, j]] += dy[p, i, j]` in row-major order.
    void maxPoolGradient(
            MemorySegment dx, MemorySegment dy, MemorySegment positions, Window w, DType type);

    /// `y[p, i, j] = mean over a, b of x[p, i * stride + a, j * stride + b]`.
    void avgPool(MemorySegment y, MemorySegment x, Window w, DType type);

    /// `dx = 0`, then `dx[p, i * stride + a, j * stride + b] += dy[p, i, j] / kernel^2`.
    void avgPoolGradient(MemorySegment dx, MemorySegment dy, Window w, DType type);

    /// `y[p, i, j] = x[p, floor(i * inHeight / outHeight), floor(j * inWidth / outWidth)]`.
    void nearest(MemorySegment y, MemorySegment x, Scaling s, DType type);

    /// `dx = 0`, then each `dy` is added to the element that its result was copied from.
    void nearestGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type);

    /// `y[p, i, j]` is interpolated linearly between the four elements of `x` around `(u, v)`, the
    /// place of `(i, j)` in `x` ([Scaling#place]).
    void bilinear(MemorySegment y, MemorySegment x, Scaling s, DType type);

    /// `dx = 0`, then each `dy` is added to the four elements that its result was made from, with
    /// the same weights.
    void bilinearGradient(MemorySegment dx, MemorySegment dy, Scaling s, DType type);

    /// Square windows that slide over planes; the last rows and columns that fill no window are
    /// left out.
    ///
    /// @param planes number of planes
    /// @param height rows of an input plane
    /// @param width columns of an input plane
    /// @param kernel rows and columns of a window
    /// @param stride rows or columns between neighbouring windows
    record Window(int planes, int height, int width, int kernel, int stride) {
        /// Returns the rows of an output plane.
        public int outHeight() {
            return (height - kernel) / stride + 1;
        }

        /// Returns the columns of an output plane.
        public int outWidth() {
            return (width - kernel) / stride + 1;
        }
    }

    /// Planes of one size brought to another.
    ///
    /// @param planes number of planes
    /// @param inHeight rows of an input plane
    /// @param inWidth columns of an input plane
    /// @param outHeight rows of an output plane
    /// @param outWidth columns of an output plane
    /// @param alignCorners whether the first and last centres of input and output coincide;
    ///   otherwise their outer edges do
    record Scaling(
            int planes,
            int inHeight,
            int inWidth,
            int outHeight,
            int outWidth,
            boolean alignCorners) {
        /// Returns the place, in elements of an input axis of size `in`, of element `i` of an
        /// output axis of size `out`: `i * (in - 1) / (out - 1)` with aligned corners, otherwise
        /// `max(0, (i
        /// + 1/2) * in / out - 1/2)`.
        public double place(int i, int in, int out) {
            if (alignCorners) {
                return out > 1 ? (double) i * (in - 1) / (out - 1) : 0;
            }
            return Math.max(0, (i + 0.5) * in / out - 0.5);
        }

        /// Returns the input element that output element `i` is nearest to, `floor(i * in / out)`.
        public static int nearest(int i, int in, int out) {
            return (int) ((long) i * in / out);
        }
    }
}
