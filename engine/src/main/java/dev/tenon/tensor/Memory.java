package dev.tenon.tensor;

import dev.tenon.kernel.HugePages;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The native memory of tensors: buffers that are handed out, given back and handed out again.
///
/// Nobody closes a tensor. A buffer comes back in one of three ways:
/// 1. [Tensor#backward()] gives back what the graph saved as soon as the gradients have used it;
/// 2. [#tidy(Supplier)] gives back, when its body ends, everything that was made in it and is not
///    its result;
/// 3. everything else comes back when the garbage collector finds its tensor unreachable; the
///    collector is asked to run when the bytes in use have doubled since it last did.
///
/// Reading a tensor whose buffer was given back by 1 or 2 is an error with a message, never a read
/// of foreign data.
public final class Memory {
    private static final long ALIGNMENT = 64; // a cache line, and the widest vector
    private static final long LARGE = 2 * HugePages.SIZE;
    private static final long FIRST_COLLECTION = 1L << 30;
    private static final Object LOCK = new Object();
    private static final Map<Long, ArrayDeque<MemorySegment>> FREE = new HashMap<>();
    private static final ReferenceQueue<MemorySegment.Scope> UNREACHABLE = new ReferenceQueue<>();
    private static final Set<Loan> LOANS =
            new HashSet<>(); // keeps the references themselves reachable
    private static final ScopedValue<List<Storage>> TIDY = ScopedValue.newInstance();

    private static long inUse;
    private static long reserved;
    private static long nextCollection = FIRST_COLLECTION;

    private Memory() {}

    /// Returns the bytes that tensors hold now.
    public static long inUse() {
        synchronized (LOCK) {
            drain();
            return inUse;
        }
    }

    /// Returns the bytes taken from the operating system: those in use and those waiting to be
    /// handed out again.
    public static long reserved() {
        synchronized (LOCK) {
            return reserved;
        }
    }

    /// Runs `body` and gives back every buffer made in it, except that of its result, tensors
    /// marked by [Tensor#keep()], and what an unfinished graph needs.
    ///
    /// A training step or a network's forward pass in a loop belongs in here: memory then stays
    /// flat without waiting for the garbage collector.
    ///
    /// @return the body's result
    public static Tensor tidy(Supplier<Tensor> body) {
        List<Storage> made = new ArrayList<>();
        List<Storage> outer = TIDY.isBound() ? TIDY.get() : null;
        boolean done = false;
        try {
            Tensor result = ScopedValue.where(TIDY, made).call(body::get);
            result.storage().claim();
            close(made, outer);
            result.storage().unclaim();
            done = true;
            return result;
        } finally {
            if (!done) {
                close(made, outer);
            }
        }
    }

    /// Runs `body` as [#tidy(Supplier)] does, for a body without a result.
    public static void tidy(Runnable body) {
        List<Storage> made = new ArrayList<>();
        List<Storage> outer = TIDY.isBound() ? TIDY.get() : null;
        try {
            ScopedValue.where(TIDY, made).run(body);
        } finally {
            close(made, outer);
        }
    }

    private static void close(List<Storage> made, @Nullable List<Storage> outer) {
        for (Storage storage : made) {
            if (!storage.releaseIfUnclaimed() && outer != null && !storage.isKept()) {
                outer.add(storage);
            }
        }
    }

    @SuppressWarnings(
            "restricted") // reinterpret: the same bytes under a scope of their own, never more of
    // them
    static Storage allocate(long bytes) {
        long rounded = roundUp(bytes);
        MemorySegment buffer;
        synchronized (LOCK) {
            drain();
            buffer = take(rounded);
        }
        if (buffer == null) {
            collectIfGrown(rounded);
            buffer = takeOrReserve(rounded);
        }
        MemorySegment lent = buffer.reinterpret(bytes, Arena.ofAuto(), null);
        Storage storage = new Storage(lent);
        Loan loan = new Loan(lent.scope(), buffer);
        storage.lend(loan);
        synchronized (LOCK) {
            LOANS.add(loan);
        }
        if (TIDY.isBound()) {
            TIDY.get().add(storage);
        }
        return storage;
    }

    /// Where memory is short, buffers of other sizes that wait are given up for this one.
    private static MemorySegment takeOrReserve(long rounded) {
        for (boolean again = false; ; again = true) {
            try {
                synchronized (LOCK) {
                    MemorySegment buffer = take(rounded);
                    if (buffer == null) {
                        buffer = reserve(rounded);
                        reserved += rounded;
                        inUse += rounded;
                    }
                    return buffer;
                }
            } catch (OutOfMemoryError e) {
                if (again) {
                    throw e;
                }
                collect();
                giveUpFree();
            }
        }
    }

    /// The collector frees the buffers when the next reservation finds too little.
    private static void giveUpFree() {
        synchronized (LOCK) {
            for (ArrayDeque<MemorySegment> buffers : FREE.values()) {
                for (MemorySegment buffer : buffers) {
                    reserved -= buffer.byteSize();
                }
            }
            FREE.clear();
        }
    }

    /// Takes memory from the operating system, in large pages where it fills some.
    private static MemorySegment reserve(long bytes) {
        if (bytes < LARGE) {
            return Arena.ofAuto().allocate(bytes, ALIGNMENT);
        }
        MemorySegment buffer = Arena.ofAuto().allocate(bytes, HugePages.SIZE);
        HugePages.ask(buffer);
        return buffer;
    }

    private static @Nullable MemorySegment take(long rounded) {
        ArrayDeque<MemorySegment> free = FREE.get(rounded);
        MemorySegment buffer = free == null ? null : free.pollLast();
        if (buffer != null) {
            inUse += rounded;
        }
        return buffer;
    }

    static void giveBack(Loan loan) {
        synchronized (LOCK) {
            if (LOANS.remove(loan)) {
                inUse -= loan.buffer.byteSize();
                FREE.computeIfAbsent(loan.buffer.byteSize(), _ -> new ArrayDeque<>())
                        .addLast(loan.buffer);
            }
        }
    }

    private static void drain() {
        for (var found = UNREACHABLE.poll(); found != null; found = UNREACHABLE.poll()) {
            giveBack((Loan) found);
        }
    }

    /// Asks the garbage collector to find unreachable tensors once the bytes in use have doubled
    /// since it last did: it sees only small Java objects and would let gigabytes of native memory
    /// pile up behind them.
    private static void collectIfGrown(long more) {
        synchronized (LOCK) {
            if (inUse + more <= nextCollection) {
                return;
            }
        }
        collect();
        synchronized (LOCK) {
            nextCollection = Math.max(FIRST_COLLECTION, 2 * (inUse + more));
        }
    }

    private static void collect() {
        System.gc();
        try {
            long patience =
                    200; // milliseconds for the collector to report the first tensor it found
            for (var found = UNREACHABLE.remove(patience);
                    found != null;
                    found = UNREACHABLE.remove(1)) {
                giveBack((Loan) found);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Rounds up to one of four sizes per power of two, so that buffers of similar tensors serve
    /// each other; at most a quarter is wasted.
    private static long roundUp(long bytes) {
        if (bytes <= ALIGNMENT) {
            return ALIGNMENT;
        }
        long quarter = Math.max(ALIGNMENT, Long.highestOneBit(bytes - 1) / 4);
        return (bytes + quarter - 1) / quarter * quarter;
    }

    /// A buffer that is out. The scope is new for each loan and every slice of the lent segment
    /// refers to it, so that a kernel that holds only a segment still keeps the buffer from being
    /// handed out again.
    static final class Loan extends PhantomReference<MemorySegment.Scope> {
        private final MemorySegment buffer;

        Loan(MemorySegment.Scope scope, MemorySegment buffer) {
            super(scope, UNREACHABLE);
            this.buffer = buffer;
        }
    }
}
