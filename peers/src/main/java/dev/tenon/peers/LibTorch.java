package dev.tenon.peers;

import dev.tenon.bench.peer.Attempt;
import dev.tenon.bench.peer.Peer;
import dev.tenon.bench.peer.Task;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.kernel.Conv2dSizes;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// The C++ library of PyTorch, eager.
///
/// Gradients are its backward kernels, called with what its forward kernels saved: no graph stands
/// between.
public final class LibTorch implements Peer {
    private static final String ATTENTION = "aten::_scaled_dot_product_flash_attention_for_cpu";
    private static final long FLOAT = 6; // c10::ScalarType::Float
    private static final String VERSION = // without that of the binding
            String.valueOf(Tensor.class.getPackage().getImplementationVersion())
                    .replaceFirst("-.*", "");

    @Override
    public String name() {
        return "libtorch " + VERSION;
    }

    @Override
    public @Nullable Attempt attempt(Task task, int threads) {
        torch.set_num_threads(threads);
        openblas_nolapack.blas_set_num_threads(threads);
        if (task instanceof Task.UNetStep step) {
            return new TorchStep(step);
        }
        Supplier<List<Tensor>> body = body(task);
        return body == null ? null : new TorchAttempt(body);
    }

    private static @Nullable Supplier<List<Tensor>> body(Task task) {
        return switch (task) {
            case Task.Matmul product -> product(product);
            case Task.Linear linear -> linear(linear);
            case Task.Convolution conv -> convolution(conv);
            case Task.ConvolutionGradient conv -> convolutionGradient(conv);
            case Task.LayerNorm norm -> layerNorm(norm);
            case Task.LayerNormGradient norm -> layerNormGradient(norm);
            case Task.GroupNorm norm -> groupNorm(norm);
            case Task.GroupNormGradient norm -> groupNormGradient(norm);
            case Task.Norm norm -> TorchNorm.body(norm);
            case Task.Softmax softmax -> {
                Tensor x = tensor(softmax.x(), softmax.rows(), softmax.size());
                yield () -> List.of(torch.softmax(x, 1));
            }
            case Task.SoftmaxGradient softmax -> {
                Tensor dy = tensor(softmax.dy(), softmax.rows(), softmax.size());
                Tensor y = tensor(softmax.y(), softmax.rows(), softmax.size());
                Aten gradient = new Aten("aten::_softmax_backward_data");
                yield () -> gradient.call(dy, y, 1L, FLOAT);
            }
            case Task.Unary unary -> unary(unary);
            case Task.UnaryGradient unary -> unaryGradient(unary);
            case Task.Sum sum -> {
                Tensor a = flat(sum.a());
                Tensor b = flat(sum.b());
                yield () -> List.of(a.add(b));
            }
            case Task.OptimizerStep step -> TorchOptimizers.step(step);
            case Task.UNetStep _ -> null;
            case Task.Attention attention -> attention(attention);
            case Task.AttentionGradient attention -> attentionGradient(attention);
        };
    }

    private static Supplier<List<Tensor>> product(Task.Matmul task) {
        Tensor a = tensor(task.a(), task.m(), task.k());
        Tensor b =
                task.transposed()
                        ? tensor(task.b(), task.n(), task.k()).t()
                        : tensor(task.b(), task.k(), task.n());
        return () -> List.of(torch.mm(a, b));
    }

    private static @Nullable Supplier<List<Tensor>> linear(Task.Linear task) {
        UnaryOperator<Tensor> activation = function(task.activation());
        if (activation == null) {
            return null;
        }
        Tensor x = tensor(task.x(), task.m(), task.k());
        Tensor weight = tensor(task.weight(), task.n(), task.k());
        TensorOptional bias = new TensorOptional(flat(task.bias()));
        return () -> List.of(activation.apply(torch.linear(x, weight, bias)));
    }

    private static Supplier<List<Tensor>> convolution(Task.Convolution task) {
        Conv2dSizes s = task.sizes();
        Tensor x = tensor(task.x(), s.batch(), s.channels(), s.height(), s.width());
        Tensor weight = weight(task.weight(), s);
        TensorOptional bias = new TensorOptional(flat(task.bias()));
        Conv2dSettings set = s.settings();
        long[] stride = {set.strideH(), set.strideW()};
        long[] padding = {set.paddingH(), set.paddingW()};
        long[] dilation = {set.dilationH(), set.dilationW()};
        return () ->
                List.of(torch.conv2d(x, weight, bias, stride, padding, dilation, set.groups()));
    }

    private static Supplier<List<Tensor>> convolutionGradient(Task.ConvolutionGradient task) {
        Conv2dSizes s = task.sizes();
        Tensor x = tensor(task.x(), s.batch(), s.channels(), s.height(), s.width());
        Tensor dy = tensor(task.dy(), s.batch(), s.outChannels(), s.outHeight(), s.outWidth());
        Tensor weight = weight(task.weight(), s);
        Conv2dSettings set = s.settings();
        long[] bias = {s.outChannels()};
        long[] stride = {set.strideH(), set.strideW()};
        long[] padding = {set.paddingH(), set.paddingW()};
        long[] dilation = {set.dilationH(), set.dilationW()};
        long[] outputPadding = {0, 0};
        BoolPointer all = all();
        return () ->
                three(
                        torch.convolution_backward(
                                dy,
                                x,
                                weight,
                                bias,
                                stride,
                                padding,
                                dilation,
                                false,
                                outputPadding,
                                set.groups(),
                                all));
    }

    private static Tensor weight(MemorySegment data, Conv2dSizes s) {
        return tensor(data, s.outChannels(), s.groupChannels(), s.kernelH(), s.kernelW());
    }

    private static Supplier<List<Tensor>> layerNorm(Task.LayerNorm task) {
        Tensor x = tensor(task.x(), task.rows(), task.size());
        TensorOptional weight = new TensorOptional(flat(task.weight()));
        TensorOptional bias = new TensorOptional(flat(task.bias()));
        long[] size = {task.size()};
        return () -> three(torch.native_layer_norm(x, size, weight, bias, task.eps()));
    }

    private static Supplier<List<Tensor>> layerNormGradient(Task.LayerNormGradient task) {
        Tensor x = tensor(task.x(), task.rows(), task.size());
        Tensor dy = tensor(task.dy(), task.rows(), task.size());
        TensorOptional weight = new TensorOptional(flat(task.weight()));
        TensorOptional bias = new TensorOptional(torch.zeros(task.size()));
        long[] size = {task.size()};
        List<Tensor> saved = three(torch.native_layer_norm(x, size, weight, bias, task.eps()));
        Tensor mean = saved.get(1);
        Tensor rstd = saved.get(2);
        BoolPointer all = all();
        return () ->
                three(torch.native_layer_norm_backward(dy, x, size, mean, rstd, weight, bias, all));
    }

    private static Supplier<List<Tensor>> groupNorm(Task.GroupNorm task) {
        Tensor x = tensor(task.x(), task.samples(), task.channels(), task.inner());
        TensorOptional weight = new TensorOptional(flat(task.weight()));
        TensorOptional bias = new TensorOptional(flat(task.bias()));
        return () ->
                three(
                        torch.native_group_norm(
                                x,
                                weight,
                                bias,
                                task.samples(),
                                task.channels(),
                                task.inner(),
                                task.groups(),
                                task.eps()));
    }

    private static Supplier<List<Tensor>> groupNormGradient(Task.GroupNormGradient task) {
        int samples = task.samples();
        int channels = task.channels();
        int inner = task.inner();
        int groups = task.groups();
        Tensor x = tensor(task.x(), samples, channels, inner);
        Tensor dy = tensor(task.dy(), samples, channels, inner);
        TensorOptional weight = new TensorOptional(flat(task.weight()));
        List<Tensor> saved =
                three(
                        torch.native_group_norm(
                                x,
                                weight,
                                new TensorOptional(),
                                samples,
                                channels,
                                inner,
                                groups,
                                task.eps()));
        Tensor mean = saved.get(1);
        Tensor rstd = saved.get(2);
        BoolPointer all = all();
        return () ->
                three(
                        torch.native_group_norm_backward(
                                dy, x, mean, rstd, weight, samples, channels, inner, groups, all));
    }

    private static @Nullable Supplier<List<Tensor>> unary(Task.Unary task) {
        UnaryOperator<Tensor> function = function(task.op());
        if (function == null) {
            return null;
        }
        Tensor x = flat(task.x());
        return () -> List.of(function.apply(x));
    }

    private static @Nullable UnaryOperator<Tensor> function(UnaryOp op) {
        return switch (op) {
            case EXP -> torch::exp;
            case LOG -> torch::log;
            case ERF -> torch::erf;
            case TANH -> torch::tanh;
            case SIGMOID -> torch::sigmoid;
            case SILU -> torch::silu;
            case GELU_ERF -> torch::gelu;
            default -> null;
        };
    }

    private static @Nullable Supplier<List<Tensor>> unaryGradient(Task.UnaryGradient task) {
        if (task.op() != UnaryOp.SILU && task.op() != UnaryOp.GELU_ERF) {
            return null;
        }
        Tensor dy = flat(task.dy());
        Tensor x = flat(task.x());
        return task.op() == UnaryOp.SILU
                ? () -> List.of(torch.silu_backward(dy, x))
                : () -> List.of(torch.gelu_backward(dy, x));
    }

    private static Supplier<List<Tensor>> attention(Task.Attention task) {
        long[] sizes = {1, task.heads(), task.length(), task.size()};
        Tensor q = tensor(task.q(), sizes);
        Tensor k = tensor(task.k(), sizes);
        Tensor v = tensor(task.v(), sizes);
        Aten forward = new Aten(ATTENTION);
        double scale = task.scale();
        return () -> forward.call(q, k, v, 0.0, false, null, scale);
    }

    private static Supplier<List<Tensor>> attentionGradient(Task.AttentionGradient task) {
        long[] sizes = {1, task.heads(), task.length(), task.size()};
        Tensor q = tensor(task.q(), sizes);
        Tensor k = tensor(task.k(), sizes);
        Tensor v = tensor(task.v(), sizes);
        Tensor dy = tensor(task.dy(), sizes);
        double scale = task.scale();
        List<Tensor> saved = new Aten(ATTENTION).call(q, k, v, 0.0, false, null, scale);
        Tensor y = saved.get(0);
        Tensor sums = saved.get(1);
        Aten gradient = new Aten(ATTENTION + "_backward");
        return () -> gradient.call(dy, q, k, v, y, sums, 0.0, false, null, scale);
    }

    static BoolPointer all() {
        BoolPointer all = new BoolPointer(3);
        for (int i = 0; i < 3; i++) {
            all.put(i, true);
        }
        return all;
    }

    /// The tensors of a tuple, which outlive it.
    static List<Tensor> three(T_TensorTensorTensor_T tuple) {
        return List.of(
                new Tensor(tuple.get0()), new Tensor(tuple.get1()), new Tensor(tuple.get2()));
    }

    static Tensor flat(MemorySegment data) {
        return tensor(data, data.byteSize() / 4);
    }

    /// Memory of Tenon's as a tensor, without a copy.
    static Tensor tensor(MemorySegment data, long... sizes) {
        return torch.from_blob(Address.of(data), sizes);
    }
}
