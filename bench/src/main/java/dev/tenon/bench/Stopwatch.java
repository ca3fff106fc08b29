package dev.tenon.bench;

/// How benchmarks time: the body runs in rounds, of which the fastest counts, because everything
/// else on the machine, the compiler at work included, can only slow a round down.
final class Stopwatch {
    private static final double ROUND =
            0.004; // seconds: the clock's error is far below, and so is a turn that others take
    private static final double SETTLED = 0.99; // a gain of less than 1 % is none
    private static final int PATIENCE = 25; // rounds

    private Stopwatch() {}

    /// Returns the seconds that one run of `body` takes.
    ///
    /// It ends when `limit` is over and 25 rounds brought no gain, at the latest after three times
    /// the limit: a slow body may still be waiting for the compiler.
    ///
    /// @param limit seconds to spend; however long a run takes, there are at least two
    static double seconds(Runnable body, double limit) {
        long begin = System.nanoTime();
        double best = round(body, 1);
        int since = 0;
        while (true) {
            double now = round(body, (int) Math.clamp(ROUND / best, 1, 1 << 24));
            since = now < SETTLED * best ? 0 : since + 1;
            best = Math.min(best, now);
            double spent = (System.nanoTime() - begin) / 1e9;
            if (spent > 3 * limit || (spent > limit && since >= PATIENCE)) {
                return best;
            }
        }
    }

    private static double round(Runnable body, int runs) {
        long begin = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            body.run();
        }
        return Math.max(1, System.nanoTime() - begin) / 1e9 / runs;
    }
}
