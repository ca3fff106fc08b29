package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Optim: one step of an optimizer over a parameter.
///
/// Sources: Kingma, Ba, "Adam: a method for stochastic optimization", 2015 (Adam, Adamax); Reddi,
/// Kale, Kumar, "On the convergence of Adam and beyond", 2018 (AMSGrad); Loshchilov, Hutter,
/// "Decoupled weight decay regularization", 2019.
public final class ScalarOptim implements OptimKernel {
    /// What a rule sees of gradient `g`; without L2 decay the weight, which may be infinite, has no
    /// part in it.
    private static double gradient(double g, double weight, Decay decay) {
        double scaled = decay.gradientScale() * g;
        return decay.l2() == 0 ? scaled : scaled + decay.l2() * weight;
    }

    @Override
    public void sgd(
            MemorySegment w,
            MemorySegment g,
            @Nullable MemorySegment v,
            long count,
            SgdStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            weight = decay.keep() * weight + step.fromGradient() * gradient;
            if (v != null) {
                double velocity = step.momentum() * type.read(v, i) + step.intake() * gradient;
                weight += step.fromVelocity() * velocity;
                type.write(v, i, velocity);
            }
            type.write(w, i, weight);
        }
    }

    @Override
    public void adam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            @Nullable MemorySegment largest,
            long count,
            AdamStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double first = type.read(m, i);
            double second = type.read(v, i);
            first += (gradient - first) * (1 - step.beta1());
            second += (gradient * gradient - second) * (1 - step.beta2());
            type.write(m, i, first);
            type.write(v, i, second);
            if (largest != null) {
                second = Math.max(type.read(largest, i), second);
                type.write(largest, i, second);
            }
            double root = Math.sqrt(second) * step.rootScale() + step.epsilon();
            type.write(w, i, decay.keep() * weight - step.rate() * first / root);
        }
    }

    @Override
    public void adamax(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment u,
            long count,
            AdamaxStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double first = type.read(m, i);
            first += (gradient - first) * (1 - step.beta1());
            double size =
                    Math.max(
                            step.beta2() * type.read(u, i),
                            Math.abs(gradient) + step.epsilonInside());
            type.write(m, i, first);
            type.write(u, i, size);
            double change = step.rate() * first / (size + step.epsilonOutside());
            type.write(w, i, decay.keep() * weight - change);
        }
    }

    @Override
    public void lerp(MemorySegment y, MemorySegment x, long count, double weight, DType type) {
        for (long i = 0; i < count; i++) {
            type.write(y, i, (1 - weight) * type.read(y, i) + weight * type.read(x, i));
        }
    }

    @Override
    public void axpy(MemorySegment y, double a, MemorySegment x, long count, DType type) {
        for (long i = 0; i < count; i++) {
            type.write(y, i, type.read(y, i) + a * type.read(x, i));
        }
    }

    @Override
    public void scale(MemorySegment y, long count, double factor, DType type) {
        for (long i = 0; i < count; i++) {
            type.write(y, i, factor * type.read(y, i));
        }
    }
}
