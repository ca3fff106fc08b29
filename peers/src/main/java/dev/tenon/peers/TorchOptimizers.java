package dev.tenon.peers;

import dev.tenon.bench.peer.Task;
import dev.tenon.optim.Adadelta;
import dev.tenon.optim.Adafactor;
import dev.tenon.optim.Adagrad;
import dev.tenon.optim.Adam;
import dev.tenon.optim.Adamax;
import dev.tenon.optim.Ftrl;
import dev.tenon.optim.Lamb;
import dev.tenon.optim.Lion;
import dev.tenon.optim.Muon;
import dev.tenon.optim.Nadam;
import dev.tenon.optim.RmsProp;
import dev.tenon.optim.ScheduleFreeAdamW;
import dev.tenon.optim.Sgd;
import dev.tenon.optim.UpdateRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Optimizers of libtorch: those of the C++ library, which go over memory for each operation of the
/// formula, as Python's do on processors unless they are told otherwise; what the library does not
/// have is written with its operations as PyTorch's Python writes its own, in place where that
/// does.
final class TorchOptimizers {
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> gradients = new ArrayList<>();
    private final double rate;

    private TorchOptimizers(Task.OptimizerStep task) {
        rate = task.learningRate();
        for (int i = 0; i < task.before().size(); i++) {
            weights.add(
                    new Tensor(
                            LibTorch.tensor(task.before().get(i), task.rows(), task.columns())
                                    .clone()));
            gradients.add(LibTorch.tensor(task.gradients().get(i), task.rows(), task.columns()));
        }
    }

    /// Returns a step, and the weights after it; null for rules that nobody wrote with libtorch.
    static @Nullable Supplier<List<Tensor>> step(Task.OptimizerStep task) {
        TorchOptimizers torch = new TorchOptimizers(task);
        if (task.fused()) {
            return task.rule() instanceof Adam adam ? torch.fused(adam) : null;
        }
        Optimizer library = torch.library(task.rule());
        if (library != null) {
            return () -> {
                library.step();
                return torch.weights.stream().map(w -> new Tensor(w.detach())).toList();
            };
        }
        return torch.loop(torch.rule(task.rule()));
    }

    // ---- the C++ library's

    private @Nullable Optimizer library(UpdateRule rule) {
        return switch (rule) {
            case Sgd sgd -> {
                SGDOptions options = new SGDOptions(rate);
                options.momentum().put(sgd.momentum());
                yield new org.bytedeco.pytorch.SGD(parameters(), options);
            }
            case Adam adam when adam.decoupled() -> {
                AdamWOptions options = new AdamWOptions(rate);
                options.betas().put(0, adam.beta1()).put(1, adam.beta2());
                options.eps().put(adam.epsilon());
                options.weight_decay().put(adam.weightDecay());
                options.amsgrad().put(adam.amsgrad());
                yield new org.bytedeco.pytorch.AdamW(parameters(), options);
            }
            case Adam adam -> {
                AdamOptions options = new AdamOptions(rate);
                options.betas().put(0, adam.beta1()).put(1, adam.beta2());
                options.eps().put(adam.epsilon());
                options.amsgrad().put(adam.amsgrad());
                yield new org.bytedeco.pytorch.Adam(parameters(), options);
            }
            case RmsProp prop -> {
                RMSpropOptions options = new RMSpropOptions(rate);
                options.alpha().put(prop.rho());
                options.eps().put(prop.epsilon());
                options.momentum().put(prop.momentum());
                options.centered().put(prop.centered());
                yield new org.bytedeco.pytorch.RMSprop(parameters(), options);
            }
            case Adagrad adagrad -> {
                AdagradOptions options = new AdagradOptions(rate);
                options.eps().put(adagrad.epsilon());
                yield new org.bytedeco.pytorch.Adagrad(parameters(), options);
            }
            default -> null;
        };
    }

    private TensorVector parameters() {
        for (int i = 0; i < weights.size(); i++) {
            weights.get(i).set_requires_grad(true);
            weights.get(i).mutable_grad().put(gradients.get(i));
        }
        return new TensorVector(weights.toArray(Tensor[]::new));
    }

    // ---- its fused kernel, which no optimizer of the C++ library calls but Python's can

    private Supplier<List<Tensor>> fused(Adam adam) {
        IValue all = Aten.list(weights.toArray(Tensor[]::new));
        IValue changes = Aten.list(gradients.toArray(Tensor[]::new));
        IValue first = Aten.list(zeros());
        IValue second = Aten.list(zeros());
        IValue none = Aten.list();
        IValue steps = Aten.list(weights.stream().map(_ -> torch.ones(1)).toArray(Tensor[]::new));
        Aten fused = new Aten("aten::_fused_adam_");
        return () -> {
            fused.call(
                    all,
                    changes,
                    first,
                    second,
                    none,
                    steps,
                    rate,
                    adam.beta1(),
                    adam.beta2(),
                    0.0,
                    adam.epsilon(),
                    false,
                    false,
                    null,
                    null);
            return weights.stream().map(Tensor::new).toList();
        };
    }

    private Tensor[] zeros() {
        return weights.stream().map(torch::zeros_like).toArray(Tensor[]::new);
    }

    // ---- loops over its operations

    private @Nullable TorchRule rule(UpdateRule rule) {
        return switch (rule) {
            case Adamax adamax -> TorchRule.adamax(adamax, rate);
            case Adadelta adadelta -> TorchRule.adadelta(adadelta, rate);
            case Nadam nadam -> TorchRule.nadam(nadam, rate);
            case Lion lion -> TorchRule.lion(lion, rate);
            case Ftrl ftrl -> TorchRule.ftrl(ftrl, rate);
            case ScheduleFreeAdamW free -> TorchRule.scheduleFree(free, rate);
            case Lamb lamb -> TorchRule.lamb(lamb, rate);
            case Adafactor factor -> TorchRule.adafactor(factor, rate);
            case Muon muon -> TorchRule.muon(muon, rate);
            default -> null;
        };
    }

    private @Nullable Supplier<List<Tensor>> loop(@Nullable TorchRule rule) {
        if (rule == null) {
            return null;
        }
        List<List<Tensor>> states = weights.stream().map(rule.states()::apply).toList();
        int[] steps = new int[1];
        return () -> {
            steps[0]++;
            for (int i = 0; i < weights.size(); i++) {
                try (PointerScope _ = new PointerScope()) { // frees the step's temporaries
                    rule.update().step(weights.get(i), gradients.get(i), states.get(i), steps[0]);
                }
            }
            return weights.stream().map(Tensor::new).toList();
        };
    }
}
