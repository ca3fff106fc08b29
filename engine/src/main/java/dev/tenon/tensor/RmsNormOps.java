package dev.tenon.tensor;

import dev.tenon.dtype.DType;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Root mean square norm (Zhang, Sennrich 2019): `y = x / sqrt(mean(x^2) + eps) * weight`, layer
/// norm without its mean.
public final class RmsNormOps {
    private RmsNormOps() {}

    /// Returns the default ε of a type, the distance from 1 to the next number: 2⁻²³ or 2⁻⁵².
    public static double defaultEps(DType type) {
        return type == DType.F64 ? Math.ulp(1.0) : Math.ulp(1f);
    }

    /// Normalises over the last axes, which must have the shape `normalized`.
    ///
    /// @param x F32 or F64, `[*, normalized...]`
    /// @param normalized sizes of the axes that share one mean square, at least one
    /// @param weight in the shape `normalized`, or null for ones
    /// @param eps added to the mean square; PyTorch's default is [#defaultEps]
    /// @throws ShapeException if shapes or types do not fit
    public static Tensor rmsNorm(Tensor x, Shape normalized, @Nullable Tensor weight, double eps) {
        NormOps.checkType("rmsNorm", x, weight, null);
        NormOps.checkNormalized("rmsNorm", x, normalized);
        NormOps.checkParameter("rmsNorm", weight, "weight", normalized);
        int size = Math.toIntExact(normalized.count());
        int rows = x.shape().count(0, x.rank() - normalized.rank());
        Tensor source = x.contiguous();
        Tensor scale = weight == null ? null : weight.contiguous();
        Tensor y = Tensor.empty(x.type(), x.shape());
        Tensor rstd = Tensor.empty(DType.F64, Shape.of(rows));
        Backend.kernels()
                .norm()
                .rmsNormalize(
                        y.segment(),
                        rstd.segment(),
                        source.segment(),
                        NormOperands.segment(scale),
                        rows,
                        size,
                        eps,
                        x.type());
        return Autograd.record(y, new RmsNorm(source, scale, rstd, rows, size));
    }

    private record RmsNorm(Tensor x, @Nullable Tensor weight, Tensor rstd, int rows, int size)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return weight == null ? List.of(x) : List.of(x, weight);
        }

        @Override
        public List<Tensor> saved() {
            return Stream.of(x, rstd, weight).filter(Objects::nonNull).toList();
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            Tensor dx = NormOperands.like(x);
            Tensor dweight = NormOperands.like(weight);
            Backend.kernels()
                    .norm()
                    .rmsNormalizeGradient(
                            NormOperands.segment(dx),
                            NormOperands.segment(dweight),
                            dy.contiguous().segment(),
                            x.segment(),
                            rstd.segment(),
                            NormOperands.segment(weight),
                            rows,
                            size,
                            x.type());
            return weight == null
                    ? new @Nullable Tensor[] {dx}
                    : new @Nullable Tensor[] {dx, dweight};
        }
    }
}
