package dev.tenon.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// The engine's threads: runs the parts of one job side by side and returns when all are done.
///
/// Callers cut a job into parts by the job's own sizes, never by the number of threads, and each
/// part writes only its own output; so results do not depend on the thread count. Parts are handed
/// out one by one, in order, to the caller and the workers. A worker spins for about twenty
/// microseconds after a job before it parks, because the next kernel of a network usually follows
/// within that time, and waking a parked thread costs about forty.
///
/// One job runs at a time; a job started from inside a part, or while another thread's job runs, is
/// done by its caller alone.
public final class Parallel {
    private static final int SPINS = 20_000;
    private static final Object LOCK = new Object();

    private static volatile int threads = Runtime.getRuntime().availableProcessors();
    private static volatile Worker[] workers = new Worker[0];
    private static volatile @Nullable Job job;
    private static boolean busy;
    private static int jobs; // written by the one thread that claimed the pool

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
        int helpers = Math.min(threads, parts) - 1;
        if (parts == 1) {
            part.accept(0);
            return;
        }
        Job current = new Job(part, parts);
        if (helpers <= 0 || !claim()) {
            current.work();
            current.rethrow();
            return;
        }
        try {
            Worker[] crew = crew(helpers);
            job = current;
            jobs++;
            for (int i = 0; i < helpers; i++) {
                crew[i].wake(jobs);
            }
            current.work();
            current.awaitParts();
            job = null;
        } finally {
            synchronized (LOCK) {
                busy = false;
            }
        }
        current.rethrow();
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

    private static boolean claim() {
        synchronized (LOCK) {
            if (busy) {
                return false;
            }
            busy = true;
            return true;
        }
    }

    private static Worker[] crew(int helpers) {
        Worker[] crew = workers;
        if (crew.length < helpers) {
            Worker[] larger = new Worker[helpers];
            System.arraycopy(crew, 0, larger, 0, crew.length);
            for (int i = crew.length; i < helpers; i++) {
                larger[i] = new Worker(i);
                larger[i].start();
            }
            workers = crew = larger;
        }
        return crew;
    }

    /// One call of [#run]. It counts its own parts, so that a worker that wakes too late finds none
    /// left and nobody waits for it.
    private static final class Job {
        private final IntConsumer part;
        private final int parts;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private @Nullable RuntimeException exception;
        private @Nullable Error error;

        Job(IntConsumer part, int parts) {
            this.part = part;
            this.parts = parts;
        }

        void work() {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                try {
                    part.accept(i);
                } catch (
                        RuntimeException
                                e) { // both are thrown again by rethrow() in the caller's thread
                    fail(e);
                } catch (Error e) {
                    fail(e);
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        @SuppressWarnings(
                "ThreadPriorityCheck") // yield only gives way; nothing depends on who runs
        void awaitParts() {
            for (int spins = 0; done.get() < parts; spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield(); // the worker has lost its processor to another program: give
                    // it ours
                }
            }
        }

        synchronized void fail(RuntimeException e) {
            if (exception == null) {
                exception = e;
            }
        }

        synchronized void fail(Error e) {
            if (error == null) {
                error = e;
            }
        }

        synchronized void rethrow() {
            if (error != null) {
                throw error;
            }
            if (exception != null) {
                throw exception;
            }
        }
    }

    private static final class Worker extends Thread {
        private volatile int invited;
        private volatile boolean parked;

        Worker(int number) {
            super("tenon-" + (number + 1));
            setDaemon(true);
        }

        void wake(int number) {
            invited = number;
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            int done = 0;
            while (true) {
                int spins = 0;
                while (invited == done) {
                    if (++spins < SPINS) {
                        Thread.onSpinWait();
                    } else {
                        parked = true;
                        if (invited == done) {
                            LockSupport.park(this);
                        }
                        parked = false;
                    }
                }
                done = invited;
                Job current = job;
                if (current != null) {
                    current.work();
                }
            }
        }
    }
}
