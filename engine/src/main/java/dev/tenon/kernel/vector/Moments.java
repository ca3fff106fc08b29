package dev.tenon.kernel.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Sums behind means and variances: F32 lanes within a chunk, F64 across chunks.
///
/// The variance comes from a second pass over `x - shift` with `shift` the mean to F32 precision:
/// `sum(x^2) - n mean^2` would lose all its digits where the mean is large against the deviation.
final class Moments {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int L = S.length();
    private static final ByteOrder LITTLE = ByteOrder.LITTLE_ENDIAN;

    /// With 8 lanes and 4 accumulators each lane adds at most 128 terms before it goes to F64: an
    /// error of about 1e-7 of the sum.
    static final int CHUNK = 4096;

    private static final int BLOCK = 32 * L;

    private Moments() {}

    static FloatVector load(MemorySegment x, long index) {
        return FloatVector.fromMemorySegment(S, x, index * 4, LITTLE);
    }

    static float read(MemorySegment x, long index) {
        return x.get(JAVA_FLOAT_UNALIGNED, index * 4);
    }

    static void write(MemorySegment x, long index, float value) {
        x.set(JAVA_FLOAT_UNALIGNED, index * 4, value);
    }

    /// Returns the sum of `count` elements from `from`: each lane adds 32 terms in F32, the rest is
    /// added in double, so that the error stays below 3e-7 even where all terms round the same way.
    static double sum(MemorySegment x, long from, int count) {
        int blocks = count / BLOCK * BLOCK;
        int whole = count / L * L;
        double sum = blocks == 0 ? 0 : blocks(x, from, blocks);
        sum += vectors(x, from + blocks, whole - blocks);
        for (int i = whole; i < count; i++) {
            sum += read(x, from + i);
        }
        return sum;
    }

    private static double blocks(MemorySegment x, long from, int count) {
        DoubleVector sum = DoubleVector.zero(Lanes.DOUBLES);
        for (int i = 0; i < count; i += BLOCK) {
            FloatVector a = Lanes.load(x, from + i);
            FloatVector b = Lanes.load(x, from + i + L);
            FloatVector c = Lanes.load(x, from + i + 2 * L);
            FloatVector d = Lanes.load(x, from + i + 3 * L);
            for (int j = i + 4 * L; j < i + BLOCK; j += 4 * L) {
                a = a.add(Lanes.load(x, from + j));
                b = b.add(Lanes.load(x, from + j + L));
                c = c.add(Lanes.load(x, from + j + 2 * L));
                d = d.add(Lanes.load(x, from + j + 3 * L));
            }
            sum = sum.add(Lanes.halves(a.add(b).add(c.add(d))));
        }
        return Lanes.sum(sum);
    }

    private static double vectors(MemorySegment x, long from, int count) {
        DoubleVector sum = DoubleVector.zero(Lanes.DOUBLES);
        for (int i = 0; i < count; i += L) {
            sum = sum.add(Lanes.halves(Lanes.load(x, from + i)));
        }
        return Lanes.sum(sum);
    }

    /// Adds `sum(x - shift)` to `sums[at]` and `sum((x - shift)^2)` to `sums[at + 1]`.
    static void addShifted(
            MemorySegment x, long from, int count, float shift, double[] sums, int at) {
        for (int done = 0; done < count; done += CHUNK) {
            addChunk(x, from + done, Math.min(CHUNK, count - done), shift, sums, at);
        }
    }

    private static void addChunk(
            MemorySegment x, long from, int count, float shift, double[] sums, int at) {
        FloatVector s = FloatVector.broadcast(S, shift);
        FloatVector sumA = FloatVector.zero(S);
        FloatVector sumB = sumA;
        FloatVector squareA = sumA;
        FloatVector squareB = sumA;
        int i = 0;
        for (; i <= count - 2 * L; i += 2 * L) {
            FloatVector d = load(x, from + i).sub(s);
            FloatVector e = load(x, from + i + L).sub(s);
            sumA = sumA.add(d);
            sumB = sumB.add(e);
            squareA = d.fma(d, squareA);
            squareB = e.fma(e, squareB);
        }
        for (; i <= count - L; i += L) {
            FloatVector d = load(x, from + i).sub(s);
            sumA = sumA.add(d);
            squareA = d.fma(d, squareA);
        }
        double sum = Lanes.sum(sumA.add(sumB));
        double square = Lanes.sum(squareA.add(squareB));
        for (; i < count; i++) {
            float d = read(x, from + i) - shift;
            sum += d;
            square += (double) d * d;
        }
        sums[at] += sum;
        sums[at + 1] += square;
    }

    /// Returns the mean from the sums of [#addShifted]; an infinite element makes it infinite,
    /// though the differences from it are not numbers.
    static double mean(float shift, double sum, long count) {
        return Float.isInfinite(shift) ? shift : shift + sum / count;
    }

    /// Returns the sum of squared deviations from the mean from the sums of [#addShifted].
    static double squares(double sum, double square, long count) {
        return Math.max(0, square - sum * (sum / count));
    }

    /// Returns `1 / sqrt(var + eps)` from the sums of [#addShifted].
    static double rstd(double sum, double square, long count, double eps) {
        double off = sum / count; // what F32 left of the mean
        return 1 / Math.sqrt(Math.max(0, square / count - off * off) + eps);
    }
}
