package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ReduceKernel;
import java.lang.foreign.MemorySegment;

/// The definition of the family Reduce.
public final class ScalarReduce implements ReduceKernel {
    @Override
    public void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double sum = 0;
                for (int s = 0; s < size; s++) {
                    sum += type.read(x, ((long) o * size + s) * inner + i);
                }
                type.write(y, (long) o * inner + i, sum);
            }
        }
    }

    @Override
    public void mean(MemorySegment y, MemorySegment x, int outer, int size, int inner, DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                type.write(y, (long) o * inner + i, mean(x, o, size, inner, i, type));
            }
        }
    }

    private static double mean(MemorySegment x, int o, int size, int inner, int i, DType type) {
        double sum = 0;
        for (int s = 0; s < size; s++) {
            sum += type.read(x, ((long) o * size + s) * inner + i);
        }
        return sum / size;
    }

    @Override
    public void variance(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            double correction,
            DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double mean = mean(x, o, size, inner, i, type);
                double sum = 0;
                for (int s = 0; s < size; s++) {
                    double d = type.read(x, ((long) o * size + s) * inner + i) - mean;
                    sum += d * d;
                }
                type.write(y, (long) o * inner + i, sum / Math.max(0, size - correction));
            }
        }
    }

    @Override
    public void extreme(
            MemorySegment y,
            MemorySegment index,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean largest,
            DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int best = 0;
                double value = type.read(x, (long) o * size * inner + i);
                for (int s = 1; s < size && !Double.isNaN(value); s++) {
                    double v = type.read(x, ((long) o * size + s) * inner + i);
                    if (Double.isNaN(v) || (largest ? v > value : v < value)) {
                        best = s;
                        value = v;
                    }
                }
                type.write(y, (long) o * inner + i, value);
                DType.I64.writeLong(index, (long) o * inner + i, best);
            }
        }
    }

    @Override
    public void extremeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int inner,
            DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                long best = DType.I64.readLong(index, (long) o * inner + i);
                double upstream = type.read(dy, (long) o * inner + i);
                for (int s = 0; s < size; s++) {
                    type.write(dx, ((long) o * size + s) * inner + i, s == best ? upstream : 0);
                }
            }
        }
    }

    @Override
    public void softmax(
            MemorySegment y,
            MemorySegment x,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                long first = (long) o * size * inner + i;
                double max = Double.NEGATIVE_INFINITY;
                for (int s = 0; s < size; s++) {
                    max = Math.max(max, type.read(x, first + (long) s * inner));
                }
                double sum = 0;
                for (int s = 0; s < size; s++) {
                    sum += Math.exp(type.read(x, first + (long) s * inner) - max);
                }
                for (int s = 0; s < size; s++) {
                    double v = type.read(x, first + (long) s * inner) - max;
                    double p = log ? v - Math.log(sum) : Math.exp(v) / sum;
                    type.write(y, first + (long) s * inner, p);
                }
            }
        }
    }

    @Override
    public void softmaxGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment y,
            int outer,
            int size,
            int inner,
            boolean log,
            DType type) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                long first = (long) o * size * inner + i;
                double sum = 0;
                for (int s = 0; s < size; s++) {
                    long at = first + (long) s * inner;
                    sum += type.read(dy, at) * (log ? 1 : type.read(y, at));
                }
                for (int s = 0; s < size; s++) {
                    long at = first + (long) s * inner;
                    double u = type.read(dy, at);
                    double v = type.read(y, at);
                    type.write(dx, at, log ? u - Math.exp(v) * sum : v * (u - sum));
                }
            }
        }
    }

    @Override
    public double sumOfSquares(MemorySegment x, long count, DType type) {
        double sum = 0;
        for (long i = 0; i < count; i++) {
            double v = type.read(x, i);
            sum += v * v;
        }
        return sum;
    }
}
