package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ResampleKernel;
import dev.tenon.kernel.ResampleKernel.Scaling;
import dev.tenon.kernel.ResampleKernel.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations of the family Resample: pooling and up-sampling of images `[..., H, W]`.
public final class ResampleOps {
    private ResampleOps() {}

    // ---- pooling

    /// Returns the largest element of each window of `kernel` by `kernel`; windows that would reach
    /// over the edge are left out. The gradient goes to the first of equal maxima.
    ///
    /// @param x `[..., H, W]`
    /// @param kernel rows and columns of a window, in `[1, min(H, W)]`
    /// @param stride distance of neighbouring windows, at least 1; PyTorch's default is `kernel`
    /// @return `[..., (H - kernel) / stride + 1, (W - kernel) / stride + 1]`
    /// @throws ShapeException if a window does not fit
    public static Tensor maxPool2d(Tensor x, int kernel, int stride) {
        Window w = window("maxPool2d", x, kernel, stride);
        Tensor source = x.dense();
        Tensor y = Tensor.empty(x.type(), withPlane(x, w.outHeight(), w.outWidth()));
        Tensor positions = Tensor.empty(DType.I32, y.shape());
        positions.storage().ownedByGraph(); // nobody but the gradient reads them
        kernels().maxPool(y.segment(), positions.segment(), source.segment(), w, x.type());
        return Autograd.record(y, new MaxPool2d(x, positions, w));
    }

    private record MaxPool2d(Tensor x, Tensor positions, Window w) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(positions);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            kernels()
                    .maxPoolGradient(
                            dx.segment(), upstream.segment(), positions.segment(), w, x.type());
            return new Tensor[] {dx};
        }
    }

    /// Returns the mean of each window of `kernel` by `kernel`; windows that would reach over the
    /// edge are left out.
    ///
    /// @param x `[..., H, W]`
    /// @param kernel rows and columns of a window, in `[1, min(H, W)]`
    /// @param stride distance of neighbouring windows, at least 1; PyTorch's default is `kernel`
    /// @return `[..., (H - kernel) / stride + 1, (W - kernel) / stride + 1]`
    /// @throws ShapeException if a window does not fit
    public static Tensor avgPool2d(Tensor x, int kernel, int stride) {
        Window w = window("avgPool2d", x, kernel, stride);
        Tensor source = x.dense();
        Tensor y = Tensor.empty(x.type(), withPlane(x, w.outHeight(), w.outWidth()));
        kernels().avgPool(y.segment(), source.segment(), w, x.type());
        return Autograd.record(y, new AvgPool2d(x, w));
    }

    private record AvgPool2d(Tensor x, Window w) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            kernels().avgPoolGradient(dx.segment(), upstream.segment(), w, x.type());
            return new Tensor[] {dx};
        }
    }

    private static Window window(String op, Tensor x, int kernel, int stride) {
        checkImages(op, x);
        if (kernel < 1 || stride < 1 || kernel > x.size(-1) || kernel > x.size(-2)) {
            throw new ShapeException(
                    op
                            + ": kernel must be in [1, min(H, W)] and stride at least 1; got kernel "
                            + kernel
                            + ", stride "
                            + stride
                            + " for "
                            + x.shape());
        }
        return new Window(planes(x), x.size(-2), x.size(-1), kernel, stride);
    }

    // ---- up-sampling

    /// Returns images of another size in which each element is a copy of one of `x`: `y[i, j] =
    /// x[floor(i * H / outH), floor(j * W / outW)]`.
    ///
    /// @param x `[..., H, W]`
    /// @param outH rows of the result, at least 1
    /// @param outW columns of the result, at least 1
    /// @return `[..., outH, outW]`
    /// @throws ShapeException if a size is not at least 1
    public static Tensor upsampleNearest(Tensor x, int outH, int outW) {
        Scaling s = scaling("upsampleNearest", x, outH, outW, false);
        Tensor source = x.dense();
        Tensor y = Tensor.empty(x.type(), withPlane(x, outH, outW));
        kernels().nearest(y.segment(), source.segment(), s, x.type());
        return Autograd.record(y, new UpsampleNearest(x, s));
    }

    private record UpsampleNearest(Tensor x, Scaling s) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            kernels().nearestGradient(dx.segment(), upstream.segment(), s, x.type());
            return new Tensor[] {dx};
        }
    }

    /// Returns images of another size, interpolated linearly between the four elements around each
    /// place ([Scaling#place]).
    ///
    /// @param x `[..., H, W]`
    /// @param outH rows of the result, at least 1
    /// @param outW columns of the result, at least 1
    /// @param alignCorners whether the centres of the corner elements stay where they are;
    ///   otherwise (PyTorch's default) the outer edges do
    /// @return `[..., outH, outW]`
    /// @throws ShapeException if a size is not at least 1
    public static Tensor upsampleBilinear(Tensor x, int outH, int outW, boolean alignCorners) {
        Scaling s = scaling("upsampleBilinear", x, outH, outW, alignCorners);
        Tensor source = x.dense();
        Tensor y = Tensor.empty(x.type(), withPlane(x, outH, outW));
        kernels().bilinear(y.segment(), source.segment(), s, x.type());
        return Autograd.record(y, new UpsampleBilinear(x, s));
    }

    private record UpsampleBilinear(Tensor x, Scaling s) implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = Tensor.empty(x.type(), x.shape());
            Tensor upstream = dy.contiguous();
            kernels().bilinearGradient(dx.segment(), upstream.segment(), s, x.type());
            return new Tensor[] {dx};
        }
    }

    private static Scaling scaling(String op, Tensor x, int outH, int outW, boolean alignCorners) {
        checkImages(op, x);
        if (outH < 1 || outW < 1 || x.size(-1) < 1 || x.size(-2) < 1) {
            throw new ShapeException(
                    op
                            + ": all sizes must be at least 1; got "
                            + x.shape()
                            + " to "
                            + outH
                            + " x "
                            + outW);
        }
        return new Scaling(planes(x), x.size(-2), x.size(-1), outH, outW, alignCorners);
    }

    private static void checkImages(String op, Tensor x) {
        if (x.rank() < 2 || !x.type().isArithmetic()) {
            throw new ShapeException(
                    op
                            + ": x must be F32 or F64 with axes [..., H, W]; got "
                            + x.type()
                            + " "
                            + x.shape());
        }
    }

    private static int planes(Tensor x) {
        return x.shape().count(0, x.rank() - 2);
    }

    private static Shape withPlane(Tensor x, int height, int width) {
        return x.shape().with(-2, height).with(-1, width);
    }

    private static ResampleKernel kernels() {
        return Backend.kernels().resample();
    }
}
