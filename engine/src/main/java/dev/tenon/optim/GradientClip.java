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

    /// Applies some clips one after the other: Keras 2 takes `clipnorm`, then `clipvalue`.
    static GradientClip inTurn(GradientClip... clips) {
        return new InTurn(List.of(clips));
    }

    /// Returns what gradients of a norm count times so that their norm is at most `max`. Where the
    /// norm is not finite, everything becomes NaN, as by Keras's `global_clipnorm`: a diverged run
    /// that goes on with some gradients set to 0 would hide what happened.
    private static double factor(double norm, double max) {
        if (norm <= max) {
            return 1;
        }
        return norm < Double.POSITIVE_INFINITY ? max / norm : Double.NaN;
    }

    private static void scale(Tensor gradient, double norm, double max) {
        double factor = factor(norm, max);
        if (factor != 1) {
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
                        "j",
                        "each parameter in turn",
                        "c",
                        "the largest norm");

        /// Checks the norm.
        ///
        /// @throws TenonException if it is not more than 0
        public ByNorm {
            positive("GradientClip.byNorm", max);
        }

        /// Returns what gradients count times whose norm, of all together, is `norm`; not finite
        /// gives NaN.
        public double factor(double norm) {
            return GradientClip.factor(norm, max);
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

        /// Returns what a gradient counts times whose norm is `norm`; not finite gives NaN.
        public double factor(double norm) {
            return GradientClip.factor(norm, max);
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

    /// One clip after the other.
    ///
    /// @param clips in their order, at least one
    record InTurn(List<GradientClip> clips) implements GradientClip {
        /// Copies the clips.
        ///
        /// @throws TenonException if there are none
        public InTurn {
            clips = List.copyOf(clips);
            if (clips.isEmpty()) {
                throw new TenonException("GradientClip.inTurn: there must be clips; got none");
            }
        }

        @Override
        public void change(List<Tensor> gradients, double norm) {
            double now = norm;
            for (GradientClip clip : clips) {
                clip.change(gradients, now);
                now = clip.equals(clips.getLast()) ? now : ReduceOps.norm(gradients);
            }
        }

        /// Returns that of the first.
        @Override
        public Formula formula() {
            return clips.getFirst().formula();
        }
    }
}
