package dev.tenon.bench;

import java.util.concurrent.TimeUnit;

/// How benchmarks time: the body runs until it is compiled, then in rounds, of which the fastest
/// counts, because everything else on the machine can only slow a round down.
final class Stopwatch {
    private static final long ROUND = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int ROUNDS = 12;

    private Stopwatch() {}

    /// Returns the seconds that one run of `body` takes.
    static double seconds(Runnable body) {
        long warmUp = System.nanoTime() + 20 * ROUND;
        long runs = 0;
        long begin = System.nanoTime();
        while (runs < 3 || System.nanoTime() < warmUp) {
            body.run();
            runs++;
        }
        double once = (System.nanoTime() - begin) / (double) runs;
        int perRound = (int) Math.max(1, Math.min(1 << 24, ROUND / once));
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < perRound; i++) {
                body.run();
            }
            best = Math.min(best, (System.nanoTime() - start) / 1e9 / perRound);
        }
        return best;
    }
}
