package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Kernels of the family Optim: one step of an optimizer over a parameter.
///
/// Each kernel is one pass in place over contiguous elements: parameter `w`, gradient `g` and the
/// optimizer's state. All elements have the same type, F32 or F64. Before a rule sees it, the
/// gradient is scaled and, with L2 decay, the weight is added (without, it has no part in it even
/// where it is infinite), and then the weight shrinks by decoupled decay: `g' = gradientScale * g +
/// l2 * w; w = keep * w` ([Decay]).
///
/// A step's coefficients are worked out once, in double, by its record, whose factory methods are
/// the flavours of Keras and PyTorch.
public interface OptimKernel {
    /// `v = momentum * v + intake * g'; w = w + fromVelocity * v + fromGradient * g'`.
    ///
    /// @param v velocity, or null where the step has no momentum: then `w = w + fromGradient * g'`
    void sgd(
            MemorySegment w,
            MemorySegment g,
            @Nullable MemorySegment v,
            long count,
            SgdStep step,
            Decay decay,
            DType type);

    /// `m = m + (g' - m) * (1 - beta1); v = v + (g'^2 - v) * (1 - beta2); w = w - rate * m /
    /// (sqrt(v) * rootScale + epsilon)`.
    ///
    /// @param m first moment
    /// @param v second moment
    /// @param largest largest second moment so far (AMSGrad), or null: `largest = max(largest, v)`
    ///   then stands in for `v` in the last formula
    void adam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            @Nullable MemorySegment largest,
            long count,
            AdamStep step,
            Decay decay,
            DType type);

    /// `m = m + (g' - m) * (1 - beta1); u = max(beta2 * u, |g'| + epsilonInside); w = w - rate * m
    /// / (u + epsilonOutside)`.
    ///
    /// @param m first moment
    /// @param u decayed largest gradient
    void adamax(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment u,
            long count,
            AdamaxStep step,
            Decay decay,
            DType type);

    /// `y = (1 - weight) * y + weight * x`: the moving average of parameters with decay `1 -
    /// weight`. With weight 1 it copies.
    void lerp(MemorySegment y, MemorySegment x, long count, double weight, DType type);

    /// `y = y + a * x`.
    void axpy(MemorySegment y, double a, MemorySegment x, long count, DType type);

    /// `y = factor * y`.
    void scale(MemorySegment y, long count, double factor, DType type);

    /// What happens to gradient and weight before the rule.
    ///
    /// @param gradientScale factor of the gradient: 1, or what clipping by the global norm says
    /// @param l2 times the weight is added to the gradient: 0, or the weight decay of PyTorch's
    ///   Adam, Adamax and SGD
    /// @param keep factor of the weight: 1, or `1 - learningRate * weightDecay` for the decoupled
    ///   decay of AdamW and of all of Keras's optimizers
    record Decay(double gradientScale, double l2, double keep) {
        /// Leaves gradient and weight as they are.
        public static final Decay NONE = new Decay(1, 0, 1);

        /// Decoupled decay: the weight loses the share `learningRate * weightDecay`.
        public static Decay decoupled(double learningRate, double weightDecay) {
            return new Decay(1, 0, 1 - learningRate * weightDecay);
        }

        /// L2 decay: `weightDecay * w` is added to the gradient.
        public static Decay l2(double weightDecay) {
            return new Decay(1, weightDecay, 1);
        }

        /// Returns this with the gradient scaled by `factor`.
        public Decay scaled(double factor) {
            return new Decay(gradientScale * factor, l2, keep);
        }
    }

    /// The coefficients of [#sgd].
    ///
    /// @param momentum share of the velocity that stays
    /// @param intake factor of the gradient on its way into the velocity
    /// @param fromVelocity factor of the velocity on its way into the weight
    /// @param fromGradient factor of the gradient on its way into the weight
    record SgdStep(double momentum, double intake, double fromVelocity, double fromGradient) {
        /// Gradient descent without momentum: `w = w - learningRate * g`.
        public static SgdStep plain(double learningRate) {
            return new SgdStep(0, 0, 0, -learningRate);
        }

        /// Keras: `v = momentum * v - learningRate * g; w = w + v`, with Nesterov's look-ahead `w =
        /// w
        /// + momentum * v - learningRate * g`.
        public static SgdStep keras(double learningRate, double momentum, boolean nesterov) {
            return new SgdStep(
                    momentum, -learningRate, nesterov ? momentum : 1, nesterov ? -learningRate : 0);
        }

        /// PyTorch: `v = momentum * v + (1 - dampening) * g; w = w - learningRate * v`, with
        /// Nesterov's look-ahead `w = w - learningRate * (g + momentum * v)`.
        ///
        /// @param first whether it is the first step, which takes the gradient in undamped; the
        ///   velocity is zero before it
        public static SgdStep torch(
                double learningRate,
                double momentum,
                double dampening,
                boolean nesterov,
                boolean first) {
            return new SgdStep(
                    momentum,
                    first ? 1 : 1 - dampening,
                    nesterov ? -learningRate * momentum : -learningRate,
                    nesterov ? -learningRate : 0);
        }
    }

    /// The coefficients of [#adam].
    ///
    /// @param beta1 share of the first moment that stays
    /// @param beta2 share of the second moment that stays
    /// @param rate factor of the first moment on its way into the weight
    /// @param rootScale factor of the second moment's root
    /// @param epsilon added to the scaled root
    record AdamStep(double beta1, double beta2, double rate, double rootScale, double epsilon) {
        /// Keras, epsilon beside the uncorrected root ("epsilon hat" of the paper): `w = w - alpha
        /// * m / (sqrt(v) + epsilon)` with `alpha = learningRate * sqrt(1 - beta2^t) / (1 -
        ///   beta1^t)`.
        ///
        /// @param t number of the step, from 1
        public static AdamStep keras(
                double learningRate, double beta1, double beta2, double epsilon, long t) {
            double alpha =
                    learningRate * Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t));
            return new AdamStep(beta1, beta2, alpha, 1, epsilon);
        }

        /// PyTorch, epsilon beside the corrected root: `w = w - learningRate / (1 - beta1^t) * m /
        /// (sqrt(v) / sqrt(1 - beta2^t) + epsilon)`.
        ///
        /// @param t number of the step, from 1
        public static AdamStep torch(
                double learningRate, double beta1, double beta2, double epsilon, long t) {
            return new AdamStep(
                    beta1,
                    beta2,
                    learningRate / (1 - Math.pow(beta1, t)),
                    1 / Math.sqrt(1 - Math.pow(beta2, t)),
                    epsilon);
        }
    }

    /// The coefficients of [#adamax].
    ///
    /// @param beta1 share of the first moment that stays
    /// @param beta2 share of the largest gradient that stays
    /// @param rate factor of the first moment on its way into the weight
    /// @param epsilonInside added to the gradient's size
    /// @param epsilonOutside added to the largest gradient
    record AdamaxStep(
            double beta1, double beta2, double rate, double epsilonInside, double epsilonOutside) {
        /// Keras: `u = max(beta2 * u, |g|); w = w - learningRate / (1 - beta1^t) * m / (u +
        /// epsilon)`.
        ///
        /// @param t number of the step, from 1
        public static AdamaxStep keras(
                double learningRate, double beta1, double beta2, double epsilon, long t) {
            return new AdamaxStep(
                    beta1, beta2, learningRate / (1 - Math.pow(beta1, t)), 0, epsilon);
        }

        /// PyTorch: `u = max(beta2 * u, |g| + epsilon); w = w - learningRate / (1 - beta1^t) * m /
        /// u`.
        ///
        /// @param t number of the step, from 1
        public static AdamaxStep torch(
                double learningRate, double beta1, double beta2, double epsilon, long t) {
            return new AdamaxStep(
                    beta1, beta2, learningRate / (1 - Math.pow(beta1, t)), epsilon, 0);
        }
    }
}
