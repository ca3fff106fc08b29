package dev.tenon.bench;

/// What a benchmark keeps busy, and so the peak that its figure stands beside: F32 operations, two
/// to a multiply-add, beside multiply-adds in registers; or bytes, beside a loop that reads and
/// writes as many streams of main memory and computes nothing; or time alone.
///
/// Bytes count once each way. (A processor reads what it is about to write unless it writes around
/// its caches, which nobody counts.)
///
/// @param unit of the figure
/// @param read streams of memory that are read, 0 to 4
/// @param written streams of memory that are written, 0 to 3
/// @param inPlace whether those written are among those read
record Work(String unit, int read, int written, boolean inPlace) {
    private static final String BYTES = "GB/s";

    /// F32 operations.
    static final Work ARITHMETIC = new Work("GFLOP/s", 0, 0, false);

    /// Microseconds, the fewer the better: they have no peak.
    static final Work TIME = new Work("us", 0, 0, false);

    /// Bytes read where little is written.
    static final Work READING = streams(1, 0);

    /// Bytes written where little is read.
    static final Work WRITING = streams(0, 1);

    /// Bytes read here and written there.
    static final Work MOVING = streams(1, 1);

    /// Bytes of two operands and of one result.
    static final Work JOINING = streams(2, 1);

    /// Bytes read and written in place.
    static final Work UPDATING = inPlace(1, 1);

    Work {
        if (read < 0 || read > 4 || written < 0 || written > 3 || (inPlace && written > read)) {
            throw new IllegalArgumentException(
                    "work: 0 to 4 streams are read and 0 to 3 written, in place no more than read; got "
                            + read
                            + " and "
                            + written);
        }
    }

    /// Returns the work of reading some streams and writing others.
    static Work streams(int read, int written) {
        return new Work(BYTES, read, written, false);
    }

    /// Returns the work of reading some streams and writing the first of them again.
    static Work inPlace(int read, int written) {
        return new Work(BYTES, read, written, true);
    }

    /// Says whether this is F32 operations.
    boolean isArithmetic() {
        return equals(ARITHMETIC);
    }

    /// Returns the number of streams that memory is needed for.
    int streams() {
        return inPlace ? read : read + written;
    }

    /// Returns how often the loop goes over a stream's bytes, all streams together.
    int passes() {
        return read + written;
    }
}
