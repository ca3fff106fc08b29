package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import java.util.function.Supplier;

/// A kernel to time.
///
/// @param name what it is; unique
/// @param work what it keeps busy
/// @param amount F32 operations or bytes of one run
/// @param threads that share it, or 0 for as many as there are
/// @param prepare makes the operands, throws IllegalStateException if the kernel's result is wrong,
///   and returns one run
record Trial(String name, Work work, double amount, int threads, Supplier<Runnable> prepare) {
    private static final double SECONDS = 0.4;

    static Trial of(String name, Work work, double amount, Supplier<Runnable> prepare) {
        return new Trial(name, work, amount, 0, prepare);
    }

    /// Returns this with one thread, and a name that says so.
    Trial onOneThread() {
        return new Trial(name + ", 1 thread", work, amount, 1, prepare);
    }

    /// Returns the number of threads that share a run.
    int crew() {
        return threads == 0 ? Parallel.threads() : threads;
    }

    /// Returns the seconds that one run takes, after checking the result.
    ///
    /// @throws IllegalStateException if the result is wrong
    double seconds() {
        int before = Parallel.threads();
        Parallel.threads(crew());
        try {
            return Stopwatch.seconds(prepare.get(), SECONDS);
        } finally {
            Parallel.threads(before);
        }
    }

    /// Returns the figure of a run that took `seconds`.
    Figure figure(double seconds, Peak peak) {
        return Figure.rate(
                name, amount / seconds / 1e9, work.unit(), seconds, peak.of(work, crew()));
    }
}
