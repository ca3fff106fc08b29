package dev.tenon.bench.peer;

import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.UnaryOp;
import dev.tenon.optim.UpdateRule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A computation by its operands and Tenon's results: what a peer must do, and what it must arrive
/// at before it is timed. All memory is native, contiguous F32.
public sealed interface Task {
    /// Returns what Tenon computed.
    List<Result> results();

    /// A result to compare.
    ///
    /// @param data the elements
    /// @param tolerance for elements up to 1 in size; larger ones may be off by as large a part
    record Result(MemorySegment data, double tolerance) {}

    /// `c [m, n] = a [m, k] b [k, n]`.
    ///
    /// @param transposed whether `b` is stored as `[n, k]`
    record Matmul(
            MemorySegment c,
            MemorySegment a,
            MemorySegment b,
            int m,
            int n,
            int k,
            boolean transposed)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(c, 2e-5 * Math.sqrt(k)));
        }
    }

    /// `y [m, n] = activation(x [m, k] weight [n, k]' + bias [n])`.
    record Linear(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            MemorySegment bias,
            int m,
            int n,
            int k,
            UnaryOp activation)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 2e-5 * Math.sqrt(k)));
        }
    }

    /// `y = conv2d(x, weight) + bias`.
    record Convolution(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            MemorySegment bias,
            Conv2dSizes sizes)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 2e-5 * Math.sqrt(depth(sizes))));
        }
    }

    /// The gradients of [Convolution] for `dy`.
    record ConvolutionGradient(
            MemorySegment dx,
            MemorySegment dweight,
            MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment weight,
            Conv2dSizes sizes)
            implements Task {
        @Override
        public List<Result> results() {
            double sums = 2e-5 * Math.sqrt((double) sizes.batch() * sizes.outPlane());
            return List.of(
                    new Result(dx, 2e-5 * Math.sqrt(depth(sizes))),
                    new Result(dweight, sums),
                    new Result(dbias, sums));
        }
    }

    private static double depth(Conv2dSizes sizes) {
        return (double) sizes.groupChannels() * sizes.window();
    }

    /// Layer norm of each row of `x [rows, size]`.
    record LayerNorm(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            MemorySegment bias,
            int rows,
            int size,
            double eps)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 2e-5));
        }
    }

    /// The gradients of [LayerNorm] for `dy`.
    record LayerNormGradient(
            MemorySegment dx,
            MemorySegment dweight,
            MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment weight,
            int rows,
            int size,
            double eps)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(
                    new Result(dx, 2e-5), new Result(dweight, 1e-3), new Result(dbias, 1e-3));
        }
    }

    /// Group norm of `x [samples, channels, inner]`.
    record GroupNorm(
            MemorySegment y,
            MemorySegment x,
            MemorySegment weight,
            MemorySegment bias,
            int samples,
            int groups,
            int channels,
            int inner,
            double eps)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 2e-5));
        }
    }

    /// The gradients of [GroupNorm] for `dy`.
    record GroupNormGradient(
            MemorySegment dx,
            MemorySegment dweight,
            MemorySegment dbias,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment weight,
            int samples,
            int groups,
            int channels,
            int inner,
            double eps)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(
                    new Result(dx, 2e-5), new Result(dweight, 2e-3), new Result(dbias, 2e-3));
        }
    }

    /// The norms that a peer's user finds under these names.
    enum NormKind {
        BATCH,
        INSTANCE,
        GROUP,
        LAYER,
        RMS
    }

    /// What a norm is and what it is done to.
    ///
    /// @param kind which norm
    /// @param sizes of x as the peer's user sees it, `[N, C, H, W]` or `[N, C]`; layer and root
    ///   mean square norm are over all axes but the first
    /// @param groups of channels, for group norm
    /// @param channelsLast whether x of four axes lies in memory as `[N, H, W, C]`
    /// @param ofBatch whether batch and instance norm use the statistics of x, and move the running
    ///   ones, or use the running ones; the others have none
    /// @param eps added to the variance
    record NormSettings(
            NormKind kind,
            int[] sizes,
            int groups,
            boolean channelsLast,
            boolean ofBatch,
            double eps) {}

    /// A norm, forward or forward and backward: what a training step asks of it.
    ///
    /// @param weight one number per channel; for layer and root mean square norm, per element of a
    ///   row
    /// @param bias as weight; root mean square norm has none
    /// @param runningMean of each channel
    /// @param runningVariance of each channel
    /// @param dy the gradient that comes in, or null for forward alone
    /// @param results `y` and, with `dy`, `dx`, `dweight` and, but for root mean square norm,
    ///   `dbias`
    record Norm(
            NormSettings settings,
            MemorySegment x,
            MemorySegment weight,
            MemorySegment bias,
            MemorySegment runningMean,
            MemorySegment runningVariance,
            @Nullable MemorySegment dy,
            List<Result> results)
            implements Task {}

    /// Softmax of each row of `x [rows, size]`.
    record Softmax(MemorySegment y, MemorySegment x, int rows, int size) implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 1e-5 / size));
        }
    }

    /// The gradient of softmax with result `y` for `dy`.
    record SoftmaxGradient(MemorySegment dx, MemorySegment dy, MemorySegment y, int rows, int size)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(dx, 1e-4 / size));
        }
    }

    /// `y = op(x)`, element by element.
    record Unary(MemorySegment y, MemorySegment x, UnaryOp op) implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 4e-6));
        }
    }

    /// `dx = op'(x) dy`, element by element.
    record UnaryGradient(MemorySegment dx, MemorySegment dy, MemorySegment x, UnaryOp op)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(dx, 4e-6));
        }
    }

    /// `y = a + b`, element by element.
    record Sum(MemorySegment y, MemorySegment a, MemorySegment b) implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 0));
        }
    }

    /// A step of an optimizer over matrices, its first.
    ///
    /// @param after the matrices after it
    /// @param before the matrices before it
    /// @param gradients of each
    /// @param rule how they change
    /// @param fused in a single pass over memory, which a user must ask for by name, if the peer
    ///   has one; else as the peer's optimizer does it
    record OptimizerStep(
            List<MemorySegment> after,
            List<MemorySegment> before,
            List<MemorySegment> gradients,
            int rows,
            int columns,
            UpdateRule rule,
            double learningRate,
            boolean fused)
            implements Task {
        @Override
        public List<Result> results() {
            return after.stream().map(matrix -> new Result(matrix, 2e-5)).toList();
        }
    }

    /// `y = softmax(scale q k') v` for each of `heads`, all of shape `[heads, length, size]`.
    record Attention(
            MemorySegment y,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            int heads,
            int length,
            int size,
            double scale)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(y, 2e-5));
        }
    }

    /// The gradients of [Attention] for `dy`.
    record AttentionGradient(
            MemorySegment dq,
            MemorySegment dk,
            MemorySegment dv,
            MemorySegment dy,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            int heads,
            int length,
            int size,
            double scale)
            implements Task {
        @Override
        public List<Result> results() {
            return List.of(new Result(dq, 2e-5), new Result(dk, 2e-5), new Result(dv, 2e-5));
        }
    }

    /// A parameter of a network.
    ///
    /// @param name its path
    /// @param sizes of each axis
    /// @param before its values before the first step
    /// @param gradient that Tenon found in that step
    record Weights(String name, int[] sizes, MemorySegment before, MemorySegment gradient) {}

    /// A training step of the U-Net in dev.tenon.diffusion.unet: forward, mean squared error,
    /// backward, AdamW as PyTorch has it. The results are the loss and the gradients of the first
    /// step, in the order of the parameters.
    ///
    /// @param x noisy images
    /// @param sizes of `x` and `target`
    /// @param t the noise step of each image
    /// @param classes of each image, -1 for none; or null
    /// @param target what the network should return
    /// @param loss that Tenon found in the first step
    /// @param clip the largest norm of all gradients, or null for no limit; gradients are compared
    ///   before it
    /// @param kept share of the average of parameters that stays in a step, or null for no average
    record UNetStep(
            UNetSettings settings,
            List<Weights> parameters,
            MemorySegment x,
            int[] sizes,
            int[] t,
            int @Nullable [] classes,
            MemorySegment target,
            MemorySegment loss,
            double learningRate,
            @Nullable Double clip,
            @Nullable Double kept)
            implements Task {
        private static final double LOSS = 1e-5;
        private static final double GRADIENT = 5e-3; // of its parameter's root mean square

        @Override
        public List<Result> results() {
            Stream<Result> gradients =
                    parameters.stream()
                            .map(each ->
                                    new Result(
                                            each.gradient, GRADIENT * size(each.gradient) + 1e-7));
            return Stream.concat(Stream.of(new Result(loss, LOSS)), gradients).toList();
        }

        private static double size(MemorySegment data) {
            long count = data.byteSize() / 4;
            double sum = 0;
            for (long i = 0; i < count; i++) {
                double value = data.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                sum += value * value;
            }
            return Math.sqrt(sum / count);
        }
    }
}
