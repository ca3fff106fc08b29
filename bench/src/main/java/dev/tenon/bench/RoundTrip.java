package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import java.util.Locale;

/// How far two processors are from each other: the time in which a cache line goes from one to the
/// other and back.
///
/// It explains figures of memory. On an EPYC of the fifth generation two processors of one chiplet
/// are less than 100 ns apart and share its way to memory (75 GB/s of reads); on two chiplets they
/// are 400 ns apart and have twice as much. A virtual machine's host moves them as it likes.
final class RoundTrip {
    private static final int TURNS = 20_000;
    private static final int TRIES = 3; // of which the fastest counts
    private static final long PATIENCE = 50_000_000; // nanoseconds, in which nobody else may come

    private volatile int holder;
    private volatile double nanoseconds = Double.NaN;

    private RoundTrip() {}

    /// Returns the nanoseconds now, which takes two threads a few milliseconds, or NaN if there was
    /// no second one.
    static double nanoseconds() {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TRIES; i++) {
            RoundTrip trip = new RoundTrip();
            Parallel.run(2, trip::play);
            if (trip.nanoseconds < best) { // not NaN
                best = trip.nanoseconds;
            }
        }
        return Double.isInfinite(best) ? Double.NaN : best;
    }

    /// Returns a line about it, empty if there is nothing to say.
    static String describe() {
        double time = nanoseconds();
        return Double.isNaN(time)
                ? ""
                : String.format(
                        Locale.ROOT,
                        "A cache line goes between two processors and back in %.0f ns"
                                + " (below 100: one chiplet and one way to memory; about 400: two).",
                        time);
    }

    /// Hands the line on whenever it is `player`'s.
    private void play(int player) {
        long begin = System.nanoTime();
        for (int turn = 0; turn < TURNS; turn++) {
            for (int spins = 1; holder != player; spins++) {
                Thread.onSpinWait();
                if (spins % 1000 == 0 && System.nanoTime() - begin > PATIENCE) {
                    return;
                }
            }
            holder = 1 - player;
        }
        if (player == 0) {
            nanoseconds = (System.nanoTime() - begin) / (double) TURNS;
        }
    }
}
