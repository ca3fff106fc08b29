package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.data.Batches.Rest;
import dev.tenon.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static List<Long> epoch(Batches batches, long epoch) {
        List<Long> rows = new ArrayList<>();
        for (long i = 0; i < batches.perEpoch(); i++) {
            for (long row : batches.at(epoch * batches.perEpoch() + i)) {
                rows.add(row);
            }
        }
        return rows;
    }

    @Test
    void takesEachRowOnceAnEpoch() {
        Batches batches = Batches.shuffled(103, 10, Rest.KEEP, Rng.of(7));
        assertThat(batches.perEpoch()).isEqualTo(11);
        assertThat(batches.at(10)).hasSize(3);
        for (long e = 0; e < 3; e++) {
            assertThat(epoch(batches, e))
                    .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 103).boxed().toList());
        }
        assertThat(epoch(batches, 1)).isNotEqualTo(epoch(batches, 0));
        assertThat(batches.epoch(10)).isZero();
        assertThat(batches.epoch(11)).isOne();
    }

    @Test
    void dropsTheRest() {
        Batches batches = Batches.shuffled(103, 10, Rest.DROP, Rng.of(7));
        assertThat(batches.perEpoch()).isEqualTo(10);
        for (long step = 0; step < 30; step++) {
            assertThat(batches.at(step)).hasSize(10);
        }
        assertThat(epoch(batches, 2)).doesNotHaveDuplicates().hasSize(100);
    }

    @Test
    void orderIsThatOfTheGeneratorForTheEpoch() {
        Rng rng = Rng.of(3);
        Batches batches = Batches.shuffled(64, 64, Rest.DROP, rng);
        for (long e : new long[] {0, 1, 1_000_000_007L}) {
            assertThat(batches.at(e)).isEqualTo(rng.derive(e).permutation(64));
        }
    }

    @Test
    void resumesAtAnyStep() {
        Batches whole = Batches.shuffled(50, 8, Rest.KEEP, Rng.of(11));
        List<long[]> expected = new ArrayList<>();
        for (long step = 0; step < 40; step++) {
            expected.add(whole.at(step));
        }
        for (int step = 39; step >= 0; step--) { // backwards, each from nothing
            assertThat(Batches.shuffled(50, 8, Rest.KEEP, Rng.of(11)).at(step))
                    .isEqualTo(expected.get(step));
            assertThat(whole.at(step)).isEqualTo(expected.get(step));
        }
    }

    @Test
    void callersMayChangeWhatTheyGot() {
        Batches batches = Batches.shuffled(20, 5, Rest.DROP, Rng.of(1));
        long[] rows = batches.at(2);
        long[] copy = rows.clone();
        rows[0] = -1;
        assertThat(batches.at(2)).isEqualTo(copy);
    }

    @Test
    void keepsTheRowsOrderWithoutAGenerator() {
        Batches batches = Batches.ordered(7, 3, Rest.KEEP);
        assertThat(batches.at(0)).containsExactly(0, 1, 2);
        assertThat(batches.at(2)).containsExactly(6);
        assertThat(batches.at(3)).containsExactly(0, 1, 2);
    }

    @Test
    void refusesSizesThatGiveNoBatch() {
        assertThatThrownBy(() -> Batches.ordered(0, 4, Rest.KEEP))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "batches: count and size must be at least 1; got 0 rows and batches of 4");
        assertThatThrownBy(() -> Batches.shuffled(10, 0, Rest.KEEP, Rng.of(0)))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "batches: count and size must be at least 1; got 10 rows and batches of 0");
        assertThatThrownBy(() -> Batches.ordered(10, 11, Rest.DROP))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "batches: size must be at most the number of rows when the rest is dropped; got 11 for 10"
                                + " rows. Keep the rest or take smaller batches");
        assertThat(Batches.ordered(10, Integer.MAX_VALUE, Rest.KEEP).at(5)).hasSize(10);
        assertThatThrownBy(() -> Batches.ordered(10, 5, Rest.KEEP).at(-1))
                .isInstanceOf(DataException.class)
                .hasMessage("batches: step must be at least 0; got -1");
    }
}
