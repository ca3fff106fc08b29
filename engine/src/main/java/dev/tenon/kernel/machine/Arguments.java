package dev.tenon.kernel.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Numbers that a routine reads from memory, in a block that each thread keeps.
final class Arguments {
    private static final long BYTES = 512;

    private Arguments() {}

    /// Returns this thread's block of 64 words.
    static MemorySegment block() {
        return Workspace.ARGUMENTS.bytes(BYTES);
    }

    /// Writes F32 to this thread's block, one after another, and returns its address.
    static long floats(float... numbers) {
        MemorySegment block = block();
        for (int i = 0; i < numbers.length; i++) {
            block.setAtIndex(ValueLayout.JAVA_FLOAT, i, numbers[i]);
        }
        return block.address();
    }
}
