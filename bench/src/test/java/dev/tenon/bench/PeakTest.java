package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The loops do what they are timed for, with and without the Vector API.
final class PeakTest {
    private static final PeakLoops VECTOR = new VectorPeakLoops();
    private static final List<PeakLoops> LOOPS =
            List.of(VECTOR, new PlainPeakLoops(), new MachinePeakLoops(VECTOR));
    private static final List<Work> MIXES =
            List.of(
                    Work.READING,
                    Work.WRITING,
                    Work.MOVING,
                    Work.JOINING,
                    Work.UPDATING,
                    Work.streams(1, 3),
                    Work.streams(4, 1),
                    Work.inPlace(2, 1),
                    Work.inPlace(4, 3));

    /// Each stream read holds a number of its own, each written is empty at first.
    @Test
    void moversWriteAllOfTheirStreamsAndNoOther() {
        for (PeakLoops loops : LOOPS) {
            for (Work work : MIXES) {
                for (PeakLoops.Mover mover : movers(loops, work)) {
                    checkMover(mover, work);
                }
            }
        }
    }

    /// Without machine code there are no loops of it to test.
    private static List<PeakLoops.Mover> movers(PeakLoops loops, Work work) {
        boolean machine = Backend.kernels().name().equals("machine");
        return loops instanceof MachinePeakLoops && !machine ? List.of() : loops.movers(work);
    }

    private static void checkMover(PeakLoops.Mover mover, Work work) {
        try (Arena arena = Arena.ofConfined()) {
            List<MemorySegment> streams = new ArrayList<>();
            for (int i = 0; i < work.streams(); i++) {
                MemorySegment stream = arena.allocate(2 * PeakLoops.BLOCK, 4096);
                streams.add(stream.fill((byte) (i < work.read() ? i + 1 : 99)));
            }
            mover.move(streams);
            for (int i = 0; i < streams.size(); i++) {
                int given = (i < work.read() ? i + 1 : 99) * 0x01010101;
                int first = streams.get(i).get(ValueLayout.JAVA_INT, 0);
                boolean written = work.inPlace() ? i < work.written() : i >= work.read();
                if (!written) {
                    assertThat(first).as("%s, stream %d", work, i).isEqualTo(given);
                } else if (!work.inPlace()) {
                    assertThat(first).as("%s, stream %d", work, i).isNotEqualTo(given);
                }
                for (long at = 0; at < streams.get(i).byteSize(); at += 4) {
                    assertThat(streams.get(i).get(ValueLayout.JAVA_INT, at)).isEqualTo(first);
                }
            }
        }
    }

    @Test
    void aMixMustBeOneThatTheLoopsHave() {
        assertThatThrownBy(() -> Work.inPlace(1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "work: 0 to 4 streams are read and 0 to 3 written, in place no more than read; got 1 and"
                                + " 2");
    }

    @Test
    void measuringAgainNeverLowersAPeak() {
        for (boolean vectorModule : new boolean[] {true, false}) {
            Peak peak = new Peak(vectorModule, Peak.BUFFER_MB);
            double first = peak.of(Work.ARITHMETIC, 1);
            assertThat(first).isPositive();
            peak.refresh();
            assertThat(peak.of(Work.ARITHMETIC, 1)).isGreaterThanOrEqualTo(first);
        }
    }

    @Test
    void aRoundTripTakesTime() {
        int before = Parallel.threads();
        try {
            Parallel.threads(2);
            double time = Double.NaN;
            for (int i = 0; i < 20 && Double.isNaN(time); i++) { // other work may hold a processor
                time = RoundTrip.nanoseconds();
            }
            assertThat(time).isPositive().isFinite();
            Parallel.threads(1);
            assertThat(RoundTrip.describe()).isEmpty();
        } finally {
            Parallel.threads(before);
        }
    }

    @Test
    void theStopwatchRunsItsBodyTwiceAtLeast() {
        int[] runs = new int[1];
        assertThat(Stopwatch.seconds(() -> runs[0]++, 0)).isPositive();
        assertThat(runs[0]).isGreaterThanOrEqualTo(2);
    }
}
