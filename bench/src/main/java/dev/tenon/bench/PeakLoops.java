package dev.tenon.bench;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// The loops that drive the machine to its peaks.
interface PeakLoops {
    /// What sizes of data are a multiple of, in bytes: four pages.
    long BLOCK = 4 * 4096;

    /// Multiplies and adds F32 numbers that lie in registers, for a few microseconds.
    ///
    /// @return the operations that it did, two to a multiply-add
    long multiplyAdd();

    /// Returns the ways to move memory: which one is fastest differs between machines.
    List<Mover> movers(Work work);

    /// Moves memory.
    @FunctionalInterface
    interface Mover {
        /// Reads and writes all of the streams.
        ///
        /// @param streams of one size: first those read, then those written unless in place
        void move(List<MemorySegment> streams);
    }
}
