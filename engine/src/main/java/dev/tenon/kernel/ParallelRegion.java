package dev.tenon.kernel;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;

/// The job that [Parallel] is at, one after the other in the same object, so that a job allocates
/// nothing.
///
/// Each place at the job has a slice of its parts and a word that says which is next: the number of
/// the job above, that of the part below. A part is taken by raising the word, which fails once the
/// word belongs to another job. So a worker that wakes too late for its job takes no part in the
/// next one by mistake: before a job's settings change, all words are given its number with no part
/// left, and they are opened when the settings stand.
final class ParallelRegion {
    private static final int APART = 16; // words of 8 bytes: two cache lines, fetched in pairs
    private static final int NONE = Integer.MAX_VALUE; // parts are numbered below
    private static final int SPINS = 2_000; // about fifty microseconds

    private final AtomicLongArray words;
    private final int places;
    private final AtomicInteger done = new AtomicInteger();
    private final Failure failure = new Failure();

    private int crew;
    private int parts;
    private IntConsumer part = ParallelRegion::nothing;
    private int mine; // parts that the caller ran

    /// @param places the most threads at a job
    ParallelRegion(int places) {
        this.places = places;
        words = new AtomicLongArray((places + 1) * APART);
        close();
    }

    /// Leaves nothing to take, for ever: the region is replaced by another.
    void close() {
        for (int place = 0; place < places; place++) {
            words.set(at(place), word(0, NONE));
        }
    }

    /// Opens a job.
    ///
    /// @param job its number, another than that of all jobs that a thread may still be late for
    /// @param crewSize threads at it, places at most and no more than parts
    void begin(int job, int crewSize, int partCount, IntConsumer body) {
        for (int place = 0; place < places; place++) {
            words.setRelease(at(place), word(job, NONE));
        }
        VarHandle.storeStoreFence(); // who sees a new setting finds no old word
        crew = crewSize;
        parts = partCount;
        part = body;
        mine = 0;
        for (int place = 0; place < crewSize; place++) {
            words.setRelease(at(place), word(job, first(place)));
        }
    }

    /// Runs parts of the job until none is left to take: first the place's own, then others'.
    void work(int job, int place) {
        int ran = 0;
        int all = crew;
        for (int turn = 0; turn < all; turn++) {
            ran += slice(job, (place + turn) % all);
        }
        if (place == 0) {
            mine = ran;
        } else if (ran > 0) {
            done.getAndAdd(ran);
        }
    }

    private int slice(int job, int place) {
        if (place >= places) {
            return 0; // too late: crew is a later job's, of a larger region
        }
        int end = first(place + 1);
        int at = at(place);
        int ran = 0;
        while (true) {
            long word = words.get(at);
            int next = (int) word;
            if ((int) (word >>> 32) != job || next >= end) {
                return ran;
            }
            if (words.compareAndSet(at, word, word + 1)) {
                failure.guard(part, next); // the job lasts until this part is counted
                ran++;
            }
        }
    }

    /// Waits for the parts that workers took and throws what a part threw.
    @SuppressWarnings("ThreadPriorityCheck") // yield only gives way; nothing depends on who runs
    void end() {
        int others = parts - mine;
        for (int spins = 0; done.get() < others; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // the worker has lost its processor to another program
            }
        }
        done.set(0);
        part = ParallelRegion::nothing; // the memory that it works on is not held any longer
        failure.rethrow();
    }

    /// Returns the first part of a place's slice.
    private int first(int place) {
        return (int) ((long) parts * place / crew);
    }

    private static void nothing(int number) {}

    private static int at(int place) {
        return (place + 1) * APART;
    }

    private static long word(int job, int next) {
        return (long) job << 32 | next;
    }
}
