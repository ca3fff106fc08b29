package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/// What this machine can do at most: the figures that benchmarks stand beside.
///
/// Four kinds of work, each done by a loop that does nothing else ([PeakLoops]). Other programs on
/// the machine can only slow a loop down, so each peak is the best of all measurements in the run,
/// and benchmarks measure again from time to time.
public final class Peak {
    private static final long BUFFER = 128L << 20; // bytes: several times the last-level cache
    private static final long ALIGNMENT = 4096;
    private static final int CALLS = 200; // of the loop in registers: a millisecond a part
    private static final double FIRST = 0.6; // seconds: the loops are compiled on the way
    private static final double AGAIN = 0.1;

    private final PeakLoops loops;
    private final Map<Kind, Double> best = new HashMap<>();

    /// Measures nothing yet.
    public Peak() {
        this(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    }

    Peak(boolean vectorModule) {
        loops = vectorModule ? new VectorPeakLoops() : new PlainPeakLoops();
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
        double figure =
                switch (work) {
                    case ARITHMETIC -> flops(threads, limit);
                    case READING, MOVING, UPDATING -> bandwidth(work, threads, limit);
                };
        return best.merge(new Kind(work, threads), figure / 1e9, Math::max);
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

    private double bandwidth(Work work, int threads, double limit) {
        long share = BUFFER / threads / (2 * PeakLoops.BLOCK) * (2 * PeakLoops.BLOCK);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment[] parts = new MemorySegment[threads];
            for (int i = 0; i < threads; i++) {
                parts[i] = arena.allocate(share, ALIGNMENT);
            }
            double seconds =
                    Stopwatch.seconds(
                            () -> Parallel.run(threads, i -> pass(work, parts[i])), limit);
            double perByte = work == Work.UPDATING ? 2 : 1; // half of a copy is read, half written
            return perByte * share * threads / seconds;
        }
    }

    private void pass(Work work, MemorySegment data) {
        switch (work) {
            case READING -> loops.read(data);
            case UPDATING -> loops.update(data);
            default -> {
                long half = data.byteSize() / 2;
                loops.copy(data.asSlice(half, half), data.asSlice(0, half));
            }
        }
    }
}
