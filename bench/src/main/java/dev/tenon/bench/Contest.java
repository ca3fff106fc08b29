package dev.tenon.bench;

import dev.tenon.bench.peer.Attempt;
import dev.tenon.bench.peer.Peer;
import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Times a kernel and, in turns with it, the peers that can do the same and the loops that drive
/// the machine to its peak.
///
/// In turns, because a machine that others use gets slower and faster by the minute: each takes
/// part in every phase, and what was measured while the peak was another does not count. First
/// every peer must arrive at Tenon's results.
final class Contest {
    private static final double SECONDS = 0.4; // for Tenon and for each peer
    private static final double PEAK = 0.1; // for the machine's peak, before and after
    private static final int TURNS = 3; // that count
    private static final int MOST_TURNS = 9;
    private static final double EVEN = 1.2; // peaks further apart are those of two machines

    /// What was measured.
    ///
    /// @param seconds that a run of Tenon's takes
    /// @param peak the machine's own figure, or null where there is none of the kind
    /// @param peer the fastest peer, or null if none took part
    /// @param peerSeconds that a run of that peer's takes, or null
    record Outcome(
            double seconds,
            @Nullable Double peak,
            @Nullable String peer,
            @Nullable Double peerSeconds) {}

    /// The machine's peak.
    @FunctionalInterface
    interface Ceiling {
        /// Returns what the machine does at this moment.
        ///
        /// @param seconds to spend
        double measure(double seconds);
    }

    private record Entrant(String name, Attempt attempt) {}

    private Contest() {}

    /// Returns the time of a run.
    ///
    /// @param name of the trial, for messages
    /// @param run Tenon's; peers take part if it is a [TaskRun]
    /// @param threads that may share a run
    /// @param ceiling what the kernel stands beside, or null
    /// @throws IllegalStateException if a peer arrives at other results
    static Outcome hold(
            String name, Runnable run, List<Peer> peers, int threads, @Nullable Ceiling ceiling) {
        List<Entrant> entrants = new ArrayList<>();
        if (run instanceof TaskRun shared) {
            for (Peer peer : peers) {
                Attempt attempt = peer.attempt(shared.task(), threads);
                if (attempt != null) {
                    entrants.add(new Entrant(peer.name(), attempt));
                }
            }
        }
        try {
            for (Entrant entrant : entrants) {
                check(name, entrant, ((TaskRun) run).task());
            }
            return inTurns(run, entrants, ceiling);
        } finally {
            entrants.forEach(entrant -> entrant.attempt.close());
        }
    }

    /// What one turn measured.
    ///
    /// @param peaks before and after all others, none where there is no ceiling
    private record Turn(double own, double[] peaks, double[] peers) {}

    /// Takes turns until the machine was the same machine for as many as count, by its peak.
    private static Outcome inTurns(
            Runnable run, List<Entrant> entrants, @Nullable Ceiling ceiling) {
        ArrayDeque<Turn> turns = new ArrayDeque<>();
        for (int turn = 0; turn < MOST_TURNS && !(turns.size() == TURNS && even(turns)); turn++) {
            if (turns.size() == TURNS) {
                turns.removeFirst();
            }
            turns.addLast(turn(run, entrants, ceiling));
        }
        double own = Double.POSITIVE_INFINITY;
        double[] others = new double[entrants.size()];
        Arrays.fill(others, Double.POSITIVE_INFINITY);
        for (Turn turn : turns) {
            own = Math.min(own, turn.own);
            for (int i = 0; i < others.length; i++) {
                others[i] = Math.min(others[i], turn.peers[i]);
            }
        }
        Double peak = ceiling == null ? null : peaks(turns).getMax();
        if (entrants.isEmpty()) {
            return new Outcome(own, peak, null, null);
        }
        int best = 0;
        for (int i = 1; i < others.length; i++) {
            best = others[i] < others[best] ? i : best;
        }
        return new Outcome(own, peak, entrants.get(best).name, others[best]);
    }

    private static boolean even(Collection<Turn> turns) {
        DoubleSummaryStatistics peaks = peaks(turns);
        return peaks.getCount() == 0 || peaks.getMax() <= EVEN * peaks.getMin();
    }

    private static DoubleSummaryStatistics peaks(Collection<Turn> turns) {
        return turns.stream()
                .flatMapToDouble(turn -> Arrays.stream(turn.peaks))
                .summaryStatistics();
    }

    private static Turn turn(Runnable run, List<Entrant> entrants, @Nullable Ceiling ceiling) {
        double[] peaks = new double[ceiling == null ? 0 : 2];
        if (ceiling != null) {
            peaks[0] = ceiling.measure(PEAK / TURNS);
        }
        double own = Stopwatch.seconds(run, SECONDS / TURNS);
        double[] others =
                entrants.stream()
                        .mapToDouble(each -> Stopwatch.seconds(each.attempt::run, SECONDS / TURNS))
                        .toArray();
        if (ceiling != null) {
            peaks[1] = ceiling.measure(PEAK / TURNS);
        }
        return new Turn(own, peaks, others);
    }

    private static void check(String name, Entrant entrant, Task task) {
        entrant.attempt.run();
        List<MemorySegment> found = entrant.attempt.results();
        List<Task.Result> expected = task.results();
        for (int i = 0; i < expected.size(); i++) {
            Operands.check(
                    String.format(Locale.ROOT, "%s, result %d of %s", name, i, entrant.name),
                    found.get(i),
                    expected.get(i).data(),
                    expected.get(i).tolerance());
        }
    }
}
