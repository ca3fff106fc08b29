package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.vector.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// What this machine can do at most: the figures that benchmarks stand beside.
public final class Peak {
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final int CHAINS = 12;
    private static final int STEPS = 100_000;
    private static final int READ = 1 << 25; // floats: 128 MB, more than any cache here

    private static volatile float sink;

    private Peak() {}

    /// Returns the F32 operations a second (two to a multiply-add) of [Parallel#threads()] threads
    /// that do nothing but multiply and add vectors in registers.
    public static double flops() {
        int threads = Parallel.threads();
        double seconds = Stopwatch.seconds(() -> Parallel.run(threads, Peak::multiplyAdd));
        return 2.0 * CHAINS * FLOATS.length() * STEPS * threads / seconds;
    }

    /// Twelve independent chains: a multiply-add takes four cycles and two start each cycle, so at
    /// least eight must be under way.
    private static void multiplyAdd(int part) {
        FloatVector x = FloatVector.broadcast(FLOATS, 0.5f);
        FloatVector y = FloatVector.broadcast(FLOATS, part);
        FloatVector c0 = y;
        FloatVector c1 = y;
        FloatVector c2 = y;
        FloatVector c3 = y;
        FloatVector c4 = y;
        FloatVector c5 = y;
        FloatVector c6 = y;
        FloatVector c7 = y;
        FloatVector c8 = y;
        FloatVector c9 = y;
        FloatVector c10 = y;
        FloatVector c11 = y;
        for (int i = 0; i < STEPS; i++) {
            c0 = c0.fma(x, y);
            c1 = c1.fma(x, y);
            c2 = c2.fma(x, y);
            c3 = c3.fma(x, y);
            c4 = c4.fma(x, y);
            c5 = c5.fma(x, y);
            c6 = c6.fma(x, y);
            c7 = c7.fma(x, y);
            c8 = c8.fma(x, y);
            c9 = c9.fma(x, y);
            c10 = c10.fma(x, y);
            c11 = c11.fma(x, y);
        }
        FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
        sink = sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
    }

    /// Returns the bytes a second that [Parallel#threads()] threads read from main memory.
    public static double readBandwidth() {
        int threads = Parallel.threads();
        float[] data = new float[READ];
        int each = READ / threads / (4 * FLOATS.length()) * (4 * FLOATS.length());
        double seconds =
                Stopwatch.seconds(
                        () -> Parallel.run(threads, part -> read(data, part * each, each)));
        return 4.0 * each * threads / seconds;
    }

    private static void read(float[] data, int from, int count) {
        int lanes = FLOATS.length();
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = from; i < from + count; i += 4 * lanes) {
            a = a.add(FloatVector.fromArray(FLOATS, data, i));
            b = b.add(FloatVector.fromArray(FLOATS, data, i + lanes));
            c = c.add(FloatVector.fromArray(FLOATS, data, i + 2 * lanes));
            d = d.add(FloatVector.fromArray(FLOATS, data, i + 3 * lanes));
        }
        sink = a.add(b).add(c).add(d).lane(0);
    }
}
