package dev.tenon.bench;

import dev.tenon.bench.peer.Peer;
import dev.tenon.kernel.Parallel;
import java.util.List;
import java.util.function.Supplier;

/// A kernel to time.
///
/// @param name what it is; unique
/// @param work what it keeps busy
/// @param amount F32 operations or bytes of one run; for [Work#TIME], the microseconds of a run
///   that do not count
/// @param threads that share it, or 0 for as many as there are
/// @param prepare makes the operands, throws IllegalStateException if the kernel's result is wrong,
///   and returns one run
record Trial(String name, Work work, double amount, int threads, Supplier<Runnable> prepare) {
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

    /// Returns the seconds that one run takes, after checking the result, beside those of the peers
    /// and the machine's peak.
    ///
    /// @throws IllegalStateException if a result is wrong
    Contest.Outcome time(List<Peer> peers, Peak peak) {
        int before = Parallel.threads();
        Parallel.threads(crew());
        try {
            Runnable run = prepare.get();
            Contest.Ceiling ceiling =
                    work.equals(Work.TIME) ? null : seconds -> peak.now(work, crew(), seconds);
            return Contest.hold(name, run, peers, crew(), ceiling);
        } finally {
            Parallel.threads(before);
        }
    }

    /// Returns the figure of a run that took so long.
    Figure figure(Contest.Outcome outcome) {
        if (outcome.peak() == null) {
            return Figure.time(
                    name, outcome.seconds() * 1e6 - amount, work.unit(), outcome.seconds());
        }
        Double peerSeconds = outcome.peerSeconds();
        return new Figure(
                name,
                amount / outcome.seconds() / 1e9,
                work.unit(),
                outcome.seconds(),
                outcome.peak(),
                outcome.peer(),
                peerSeconds == null ? null : amount / peerSeconds / 1e9);
    }
}
