package dev.tenon.bench.peer;

import org.jspecify.annotations.Nullable;

/// Another program that does what Tenon's kernels do, in the same process and on the same memory.
///
/// The benchmarks find it with ServiceLoader and work without: the programs are native libraries of
/// a hundred megabytes, which the module `peers` alone fetches.
public interface Peer {
    /// Returns what reports call it, with its version.
    String name();

    /// Prepares a task.
    ///
    /// @param threads that may share it
    /// @return the attempt, or null if this peer has no such operation
    @Nullable Attempt attempt(Task task, int threads);
}
