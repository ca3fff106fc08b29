package dev.tenon.designer.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.reactive.ListChange.Inserted;
import dev.tenon.designer.reactive.ListChange.Moved;
import dev.tenon.designer.reactive.ListChange.Removed;
import dev.tenon.designer.reactive.ListChange.Replaced;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Lists and maps that tell what has changed.
class CollectionsTest {
    private final List<Object> log = new ArrayList<>();

    @Test
    void aReaderOfAnIndexRunsWhenThatIndexHoldsAnother() {
        SignalList<String> list = SignalList.of(List.of("a", "b", "c"));
        Effect.of(() -> log.add(list.get(1)));
        list.set(0, "A");
        list.add("d");
        list.set(1, "B");
        list.insert(0, "x");
        list.move(0, 3);
        assertThat(log).containsExactly("b", "B", "A", "B");
    }

    @Test
    void aReaderOfTheSizeRunsWhenTheSizeChanges() {
        SignalList<String> list = SignalList.of(List.of("a"));
        Effect.of(() -> log.add(list.size()));
        list.set(0, "b");
        list.add("c");
        list.move(0, 1);
        list.remove(0);
        assertThat(log).containsExactly(1, 2, 1);
    }

    @Test
    void aReaderOfAMissingIndexRunsWhenItIsThere() {
        SignalList<String> list = SignalList.of(List.of());
        Computed<String> first = Computed.of(() -> list.get(0));
        assertThatThrownBy(first::get).isInstanceOf(IndexOutOfBoundsException.class);
        list.add("a");
        assertThat(first.get()).isEqualTo("a");
    }

    @Test
    void aViewHearsTheSteps() {
        SignalList<String> list = SignalList.of(List.of("a", "b"));
        Effect view = list.watch(log::addAll);
        Reactive.batch(() -> {
            list.add("c");
            list.move(2, 0);
            list.set(1, "A");
            list.remove(2);
            assertThat(log).isEmpty();
        });
        assertThat(log)
                .containsExactly(
                        new Inserted<>(2, "c"),
                        new Moved<>(2, 0, "c"),
                        new Replaced<>(1, "a", "A"),
                        new Removed<>(2, "b"));
        view.dispose();
        list.clear();
        assertThat(log).hasSize(4);
    }

    @Test
    void aReaderOfAKeyRunsWhenThatKeyChanges() {
        SignalMap<String, Integer> map = SignalMap.of();
        Effect.of(() -> log.add("a=" + map.get("a")));
        Effect.of(() -> log.add("size=" + map.size()));
        map.put("b", 1);
        map.put("a", 1);
        map.put("b", 2);
        map.put("a", 1);
        map.remove("a");
        map.remove("a");
        assertThat(log)
                .containsExactly("a=null", "size=0", "size=1", "a=1", "size=2", "a=null", "size=1");
    }

    @Test
    void cellsThatNobodyReadsAreDropped() {
        Cells<Integer> cells = new Cells<>("cells");
        for (int i = 0; i < 10_000; i++) {
            int key = i;
            Effect.of(() -> cells.read(key)).dispose();
        }
        assertThat(cells.size()).isLessThanOrEqualTo(16);
    }

    @Test
    void viewsAndReadersAgreeWithTheListAfterRandomSteps() {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        System.out.println("CollectionsTest: seed " + seed + " (-Dtenon.seed)");
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            SignalList<Integer> list = SignalList.of(List.of(1, 2, 3));
            List<Integer> view = new ArrayList<>(list.values());
            list.watch(steps -> steps.forEach(step -> follow(view, step)));
            Map<Integer, Object> seen = new LinkedHashMap<>();
            for (int i = 0; i < 6; i++) {
                int index = i;
                Effect.of(() -> seen.put(index, atOrNone(list, index)));
            }
            for (int step = 0; step < 50; step++) {
                Reactive.batch(() -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        change(list, random);
                    }
                });
                assertThat(view).as("seed %d", seed).isEqualTo(list.values());
                for (int i = 0; i < 6; i++) {
                    assertThat(seen.get(i)).as("seed %d", seed).isEqualTo(atOrNone(list, i));
                }
            }
        }
    }

    private static Object atOrNone(SignalList<Integer> list, int index) {
        try {
            return list.get(index);
        } catch (IndexOutOfBoundsException e) {
            return "none";
        }
    }

    private static void change(SignalList<Integer> list, SplittableRandom random) {
        int size = list.size();
        switch (random.nextInt(size == 0 ? 2 : 6)) {
            case 0 -> list.insert(random.nextInt(size + 1), random.nextInt(5));
            case 1 -> list.setAll(random.ints(random.nextInt(7), 0, 5).boxed().toList());
            case 2 -> list.remove(random.nextInt(size));
            case 3 -> list.set(random.nextInt(size), random.nextInt(5));
            default -> list.move(random.nextInt(size), random.nextInt(size));
        }
    }

    private static void follow(List<Integer> view, ListChange<Integer> step) {
        switch (step) {
            case Inserted<Integer>(int index, Integer value) -> view.add(index, value);
            case Removed<Integer>(int index, Integer value) ->
                    assertThat(view.remove(/* index */ index)).isEqualTo(value);
            case Replaced<Integer>(int index, Integer before, Integer value) ->
                    assertThat(view.set(index, value)).isEqualTo(before);
            case Moved<Integer>(int from, int to, Integer value) -> {
                assertThat(view.remove(/* index */ from)).isEqualTo(value);
                view.add(to, value);
            }
        }
    }
}
