package dev.tenon.designer.keyboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The cases of golden/designable/core/keyboard.json. Steps that differ are named with the reason.
final class KeyboardTest {
    /// Case and step -> why.
    private static final Set<String> DIFFERENT =
            Set.of(
                    "unmapped-then-delete 3", // D8: Delete works
                    "unmapped-then-delete 4",
                    "s-alone-switches-cursor 0", // D9: S alone is no shortcut
                    "s-alone-switches-cursor 1",
                    "shift-s-cursor 1", // D9: Shift+S is one
                    "shift-s-cursor 2",
                    "shift-s-cursor 3",
                    "ctrl-x-prevented 2", // cuts
                    "ctrl-x-prevented 3",
                    "ctrl-x-prevented 4",
                    "ctrl-y 7", // redoes
                    "ctrl-y 8",
                    "ctrl-y 9");

    private final AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
    private final Engine engine = new Engine(Boxes.REGISTRY, Boxes.generated(), time::get);
    private final Keyboard keyboard = new Keyboard(Shortcuts.ALL, time::get);
    private final JsonObject golden;
    private final Operation operation;

    KeyboardTest() throws IOException {
        golden = (JsonObject) Golden.read("core/keyboard.json");
        operation = engine.open("w", Golden.node(golden.object("tree"))).operation();
    }

    static List<String> cases() throws IOException {
        return List.copyOf(
                ((JsonObject) Golden.read("core/keyboard.json")).object("cases").names());
    }

    private boolean feed(JsonObject event) {
        Modifiers modifiers =
                new Modifiers(
                        event.isTrue("ctrl"),
                        event.isTrue("shift"),
                        event.isTrue("meta"),
                        event.isTrue("alt"));
        switch (event.text("t")) {
            case "select" -> operation.select(Golden.strings(event.get("ids")));
            case "down" -> {
                return keyboard.down(event.text("key"), modifiers, engine);
            }
            case "up" -> keyboard.up(event.text("key"));
            case "wait" ->
                    time.set(time.get().plus(Duration.ofMillis(Golden.integer(event.get("ms")))));
            case "flush" -> {}
            default -> throw new AssertionError(event);
        }
        return false;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keysDoAsInTheReference(String name) {
        JsonArray steps = (JsonArray) golden.object("cases").get(name);
        boolean isUndone =
                false; // D5: the reference selects the root, here the selection comes back
        for (int i = 0; i < steps.size(); i++) {
            JsonObject step = (JsonObject) steps.get(i);
            boolean isPrevented = feed(step.object("event"));
            isUndone |= "z".equals(step.object("event").text("key"));
            boolean isSame =
                    isPrevented == step.isTrue("prevented")
                            && keyboard.sequence().equals(Golden.strings(step.get("sequence")))
                            && (isUndone
                                    || operation
                                            .selection()
                                            .ids()
                                            .equals(Golden.strings(step.get("selected"))))
                            && Golden.brief(operation.tree().root()).equals(step.text("tree"))
                            && engine.cursor().mode().name().equals(step.text("cursorType"));
            assertThat(isSame)
                    .as(
                            "%s %d: %s; sequence %s, selected %s, tree %s, prevented %s",
                            name,
                            i,
                            step,
                            keyboard.sequence(),
                            operation.selection().ids(),
                            Golden.brief(operation.tree().root()),
                            isPrevented)
                    .isEqualTo(!DIFFERENT.contains(name + " " + i));
        }
    }

    private void press(String key, Modifiers modifiers) {
        keyboard.down(key, modifiers, engine);
        keyboard.up(key);
    }

    @Test
    void theMendedKeysWork() {
        Modifiers ctrl = new Modifiers(true, false, false, false);
        operation.select(List.of("b"));
        press("q", Modifiers.NONE);
        press("Delete", Modifiers.NONE);
        assertThat(operation.tree().contains("b")).as("D8").isFalse();
        press("s", Modifiers.NONE);
        assertThat(engine.cursor().mode()).as("D9").isEqualTo(Cursor.Mode.NORMAL);
        press("S", new Modifiers(false, true, false, false));
        assertThat(engine.cursor().mode()).as("D9").isEqualTo(Cursor.Mode.SELECTION);
        press("z", ctrl);
        assertThat(operation.tree().contains("b")).isTrue();
        press("y", ctrl);
        assertThat(operation.tree().contains("b")).isFalse();
        operation.select(List.of("c"));
        press("x", ctrl);
        operation.select(List.of("a"));
        press("v", ctrl);
        assertThat(Golden.brief(operation.tree().root())).isEqualTo("root[a[a1 a2 $g0]]");
        press("Delete", new Modifiers(false, false, false, true));
        assertThat(operation.tree().contains("a")).as("D10").isTrue();
        operation.select(List.of("a1"));
        press("d", ctrl);
        assertThat(Golden.brief(operation.tree().root())).isEqualTo("root[a[a1 $g1 a2 $g0]]");
        press("Escape", Modifiers.NONE);
        assertThat(operation.selection().ids()).containsExactly("a");
    }

    @Test
    void aUserAddsShortcutsAndSequences() {
        List<String> log = new ArrayList<>();
        Shortcut go = Shortcut.of("shortcuts.go", (_, _) -> log.add("go"), "G+D");
        Shortcut mine = Shortcut.of("shortcuts.mine", (_, _) -> log.add("mine"), "Delete");
        Keyboard extended = new Keyboard(Shortcuts.with(List.of(go, mine)), time::get);
        extended.down("g", Modifiers.NONE, engine);
        extended.up("g");
        assertThat(extended.down("d", Modifiers.NONE, engine)).isTrue();
        extended.down("Delete", Modifiers.NONE, engine);
        assertThat(log).containsExactly("go", "mine");
        extended.down("g", Modifiers.NONE, engine);
        time.set(time.get().plusMillis(4001));
        assertThat(extended.down("d", Modifiers.NONE, engine)).isFalse();
    }

    @Test
    void eachShortcutHasItsName() {
        Set<String> names = new HashSet<>();
        for (Shortcut shortcut : keyboard.shortcuts()) {
            assertThat(shortcut.name()).startsWith("shortcuts.");
            assertThat(names.add(shortcut.name())).isTrue();
        }
        assertThatThrownBy(() -> Shortcut.of("x", Shortcut.Command.NOTHING, "Shift+"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "shortcut: a chord must be different keys with + between; got \"Shift+\"");
    }

    @Test
    void plusIsAKeyToo() {
        Shortcut zoom =
                Shortcut.of("zoom", Shortcut.Command.NOTHING, "+", "Ctrl++", "Ctrl+Shift++");
        assertThat(zoom.matches(List.of("+"))).isTrue();
        assertThat(zoom.matches(List.of("Control", "+"))).isTrue();
        assertThat(zoom.matches(List.of("Shift", "Control", "+"))).isTrue();
        assertThat(zoom.matches(List.of("Control"))).isFalse();
        assertThatThrownBy(() -> Shortcut.of("zoom", Shortcut.Command.NOTHING, "++"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutAWorkspaceKeysAreTheBrowsers() {
        Engine empty = new Engine(Boxes.REGISTRY);
        assertThat(keyboard.down("Delete", Modifiers.NONE, empty)).isFalse();
    }
}
