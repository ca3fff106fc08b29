package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The definition of the family Optim: one step of an optimizer over a parameter.
///
/// Sources: Kingma, Ba, "Adam: a method for stochastic optimization", 2015 (Adam, Adamax); Reddi,
/// Kale, Kumar, "On the convergence of Adam and beyond", 2018 (AMSGrad); Loshchilov, Hutter,
/// "Decoupled weight decay regularization", 2019; Hinton, "Neural networks for machine learning",
/// lecture 6e, 2012 (RMSprop); Duchi, Hazan, Singer, "Adaptive subgradient methods", 2011
/// (Adagrad); Zeiler, "ADADELTA", 2012; Dozat, "Incorporating Nesterov momentum into Adam", 2016
/// (Nadam); McMahan et al., "Ad click prediction: a view from the trenches", 2013 (FTRL); Chen et
/// al., "Symbolic discovery of optimization algorithms", 2023 (Lion); Defazio et al., "The road
/// less scheduled", 2024 (schedule-free AdamW).
public final class ScalarOptim extends ScalarSizedOptim implements OptimKernel {
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
    public void rmsProp(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            @Nullable MemorySegment mean,
            @Nullable MemorySegment b,
            long count,
            RmsPropStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double second = type.read(v, i);
            second += (gradient * gradient - second) * (1 - step.rho());
            type.write(v, i, second);
            if (mean != null) {
                double first = type.read(mean, i);
                first += (gradient - first) * (1 - step.rho());
                type.write(mean, i, first);
                second = Math.max(second - first * first, 0);
            }
            double root = Math.sqrt(second + step.epsilonInside()) + step.epsilonOutside();
            double change = step.intake() * gradient / root;
            if (b != null) {
                change += step.momentum() * type.read(b, i);
                type.write(b, i, change);
            }
            type.write(w, i, decay.keep() * weight - step.rate() * change);
        }
    }

    @Override
    public void adagrad(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            long count,
            AdagradStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double squares = type.read(sum, i) + gradient * gradient;
            type.write(sum, i, squares);
            double root = Math.sqrt(squares + step.epsilonInside()) + step.epsilonOutside();
            type.write(w, i, decay.keep() * weight - step.rate() * gradient / root);
        }
    }

    @Override
    public void adadelta(
            MemorySegment w,
            MemorySegment g,
            MemorySegment v,
            MemorySegment d,
            long count,
            AdadeltaStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double second = type.read(v, i);
            double changes = type.read(d, i);
            second += (gradient * gradient - second) * (1 - step.rho());
            double ratio = Math.sqrt(changes + step.epsilon()) / Math.sqrt(second + step.epsilon());
            double change = gradient * ratio;
            changes += (change * change - changes) * (1 - step.rho());
            type.write(v, i, second);
            type.write(d, i, changes);
            type.write(w, i, decay.keep() * weight - step.rate() * change);
        }
    }

    @Override
    public void nadam(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            NadamStep step,
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
            double ahead = step.fromMoment() * first + step.fromGradient() * gradient;
            double root = Math.sqrt(second) * step.rootScale() + step.epsilon();
            type.write(w, i, decay.keep() * weight - ahead / root);
        }
    }

    @Override
    public void lion(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            long count,
            LionStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double mean = type.read(m, i);
            double direction = Math.signum(mean + (gradient - mean) * (1 - step.beta1()));
            type.write(m, i, mean + (gradient - mean) * (1 - step.beta2()));
            type.write(w, i, decay.keep() * weight - step.rate() * direction);
        }
    }

    @Override
    public void ftrl(
            MemorySegment w,
            MemorySegment g,
            MemorySegment sum,
            MemorySegment z,
            long count,
            FtrlStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            weight *= decay.keep();
            double before = type.read(sum, i);
            double after = before + gradient * gradient;
            double root = power(after, step.power());
            double grown = (root - power(before, step.power())) * step.inverseRate();
            double linear = type.read(z, i) + gradient + step.shrinkage() * weight - grown * weight;
            type.write(sum, i, after);
            type.write(z, i, linear);
            double within = Math.min(Math.max(linear, -step.l1()), step.l1());
            type.write(w, i, (within - linear) / (root * step.inverseRate() + step.l2()));
        }
    }

    private static double power(double sum, double power) {
        return power == 0.5 ? Math.sqrt(sum) : Math.pow(sum, power); // pow has no NaN for -infinity
    }

    @Override
    public void scheduleFree(
            MemorySegment w,
            MemorySegment g,
            MemorySegment z,
            MemorySegment v,
            long count,
            ScheduleFreeStep step,
            Decay decay,
            DType type) {
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            weight *= decay.keep();
            double second = type.read(v, i);
            second += (gradient * gradient - second) * (1 - step.beta2());
            type.write(v, i, second);
            double before = type.read(z, i);
            double root = Math.sqrt(second) * step.rootScale() + step.epsilon();
            double point = before - step.rate() * gradient / root;
            type.write(z, i, point);
            double average = (weight - (1 - step.beta1()) * before) / step.beta1();
            average += (point - average) * step.share();
            type.write(w, i, (1 - step.beta1()) * point + step.beta1() * average);
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
