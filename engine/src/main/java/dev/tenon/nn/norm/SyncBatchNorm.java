package dev.tenon.nn.norm;

import dev.tenon.tensor.Exchange;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Batch norm over the batches of all workers of a distributed run, as if they were one batch.
///
/// PyTorch has a layer of this name, and `convert_sync_batchnorm` puts one in the place of each
/// BatchNorm of a model. Here it is a mode, like [dev.tenon.nn.Mode]: every [BatchNorm] that trains
/// within [#over] takes the statistics of all workers. A model needs no conversion, whatever types
/// its components have, and its checkpoints are the same.
///
/// ```java
/// Mode.train(rng, () -> SyncBatchNorm.over(exchange, () -> model.apply(images)));
/// ```
///
/// As in PyTorch, evaluation and a single worker are plain batch norm; running statistics move
/// toward the moments of all batches together, the variance unbiased over all their elements;
/// workers may have batches of different sizes, or none; gradients of weight and bias are those of
/// the worker's own samples. Unlike PyTorch it runs on the CPU and takes the number of axes that
/// the layer takes.
///
/// Source: torch.nn.SyncBatchNorm.
public final class SyncBatchNorm {
    private static final ScopedValue<Exchange> CURRENT = ScopedValue.newInstance();

    private SyncBatchNorm() {}

    /// Runs `body`, in which batch norms that train share their statistics with other workers. Each
    /// worker runs the same layers in the same order; so does `backward` for what came of them.
    ///
    /// @param exchange how the workers reach each other
    public static <T> T over(Exchange exchange, Supplier<T> body) {
        return ScopedValue.where(CURRENT, exchange).call(body::get);
    }

    /// Returns the workers to share statistics with, or null if there is no other.
    static @Nullable Exchange current() {
        return CURRENT.isBound() && CURRENT.get().workers() > 1 ? CURRENT.get() : null;
    }
}
