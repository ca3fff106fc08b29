package dev.tenon.kernel.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native work space of the kernels: buffers that each thread keeps and that only ever grow, so
/// that a network in steady state allocates none.
///
/// A thread holds a slot's buffer until it asks for the same slot again; its contents are what was
/// left there. Buffers begin at a page.
@SuppressWarnings("EnumOrdinal") // a slot is a place in an array, for as long as the process runs
enum Workspace {
    /// Addresses and numbers that a routine reads its arguments from.
    ARGUMENTS,
    /// Panels of the left operand that the parts of a job share.
    SHARED_LEFT,
    /// Panels of the right operand that the parts of a job share.
    SHARED_RIGHT,
    /// Panels of the left operand that one part packs for itself.
    PART_LEFT,
    /// Panels of the right operand that one part packs for itself.
    PART_RIGHT,
    /// Results that are not yet where they belong.
    TILES,
    /// Sums of all parts, which are merged at the end.
    SUMS,
    /// Offsets that the parts of a job share.
    TABLES,
    /// Weights and biases, one per element of a sample.
    PARAMETERS,
    /// Gradients of what a normalisation's activation is applied to.
    SLOPED,
    /// Values of one row between two passes.
    ROW,
    /// Padded images of one part.
    IMAGES,
    /// Scores of some queries of an attention.
    SCORES,
    /// What some queries of an attention result in.
    RESULT,
    /// A few numbers per row.
    SUMMARY;

    private static final long PAGE = 4096;
    private static final ThreadLocal<MemorySegment[]> BUFFERS =
            ThreadLocal.withInitial(() -> new MemorySegment[values().length]);

    /// Returns this thread's buffer of the slot, at least `bytes` long.
    MemorySegment bytes(long bytes) {
        MemorySegment[] kept = BUFFERS.get();
        MemorySegment buffer = kept[ordinal()];
        if (buffer == null || buffer.byteSize() < bytes) {
            // an arena of the collector's: the old buffer may still be in another thread's hands
            buffer = Arena.ofAuto().allocate((bytes + bytes / 8 + PAGE) / PAGE * PAGE, PAGE);
            kept[ordinal()] = buffer;
        }
        return buffer;
    }

    /// Returns this thread's buffer of the slot, at least `count` F32 long.
    MemorySegment floats(long count) {
        return bytes(4 * count);
    }
}
