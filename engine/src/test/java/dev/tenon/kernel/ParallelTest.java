package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ParallelTest {
    private final int threads = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(threads);
    }

    private static void assertEachRunsOnce(int parts) {
        AtomicIntegerArray runs = new AtomicIntegerArray(parts);
        Parallel.run(parts, runs::incrementAndGet);
        for (int i = 0; i < parts; i++) {
            assertThat(runs.get(i)).as("part %d of %d", i, parts).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 33})
    void runsEachPartOnce(int count) {
        Parallel.threads(count);
        for (int parts : new int[] {0, 1, 2, 3, 7, 32, 33, 1000}) {
            assertEachRunsOnce(parts);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void usesNoMoreThreadsThanItMay(int count) {
        Parallel.threads(8);
        assertEachRunsOnce(100); // eight threads exist from here on
        Parallel.threads(count);
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        for (int round = 0; round < 200; round++) {
            Parallel.run(50, _ -> seen.add(Thread.currentThread()));
        }
        assertThat(seen.size()).isBetween(1, count);
        assertThat(seen).contains(Thread.currentThread());
    }

    @Test
    void refusesNoThreads() {
        assertThatThrownBy(() -> Parallel.threads(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parallel: threads must be at least 1; got 0");
        assertThat(Parallel.threads()).isEqualTo(threads);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void throwsWhatAPartThrewAfterTheOthersHaveRun(int count) {
        Parallel.threads(count);
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() ->
                        Parallel.run(
                                20,
                                i -> {
                                    runs.incrementAndGet();
                                    if (i == 7) {
                                        throw new IllegalStateException("part 7");
                                    }
                                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("part 7");
        assertThat(runs).hasValue(20);
        assertEachRunsOnce(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void throwsAnErrorBeforeAnException(int count) {
        Parallel.threads(count);
        assertThatThrownBy(() ->
                        Parallel.run(
                                10,
                                i -> {
                                    if (i == 9) {
                                        throw new AssertionError("part 9");
                                    }
                                    throw new IllegalStateException("part " + i);
                                }))
                .isInstanceOf(AssertionError.class)
                .hasMessage("part 9");
        assertEachRunsOnce(100);
    }

    @Test
    void runsAJobInsideAPart() {
        Parallel.threads(3);
        AtomicIntegerArray runs = new AtomicIntegerArray(7 * 11 * 2);
        Parallel.run(
                7,
                i ->
                        Parallel.run(
                                11,
                                j ->
                                        Parallel.run(
                                                2,
                                                k -> runs.incrementAndGet((i * 11 + j) * 2 + k))));
        for (int i = 0; i < runs.length(); i++) {
            assertThat(runs.get(i)).isEqualTo(1);
        }
    }

    @Test
    void serialisesNoTwoCallers() throws InterruptedException {
        Parallel.threads(2);
        int callers = 4;
        int jobs = 2000;
        AtomicLong sum = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int c = 0; c < callers; c++) {
            Thread caller =
                    Thread.ofVirtual()
                            .uncaughtExceptionHandler((_, e) -> failures.add(e))
                            .start(() -> {
                                try {
                                    start.await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                                for (int j = 0; j < jobs; j++) {
                                    AtomicLong own = new AtomicLong();
                                    Parallel.run(5, own::addAndGet);
                                    assertThat(own).hasValue(10);
                                    sum.addAndGet(own.get());
                                }
                            });
            all.add(caller);
        }
        start.countDown();
        for (Thread caller : all) {
            caller.join();
        }
        assertThat(failures).isEmpty();
        assertThat(sum).hasValue(10L * jobs * callers);
    }

    /// Every thousandth job comes after a pause in which the workers park.
    @Test
    void losesNoWakeUpInAHundredThousandJobs() {
        Parallel.threads(3);
        AtomicInteger runs = new AtomicInteger();
        for (int job = 1; job <= 100_000; job++) {
            Parallel.run(4, _ -> runs.incrementAndGet());
            if (runs.get() != 4 * job) {
                assertThat(runs).as("after job %d", job).hasValue(4 * job);
            }
            if (job % 1000 == 0) {
                for (long until = System.nanoTime() + 3_000_000; System.nanoTime() < until; ) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    /// With more threads than processors many workers come when their job is over, or another one
    /// has begun.
    @Test
    void aLateWorkerRunsNoPartOfAnotherJob() {
        Parallel.threads(8);
        AtomicInteger late = new AtomicInteger();
        for (int job = 0; job < 20_000; job++) {
            int parts = 2 + job * 7 % 40;
            AtomicIntegerArray runs = new AtomicIntegerArray(parts);
            boolean[] over = new boolean[1];
            Parallel.run(
                    parts,
                    i -> {
                        runs.incrementAndGet(i);
                        if (over[0]) {
                            late.incrementAndGet();
                        }
                    });
            over[0] = true;
            for (int i = 0; i < parts; i++) {
                if (runs.get(i) != 1) {
                    assertThat(runs.get(i)).as("job %d, part %d of %d", job, i, parts).isOne();
                }
            }
        }
        assertThat(late).hasValue(0);
    }

    /// One thread takes its time with its first part, as one that lost its processor would.
    @Test
    void whatASlowThreadLeavesIsDoneByOthers() {
        Parallel.threads(2);
        AtomicReference<Thread> slow = new AtomicReference<>();
        AtomicInteger others = new AtomicInteger();
        Parallel.run(
                100,
                i -> {
                    if (i == 0) { // the first of the caller's slice, unless the worker was quicker
                        slow.set(Thread.currentThread());
                        for (long until = System.nanoTime() + 5_000_000_000L;
                                others.get() < 99 && System.nanoTime() < until; ) {
                            Thread.onSpinWait();
                        }
                    } else if (Thread.currentThread() != slow.get()) {
                        others.incrementAndGet();
                    }
                });
        assertThat(others).hasValue(99);
    }

    /// The caller holds the first part until a worker has run the second: nobody else would.
    @Test
    void workersTakePart() throws InterruptedException {
        Parallel.threads(2);
        for (int round = 0; round < 50; round++) {
            CountDownLatch both = new CountDownLatch(2);
            Parallel.run(
                    2,
                    _ -> {
                        both.countDown();
                        try {
                            both.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            assertThat(both.getCount()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void cutsRangesByTheirGrainAlone(int count) {
        Parallel.threads(count);
        assertThat(ranges(0, 10)).isEmpty();
        assertThat(ranges(1, 10)).containsExactly("0-1");
        assertThat(ranges(10, 10)).containsExactly("0-10");
        assertThat(ranges(11, 10)).containsExactlyInAnyOrder("0-10", "10-11");
        assertThat(ranges(35, 10)).containsExactlyInAnyOrder("0-10", "10-20", "20-30", "30-35");
        assertThat(ranges(3, 1)).containsExactlyInAnyOrder("0-1", "1-2", "2-3");
    }

    private static Set<String> ranges(long count, long grain) {
        Set<String> ranges = ConcurrentHashMap.newKeySet();
        Parallel.range(
                count, grain, (from, to) -> assertThat(ranges.add(from + "-" + to)).isTrue());
        return ranges;
    }
}
