package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The loops do what they are timed for, with and without the Vector API.
final class PeakTest {
    private static final List<PeakLoops> LOOPS =
            List.of(new VectorPeakLoops(), new PlainPeakLoops());

    @Test
    void copiesAndUpdatesReachEveryElement() {
        for (PeakLoops loops : LOOPS) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment from = arena.allocate(2 * PeakLoops.BLOCK);
                MemorySegment to = arena.allocate(from.byteSize());
                for (long i = 0; i < from.byteSize() / 4; i++) {
                    from.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) i);
                }
                loops.read(from);
                loops.copy(to, from);
                assertThat(to.mismatch(from)).isEqualTo(-1);
                loops.update(to);
                for (long i = 0; i < to.byteSize() / 4; i++) {
                    assertThat(to.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(0.5f * i);
                }
            }
        }
    }

    @Test
    void measuringAgainNeverLowersAPeak() {
        for (boolean vectorModule : new boolean[] {true, false}) {
            Peak peak = new Peak(vectorModule);
            double first = peak.of(Work.ARITHMETIC, 1);
            assertThat(first).isPositive();
            peak.refresh();
            assertThat(peak.of(Work.ARITHMETIC, 1)).isGreaterThanOrEqualTo(first);
        }
    }

    @Test
    void theStopwatchRunsItsBodyTwiceAtLeast() {
        int[] runs = new int[1];
        assertThat(Stopwatch.seconds(() -> runs[0]++, 0)).isPositive();
        assertThat(runs[0]).isGreaterThanOrEqualTo(2);
    }
}
