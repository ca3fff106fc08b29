package dev.tenon.tensor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Batch norm over the batches of all workers together: PyTorch's SyncBatchNorm.
///
/// Workers exchange counts, means and variances going forward, and two sums per channel going back;
/// every one of them merges these in the same order, so all have the same statistics to the bit.
/// With g the gradient of the loss with respect to the input as if the statistics were given,
///
/// `dx = g - mean(g) - (x - μ) / (σ² + ε) * mean(g (x - μ))`, the means over all workers' elements.
///
/// Gradients of weight and bias are those of the worker's own samples, as in PyTorch: the run adds
/// them up with all other gradients.
///
/// Source: Ioffe and Szegedy 2015, arXiv:1502.03167; Chan, Golub and LeVeque 1979 for the merge.
public final class SyncBatchNormOps {
    private SyncBatchNormOps() {}

    /// Returns the moments of the batches of all workers together.
    ///
    /// @param x this worker's, F32 or F64, `[N, C, *]`, N may be 0
    /// @throws ShapeException if x does not fit, or workers have other numbers of channels
    public static ChannelMoments moments(Tensor x, Exchange exchange) {
        ChannelMoments own = BatchNormOps.moments(x);
        int channels = x.size(1);
        double[] mine = new double[1 + 2 * channels];
        mine[0] = own.count();
        if (own.count() > 0) {
            System.arraycopy(own.mean().toDoubles(), 0, mine, 1, channels);
            System.arraycopy(own.variance().toDoubles(), 0, mine, 1 + channels, channels);
        }
        List<double[]> all = exchange.gather(mine);
        checkAlike(all, mine.length);
        ChannelMoments merged = null;
        for (double[] one : all) {
            ChannelMoments moments =
                    new ChannelMoments(
                            (long) one[0],
                            Tensor.of(Arrays.copyOfRange(one, 1, 1 + channels), channels),
                            Tensor.of(Arrays.copyOfRange(one, 1 + channels, one.length), channels));
            merged = merged == null ? moments : merged.merge(moments);
        }
        return merged == null ? own : merged;
    }

    private static void checkAlike(List<double[]> all, int length) {
        if (all.stream().anyMatch(one -> one.length != length)) {
            throw new ShapeException(
                    "syncBatchNorm: all workers must have the same channels; got "
                            + all.stream().map(one -> one.length / 2).toList());
        }
    }

    /// Normalises with the statistics of all workers' batches, and does what follows; the gradient
    /// knows that they change with x.
    ///
    /// @param x this worker's, F32 or F64, `[N, C, *]`
    /// @param all what [#moments] returned
    /// @param exchange the workers, whose gradients meet in the backward pass
    /// @param weight `[C]`, or null for ones
    /// @param bias `[C]`, or null for zeros
    /// @param eps added to the variance; PyTorch's default is 1e-5
    /// @param finish residual and activation
    /// @throws ShapeException if shapes or types do not fit, or all workers together have a single
    ///   value per channel
    public static Tensor batchNorm(
            Tensor x,
            ChannelMoments all,
            Exchange exchange,
            @Nullable Tensor weight,
            @Nullable Tensor bias,
            double eps,
            Finish finish) {
        if (all.count() == 1) {
            throw new ShapeException(
                    "batchNorm: Expected more than 1 value per channel when training, got input"
                            + " size torch.Size("
                            + x.shape()
                            + "); got "
                            + exchange.workers()
                            + " workers with one value together");
        }
        Tensor same = new Tensor(x.storage(), x.layout(), x.type());
        Tensor seen = Autograd.record(same, new Statistics(x, all, eps, exchange));
        return BatchNormOps.batchNorm(seen, all.mean(), all.variance(), weight, bias, eps, finish);
    }

    /// The way of the gradient through the statistics; going forward it is the identity.
    private record Statistics(Tensor x, ChannelMoments all, double eps, Exchange exchange)
            implements Op {
        @Override
        public List<Tensor> inputs() {
            return List.of(x);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x);
        }

        @Override
        public @Nullable Tensor[] gradient(Tensor dy) {
            int channels = x.size(1);
            double[] mean = all.mean().toDoubles();
            // x minus the nearest mean of its type, which loses nothing; the rest is put right
            // below
            Tensor nearest = all.mean().to(x.type());
            double[] rest = nearest.toDoubles();
            for (int c = 0; c < channels; c++) {
                rest[c] = mean[c] - rest[c];
            }
            Tensor off = x.detach().sub(perChannel(nearest));
            double[] sums = new double[2 * channels]; // of g, then of g (x - mean)
            long own = channels == 0 ? 0 : x.count() / channels;
            if (own > 0) {
                double[] g = BatchNormOps.moments(dy).mean().toDoubles();
                double[] product = BatchNormOps.moments(dy.mul(off)).mean().toDoubles();
                for (int c = 0; c < channels; c++) {
                    sums[c] = own * g[c];
                    sums[channels + c] = own * (product[c] - rest[c] * g[c]);
                }
            }
            double[] total = new double[2 * channels];
            List<double[]> given = exchange.gather(sums);
            checkAlike(given, sums.length);
            for (double[] one : given) {
                Arrays.setAll(total, i -> total[i] + one[i]);
            }
            double[] rstd = ChannelMoments.rstd(all.variance(), eps).toDoubles();
            double[] shift = new double[channels];
            double[] slope = new double[channels];
            for (int c = 0; c < channels; c++) {
                slope[c] = rstd[c] * rstd[c] * total[channels + c] / all.count();
                shift[c] = total[c] / all.count() - slope[c] * rest[c];
            }
            Tensor dx =
                    dy.sub(perChannel(Tensor.of(shift, channels)))
                            .sub(off.mul(perChannel(Tensor.of(slope, channels))));
            return new Tensor[] {dx};
        }

        /// Returns a value per channel in the type of x, to be broadcast over its other axes.
        private Tensor perChannel(Tensor values) {
            int[] sizes = new int[x.rank()];
            Arrays.fill(sizes, 1);
            sizes[1] = x.size(1);
            return values.to(x.type()).reshape(sizes);
        }
    }
}
