package dev.tenon.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Where the operands of a [Call] lie in memory.
@FunctionalInterface
interface Placement {
    /// Returns a segment of exactly the size of `content` that holds the same.
    ///
    /// @param written whether the kernel may write it
    MemorySegment place(MemorySegment content, boolean written);

    /// Checks after the call that nothing outside the operands was written.
    ///
    /// @param what the call, for the message
    default void check(String what) {}

    /// Operands at any address, aligned or not, in native memory or in an array, with bytes around
    /// them that must stay.
    final class Margins implements Placement {
        private static final long WIDTH = 192; // more than two of the widest vectors
        private static final byte MARGIN = 0x5C;

        private final SplittableRandom random;
        private final SplittableRandom kinds;
        private final List<MemorySegment> wholes = new ArrayList<>();
        private final List<MemorySegment> parts = new ArrayList<>();

        /// @param kinds seed of the choice of native memory or an array: backends hand arrays to
        ///   the definition, whose bits are others
        /// @param seed seed of the addresses
        Margins(long kinds, long seed) {
            this.kinds = new SplittableRandom(kinds);
            random = new SplittableRandom(seed);
        }

        @Override
        public MemorySegment place(MemorySegment content, boolean written) {
            long size = content.byteSize();
            long shift =
                    switch (random.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> random.nextInt(64); // not even aligned to elements
                        default -> 4 * random.nextInt(16);
                    };
            long bytes = size + 2 * WIDTH;
            MemorySegment whole =
                    kinds.nextInt(12) == 0
                            ? MemorySegment.ofArray(new byte[Math.toIntExact(bytes)])
                            : Arena.ofAuto().allocate(bytes, 64);
            whole.fill(MARGIN);
            MemorySegment part = whole.asSlice(64 + shift, size);
            part.copyFrom(content);
            wholes.add(whole);
            parts.add(part);
            return written ? part : part.asReadOnly();
        }

        @Override
        public void check(String what) {
            for (int i = 0; i < wholes.size(); i++) {
                MemorySegment whole = wholes.get(i);
                long start = parts.get(i).address() - whole.address();
                long end = start + parts.get(i).byteSize();
                untouched(whole.asSlice(0, start), -start, i, what);
                untouched(whole.asSlice(end), parts.get(i).byteSize(), i, what);
            }
        }

        private static void untouched(MemorySegment margin, long first, int operand, String what) {
            for (long at = 0; at < margin.byteSize(); at++) {
                if (margin.get(ValueLayout.JAVA_BYTE, at) != MARGIN) {
                    throw new AssertionError(
                            what
                                    + ": wrote byte "
                                    + (first + at)
                                    + " of operand "
                                    + operand
                                    + ", outside it");
                }
            }
        }
    }
}
