package dev.tenon.kernel.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Masks of lanes for both widths: AVX-512 takes bits in a general register, AVX2 vectors of ones
/// and zeros, which lie here for all ranges of lanes.
final class Masks {
    private static final int LANES = 8; // of AVX2
    private static final MemorySegment RANGES = ranges();

    private Masks() {}

    private static MemorySegment ranges() {
        int bounds = LANES + 1;
        MemorySegment ranges = Arena.global().allocate(4L * bounds * bounds * LANES, 64);
        for (int from = 0; from < bounds; from++) {
            for (int to = 0; to < bounds; to++) {
                for (int i = from; i < to; i++) {
                    long at = (long) (from * bounds + to) * LANES + i;
                    ranges.setAtIndex(ValueLayout.JAVA_INT, at, -1);
                }
            }
        }
        return ranges;
    }

    /// Returns what a routine for `isa` selects the lanes from `from` (included) to `to` (excluded)
    /// with: bits for AVX-512, the address of a vector for AVX2.
    static long lanes(Isa isa, int from, int to) {
        return isa.wide() ? (1L << Math.max(from, to)) - (1L << from) : lanes8(from, to);
    }

    /// Returns the address of a vector of 8 lanes, those from `from` to `to` selected.
    static long lanes8(int from, int to) {
        return RANGES.address() + 4L * LANES * (from * (LANES + 1) + to);
    }
}
