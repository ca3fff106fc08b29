package dev.tenon.dtype;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Blocks byte by byte, by hand and by laws.
class BlockFormatTest {
    private static final long SEED = 7;

    private static MemorySegment numbers(float... values) {
        MemorySegment numbers = Arena.ofAuto().allocate(4L * 32 * ((values.length + 31) / 32), 64);
        for (int i = 0; i < values.length; i++) {
            numbers.setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i]);
        }
        return numbers;
    }

    private static MemorySegment blocks(BlockFormat format, MemorySegment numbers) {
        long count = numbers.byteSize() / 4;
        MemorySegment blocks = Arena.ofAuto().allocate(format.bytes(count));
        format.quantise(blocks, numbers, count);
        return blocks;
    }

    @Test
    void q8RoundsHalvesAwayFromZero() {
        // the largest makes the scale 1
        MemorySegment block =
                blocks(
                        BlockFormat.Q8_0,
                        numbers(127, 0.5f, -0.5f, 1.5f, -2.5f, 0.49999997f, -126.6f));
        assertThat(block.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0)).isEqualTo((short) 0x3C00);
        int[] expected = {127, 1, -1, 2, -3, 0, -127, 0};
        for (int i = 0; i < expected.length; i++) {
            assertThat(BlockFormat.Q8_0.code(block, 0, i)).as("code %d", i).isEqualTo(expected[i]);
            assertThat(block.get(ValueLayout.JAVA_BYTE, 2 + i)).isEqualTo((byte) expected[i]);
        }
    }

    @Test
    void q4TakesTheSignOfTheNumberOfLargestMagnitude() {
        // scale 8 / -8 = -1; codes x / -1 + 8.5, the fraction cut off
        MemorySegment block = blocks(BlockFormat.Q4_0, numbers(1, 8, -8, 0.5f, 0.25f, -7, -7.4f));
        assertThat(block.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0)).isEqualTo((short) 0xBC00);
        int[] expected = {7, 0, 15, 8, 8, 15, 15, 8};
        for (int i = 0; i < expected.length; i++) {
            assertThat(block.get(ValueLayout.JAVA_BYTE, 2 + i) & 15).isEqualTo(expected[i]);
            assertThat(BlockFormat.Q4_0.code(block, 0, i)).isEqualTo(expected[i] - 8);
        }
        // numbers 16 to 31 are the high halves: zeros, whose code is 8
        assertThat(block.get(ValueLayout.JAVA_BYTE, 2) >>> 4 & 15).isEqualTo(8);
        MemorySegment back = numbers(new float[32]);
        BlockFormat.Q4_0.dequantise(back, block, 32);
        float[] values = {1, 8, -7, 0, 0, -7, -7, 0};
        for (int i = 0; i < values.length; i++) {
            assertThat(back.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(values[i]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesBackWithinHalfAStep(BlockFormat format) {
        Random random = new Random(SEED);
        float[] values = new float[32 * 50];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        MemorySegment back = numbers(new float[values.length]);
        format.dequantise(back, blocks(format, numbers(values)), values.length);
        for (int i = 0; i < values.length; i++) {
            float largest = 0;
            for (int j = i / 32 * 32; j < i / 32 * 32 + 32; j++) {
                largest = Math.max(largest, Math.abs(values[j]));
            }
            double step =
                    switch (format) {
                        case F16 -> Math.abs(values[i]) * 0x1p-10 + 0x1p-24;
                        case BF16 -> Math.abs(values[i]) * 0x1p-7;
                        case Q8_0 ->
                                largest / 127 * 1.1; // the scale is rounded to F16: 127 * 2^-11
                        case Q4_0 -> largest / 8 * 2.02; // the far end has no code: a whole step
                    };
            assertThat((double) back.getAtIndex(ValueLayout.JAVA_FLOAT, i))
                    .as("seed %d, number %d", SEED, i)
                    .isBetween(values[i] - step / 2, values[i] + step / 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zerosComeBackAsZeros(BlockFormat format) {
        MemorySegment back = numbers(1, 2, 3);
        format.dequantise(back, blocks(format, numbers(new float[32])), 32);
        for (int i = 0; i < 32; i++) {
            assertThat(back.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isZero();
        }
    }

    @Test
    void sizesAreThoseOfWholeBlocks() {
        assertThat(BlockFormat.Q4_0.bytes(64)).isEqualTo(36);
        assertThat(BlockFormat.Q8_0.bytes(64)).isEqualTo(68);
        assertThat(BlockFormat.BF16.bytes(3)).isEqualTo(6);
        assertThatThrownBy(() -> BlockFormat.Q8_0.bytes(33))
                .hasMessage("block format: numbers of type Q8_0 come in blocks of 32; got 33");
    }
}
