package dev.tenon.dtype;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The block format Q8_0 of GGUF: 32 numbers as signed bytes `q` and a scale `d`, an F16; a number
/// is `q d`.
///
/// | bytes | what |
/// |---|---|
/// | 0, 1 | `d` |
/// | 2 to 33 | `q` of numbers 0 to 31 |
///
/// `d = max |x| / 127` and `q = x / d`, rounded to the nearest integer, halves away from zero.
/// Source: `quantize_row_q8_0_ref` of ggml, which writes the same bytes.
public final class Q8_0 {
    /// Numbers in a block.
    public static final int ELEMENTS = 32;

    /// Bytes of a block.
    public static final int BYTES = 34;

    private static final int LARGEST = 127;
    private static final int CODES = 2; // where the codes begin

    private Q8_0() {}

    /// Returns the scale of the block at byte `at`.
    public static float scale(MemorySegment blocks, long at) {
        return Float.float16ToFloat(blocks.get(DType.SHORT, at));
    }

    /// Returns the code `q` of number `i` of the block at byte `at`, -128 to 127.
    public static int code(MemorySegment blocks, long at, int i) {
        return blocks.get(ValueLayout.JAVA_BYTE, at + CODES + i);
    }

    /// Writes the block at byte `at` for the F32 numbers from number `first` on.
    static void quantise(MemorySegment blocks, long at, MemorySegment numbers, long first) {
        float largest = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            largest = Math.max(largest, Math.abs(numbers.get(DType.FLOAT, 4 * (first + i))));
        }
        float d = largest / LARGEST;
        float inverse = d == 0 ? 0 : 1 / d; // of the F32 scale, not of the F16 that is stored
        blocks.set(DType.SHORT, at, Float.floatToFloat16(d));
        for (int i = 0; i < ELEMENTS; i++) {
            float x = numbers.get(DType.FLOAT, 4 * (first + i)) * inverse;
            // in double, because the largest float below a half would round up with the half added
            int q = (int) ((double) x + Math.copySign(0.5, x));
            blocks.set(ValueLayout.JAVA_BYTE, at + CODES + i, (byte) q);
        }
    }
}
