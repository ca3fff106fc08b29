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

    /// What loops of Java do to a block of a stream. Any mix of reads and writes is made of these,
    /// block by block: what is used twice is in the first-level cache by then.
    interface Blocks {
        /// Reads the bytes from `at` to `at + BLOCK`.
        void read(MemorySegment data, long at);

        /// Writes them.
        void fill(MemorySegment data, long at);

        /// Writes those of `from` to `to`.
        void copy(MemorySegment to, MemorySegment from, long at);

        /// Reads and writes them.
        void update(MemorySegment data, long at);

        /// Does a mix of reads and writes.
        default void move(List<MemorySegment> streams, Work work) {
            int read = work.read();
            int written = work.written();
            for (long at = 0; at < streams.getFirst().byteSize(); at += BLOCK) {
                int from = Math.min(written, read); // the first ones are read when they are written
                for (int i = 0; i < written; i++) {
                    MemorySegment to = streams.get(work.inPlace() ? i : read + i);
                    if (work.inPlace()) {
                        update(to, at);
                    } else if (read == 0) {
                        fill(to, at);
                    } else {
                        copy(to, streams.get(i % read), at);
                    }
                }
                for (int i = from; i < read; i++) {
                    read(streams.get(i), at);
                }
            }
        }
    }
}
