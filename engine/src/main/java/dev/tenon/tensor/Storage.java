package dev.tenon.tensor;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The memory behind one or more tensors: a tensor and its views share one.
///
/// Claims say who needs the contents: each recorded op claims what it saved and what it made. A
/// storage that a graph made is given back when the last claim goes; any other lives as long as a
/// tensor refers to it.
final class Storage {
    private static final AtomicLong CREATED = new AtomicLong();

    private final long number = CREATED.getAndIncrement();
    private final MemorySegment data;
    private Memory.@Nullable Loan loan;
    private int claims;
    private boolean ownedByGraph;
    private boolean kept;
    private boolean released;
    private int version;

    /// A storage over memory that is not [Memory]'s to hand out again, such as a mapped file.
    Storage(MemorySegment data) {
        this.data = data;
    }

    /// Returns the number of the storage that is made next: all made from now on have it or a
    /// higher one.
    static long nextNumber() {
        return CREATED.get();
    }

    long number() {
        return number;
    }

    void lend(Memory.Loan lent) {
        loan = lent;
    }

    /// Returns the memory.
    ///
    /// @throws TenonException if it was given back
    synchronized MemorySegment data() {
        if (released) {
            throw new TenonException(
                    "tensor: its memory was given back by backward() or at the end of Memory.tidy; call keep() on a"
                            + " tensor that is read later");
        }
        return data;
    }

    long byteSize() {
        return data.byteSize();
    }

    synchronized void claim() {
        claims++;
    }

    synchronized void unclaim() {
        claims--;
        if (claims == 0 && ownedByGraph && !kept) {
            release();
        }
    }

    /// A result of a recorded op belongs to the graph: the last unclaim gives it back.
    synchronized void ownedByGraph() {
        ownedByGraph = true;
    }

    /// The last unclaim no longer gives it back; the end of [Memory#tidy] or the garbage collector
    /// does.
    synchronized void leaveGraph() {
        ownedByGraph = false;
    }

    synchronized void keep() {
        kept = true;
    }

    synchronized boolean isKept() {
        return kept;
    }

    /// Gives the memory back unless someone needs it; returns whether it is gone.
    synchronized boolean releaseIfUnclaimed() {
        if (claims == 0 && !kept && !released) {
            release();
        }
        return released;
    }

    private void release() {
        released = true;
        if (loan != null) {
            Memory.giveBack(loan);
            loan = null;
        }
    }

    /// Counts writes, so that a gradient can tell that what it saved was overwritten.
    synchronized void written() {
        version++;
    }

    synchronized int version() {
        return version;
    }
}
