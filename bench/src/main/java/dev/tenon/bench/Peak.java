package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What this machine can do at most: the figures that benchmarks stand beside.
///
/// Each kind of work ([Work]) is done by loops that do nothing else ([PeakLoops]), of which the
/// fastest counts. Other programs on the machine can only slow a loop down, so each peak is the
/// best of all measurements in the run, and benchmarks measure again from time to time.
public final class Peak {
    private static final long BUFFER = 128L << 20; // bytes: several times the last-level cache
    private static final long ALIGNMENT = 4096;
    private static final int CALLS = 200; // of the loop in registers: a millisecond a part
    private static final double FIRST = 0.6; // seconds: the loops are compiled on the way
    private static final double AGAIN = 0.1;

    private final PeakLoops loops;
    private final Map<Kind, Double> best = new HashMap<>();
    private final Map<Kind, Choice> choices = new HashMap<>();

    /// Measures nothing yet.
    public Peak() {
        this(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    }

    Peak(boolean vectorModule) {
        PeakLoops portable = vectorModule ? new VectorPeakLoops() : new PlainPeakLoops();
        loops =
                Backend.kernels().name().equals("machine")
                        ? new MachinePeakLoops(portable)
                        : portable;
    }

    /// @param threads that share the work
    private record Kind(Work work, int threads) {}

    /// Returns the best figure so far, in GFLOP/s or GB/s, measuring it if there is none.
    ///
    /// @param threads that share the work
    double of(Work work, int threads) {
        Double known = best.get(new Kind(work, threads));
        return known == null ? measure(work, threads, FIRST) : known;
    }

    /// Measures once more what was asked for so far.
    void refresh() {
        for (Kind kind : best.keySet()) {
            measure(kind.work, kind.threads, AGAIN);
        }
    }

    private double measure(Work work, int threads, double limit) {
        Kind kind = new Kind(work, threads);
        double figure = work.isArithmetic() ? flops(threads, limit) : bandwidth(kind, limit);
        return best.merge(kind, figure / 1e9, Math::max);
    }

    private double flops(int threads, double limit) {
        long[] flops = new long[threads];
        double seconds =
                Stopwatch.seconds(
                        () -> Parallel.run(threads, i -> flops[i] = multiplyAdd()), limit);
        long sum = 0;
        for (long each : flops) {
            sum += each;
        }
        return sum / seconds;
    }

    private long multiplyAdd() {
        long flops = 0;
        for (int call = 0; call < CALLS; call++) {
            flops += loops.multiplyAdd();
        }
        return flops;
    }

    /// The ways to move memory for one kind.
    private static final class Choice {
        final List<PeakLoops.Mover> all;
        int fastest;
        int next; // to be tried again

        Choice(List<PeakLoops.Mover> all) {
            this.all = all;
        }

        /// All at first, later the fastest and one of the others, which a busy moment may have held
        /// back.
        List<Integer> turn(boolean first) {
            if (first) {
                return IntStream.range(0, all.size()).boxed().toList();
            }
            next = (next + 1) % all.size();
            return next == fastest ? List.of(fastest) : List.of(fastest, next);
        }
    }

    /// The best of a turn.
    private double bandwidth(Kind kind, double limit) {
        int threads = kind.threads;
        long part = BUFFER / threads / kind.work.streams() / PeakLoops.BLOCK * PeakLoops.BLOCK;
        Choice choice = choices.get(kind);
        boolean first = choice == null;
        if (choice == null) {
            choice = new Choice(loops.movers(kind.work));
            choices.put(kind, choice);
        }
        List<Integer> turn = choice.turn(first);
        double most = 0;
        try (Arena arena = Arena.ofShared()) {
            List<List<MemorySegment>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                parts.add(streams(arena, kind.work.streams(), part));
            }
            for (int number : turn) {
                PeakLoops.Mover mover = choice.all.get(number);
                double seconds =
                        Stopwatch.seconds(
                                () -> Parallel.run(threads, i -> mover.move(parts.get(i))),
                                limit / turn.size());
                double figure = (double) kind.work.passes() * part * threads / seconds;
                if (figure > most) {
                    most = figure;
                    choice.fastest = number;
                }
            }
        }
        return most;
    }

    /// Streams at unequal distances: at multiples of a power of two they would fall on the same
    /// sets of a cache.
    private static List<MemorySegment> streams(Arena arena, int count, long bytes) {
        List<MemorySegment> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long gap = 5 * PeakLoops.BLOCK / 4 * i;
            streams.add(arena.allocate(gap + bytes, ALIGNMENT).asSlice(gap, bytes).fill((byte) 0));
        }
        return streams;
    }
}
