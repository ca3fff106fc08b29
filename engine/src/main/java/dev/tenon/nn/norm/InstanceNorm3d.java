package dev.tenon.nn.norm;

import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.Running;
import org.jspecify.annotations.Nullable;

/// Instance norm of volumes; [InstanceNorm] says how.
///
/// | name | shape |
/// |---|---|
/// | x, y | [N, features, D, H, W] or [features, D, H, W] |
/// | weight, bias | [features], or null |
/// | runningMean, runningVar | [features], or null |
/// | numBatchesTracked | [] (I64), or null |
///
/// @param weight γ, or null for 1
/// @param bias β, or null for 0
/// @param runningMean the running mean, or null to keep no statistics
/// @param runningVar the running unbiased variance, or null to keep no statistics
/// @param numBatchesTracked stays 0, as in PyTorch, or null to keep no statistics
/// @param features C
/// @param eps ε, added to the variance; PyTorch's default is 1e-5
/// @param momentum how far running statistics move; null is refused in training; PyTorch's default
///   is 0.1
public record InstanceNorm3d(
        @Nullable Param weight,
        @Nullable Param bias,
        @Nullable Running runningMean,
        @Nullable Running runningVar,
        @Nullable Running numBatchesTracked,
        int features,
        double eps,
        @Nullable Double momentum)
        implements InstanceNorm {
    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if some running statistics are missing, features is
    ///   below 1 or momentum not in [0, 1]
    public InstanceNorm3d {
        Tracking.check(
                "InstanceNorm3d", runningMean, runningVar, numBatchesTracked, features, momentum);
    }

    /// Returns a layer with ε 1e-5 and neither weight and bias nor running statistics, PyTorch's
    /// defaults.
    public static InstanceNorm3d of(int features, Init init) {
        return of(features, 1e-5, 0.1, false, false, init);
    }

    /// Returns a layer.
    ///
    /// @param affine whether it has weight and bias
    /// @param tracking whether it keeps running statistics
    public static InstanceNorm3d of(
            int features,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean tracking,
            Init init) {
        return new InstanceNorm3d(
                affine ? init.ones(features) : null,
                affine ? init.zeros(features) : null,
                tracking ? init.running(0, features) : null,
                tracking ? init.running(1, features) : null,
                tracking ? Running.count() : null,
                features,
                eps,
                momentum);
    }

    @Override
    public int spaceAxes() {
        return 3;
    }
}
