package dev.tenon.bench.peer;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// A peer's way to do a task. It has its own memory for results and changes no operand.
public interface Attempt extends AutoCloseable {
    /// Does the task once.
    void run();

    /// Returns the F32 elements that the last run computed, in the order of [Task#results()].
    ///
    /// They are valid until the next run.
    List<MemorySegment> results();

    /// Frees the memory.
    @Override
    void close();
}
