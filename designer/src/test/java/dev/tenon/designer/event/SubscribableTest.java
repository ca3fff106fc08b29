package dev.tenon.designer.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.Golden;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Publishing and subscribing.
final class SubscribableTest {
    private final Subscribable<String, Json> subscribable = new Subscribable<>();
    private final List<String> log = new ArrayList<>();
    private final List<Json> contexts = new ArrayList<>();

    private Runnable subscribe(String name, String vetoed) {
        return subscribable.subscribe((event, context) -> {
            log.add(name + ":" + event);
            if (context != null) {
                contexts.add(context);
            }
            return !event.equals(vetoed);
        });
    }

    /// The six rows of golden/designable/core/subscribable.json, in turn.
    @Test
    void allHearAndOneMayVeto() throws IOException {
        JsonArray rows = (JsonArray) Golden.read("core/subscribable.json");
        Runnable first = subscribe("1", "");
        subscribe("2", "stop");
        subscribe("3", "");
        check(rows.get(0), subscribable.dispatch("a", null));
        check(rows.get(1), subscribable.dispatch("stop", null));
        first.run();
        check(rows.get(2), subscribable.dispatch("b", null));
        Json context = ((JsonObject) rows.get(3)).get("contextOnEvent");
        check(rows.get(3), subscribable.dispatch("c", context));
        assertThat(contexts).containsExactly(context, context);
        subscribable.unsubscribeAll();
        check(rows.get(4), subscribable.dispatch("d", null));
        assertThat(subscribable.dispatch("e", context)).isTrue();
        assertThat(contexts).as("row 5: nobody is told").hasSize(2);
        assertThat(rows.size()).isEqualTo(6);
    }

    private void check(Json row, boolean returned) {
        JsonObject golden = (JsonObject) row;
        if (golden.has("returns")) {
            assertThat(golden.get("returns")).isEqualTo(JsonBoolean.of(returned));
        }
        assertThat(log).isEqualTo(Golden.strings(golden.get("log")));
        log.clear();
    }

    @Test
    void aSubscriberOfAClassHearsThatClass() {
        Subscribable<Object, Json> events = new Subscribable<>();
        List<Integer> heard = new ArrayList<>();
        Runnable end = events.subscribeTo(Integer.class, (event, _) -> heard.add(event));
        assertThat(events.dispatch("text", null)).isTrue();
        events.dispatch(7, null);
        end.run();
        events.dispatch(8, null);
        assertThat(heard).containsExactly(7);
        assertThat(events.subscriptionCount()).isZero();
    }

    @Test
    void oneSubscriberMaySubscribeTwice() {
        Subscribable.Subscriber<String, Json> subscriber = (event, _) -> log.add(event);
        Runnable one = subscribable.subscribe(subscriber);
        subscribable.subscribe(subscriber);
        one.run();
        one.run();
        subscribable.dispatch("a", null);
        assertThat(log).containsExactly("a");
    }

    @Test
    void whoThrowsKeepsTheEventFromNobody() {
        subscribe("1", "");
        for (String message : List.of("first", "second")) {
            subscribable.subscribe((_, _) -> {
                throw new IllegalStateException(message);
            });
        }
        subscribe("4", "");
        assertThatThrownBy(() -> subscribable.dispatch("a", null))
                .hasMessage("first")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(log).containsExactly("1:a", "4:a");
    }

    @Test
    void whoComesDuringAnEventHearsTheNext() {
        subscribable.subscribe((event, _) -> {
            if (event.equals("a")) {
                subscribe("late", "");
            }
            return true;
        });
        subscribable.dispatch("a", null);
        assertThat(log).isEmpty();
        subscribable.dispatch("b", null);
        assertThat(log).containsExactly("late:b");
    }
}
