package dev.tenon.optim;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Param;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Backend;
import dev.tenon.tensor.ElementwiseOps;
import dev.tenon.tensor.ReduceOps;
import dev.tenon.tensor.TenonException;
import dev.tenon.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/// Keeps gradients from being too large, between backward and the optimizer's step.
public sealed interface GradientClip {
    /// Changes the gradients of `params` in place; parameters without one are left out.
    ///
    /// @return the L2 norm of all gradients together before the change; infinite or NaN if training
    ///   diverged
    default double apply(Collection<Param> params) {
        List<Tensor> gradients =
                params.stream().map(Param::gradient).filter(Objects::nonNull).toList();
        return Autograd.noGrad(() -> {
            double norm = ReduceOps.norm(gradients);
            change(gradients, norm);
            return norm;
        });
    }

    /// Changes the gradients in place, given the L2 norm of all of them together.
    void change(List<Tensor> gradients, double norm);

    /// Returns the formula.
    Formula formula();

    /// Scales all gradients together so that their common L2 norm is at most `max`: PyTorch's
    /// `clip_grad_norm_` (which adds 1e-6 to the norm), Keras's `global_clipnorm`.
    static GradientClip byNorm(double max) {
        return new ByNorm(max);
    }

    /// Scales the gradient of each parameter so that its own L2 norm is at most `max`: Keras's
    /// `clipnorm`.
    static GradientClip byEachNorm(double max) {
        return new ByEachNorm(max);
    }

    /// Cuts every element off at -max and max: PyTorch's `clip_grad_value_`, Keras's `clipvalue`.
    static GradientClip byValue(double max) {
        return new ByValue(max);
    }

    private static void scale(Tensor gradient, double norm, double max) {
        if (!(norm <= max)) {
            // where the norm is not finite, everything becomes NaN, as in Keras: a diverged run
            // that
            // goes on with some gradients set to 0 would hide what happened
            double factor = norm < Double.POSITIVE_INFINITY ? max / norm : Double.NaN;
            Backend.kernels()
                    .optim()
                    .scale(gradient.segment(), gradient.count(), factor, gradient.type());
            gradient.written();
        }
    }

    private static void positive(String name, double max) {
        if (!(max > 0)) {
            throw new TenonException(name + ": max must be more than 0; got " + max);
        }
    }

    /// By the norm of all gradients together.
    ///
    /// @param max c, more than 0
    record ByNorm(double max) implements GradientClip {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "g_i \\leftarrow g_i\\,\\min\\left(1, \\frac{c}{\\sqrt{\\sum_j \\lVert g_j"
                                + " \\rVert_2^2}}\\right)",
                        "Pascanu et al. 2012, arXiv:1211.5063",
                        "g_i",
                        "the gradient of parameter i",
                        "c",
                        "the largest norm");

        /// Checks the norm.
        ///
        /// @throws TenonException if it is not more than 0
        public ByNorm {
            positive("GradientClip.byNorm", max);
        }

        @Override
        public void change(List<Tensor> gradients, double norm) {
            gradients.forEach(gradient -> scale(gradient, norm, max));
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// By the norm of each gradient.
    ///
    /// @param max c, more than 0
    record ByEachNorm(double max) implements GradientClip {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "g_i \\leftarrow g_i\\,\\min\\left(1, \\frac{c}{\\lVert g_i \\rVert_2}\\right)",
                        "keras.optimizers.Optimizer, clipnorm",
                        "g_i",
                        "the gradient of parameter i",
                        "c",
                        "the largest norm");

        /// Checks the norm.
        ///
        /// @throws TenonException if it is not more than 0
        public ByEachNorm {
            positive("GradientClip.byEachNorm", max);
        }

        @Override
        public void change(List<Tensor> gradients, double norm) {
            gradients.forEach(g -> scale(g, ReduceOps.norm(List.of(g)), max));
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }

    /// By the value of each element.
    ///
    /// @param max c, more than 0
    record ByValue(double max) implements GradientClip {
        /// The formula.
        public static final Formula FORMULA =
                Formula.of(
                        "g \\leftarrow \\min(c, \\max(-c, g))",
                        "torch.nn.utils.clip_grad_value_",
                        "g",
                        "an element of a gradient",
                        "c",
                        "the largest value");

        /// Checks the value.
        ///
        /// @throws TenonException if it is not more than 0
        public ByValue {
            positive("GradientClip.byValue", max);
        }

        @Override
        public void change(List<Tensor> gradients, double norm) {
            gradients.forEach(g -> g.assign(ElementwiseOps.clamp(g, -max, max)));
        }

        @Override
        public Formula formula() {
            return FORMULA;
        }
    }
}
