package dev.tenon.peers;

import dev.tenon.bench.peer.Attempt;
import dev.tenon.bench.peer.Task;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// A training step of libtorch's: its autograd, its fused AdamW, gradients set to none in between.
final class TorchStep implements Attempt {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPS = 1e-8;
    private static final double DECAY = 0.01;

    private final Task.UNetStep task;
    private final TorchUNet model;
    private final Tensor x;
    private final Tensor target;
    private final List<Tensor> parameters = new ArrayList<>();
    private final IValue weights;
    private final IValue first;
    private final IValue second;
    private final IValue none = Aten.list();
    private final IValue counts;
    private final @Nullable IValue average;
    private final Aten count = new Aten("aten::_foreach_add_", "Scalar");
    private final Aten update = new Aten("aten::_fused_adamw_");
    private final Aten move = new Aten("aten::_foreach_lerp_", "Scalar");
    private final List<Tensor>
            firstStep; // the loss and the gradients of the parameters as they were

    TorchStep(Task.UNetStep task) {
        this.task = task;
        long[] sizes = longs(task.sizes());
        x = LibTorch.tensor(task.x(), sizes);
        target = LibTorch.tensor(task.target(), sizes);
        Map<String, Tensor> byName = new TreeMap<>();
        for (Task.Weights each : task.parameters()) {
            Tensor copy = new Tensor(LibTorch.tensor(each.before(), longs(each.sizes())).clone());
            copy.set_requires_grad(true);
            parameters.add(copy);
            byName.put(each.name(), copy);
        }
        model = new TorchUNet(task, byName);
        weights = Aten.list(parameters.stream().map(Tensor::detach).toArray(Tensor[]::new));
        first = Aten.list(zeros());
        second = Aten.list(zeros());
        counts = Aten.list(parameters.stream().map(_ -> torch.zeros(1)).toArray(Tensor[]::new));
        average = task.kept() == null ? null : Aten.list(zeros());
        firstStep = new ArrayList<>();
        firstStep.add(new Tensor(backward()));
        parameters.forEach(p -> firstStep.add(new Tensor(p.mutable_grad().clone()).contiguous()));
    }

    private Tensor[] zeros() {
        return parameters.stream().map(p -> torch.zeros_like(p.detach())).toArray(Tensor[]::new);
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            backward();
            if (task.clip() != null) {
                torch.clip_grad_norm_(
                        new TensorVector(parameters.toArray(Tensor[]::new)), task.clip());
            }
            IValue all =
                    Aten.list(parameters.stream().map(Tensor::mutable_grad).toArray(Tensor[]::new));
            Scalar one = new Scalar(1);
            count.call(counts, one);
            update.call(
                    weights,
                    all,
                    first,
                    second,
                    none,
                    counts,
                    task.learningRate(),
                    BETA1,
                    BETA2,
                    DECAY,
                    EPS,
                    false,
                    false,
                    null,
                    null);
            if (average != null && task.kept() != null) {
                move.call(average, weights, new Scalar(1 - task.kept()));
            }
        }
    }

    private Tensor backward() {
        parameters.forEach(p -> p.mutable_grad().reset());
        Tensor loss = torch.mse_loss(model.forward(x), target);
        loss.backward();
        return loss;
    }

    @Override
    public List<MemorySegment> results() {
        return firstStep.stream().map(g -> Address.memory(g.data_ptr(), g.numel())).toList();
    }

    /// JavaCPP frees what is no longer reached.
    @Override
    public void close() {}

    private static long[] longs(int[] sizes) {
        return IntStream.of(sizes).asLongStream().toArray();
    }
}
