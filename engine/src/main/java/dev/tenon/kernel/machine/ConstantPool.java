package dev.tenon.kernel.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers that routines read from memory: vectors that repeat one number, tables of sixteen, and
/// the masks for the elements after the last whole vector. One pool serves all routines; it never
/// moves.
///
/// A routine keeps the pool's address in a register and reaches all of it by displacements.
final class ConstantPool {
    private static final int SLOT = 64; // bytes of the widest vector
    private static final int SLOTS = 1024;
    private static final int LANES = 16;

    /// Where eight words of ones are followed by eight of zeros: the vector that begins `n` words
    /// before the zeros masks `n` lanes (AVX2).
    private static final int ONES_BEFORE_ZEROS = 0;

    /// Where word `n` has its lower `n` bits set (AVX-512).
    private static final int LOWER_BITS = SLOT;

    private static final MemorySegment POOL = Arena.global().allocate((long) SLOT * SLOTS, 4096);
    private static final Map<List<Integer>, Integer> PLACES = new HashMap<>();
    private static int next = 3 * SLOT;

    static {
        for (int i = 0; i < 8; i++) {
            POOL.set(ValueLayout.JAVA_INT, ONES_BEFORE_ZEROS + 4L * i, -1);
        }
        for (int i = 0; i <= LANES; i++) {
            POOL.set(ValueLayout.JAVA_INT, LOWER_BITS + 4L * i, (1 << i) - 1);
        }
    }

    private ConstantPool() {}

    static long address() {
        return POOL.address();
    }

    /// Returns the displacement of a vector, of any width, whose words are all `bits`.
    static int repeated(int bits) {
        return place(Collections.nCopies(LANES, bits));
    }

    /// Returns the displacement of a vector of sixteen numbers.
    static int table(float[] numbers) {
        List<Integer> words = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            words.add(Float.floatToRawIntBits(numbers[i]));
        }
        return place(words);
    }

    private static synchronized int place(List<Integer> words) {
        Integer known = PLACES.get(words);
        if (known != null) {
            return known;
        }
        int place = next;
        if (place + SLOT > SLOT * SLOTS) {
            throw new MachineException("machine code: the pool of constants is full");
        }
        next += SLOT;
        for (int i = 0; i < LANES; i++) {
            POOL.set(ValueLayout.JAVA_INT, place + 4L * i, words.get(i));
        }
        PLACES.put(words, place);
        return place;
    }

    /// Returns the displacement of the AVX2 mask for no lanes; that for `n` lanes begins `4 n`
    /// bytes before.
    static int zeroLanes() {
        return ONES_BEFORE_ZEROS + 32;
    }

    /// Returns the displacement of the AVX-512 mask for no lanes; that for `n` lanes begins `4 n`
    /// bytes after.
    static int lowerBits() {
        return LOWER_BITS;
    }
}
