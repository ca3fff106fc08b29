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
public interface OptimKernel extends SizedOptim {
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

    /// `v = v + (g'^2 - v) * (1 - rho); mean = mean + (g' - mean) * (1 - rho); b = momentum * b +
    /// intake * g' / (sqrt(max(v - mean^2, 0) + epsilonInside) + epsilonOutside); w = w - rate *
    /// b`.
    ///
    /// @param v mean squared gradient
    /// @param mean mean gradient, or null where the rule is not centered: then `v` stands in for
    ///   `max(v - mean^2, 0)`, whose maximum keeps rounding from making it negative
    /// @param b momentum, or null where there is none: then `momentum * b` is left out
    void rmsProp(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            @Nullable MemorySegment mean,
            @Nullable MemorySegment b,
            long count,
            RmsPropStep step,
            Decay decay,
            DType type);

    /// `sum = sum + g'^2; w = w - rate * g' / (sqrt(sum + epsilonInside) + epsilonOutside)`.
    ///
    /// @param sum sum of squared gradients
    void adagrad(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            long count,
            AdagradStep step,
            Decay decay,
            DType type);

    /// `v = v + (g'^2 - v) * (1 - rho); change = g' * (sqrt(d + epsilon) / sqrt(v + epsilon)); d =
    /// d + (change^2 - d) * (1 - rho); w = w - rate * change`.
    ///
    /// @param v mean squared gradient
    /// @param d mean squared change
    void adadelta(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            MemorySegment d,
            long count,
            AdadeltaStep step,
            Decay decay,
            DType type);

    /// `m` and `v` as in [#adam], then `w = w - (fromMoment * m + fromGradient * g') / (sqrt(v) *
    /// rootScale + epsilon)`.
    ///
    /// @param m first moment
    /// @param v second moment
    void nadam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            NadamStep step,
            Decay decay,
            DType type);

    /// `m' = m + (g' - m) * (1 - beta1); m = m + (g' - m) * (1 - beta2); w = w - rate * sign(m')`,
    /// with the `m` of before in both; the sign of 0 is 0, that of NaN is NaN.
    ///
    /// @param m mean gradient
    void lion(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            long count,
            LionStep step,
            Decay decay,
            DType type);

    /// With the decayed weight `w`: `sum' = sum + g'^2; z = z + g' + shrinkage * w - (sum'^power -
    /// sum^power) * inverseRate * w; w = (min(max(z, -l1), l1) - z) / (sum'^power * inverseRate +
    /// l2)`, and `sum'` is the sum from then on.
    ///
    /// @param sum sum of squared gradients
    /// @param z what the weight follows
    void ftrl(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            MemorySegment z,
            long count,
            FtrlStep step,
            Decay decay,
            DType type);

    /// With the decayed weight `w`: `v = v + (g'^2 - v) * (1 - beta2); z' = z - rate * g' /
    /// (sqrt(v) * rootScale + epsilon); x = (w - (1 - beta1) * z) / beta1; x = x + (z' - x) *
    /// share; w = (1 - beta1) * z' + beta1 * x`, and `z'` is the z from then on.
    ///
    /// @param z the point that steps without averaging
    /// @param v second moment
    void scheduleFree(
            MemorySegment w,
            MemorySegment g,
            MemorySegment z,
            MemorySegment v,
            long count,
            ScheduleFreeStep step,
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

    /// The coefficients of [#rmsProp].
    ///
    /// @param rho share of the means that stays
    /// @param momentum share of the momentum that stays
    /// @param intake factor of the divided gradient on its way into the momentum
    /// @param rate factor of the momentum on its way into the weight
    /// @param epsilonInside added below the root
    /// @param epsilonOutside added to the root
    record RmsPropStep(
            double rho,
            double momentum,
            double intake,
            double rate,
            double epsilonInside,
            double epsilonOutside) {
        /// Keras, momentum in units of the step, epsilon below the root: `b = momentum * b +
        /// learningRate * g / sqrt(v + epsilon); w = w - b`.
        public static RmsPropStep keras(
                double learningRate, double rho, double momentum, double epsilon) {
            return new RmsPropStep(rho, momentum, learningRate, 1, epsilon, 0);
        }

        /// PyTorch, epsilon beside the root: `b = momentum * b + g / (sqrt(v) + epsilon); w = w -
        /// learningRate * b`.
        public static RmsPropStep torch(
                double learningRate, double rho, double momentum, double epsilon) {
            return new RmsPropStep(rho, momentum, 1, learningRate, 0, epsilon);
        }
    }

    /// The coefficients of [#adagrad].
    ///
    /// @param rate factor of the divided gradient
    /// @param epsilonInside added below the root
    /// @param epsilonOutside added to the root
    record AdagradStep(double rate, double epsilonInside, double epsilonOutside) {
        /// Keras, epsilon below the root: `w = w - learningRate * g / sqrt(sum + epsilon)`.
        public static AdagradStep keras(double learningRate, double epsilon) {
            return new AdagradStep(learningRate, epsilon, 0);
        }

        /// PyTorch, epsilon beside the root: `w = w - learningRate / (1 + (t - 1) * rateDecay) * g
        /// / (sqrt(sum) + epsilon)`.
        ///
        /// @param t number of the step, from 1
        public static AdagradStep torch(
                double learningRate, double rateDecay, double epsilon, long t) {
            return new AdagradStep(learningRate / (1 + (t - 1) * rateDecay), 0, epsilon);
        }
    }

    /// The coefficients of [#adadelta], the same in Keras and PyTorch.
    ///
    /// @param rho share of the means that stays
    /// @param rate factor of the change
    /// @param epsilon added below both roots
    record AdadeltaStep(double rho, double rate, double epsilon) {}

    /// The coefficients of [#nadam].
    ///
    /// @param beta1 share of the first moment that stays
    /// @param beta2 share of the second moment that stays
    /// @param fromMoment factor of the first moment on its way into the weight
    /// @param fromGradient factor of the gradient on its way into the weight
    /// @param rootScale factor of the second moment's root
    /// @param epsilon added to the scaled root
    record NadamStep(
            double beta1,
            double beta2,
            double fromMoment,
            double fromGradient,
            double rootScale,
            double epsilon) {
        /// Keras and PyTorch: with `u(t) = beta1 * (1 - 0.96^(t * momentumDecay) / 2)` and `P =
        /// u(1) ... u(t)` the weight moves by `-learningRate * (u(t+1) / (1 - P * u(t+1)) * m + (1
        /// - u(t)) / (1 - P) * g) / (sqrt(v / (1 - beta2^t)) + epsilon)`.
        ///
        /// @param momentumDecay 0.004 in PyTorch, 1 in Keras
        /// @param twice whether `u(t)` counts twice in the product of the moment's divisor, as in
        ///   PyTorch 1.13: `1 - P * u(t) * u(t+1)`
        /// @param t number of the step, from 1
        public static NadamStep of(
                double learningRate,
                double beta1,
                double beta2,
                double epsilon,
                double momentumDecay,
                boolean twice,
                long t) {
            double now = momentum(beta1, momentumDecay, t);
            double next = momentum(beta1, momentumDecay, t + 1);
            double product = product(beta1, momentumDecay, t);
            return new NadamStep(
                    beta1,
                    beta2,
                    learningRate * next / (1 - product * next * (twice ? now : 1)),
                    learningRate * (1 - now) / (1 - product),
                    1 / Math.sqrt(1 - Math.pow(beta2, t)),
                    epsilon);
        }

        private static double momentum(double beta1, double momentumDecay, long t) {
            return beta1 * (1 - 0.5 * Math.pow(0.96, t * momentumDecay));
        }

        private record Product(double beta1, double momentumDecay, long t, double value) {}

        /// The last product: all parts of all parameters ask for the same.
        private static volatile Product known = new Product(0, 0, 0, 1);

        /// Returns `u(1) ... u(t)`, or the first of these products that is lost beside 1.
        public static double product(double beta1, double momentumDecay, long t) {
            Product last = known;
            if (last.beta1 == beta1 && last.momentumDecay == momentumDecay && last.t == t) {
                return last.value;
            }
            double product = 1;
            for (long i = 1; i <= t && product > 1e-18; i++) {
                product *= momentum(beta1, momentumDecay, i);
            }
            known = new Product(beta1, momentumDecay, t, product);
            return product;
        }
    }

    /// The coefficients of [#lion].
    ///
    /// @param beta1 share of the mean gradient in the direction of the step
    /// @param beta2 share of the mean gradient that stays
    /// @param rate how far each weight moves
    record LionStep(double beta1, double beta2, double rate) {}

    /// The coefficients of [#ftrl].
    ///
    /// @param power of the sum of squares
    /// @param inverseRate 1 by the learning rate
    /// @param l1 where the weight is 0
    /// @param l2 added to the divisor
    /// @param shrinkage share of the weight that is added to the gradient
    record FtrlStep(double power, double inverseRate, double l1, double l2, double shrinkage) {
        /// Keras: `l2 = 2 * l2Regularization + beta / learningRate`, and shrinkage counts twice.
        ///
        /// @param learningRatePower the negative of the sum's power
        public static FtrlStep keras(
                double learningRate,
                double learningRatePower,
                double l1Regularization,
                double l2Regularization,
                double l2Shrinkage,
                double beta) {
            return new FtrlStep(
                    -learningRatePower,
                    1 / learningRate,
                    l1Regularization,
                    2 * l2Regularization + beta / learningRate,
                    2 * l2Shrinkage);
        }
    }

    /// The coefficients of [#scheduleFree].
    ///
    /// @param beta1 share of the average in the weight
    /// @param beta2 share of the second moment that stays
    /// @param rate factor of the divided gradient
    /// @param rootScale factor of the second moment's root
    /// @param epsilon added to the scaled root
    /// @param share of z in the average
    record ScheduleFreeStep(
            double beta1,
            double beta2,
            double rate,
            double rootScale,
            double epsilon,
            double share) {
        /// Keras: the learning rate rises over the first steps, and all z count alike: `rate =
        /// learningRate * min(t / warmupSteps, 1); share = 1 / t`.
        ///
        /// @param warmupSteps 0 for none
        /// @param t number of the step, from 1
        public static ScheduleFreeStep keras(
                double learningRate,
                double beta1,
                double beta2,
                double epsilon,
                long warmupSteps,
                long t) {
            double warmth = t < warmupSteps ? (double) t / warmupSteps : 1;
            return new ScheduleFreeStep(
                    beta1,
                    beta2,
                    learningRate * warmth,
                    1 / Math.sqrt(1 - Math.pow(beta2, t)),
                    epsilon,
                    1.0 / t);
        }
    }
}
