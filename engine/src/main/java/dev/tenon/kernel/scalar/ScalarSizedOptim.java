package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.OptimKernel.AdamStep;
import dev.tenon.kernel.OptimKernel.Decay;
import dev.tenon.kernel.SizedOptim;
import java.lang.foreign.MemorySegment;

/// The definition of the rules of the family Optim that need sums over the whole parameter.
///
/// Sources: You et al., "Large batch optimization for deep learning", 2019 (Lamb); Shazeer, Stern,
/// "Adafactor: adaptive learning rates with sublinear memory cost", 2018.
abstract class ScalarSizedOptim implements SizedOptim {
    /// What a rule sees of gradient `g`; without L2 decay the weight, which may be infinite, has no
    /// part in it.
    static double gradient(double g, double weight, Decay decay) {
        double scaled = decay.gradientScale() * g;
        return decay.l2() == 0 ? scaled : scaled + decay.l2() * weight;
    }

    @Override
    public Sizes lambMoments(
            MemorySegment w,
            MemorySegment g,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            Decay decay,
            DType type) {
        double size = 0;
        double change = 0;
        for (long i = 0; i < count; i++) {
            double weight = type.read(w, i);
            double gradient = gradient(type.read(g, i), weight, decay);
            double first = type.read(m, i);
            double second = type.read(v, i);
            first += (gradient - first) * (1 - step.beta1());
            second += (gradient * gradient - second) * (1 - step.beta2());
            type.write(m, i, first);
            type.write(v, i, second);
            double kept = decay.keep() * weight;
            double u =
                    step.rate() * first / (Math.sqrt(second) * step.rootScale() + step.epsilon());
            size += kept * kept;
            change += u * u;
        }
        return new Sizes(size, change);
    }

    @Override
    public void lambStep(
            MemorySegment w,
            MemorySegment m,
            MemorySegment v,
            long count,
            AdamStep step,
            double factor,
            double keep,
            DType type) {
        for (long i = 0; i < count; i++) {
            double root = Math.sqrt(type.read(v, i)) * step.rootScale() + step.epsilon();
            double change = factor * step.rate() * type.read(m, i) / root;
            type.write(w, i, keep * type.read(w, i) - change);
        }
    }

    @Override
    public void adafactorSquares(
            MemorySegment rows,
            MemorySegment columns,
            MemorySegment g,
            int height,
            int width,
            DType type) {
        for (int j = 0; j < width; j++) {
            DType.F64.write(columns, j, 0);
        }
        for (int i = 0; i < height; i++) {
            double sum = 0;
            for (int j = 0; j < width; j++) {
                double gradient = type.read(g, (long) i * width + j);
                double square = gradient * gradient;
                sum += square;
                DType.F64.write(columns, j, DType.F64.read(columns, j) + square);
            }
            DType.F64.write(rows, i, sum);
        }
    }

    @Override
    public double adafactorSize(
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            int height,
            int width,
            DType type) {
        double size = 0;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                double change = change(g, rows, columns, limit, i, j, width, type);
                size += change * change;
            }
        }
        return size;
    }

    @Override
    public void adafactorStep(
            MemorySegment w,
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            double rate,
            double keep,
            int height,
            int width,
            DType type) {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                long at = (long) i * width + j;
                double change = change(g, rows, columns, limit, i, j, width, type);
                type.write(w, at, keep * type.read(w, at) - rate * change);
            }
        }
    }

    private static double change(
            MemorySegment g,
            MemorySegment rows,
            MemorySegment columns,
            double limit,
            int i,
            int j,
            int width,
            DType type) {
        double factor = Math.min(type.read(rows, i) * type.read(columns, j), limit);
        return type.read(g, (long) i * width + j) * factor;
    }
}
