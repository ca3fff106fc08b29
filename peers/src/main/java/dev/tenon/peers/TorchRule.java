package dev.tenon.peers;

import dev.tenon.kernel.OptimKernel.NadamStep;
import dev.tenon.optim.Adadelta;
import dev.tenon.optim.Adafactor;
import dev.tenon.optim.Adamax;
import dev.tenon.optim.Ftrl;
import dev.tenon.optim.Lamb;
import dev.tenon.optim.Lion;
import dev.tenon.optim.Muon;
import dev.tenon.optim.Nadam;
import dev.tenon.optim.ScheduleFreeAdamW;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// How a matrix changes by the operations of libtorch, each of which goes over memory.
///
/// @param states makes what the rule keeps for a matrix
/// @param update changes it
record TorchRule(Function<Tensor, List<Tensor>> states, Update update) {
    /// Changes a matrix in place.
    @FunctionalInterface
    interface Update {
        /// @param w the matrix
        /// @param g its gradient
        /// @param states what the rule keeps
        /// @param t the number of the step, from 1
        void step(Tensor w, Tensor g, List<Tensor> states, int t);
    }

    static TorchRule adamax(Adamax rule, double rate) {
        return twoStates((w, g, states, t) -> {
            Tensor u = states.get(1);
            states.get(0).lerp_(g, number(1 - rule.beta1()));
            Tensor size = g.abs().add_(number(rule.epsilon()));
            u.mul_(number(rule.beta2()));
            torch.maximum_out(u, u, size);
            w.addcdiv_(states.get(0), u, number(-rate / (1 - Math.pow(rule.beta1(), t))));
        });
    }

    static TorchRule adadelta(Adadelta rule, double rate) {
        return twoStates((w, g, states, _) -> {
            square(states.get(0), g, rule.rho());
            Tensor std = states.get(0).add(number(rule.epsilon())).sqrt_();
            Tensor change = states.get(1).add(number(rule.epsilon())).sqrt_();
            change.div_(std).mul_(g);
            square(states.get(1), change, rule.rho());
            w.add_(change, number(-rate));
        });
    }

    static TorchRule nadam(Nadam rule, double rate) {
        return twoStates((w, g, states, t) -> {
            NadamStep step =
                    NadamStep.of(
                            rate,
                            rule.beta1(),
                            rule.beta2(),
                            rule.epsilon(),
                            rule.momentumDecay(),
                            rule.twice(),
                            t);
            states.get(0).lerp_(g, number(1 - rule.beta1()));
            square(states.get(1), g, rule.beta2());
            Tensor root = states.get(1).div(number(1 - Math.pow(rule.beta2(), t))).sqrt();
            root.add_(number(rule.epsilon()));
            w.addcdiv_(g, root, number(-step.fromGradient()));
            w.addcdiv_(states.get(0), root, number(-step.fromMoment()));
        });
    }

    static TorchRule lion(Lion rule, double rate) {
        return new TorchRule(
                w -> List.of(torch.zeros_like(w)),
                (w, g, states, _) -> {
                    Tensor m = states.getFirst();
                    Tensor direction = m.lerp(g, number(1 - rule.beta1())).sign_();
                    w.add_(direction, number(-rate));
                    m.lerp_(g, number(1 - rule.beta2()));
                });
    }

    /// With power 1/2 and nothing but the defaults of Keras.
    static TorchRule ftrl(Ftrl rule, double rate) {
        return new TorchRule(
                w -> List.of(torch.full_like(w, number(rule.initialSum())), torch.zeros_like(w)),
                (w, g, states, _) -> {
                    Tensor sum = states.get(0);
                    Tensor z = states.get(1);
                    Tensor before = sum.sqrt();
                    sum.addcmul_(g, g);
                    Tensor after = sum.sqrt();
                    before.sub_(after).div_(number(rate)); // minus the change of the divisor
                    z.add_(g).addcmul_(before, w);
                    w.copy_(z).div_(after).mul_(number(-rate));
                });
    }

    static TorchRule scheduleFree(ScheduleFreeAdamW rule, double rate) {
        double beta = rule.beta1();
        return new TorchRule(
                w -> List.of(new Tensor(w.clone()), torch.zeros_like(w)),
                (w, g, states, t) -> {
                    Tensor z = states.get(0);
                    square(states.get(1), g, rule.beta2());
                    Tensor root = states.get(1).div(number(1 - Math.pow(rule.beta2(), t))).sqrt_();
                    root.add_(number(rule.epsilon()));
                    // w = (1 - beta) z + beta x, and x moves to z by 1/t
                    w.lerp_(z, number(1 - 1 / beta));
                    z.addcdiv_(g, root, number(-rate));
                    w.lerp_(z, number(1.0 / t));
                    w.lerp_(z, number(1 - beta));
                });
    }

    static TorchRule lamb(Lamb rule, double rate) {
        return twoStates((w, g, states, t) -> {
            states.get(0).lerp_(g, number(1 - rule.beta1()));
            square(states.get(1), g, rule.beta2());
            Tensor root = states.get(1).sqrt();
            root.div_(number(Math.sqrt(1 - Math.pow(rule.beta2(), t))));
            root.add_(number(rule.epsilon()));
            Tensor change = states.get(0).div(root);
            change.div_(number(1 - Math.pow(rule.beta1(), t)));
            double ratio = size(w) / size(change);
            w.add_(change, number(-rate * ratio));
        });
    }

    /// Squares are means of rows by their norms, as torch.optim.Adafactor does it.
    static TorchRule adafactor(Adafactor rule, double rate) {
        return new TorchRule(
                w -> List.of(torch.zeros(w.size(0), 1), torch.zeros(1, w.size(1))),
                (w, g, states, t) -> {
                    Tensor row = states.get(0);
                    Tensor column = states.get(1);
                    Scalar share = number(Math.pow(t, rule.decayPower()));
                    row.lerp_(squares(g, 1), share);
                    column.lerp_(squares(g, 0), share);
                    Tensor change = row.matmul(column);
                    change.div_(row.mean()).rsqrt_().mul_(g);
                    double root = Math.sqrt(w.numel());
                    double by = Math.max(1, size(change) / root / rule.clipThreshold());
                    double scale = Math.max(rule.epsilon2(), size(w) / root);
                    w.add_(change, number(-scale * Math.min(rate, 1 / Math.sqrt(t)) / by));
                });
    }

    static TorchRule muon(Muon rule, double rate) {
        return new TorchRule(
                w -> List.of(torch.zeros_like(w)),
                (w, g, states, _) -> {
                    Tensor m = states.getFirst();
                    m.mul_(number(rule.momentum())).add_(g);
                    Tensor x = g.add(m, number(rule.momentum()));
                    x.div_(number(size(x) + 1e-7));
                    for (int i = 0; i < rule.steps(); i++) {
                        Tensor square = torch.mm(x, x.t());
                        Tensor factor =
                                torch.addmm(
                                        square, square, square, number(rule.b()), number(rule.c()));
                        x = torch.addmm(x, factor, x, number(rule.a()), number(1));
                    }
                    double scale =
                            rule.scale(Math.toIntExact(w.size(0)), Math.toIntExact(w.size(1)));
                    w.mul_(number(1 - rate * rule.weightDecay()));
                    w.add_(x, number(-rate * scale));
                });
    }

    // ---- parts

    private static TorchRule twoStates(Update update) {
        return new TorchRule(w -> List.of(torch.zeros_like(w), torch.zeros_like(w)), update);
    }

    /// Moves a mean of squares.
    private static void square(Tensor mean, Tensor g, double kept) {
        mean.mul_(number(kept)).addcmul_(g, g, number(1 - kept));
    }

    /// The mean of squares along an axis.
    private static Tensor squares(Tensor g, int axis) {
        return torch.norm(
                        g,
                        new org.bytedeco.pytorch.ScalarOptional(number(2)),
                        new long[] {axis},
                        true)
                .square_()
                .div_(number(g.size(axis)));
    }

    private static double size(Tensor x) {
        return x.norm().item_double();
    }

    private static Scalar number(double value) {
        return new Scalar(value);
    }
}
