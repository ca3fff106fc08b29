package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class MemorySampleTest {
    private static final OptionalLong RESIDENT = OptionalLong.of(200_000_000);

    @Test
    void equalBytesAreFlat() {
        assertThat(
                        MemorySample.verdict(
                                List.of(
                                        sample(3, 2_000_000, 17_000_000, 7_000_000),
                                        sample(10, 2_000_000, 17_000_000, 7_100_000),
                                        sample(500, 2_000_000, 17_000_000, 7_900_000))))
                .isEqualTo(
                        "Memory is flat from step 3 to step 500: tensors in use +0.0 MB, reserved +0.0 MB; Java heap"
                                + " +0.9 MB.");
    }

    @Test
    void aTensorLeftBehindIsNot() {
        assertThat(
                        MemorySample.verdict(
                                List.of(
                                        sample(3, 2_000_000, 17_000_000, 7_000_000),
                                        sample(500, 2_200_000, 17_000_000, 7_000_000))))
                .isEqualTo(
                        "Memory is NOT flat from step 3 to step 500: tensors in use +0.2 MB, reserved +0.0 MB;"
                                + " Java heap +0.0 MB.");
    }

    @Test
    void moreReservedOrAGrowingHeapIsNot() {
        MemorySample first = sample(3, 2_000_000, 17_000_000, 7_000_000);
        assertThat(MemorySample.verdict(List.of(first, sample(9, 1, 18_000_000, 1))))
                .startsWith("Memory is NOT flat");
        assertThat(MemorySample.verdict(List.of(first, sample(9, 1, 1, 10_000_000))))
                .startsWith("Memory is NOT flat");
    }

    @Test
    void whereTheSystemSaysNothingTheProcessHasNoFigure() {
        assertThat(sample(3, 1, 2, 3).figures())
                .extracting(Figure::name)
                .containsExactly(
                        "tensors in use after step 3",
                        "tensors reserved after step 3",
                        "Java heap after step 3",
                        "whole process after step 3");
        assertThat(new MemorySample(3, 1, 2, 3, OptionalLong.empty()).figures()).hasSize(3);
    }

    private static MemorySample sample(int step, long inUse, long reserved, long heap) {
        return new MemorySample(step, inUse, reserved, heap, RESIDENT);
    }
}
