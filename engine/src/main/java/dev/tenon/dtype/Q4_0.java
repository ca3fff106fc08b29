package dev.tenon.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The block format Q4_0 of GGUF: 32 numbers as four bits `c` and a scale `d`, an F16; a number is
/// `(c - 8) d`.
///
/// | bytes | what |
/// |---|---|
/// | 0, 1 | `d` |
/// | 2 to 17 | low halves: `c` of numbers 0 to 15; high halves: of numbers 16 to 31 |
///
/// `d` is the number of largest magnitude, the first of equals, divided by -8, so that this number
/// gets the code 0 and comes back almost exactly; `c = x / d + 8.5`, the fraction cut off, at most
/// 15. Source: `quantize_row_q4_0_ref` of ggml, which writes the same bytes.
public final class Q4_0 {
    /// Numbers in a block.
    public static final int ELEMENTS = 32;

    /// Bytes of a block.
    public static final int BYTES = 18;

    private static final int HALF = ELEMENTS / 2;
    private static final int MIDDLE = 8;
    private static final int LARGEST = 15;
    private static final int CODES = 2; // where the codes begin

    private Q4_0() {}

    /// Returns the scale of the block at byte `at`.
    public static float scale(MemorySegment blocks, long at) {
        return Float.float16ToFloat(blocks.get(DType.SHORT, at));
    }

    /// Returns the code of number `i` of the block at byte `at` less its middle, -8 to 7.
    public static int code(MemorySegment blocks, long at, int i) {
        int pair = blocks.get(ValueLayout.JAVA_BYTE, at + CODES + i % HALF);
        return (i < HALF ? pair & 15 : pair >>> 4 & 15) - MIDDLE;
    }

    /// Writes the block at byte `at` for the F32 numbers from number `first` on.
    static void quantise(MemorySegment blocks, long at, MemorySegment numbers, long first) {
        float largest = 0;
        float extreme = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            float x = numbers.get(DType.FLOAT, 4 * (first + i));
            if (largest < Math.abs(x)) {
                largest = Math.abs(x);
                extreme = x;
            }
        }
        float d = extreme / -MIDDLE;
        float inverse = d == 0 ? 0 : 1 / d; // of the F32 scale, not of the F16 that is stored
        blocks.set(DType.SHORT, at, Float.floatToFloat16(d));
        for (int i = 0; i < HALF; i++) {
            int low = round(numbers.get(DType.FLOAT, 4 * (first + i)) * inverse);
            int high = round(numbers.get(DType.FLOAT, 4 * (first + HALF + i)) * inverse);
            blocks.set(ValueLayout.JAVA_BYTE, at + CODES + i, (byte) (low | high << 4));
        }
    }

    private static int round(float x) {
        return Math.clamp((int) (x + 8.5f), 0, LARGEST);
    }
}
