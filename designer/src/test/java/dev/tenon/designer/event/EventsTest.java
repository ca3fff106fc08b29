package dev.tenon.designer.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.event.MutationEvent.AppendNode;
import dev.tenon.designer.event.MutationEvent.Arrivals;
import dev.tenon.designer.event.MutationEvent.RemoveNode;
import dev.tenon.designer.event.WorkbenchEvent.AddWorkspace;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The bus of a designer.
final class EventsTest {
    private static final TreeNode NODE = TreeNode.of("a", "Box");
    private final Events events = new Events();
    private final List<String> log = new ArrayList<>();

    /// Section 1.5 of the reference's description, and ours: `drag:cancel`, `unwrap:node`,
    /// `rename:node`, `hide:node`, `others:change`.
    @Test
    void allTypesOfTheReferenceAreThere() throws ReflectiveOperationException {
        List<String> types = new ArrayList<>();
        for (Class<?> kind : kinds(Event.class).toList()) {
            var constructor = kind.getDeclaredConstructors()[0];
            Object[] arguments =
                    Stream.of(constructor.getParameterTypes()).map(EventsTest::some).toArray();
            types.add(((Event) constructor.newInstance(arguments)).type());
        }
        assertThat(types)
                .containsExactlyInAnyOrder(
                        ("drag:start drag:move drag:stop drag:cancel mouse:click mouse:dblclick"
                                        + " mouse:move key:down key:up append:node prepend:node"
                                        + " insert:after insert:before insert:children"
                                        + " update:children wrap:node unwrap:node remove:node"
                                        + " clone:node from:node update:node:props rename:node"
                                        + " hide:node drag:node drop:node hover:node select:node"
                                        + " unselect:node viewport:resize viewport:scroll"
                                        + " add:workspace remove:workspace switch:workspace"
                                        + " history:push history:undo history:redo history:goto"
                                        + " others:change")
                                .split(" "));
    }

    private static Stream<Class<?>> kinds(Class<?> kind) {
        return kind.isSealed()
                ? Arrays.stream(kind.getPermittedSubclasses()).flatMap(EventsTest::kinds)
                : Stream.of(kind);
    }

    private static Object some(Class<?> type) {
        if (type == String.class) {
            return "";
        }
        if (type == List.class) {
            return List.of();
        }
        if (type == TreeNode.class) {
            return NODE;
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == double.class) {
            return 0.0;
        }
        return type == int.class ? 0 : null;
    }

    @Test
    void subscribersHearWhatTheyAskedFor() {
        List<Runnable> ends =
                List.of(
                        events.subscribe((event, context) -> log.add("all " + event.type())),
                        events.subscribeTo(
                                AppendNode.class,
                                (event, context) -> log.add("one " + event.target().id())),
                        events.subscribeTo(
                                MutationEvent.class,
                                (event, context) -> log.add("family " + context)),
                        events.subscribeWith(
                                Set.of("add:workspace", "remove:node"),
                                (event, context) -> log.add("types " + event.type())),
                        events.on(AddWorkspace.class, event -> log.add("on " + event.workspace())));
        assertThat(events.dispatch(new AppendNode(NODE, Arrivals.fresh(List.of())), "w")).isTrue();
        events.dispatch(new RemoveNode(NODE), "w");
        events.dispatch(new AddWorkspace("v"), null);
        assertThat(log)
                .containsExactly(
                        "all append:node",
                        "one a",
                        "family w",
                        "all remove:node",
                        "family w",
                        "types remove:node",
                        "all add:workspace",
                        "types add:workspace",
                        "on v");
        ends.forEach(Runnable::run);
        assertThat(events.subscriptionCount()).as("D21").isZero();
    }

    @Test
    void aVetoConcernsItsTypeAlone() {
        events.subscribeWith(Set.of("remove:node"), (_, _) -> false);
        assertThat(events.dispatch(new RemoveNode(NODE), null)).isFalse();
        assertThat(events.dispatch(new AddWorkspace("w"), null)).isTrue();
    }
}
