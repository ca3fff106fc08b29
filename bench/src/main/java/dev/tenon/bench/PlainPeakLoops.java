package dev.tenon.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// The loops in plain Java: what the machine gives where the module jdk.incubator.vector is
/// missing.
final class PlainPeakLoops implements PeakLoops, PeakLoops.Blocks {
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

    /// By blocks; a plain copy also at once, for which Java has the best that the machine offers.
    @Override
    public List<Mover> movers(Work work) {
        Mover blocks = streams -> move(streams, work);
        return work.equals(Work.MOVING)
                ? List.of(blocks, streams -> streams.get(1).copyFrom(streams.get(0)))
                : List.of(blocks);
    }

    /// Compares one half with the other, which is equal: Java's comparison uses vectors.
    @Override
    public void read(MemorySegment data, long at) {
        long half = at + BLOCK / 2;
        sink = MemorySegment.mismatch(data, at, half, data, half, at + BLOCK);
    }

    @Override
    public void fill(MemorySegment data, long at) {
        data.asSlice(at, BLOCK).fill((byte) 1); // zeros would be stored faster
    }

    /// Turns all bits: a compiler leaves out the writing of what was just read.
    @Override
    public void update(MemorySegment data, long at) {
        for (long i = at; i < at + BLOCK; i += 8) {
            long value = data.get(ValueLayout.JAVA_LONG, i);
            data.set(ValueLayout.JAVA_LONG, i, ~value);
        }
    }

    @Override
    public void copy(MemorySegment to, MemorySegment from, long at) {
        MemorySegment.copy(from, at, to, at, BLOCK);
    }
}
