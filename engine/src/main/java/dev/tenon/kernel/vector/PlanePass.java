package dev.tenon.kernel.vector;

import static dev.tenon.kernel.vector.Moments.load;
import static dev.tenon.kernel.vector.Moments.read;
import static dev.tenon.kernel.vector.Moments.write;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The passes of a normalisation over elements that lie one after another and share mean, weight
/// and bias.
///
/// `x - mean` is computed as `(x - high) - low` with the mean split in two floats, so that a large
/// mean costs no digits.
final class PlanePass {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    private static final int CHUNK = 4096; // elements added in F32 lanes before they go to F64

    private PlanePass() {}

    /// `y = (x - mean) * scale + shift`.
    static void apply(
            MemorySegment y,
            MemorySegment x,
            long from,
            int count,
            double mean,
            float scale,
            float shift) {
        float high = (float) mean;
        float low = (float) (mean - high);
        FloatVector scales = FloatVector.broadcast(S, scale);
        FloatVector shifts = FloatVector.broadcast(S, shift);
        int i = 0;
        for (; i <= count - L; i += L) {
            load(x, from + i)
                    .sub(high)
                    .sub(low)
                    .fma(scales, shifts)
                    .intoMemorySegment(y, (from + i) * 4, LITTLE);
        }
        for (; i < count; i++) {
            write(y, from + i, Math.fma(read(x, from + i) - high - low, scale, shift));
        }
    }

    /// Sets `sums[at]` to the sum of `dy` and `sums[at + 1]` to that of `dy (x - mean)`.
    static void sums(
            MemorySegment dy,
            MemorySegment x,
            long from,
            int count,
            double mean,
            double[] sums,
            int at) {
        float high = (float) mean;
        float low = (float) (mean - high);
        double sum = 0;
        double product = 0;
        int i = 0;
        while (i <= count - L) {
            FloatVector s = FloatVector.zero(S);
            FloatVector p = s;
            FloatVector s2 = s;
            FloatVector p2 = s;
            int end = Math.min(count, i + CHUNK);
            for (; i <= end - 2 * L; i += 2 * L) {
                FloatVector up = load(dy, from + i);
                FloatVector up2 = load(dy, from + i + L);
                s = s.add(up);
                s2 = s2.add(up2);
                p = load(x, from + i).sub(high).sub(low).fma(up, p);
                p2 = load(x, from + i + L).sub(high).sub(low).fma(up2, p2);
            }
            for (; i <= end - L; i += L) {
                FloatVector up = load(dy, from + i);
                s = s.add(up);
                p = load(x, from + i).sub(high).sub(low).fma(up, p);
            }
            sum += Lanes.sum(s.add(s2));
            product += Lanes.sum(p.add(p2));
        }
        for (; i < count; i++) {
            float up = read(dy, from + i);
            sum += up;
            product += (double) up * (read(x, from + i) - high - low);
        }
        sums[at] = sum;
        sums[at + 1] = product;
    }

    /// `dx = dy * scale + ((x - mean) * slope + constant)`.
    static void toward(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment x,
            long from,
            int count,
            double mean,
            float scale,
            float slope,
            float constant) {
        float high = (float) mean;
        float low = (float) (mean - high);
        FloatVector scales = FloatVector.broadcast(S, scale);
        FloatVector slopes = FloatVector.broadcast(S, slope);
        FloatVector constants = FloatVector.broadcast(S, constant);
        int i = 0;
        for (; i <= count - L; i += L) {
            FloatVector d = load(x, from + i).sub(high).sub(low);
            load(dy, from + i)
                    .fma(scales, d.fma(slopes, constants))
                    .intoMemorySegment(dx, (from + i) * 4, LITTLE);
        }
        for (; i < count; i++) {
            float d = read(x, from + i) - high - low;
            write(dx, from + i, Math.fma(read(dy, from + i), scale, Math.fma(d, slope, constant)));
        }
    }
}
