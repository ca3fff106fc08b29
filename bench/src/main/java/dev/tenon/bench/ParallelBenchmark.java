package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import java.util.List;

/// What it costs to share work between two threads: a region of two parts that do nothing.
final class ParallelBenchmark {
    private static final int PARTS = 2;
    private static final int OTHER = 10; // microseconds

    private ParallelBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                new Trial("parallel region, back to back", Work.TIME, 0, PARTS, () -> check(0)),
                new Trial(
                        "parallel region, every " + OTHER + " us",
                        Work.TIME,
                        OTHER,
                        PARTS,
                        () -> check(OTHER)));
    }

    /// @param other microseconds of work of the caller's between two regions
    private static Runnable check(int other) {
        int[] ran = new int[PARTS];
        Parallel.run(PARTS, i -> ran[i]++);
        for (int i = 0; i < PARTS; i++) {
            Operands.check("parallel region, part " + i, ran[i], 1, 0);
        }
        return () -> {
            Parallel.run(PARTS, ParallelBenchmark::nothing);
            if (other > 0) {
                long until = System.nanoTime() + 1000L * other;
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
            }
        };
    }

    private static void nothing(int part) {}
}
