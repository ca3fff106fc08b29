package dev.tenon.bench;

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

    private volatile int holder;

    private RoundTrip() {}

    /// Returns the nanoseconds now, by two threads that take a few milliseconds.
    static double nanoseconds() {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TRIES; i++) {
            best = Math.min(best, new RoundTrip().measure());
        }
        return best;
    }

    /// Returns a line about it.
    static String describe() {
        return String.format(
                Locale.ROOT,
                "A cache line goes between two processors and back in %.0f ns"
                        + " (below 100: one chiplet and one way to memory; about 400: two).",
                nanoseconds());
    }

    private double measure() {
        Thread other = Thread.ofPlatform().daemon().start(() -> play(1));
        long begin = System.nanoTime();
        play(0);
        double each = (System.nanoTime() - begin) / (double) TURNS;
        try {
            other.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return each;
    }

    /// Hands the line on whenever it is `player`'s.
    @SuppressWarnings("ThreadPriorityCheck") // on one processor the other player must come to play
    private void play(int player) {
        for (int turn = 0; turn < TURNS; turn++) {
            for (int spins = 1; holder != player; spins++) {
                if (spins % 100_000 == 0) {
                    Thread.yield();
                } else {
                    Thread.onSpinWait();
                }
            }
            holder = 1 - player;
        }
    }
}
