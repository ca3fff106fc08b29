package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.bench.peer.Attempt;
import dev.tenon.bench.peer.Peer;
import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class ContestTest {
    private final MemorySegment result = Operands.numbers(8);
    private final Runnable ours =
            new TaskRun(new Task.Sum(result, result, result), () -> LockSupport.parkNanos(1));

    private int closed;

    @Test
    void theFasterPeerCounts() {
        Contest.Outcome outcome =
                Contest.hold(
                        "sum",
                        ours,
                        List.of(peer("slow", result, 40), peer("fast", result, 1)),
                        2,
                        seconds -> 7);
        assertThat(outcome.peak()).isEqualTo(7);
        assertThat(outcome.peer()).isEqualTo("fast");
        assertThat(outcome.peerSeconds()).isLessThan(0.03);
        assertThat(closed).isEqualTo(2);
    }

    @Test
    void whatWasMeasuredOnASlowerMachineDoesNotCount() {
        double[] peaks = {10, 10, 10, 30, 31, 31, 32, 32, 31, 31, 99};
        int[] turn = new int[1];
        Contest.Outcome outcome =
                Contest.hold("sum", ours, List.of(), 1, seconds -> peaks[turn[0]++]);
        assertThat(turn[0]).isEqualTo(10);
        assertThat(outcome.peak()).isEqualTo(32);
    }

    @Test
    void aPeerWithAnotherResultStopsTheRun() {
        MemorySegment other = Operands.empty(8).copyFrom(result);
        float first = result.getAtIndex(ValueLayout.JAVA_FLOAT, 0);
        other.setAtIndex(ValueLayout.JAVA_FLOAT, 0, first + 1);
        assertThatThrownBy(
                        () -> Contest.hold("sum", ours, List.of(peer("wrong", other, 1)), 2, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "sum, result 0 of wrong: the result must be right before it is timed; got "
                                + (double) (first + 1)
                                + ", expected "
                                + (double) first);
        assertThat(closed).isEqualTo(1);
    }

    @Test
    void withoutATaskOrAPeerTenonRunsAlone() {
        Contest.Outcome alone =
                Contest.hold("park", () -> LockSupport.parkNanos(1), List.of(), 1, null);
        assertThat(alone.peak()).isNull();
        assertThat(alone.seconds()).isPositive();
        assertThat(alone.peer()).isNull();
        assertThat(alone.peerSeconds()).isNull();
    }

    private Peer peer(String name, MemorySegment result, long millis) {
        return new Peer() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Attempt attempt(Task task, int threads) {
                return new Attempt() {
                    @Override
                    public void run() {
                        LockSupport.parkNanos(millis * 1_000_000);
                    }

                    @Override
                    public List<MemorySegment> results() {
                        return List.of(result);
                    }

                    @Override
                    public void close() {
                        closed++;
                    }
                };
            }
        };
    }
}
