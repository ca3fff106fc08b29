package dev.tenon.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The loops in plain Java: what the machine gives where the module jdk.incubator.vector is
/// missing.
final class PlainPeakLoops implements PeakLoops {
    private static final int NUMBERS = 1024; // 4 KiB, in the first-level cache
    private static final int DEGREE = 16;
    private static final int STEPS = 10;

    @SuppressWarnings(
            "UnusedVariable") // the write alone keeps the compiler from leaving the loops out
    private static volatile long sink;

    /// The compiler makes vectors of the inner loop. A number is loaded and stored once for sixteen
    /// multiply-adds, which wait for each other; so this stays at about half of
    /// [VectorPeakLoops#multiplyAdd()].
    @Override
    public long multiplyAdd() {
        float[] numbers = new float[NUMBERS];
        for (int step = 0; step < STEPS; step++) {
            polynomial(numbers, 0.5f, 1);
        }
        sink = (long) numbers[STEPS];
        return 2L * DEGREE * NUMBERS * STEPS;
    }

    private static void polynomial(float[] numbers, float x, float y) {
        for (int i = 0; i < numbers.length; i++) {
            float c = numbers[i];
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            c = Math.fma(c, x, y);
            numbers[i] = c;
        }
    }

    /// Compares one half with the other, which is equal: Java's comparison uses vectors.
    @Override
    public void read(MemorySegment data) {
        long half = data.byteSize() / 2;
        sink = data.asSlice(0, half).mismatch(data.asSlice(half, half));
    }

    @Override
    public void update(MemorySegment data) {
        for (long i = 0; i < data.byteSize() / 4; i++) {
            float value = data.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0.5f * value);
        }
    }

    @Override
    public void copy(MemorySegment to, MemorySegment from) {
        to.copyFrom(from);
    }
}
