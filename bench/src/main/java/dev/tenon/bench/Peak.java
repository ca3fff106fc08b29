package dev.tenon.bench;

import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What this machine can do at most: the figures that benchmarks stand beside.
///
/// Each kind of work ([Work]) is done by loops that do nothing else ([PeakLoops]), of which the
/// fastest counts. A virtual machine gets faster and slower while it runs: two processors on one
/// chiplet share its way to memory, on two chiplets they have twice as much, and who puts them
/// there is the host. So a kernel stands beside what was measured in turns with it ([#now]).
///
/// The buffers hold noise: some processors store lines of zeros faster than others (an EPYC of the
/// fifth generation past its caches by a quarter), which no kernel's results profit from.
public final class Peak {
    /// Megabytes that memory is measured on where nobody says otherwise: several times the
    /// last-level cache. Yet 32 MB of cache still serve a part of them: operands larger than this
    /// deserve a larger buffer (docs/figures.md).
    static final int BUFFER_MB = 128;

    private static final long PAGE = 4096;
    private static final long GAP = 5 * PAGE; // between streams
    private static final int CALLS = 200; // of the loop in registers: a millisecond a part
    private static final double FIRST = 0.6; // seconds: the loops are compiled on the way
    private static final double AGAIN = 0.1;

    private final long bytes; // of the buffer
    private final PeakLoops loops;
    private final Map<Kind, Double> best = new HashMap<>();
    private final Map<Kind, Choice> choices = new HashMap<>();
    private @Nullable MemorySegment buffer;

    /// Measures nothing yet.
    public Peak() {
        this(BUFFER_MB);
    }

    /// Measures nothing yet, and memory on a buffer of `megabytes`.
    Peak(int megabytes) {
        this(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), megabytes);
    }

    Peak(boolean vectorModule, int megabytes) {
        bytes = (long) megabytes << 20;
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
        return known == null ? now(work, threads, FIRST) : known;
    }

    /// Returns the figure of this moment, in GFLOP/s or GB/s.
    ///
    /// @param threads that share the work
    /// @param seconds to spend
    double now(Work work, int threads, double seconds) {
        double figure =
                (work.isArithmetic()
                                ? flops(threads, seconds)
                                : bandwidth(new Kind(work, threads), seconds))
                        / 1e9;
        best.merge(new Kind(work, threads), figure, Math::max);
        return figure;
    }

    /// Measures once more what was asked for so far.
    void refresh() {
        for (Kind kind : List.copyOf(best.keySet())) {
            now(kind.work, kind.threads, AGAIN);
        }
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
        Choice choice = choices.get(kind);
        boolean first = choice == null;
        if (choice == null) {
            choice = new Choice(loops.movers(kind.work));
            choices.put(kind, choice);
        }
        List<Integer> turn = choice.turn(first);
        List<List<MemorySegment>> parts = parts(threads, kind.work.streams());
        long part = parts.getFirst().getFirst().byteSize();
        double most = 0;
        for (int number : turn) {
            PeakLoops.Mover mover = choice.all.get(number);
            double seconds =
                    Stopwatch.seconds(
                            () -> Parallel.run(threads, i -> mover.move(parts.get(i))),
                            (first ? Math.max(FIRST, limit) : limit) / turn.size());
            double figure = (double) kind.work.passes() * part * threads / seconds;
            if (figure > most) {
                most = figure;
                choice.fastest = number;
            }
        }
        return most;
    }

    /// Cuts the buffer into streams for each thread, at distances that are no power of two: else
    /// they would fall on the same sets of a cache.
    private List<List<MemorySegment>> parts(int threads, int streams) {
        if (buffer == null) {
            buffer = noise();
        }
        long part = bytes / threads / streams / PeakLoops.BLOCK * PeakLoops.BLOCK;
        List<List<MemorySegment>> parts = new ArrayList<>();
        long from = 0;
        for (int i = 0; i < threads; i++) {
            List<MemorySegment> streamsOfOne = new ArrayList<>();
            for (int j = 0; j < streams; j++) {
                streamsOfOne.add(buffer.asSlice(from, part));
                from += part + GAP;
            }
            parts.add(streamsOfOne);
        }
        return parts;
    }

    /// Memory as tensors have it, from a page's beginning on, with room for the gaps.
    private MemorySegment noise() {
        long room = bytes / 4; // for the gaps of 1,600 streams
        MemorySegment memory = Operands.numbers((bytes + room + PAGE) / 4);
        long begin = (memory.address() + PAGE - 1) / PAGE * PAGE;
        return memory.asSlice(begin - memory.address(), bytes + room);
    }
}
