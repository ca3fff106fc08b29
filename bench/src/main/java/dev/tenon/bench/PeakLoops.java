package dev.tenon.bench;

import java.lang.foreign.MemorySegment;

/// The loops that drive the machine to its peaks.
interface PeakLoops {
    /// What sizes of data are a multiple of, in bytes: four pages.
    long BLOCK = 4 * 4096;

    /// Multiplies and adds F32 numbers that lie in registers, for a few microseconds.
    ///
    /// @return the operations that it did, two to a multiply-add
    long multiplyAdd();

    /// Reads all of `data`.
    void read(MemorySegment data);

    /// Copies all of `from` to `to`, which has the same size.
    void copy(MemorySegment to, MemorySegment from);

    /// Reads all of `data` and writes it again.
    void update(MemorySegment data);
}
