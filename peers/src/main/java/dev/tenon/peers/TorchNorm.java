package dev.tenon.peers;

import dev.tenon.bench.peer.Task;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// PyTorch's norms: the operators that its modules call, and for the backward pass the kernels that
/// its graph calls with what they saved.
///
/// Instance norm has no kernels of its own there: contiguous, seen as one sample of N C channels,
/// it is batch norm with repeated parameters. Root mean square norm has no backward kernel on
/// processors: the graph of its parts does it.
final class TorchNorm {
    private static final double MOMENTUM = 0.1;
    private static final long[] CHANNELS_LAST = {0, 3, 1, 2}; // from [N, H, W, C] to [N, C, H, W]
    private static final long[] TO_LAST = {0, 2, 3, 1};

    private final Task.NormSettings of;
    private final long[] sizes;
    private final double eps;
    private final Tensor x;
    private final @Nullable Tensor dy;
    private final Tensor w;
    private final TensorOptional weight;
    private final TensorOptional bias;
    private final TensorOptional mean;
    private final TensorOptional variance;
    private final BoolPointer all = LibTorch.all();

    private TorchNorm(Task.Norm task) {
        of = task.settings();
        sizes = IntStream.of(of.sizes()).asLongStream().toArray();
        eps = of.eps();
        x = images(task.x());
        dy = task.dy() == null ? null : images(task.dy());
        w = LibTorch.flat(task.weight());
        weight = new TensorOptional(w);
        bias = new TensorOptional(LibTorch.flat(task.bias()));
        // instance norm keeps none unless told to; copies, since batch norm moves them
        boolean keeps = of.kind() == Task.NormKind.BATCH || !of.ofBatch();
        mean = keeps ? copy(task.runningMean()) : new TensorOptional();
        variance = keeps ? copy(task.runningVariance()) : new TensorOptional();
    }

    private static TensorOptional copy(MemorySegment data) {
        return new TensorOptional(LibTorch.flat(data).clone());
    }

    static Supplier<List<Tensor>> body(Task.Norm task) {
        TorchNorm norm = new TorchNorm(task);
        return switch (task.settings().kind()) {
            case BATCH -> norm::batch;
            case INSTANCE -> norm::instance;
            case GROUP -> norm::group;
            case LAYER -> norm.layer();
            case RMS -> norm.rms();
        };
    }

    private Tensor images(MemorySegment data) {
        if (!of.channelsLast()) {
            return LibTorch.tensor(data, sizes);
        }
        return LibTorch.tensor(data, sizes[0], sizes[2], sizes[3], sizes[1]).permute(CHANNELS_LAST);
    }

    /// As the results lie in Tenon's memory.
    private Tensor asGiven(Tensor result) {
        return of.channelsLast() ? result.permute(TO_LAST) : result;
    }

    private List<Tensor> results(Tensor y, List<Tensor> gradients) {
        List<Tensor> results = new ArrayList<>();
        results.add(asGiven(y));
        for (Tensor gradient : gradients) {
            results.add(results.size() == 1 ? asGiven(gradient) : gradient);
        }
        return results;
    }

    private List<Tensor> batch() {
        boolean training = of.ofBatch();
        List<Tensor> y =
                LibTorch.three(
                        torch.native_batch_norm(
                                x, weight, bias, mean, variance, training, MOMENTUM, eps));
        return dy == null ? results(y.getFirst(), List.of()) : results(y.getFirst(), back(dy, y));
    }

    private List<Tensor> back(Tensor up, List<Tensor> y) {
        return LibTorch.three(
                torch.native_batch_norm_backward(
                        up,
                        x,
                        weight,
                        mean,
                        variance,
                        new TensorOptional(y.get(1)),
                        new TensorOptional(y.get(2)),
                        of.ofBatch(),
                        eps,
                        all));
    }

    private List<Tensor> instance() {
        if (dy == null) {
            Tensor y =
                    torch.instance_norm(
                            x, weight, bias, mean, variance, of.ofBatch(), MOMENTUM, eps, false);
            return results(y, List.of());
        }
        long n = sizes[0];
        long c = sizes[1];
        long[] one = {1, n * c, sizes[2], sizes[3]};
        Tensor in = x.contiguous().view(one);
        TensorOptional scale = repeated(weight);
        TensorOptional mu = repeated(mean);
        TensorOptional var = repeated(variance);
        List<Tensor> y =
                LibTorch.three(
                        torch.native_batch_norm(
                                in, scale, repeated(bias), mu, var, of.ofBatch(), MOMENTUM, eps));
        List<Tensor> back =
                LibTorch.three(
                        torch.native_batch_norm_backward(
                                dy.contiguous().view(one),
                                in,
                                scale,
                                mu,
                                var,
                                new TensorOptional(y.get(1)),
                                new TensorOptional(y.get(2)),
                                of.ofBatch(),
                                eps,
                                all));
        return results(
                y.getFirst().view(sizes),
                List.of(
                        back.get(0).view(sizes),
                        back.get(1).view(n, c).sum(0L),
                        back.get(2).view(n, c).sum(0L)));
    }

    private TensorOptional repeated(TensorOptional perChannel) {
        return perChannel.has_value()
                ? new TensorOptional(perChannel.get().repeat(sizes[0]))
                : perChannel;
    }

    private List<Tensor> group() {
        long n = sizes[0];
        long c = sizes[1];
        long space = sizes[2] * sizes[3];
        int groups = of.groups();
        List<Tensor> y =
                LibTorch.three(torch.native_group_norm(x, weight, bias, n, c, space, groups, eps));
        if (dy == null) {
            return results(y.getFirst(), List.of());
        }
        List<Tensor> back =
                LibTorch.three(
                        torch.native_group_norm_backward(
                                dy, x, y.get(1), y.get(2), weight, n, c, space, groups, all));
        return results(y.getFirst(), back);
    }

    private Supplier<List<Tensor>> layer() {
        long[] normalized = Arrays.copyOfRange(sizes, 1, sizes.length);
        TensorOptional scale = new TensorOptional(w.view(normalized));
        TensorOptional shift = new TensorOptional(bias.get().view(normalized));
        return () -> {
            List<Tensor> y =
                    LibTorch.three(torch.native_layer_norm(x, normalized, scale, shift, eps));
            if (dy == null) {
                return List.of(y.getFirst());
            }
            List<Tensor> back =
                    LibTorch.three(
                            torch.native_layer_norm_backward(
                                    dy, x, normalized, y.get(1), y.get(2), scale, shift, all));
            return results(y.getFirst(), back);
        };
    }

    private Supplier<List<Tensor>> rms() {
        long[] normalized = Arrays.copyOfRange(sizes, 1, sizes.length);
        DoubleOptional epsilon = new DoubleOptional(eps);
        Tensor scale = w.view(normalized);
        if (dy == null) {
            return () -> List.of(torch.rms_norm(x, normalized, new TensorOptional(scale), epsilon));
        }
        x.set_requires_grad(true);
        scale.set_requires_grad(true);
        return () -> {
            Tensor y = torch.rms_norm(x, normalized, new TensorOptional(scale), epsilon);
            TensorVector back =
                    torch.grad(
                            new TensorVector(y),
                            new TensorVector(x, scale),
                            new TensorVector(dy),
                            new BoolOptional(false),
                            false,
                            false);
            return List.of(
                    new Tensor(y.detach()), new Tensor(back.get(0)), new Tensor(back.get(1)));
        };
    }
}
