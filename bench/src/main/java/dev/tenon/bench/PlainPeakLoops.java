package dev.tenon.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

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

    /// Copies where one stream goes to another, else element by element, of which the compiler
    /// makes vectors only now and then.
    @Override
    public List<Mover> movers(Work work) {
        if (work.equals(Work.MOVING)) {
            return List.of(streams -> streams.get(1).copyFrom(streams.get(0)));
        }
        return List.of(streams -> move(streams, work));
    }

    private static void move(List<MemorySegment> streams, Work work) {
        int first = work.inPlace() ? 0 : work.read();
        long count = streams.get(0).byteSize() / 8;
        long sum = 0;
        for (long i = 0; i < count; i++) {
            long last = 0;
            for (int k = 0; k < work.read(); k++) {
                last = streams.get(k).getAtIndex(ValueLayout.JAVA_LONG, i);
                sum += last;
                if (work.inPlace() && k < work.written()) {
                    streams.get(k).setAtIndex(ValueLayout.JAVA_LONG, i, last);
                }
            }
            for (int k = 0; !work.inPlace() && k < work.written(); k++) {
                streams.get(first + k).setAtIndex(ValueLayout.JAVA_LONG, i, last);
            }
        }
        sink = sum;
    }
}
