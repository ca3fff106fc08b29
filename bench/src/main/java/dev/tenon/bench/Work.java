package dev.tenon.bench;

/// What a benchmark keeps busy, and so the peak that its figure stands beside.
enum Work {
    /// F32 operations, two to a multiply-add; beside multiply-adds in registers.
    ARITHMETIC("GFLOP/s"),
    /// Bytes read where little is written; beside reading main memory.
    READING("GB/s"),
    /// Bytes read here and written there; beside copying within main memory. (A processor reads the
    /// target of a copy before it writes it, which nobody counts.)
    MOVING("GB/s"),
    /// Bytes read and written in place; beside doing so in main memory.
    UPDATING("GB/s");

    private final String unit;

    Work(String unit) {
        this.unit = unit;
    }

    String unit() {
        return unit;
    }
}
