package dev.tenon.kernel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/// The engine's threads: runs the parts of one job side by side and returns when all are done.
///
/// Callers cut a job into parts by the job's own sizes, never by the number of threads, and each
/// part writes only its own output; so results do not depend on the thread count. Each thread has a
/// slice of neighbouring parts, the same in every job of as many parts, so that it finds in its own
/// cache what it wrote in the job before; when it is through it takes what is left of the others'
/// slices, so that nobody waits for a thread that another program has put off its processor
/// ([ParallelRegion]).
///
/// A worker spins for a hundred microseconds after a job before it parks, because the next kernel
/// of a network usually follows within that time, and waking a parked thread costs about fifty.
///
/// One job runs at a time; a job started from inside a part, or while another thread's job runs, is
/// done by its caller alone.
public final class Parallel {
    private static final AtomicBoolean BUSY = new AtomicBoolean();

    private static volatile int threads = Runtime.getRuntime().availableProcessors();
    private static volatile ParallelRegion region = new ParallelRegion(1);

    // both belong to the one thread that claimed the pool
    private static Worker[] workers = new Worker[0];
    private static int jobs;

    private Parallel() {}

    /// Returns the number of threads that share a job, the caller's included.
    public static int threads() {
        return threads;
    }

    /// Sets the number of threads that share a job, the caller's included; the default is the
    /// number of processors.
    ///
    /// @param count at least 1
    /// @throws IllegalArgumentException if count is below 1
    public static void threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "parallel: threads must be at least 1; got " + count);
        }
        threads = count;
    }

    /// Runs `part` once for each number in `[0, parts)` and returns when all have run.
    ///
    /// If a part throws, the others still run, whatever the number of threads, and the first
    /// exception (by time; an Error before any other) is thrown here.
    public static void run(int parts, IntConsumer part) {
        if (parts == 1) {
            part.accept(0);
            return;
        }
        int crew = Math.min(threads, parts);
        if (crew <= 1 || !BUSY.compareAndSet(false, true)) {
            alone(parts, part);
            return;
        }
        try {
            ParallelRegion current = hire(crew);
            current.begin(++jobs, crew, parts, part);
            finish(current, crew);
        } finally {
            BUSY.set(false);
        }
    }

    /// Cuts `[0, count)` into ranges of `grain` elements (the last may be shorter) and runs `range`
    /// on each.
    ///
    /// @param grain elements per part, at least 1: a fixed number for the kernel, so that the cuts
    ///   are always the same
    public static void range(long count, long grain, Range range) {
        long parts = (count + grain - 1) / grain;
        if (parts <= 1) {
            if (count > 0) {
                range.run(0, count);
            }
            return;
        }
        run(Math.toIntExact(parts), i -> range.run(i * grain, Math.min(count, (i + 1) * grain)));
    }

    /// What [#range] runs on each part: the elements from `from` (included) to `to` (excluded).
    @FunctionalInterface
    public interface Range {
        void run(long from, long to);
    }

    private static void alone(int parts, IntConsumer part) {
        Failure failure = new Failure();
        for (int i = 0; i < parts; i++) {
            failure.guard(part, i);
        }
        failure.rethrow();
    }

    private static void finish(ParallelRegion current, int crew) {
        for (int i = 0; i < crew - 1; i++) {
            workers[i].invite(jobs);
        }
        current.work(jobs, 0);
        current.end();
    }

    /// Returns a region with room for `crew`, after hiring who is missing.
    private static ParallelRegion hire(int crew) {
        if (workers.length < crew - 1) {
            Worker[] larger = new Worker[crew - 1];
            System.arraycopy(workers, 0, larger, 0, workers.length);
            for (int i = workers.length; i < larger.length; i++) {
                larger[i] = new Worker(i + 1);
                larger[i].start();
            }
            workers = larger;
            region.close();
            region = new ParallelRegion(crew);
        }
        return region;
    }

    private static final class Worker extends Thread {
        private static final int SPINS = 32; // between two looks at the clock
        private static final long PATIENCE = 100_000; // nanoseconds

        private final int place;
        private volatile int invited;
        private volatile boolean parked;

        Worker(int place) {
            super("tenon-" + place);
            this.place = place;
            setDaemon(true);
        }

        void invite(int job) {
            invited = job;
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            int done = 0;
            while (true) {
                await(done);
                done = invited;
                region.work(done, place);
            }
        }

        private void await(int done) {
            long begin = 0;
            for (int spins = 1; invited == done; spins++) {
                Thread.onSpinWait();
                if (spins % SPINS != 0) {
                    continue;
                }
                long now = System.nanoTime();
                if (begin == 0) {
                    begin = now;
                } else if (now - begin > PATIENCE) {
                    parked = true;
                    if (invited == done) {
                        LockSupport.park(this);
                    }
                    parked = false;
                    begin = 0;
                }
            }
        }
    }
}
