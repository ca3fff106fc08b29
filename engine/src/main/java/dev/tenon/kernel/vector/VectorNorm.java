package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.BinaryOp;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The family Norm on the Vector API, F32.
///
/// A sample's results do not depend on the other samples, and weight gradients are added up in a
/// fixed order, whatever the number of threads. Residual and activation are passes of their own, in
/// place.
public final class VectorNorm implements NormKernel {
    private static final DType T = DType.F32;

    /// Channels of fewer elements are normalised by rows, whose vectors reach across channels.
    private static final int SHORT = 32;

    private final NormKernel below;
    private final ElementwiseKernel elementwise;

    /// @param below the backend that does what has no vector form
    /// @param elementwise adds residuals and applies activations
    public VectorNorm(NormKernel below, ElementwiseKernel elementwise) {
        this.below = below;
        this.elementwise = elementwise;
    }

    @Override
    public void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            double eps,
            DType type) {
        if (type != T) {
            below.normalize(y, mean, rstd, x, epilogue, shape, eps, type);
            return;
        }
        if (shape.isLast()) {
            LastNorm last = new LastNorm(this, elementwise, shape);
            last.normalize(y, mean, rstd, x, epilogue, eps);
            return;
        }
        if (shape.inner() < SHORT) {
            new RowNorm(shape).forward(y, mean, rstd, x, epilogue, eps);
        } else {
            new PlaneNorm(shape).forward(y, mean, rstd, x, epilogue, eps);
        }
        finish(y, epilogue, shape);
    }

    private void finish(MemorySegment y, NormEpilogue epilogue, NormShape shape) {
        addResidual(y, epilogue, shape);
        UnaryOp activation = epilogue.activation();
        if (activation != null) {
            elementwise.unary(y, y, shape.count(), activation, 0, 0, T);
        }
    }

    private void addResidual(MemorySegment y, NormEpilogue epilogue, NormShape shape) {
        MemorySegment residual = epilogue.residual();
        if (residual != null) {
            Strided sum = flat(y, shape);
            elementwise.binary(sum, sum, flat(residual, shape), BinaryOp.ADD);
        }
    }

    private static Strided flat(MemorySegment all, NormShape shape) {
        return new Strided(
                all, T, 0, new int[] {shape.rows(), shape.size()}, new long[] {shape.size(), 1});
    }

    @Override
    public void normalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        if (type != T) {
            below.normalizeGradient(gradients, dy, x, mean, rstd, epilogue, shape, type);
            return;
        }
        if (shape.isLast()) {
            LastNorm last = new LastNorm(this, elementwise, shape);
            last.normalizeGradient(gradients, dy, x, mean, rstd, epilogue);
            return;
        }
        boolean rows = shape.inner() < SHORT;
        MemorySegment upstream =
                upstream(
                        gradients,
                        dy,
                        epilogue,
                        shape,
                        u -> {
                            if (rows) {
                                new RowNorm(shape).apply(u, mean, rstd, x, epilogue);
                            } else {
                                new PlaneNorm(shape).apply(u, mean, rstd, x, epilogue);
                            }
                        });
        if (rows) {
            new RowNorm(shape).backward(gradients, upstream, x, mean, rstd, epilogue.weight());
        } else {
            new PlaneNorm(shape).backward(gradients, upstream, x, mean, rstd, epilogue.weight());
        }
    }

    /// Returns what the residual's gradient is, written there if it is wanted.
    ///
    /// @param normalize writes `z * weight + bias` to what it is given
    private MemorySegment upstream(
            NormGradients gradients,
            MemorySegment dy,
            NormEpilogue epilogue,
            NormShape shape,
            Consumer<MemorySegment> normalize) {
        UnaryOp activation = epilogue.activation();
        MemorySegment dresidual = gradients.dresidual();
        if (activation == null) {
            if (dresidual != null) {
                elementwise.copy(flat(dresidual, shape), flat(dy, shape));
            }
            return dy;
        }
        MemorySegment dx = gradients.dx(); // read as it is overwritten, element by element
        MemorySegment u = dresidual != null ? dresidual : dx;
        if (u == null) {
            u = Arena.ofAuto().allocate(4 * shape.count(), 64); // rare: nobody asks for dx
        }
        normalize.accept(u);
        addResidual(u, epilogue, shape);
        elementwise.unaryGradient(u, dy, u, shape.count(), activation, 0, 0, T);
        return u;
    }

    @Override
    public void channelMoments(
            MemorySegment mean,
            MemorySegment variance,
            MemorySegment x,
            NormShape shape,
            DType type) {
        if (type != T || shape.count() == 0) {
            below.channelMoments(mean, variance, x, shape, type);
        } else if (shape.inner() < SHORT) {
            new ColumnNorm(shape).moments(mean, variance, x);
        } else {
            new ChannelNorm(shape).moments(mean, variance, x);
        }
    }

    @Override
    public void channelNormalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        if (type != T || shape.count() == 0) {
            below.channelNormalize(y, mean, rstd, x, epilogue, shape, type);
            return;
        }
        applyChannels(y, mean, rstd, x, epilogue, shape);
        finish(y, epilogue, shape);
    }

    private static void applyChannels(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            NormShape shape) {
        if (shape.inner() < SHORT) {
            new ColumnNorm(shape).apply(y, mean, rstd, x, epilogue);
        } else {
            new ChannelNorm(shape).apply(y, mean, rstd, x, epilogue);
        }
    }

    @Override
    public void channelNormalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            boolean ofBatch,
            NormEpilogue epilogue,
            NormShape shape,
            DType type) {
        if (type != T || shape.count() == 0) {
            below.channelNormalizeGradient(
                    gradients, dy, x, mean, rstd, ofBatch, epilogue, shape, type);
            return;
        }
        MemorySegment up =
                upstream(
                        gradients,
                        dy,
                        epilogue,
                        shape,
                        u -> applyChannels(u, mean, rstd, x, epilogue, shape));
        MemorySegment weight = epilogue.weight();
        if (shape.inner() < SHORT) {
            new ColumnNorm(shape).backward(gradients, up, x, mean, rstd, ofBatch, weight);
        } else {
            new ChannelNorm(shape).backward(gradients, up, x, mean, rstd, ofBatch, weight);
        }
    }

    @Override
    public void rmsNormalize(
            MemorySegment y,
            MemorySegment rstd,
            MemorySegment x,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            double eps,
            DType type) {
        if (type == T) {
            new RmsNorm(rows, size).forward(y, rstd, x, weight, eps);
        } else {
            below.rmsNormalize(y, rstd, x, weight, rows, size, eps, type);
        }
    }

    @Override
    public void rmsNormalizeGradient(
            @Nullable MemorySegment dx,
            @Nullable MemorySegment dweight,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment rstd,
            @Nullable MemorySegment weight,
            int rows,
            int size,
            DType type) {
        if (type == T) {
            new RmsNorm(rows, size).backward(dx, dweight, dy, x, rstd, weight);
        } else {
            below.rmsNormalizeGradient(dx, dweight, dy, x, rstd, weight, rows, size, type);
        }
    }
}
