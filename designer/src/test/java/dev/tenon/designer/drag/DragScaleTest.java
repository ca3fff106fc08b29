package dev.tenon.designer.drag;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What of the cost of a move does not depend on the machine.
final class DragScaleTest {
    @Test
    void movesMakeAsLittleGarbageWithTenTimesTheNodes() {
        double few = new DragScale(2_000).bytesOfMove();
        assertThat(new DragScale(20_000).bytesOfMove()).isLessThan(1.5 * few + 1_000);
    }
}
