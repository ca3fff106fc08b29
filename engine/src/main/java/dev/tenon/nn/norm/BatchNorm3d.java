package dev.tenon.nn.norm;

import dev.tenon.nn.Init;
import dev.tenon.nn.Param;
import dev.tenon.nn.Running;
import org.jspecify.annotations.Nullable;

/// Batch norm of volumes; [BatchNorm] says how.
///
/// | name | shape |
/// |---|---|
/// | x, y | [N, features, D, H, W] |
/// | weight, bias | [features], or null |
/// | runningMean, runningVar | [features], or null |
/// | numBatchesTracked | [] (I64), or null |
///
/// @param weight γ, or null for 1
/// @param bias β, or null for 0
/// @param runningMean the running mean, or null to keep no statistics
/// @param runningVar the running variance, or null to keep no statistics
/// @param numBatchesTracked how many batches it was trained on, or null to keep no statistics
/// @param features C
/// @param eps ε, added to the variance; PyTorch's default is 1e-5
/// @param momentum how far running statistics move, or null for the average of all batches;
///   PyTorch's default is 0.1
/// @param isBiased whether the running variance is made of biased ones, as Keras 3's is, or of
///   unbiased ones, as PyTorch's
public record BatchNorm3d(
        @Nullable Param weight,
        @Nullable Param bias,
        @Nullable Running runningMean,
        @Nullable Running runningVar,
        @Nullable Running numBatchesTracked,
        int features,
        double eps,
        @Nullable Double momentum,
        boolean isBiased)
        implements BatchNorm {
    /// Checks the settings.
    ///
    /// @throws dev.tenon.tensor.TenonException if some running statistics are missing, features is
    ///   below 1 or momentum not in [0, 1]
    public BatchNorm3d {
        Tracking.check(
                "BatchNorm3d", runningMean, runningVar, numBatchesTracked, features, momentum);
    }

    /// Returns a layer with weight 1, bias 0, ε 1e-5, momentum 0.1 and running statistics,
    /// PyTorch's defaults.
    public static BatchNorm3d of(int features, Init init) {
        return of(features, 1e-5, 0.1, true, true, init);
    }

    /// Returns a layer.
    ///
    /// @param affine whether it has weight and bias
    /// @param tracking whether it keeps running statistics
    public static BatchNorm3d of(
            int features,
            double eps,
            @Nullable Double momentum,
            boolean affine,
            boolean tracking,
            Init init) {
        return new BatchNorm3d(
                affine ? init.ones(features) : null,
                affine ? init.zeros(features) : null,
                tracking ? init.running(0, features) : null,
                tracking ? init.running(1, features) : null,
                tracking ? Running.count() : null,
                features,
                eps,
                momentum,
                false);
    }

    /// Returns a layer as Keras 3's BatchNormalization is by default: ε 1e-3, momentum 0.99 as
    /// Keras counts, which is 0.01 here, and a running variance made of biased ones.
    public static BatchNorm3d keras(int features, Init init) {
        return new BatchNorm3d(
                init.ones(features),
                init.zeros(features),
                init.running(0, features),
                init.running(1, features),
                Running.count(),
                features,
                1e-3,
                0.01,
                true);
    }

    @Override
    public int spaceAxes() {
        return 3;
    }
}
