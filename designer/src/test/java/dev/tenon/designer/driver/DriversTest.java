package dev.tenon.designer.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.driver.Input.Device;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.event.CursorEvent;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.Event;
import dev.tenon.designer.event.KeyboardEvent;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What pointers, keys and views tell.
final class DriversTest {
    private static final PointerTarget A = PointerTarget.canvas("a");
    private final AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
    private final Engine engine = new Engine(Boxes.REGISTRY, Boxes.generated(), time::get);
    private final PointerDriver pointer = new PointerDriver();
    private final List<String> told = new ArrayList<>();

    DriversTest() {
        engine.events()
                .on(
                        Event.class,
                        event ->
                                told.add(
                                        event instanceof CursorEvent cursor
                                                ? event.type()
                                                        + " "
                                                        + (int) cursor.position().clientX()
                                                : event.type()));
    }

    private void down(int id, double x, int button, Modifiers modifiers, boolean isEditing) {
        down(id, Device.PEN, x, button, modifiers, isEditing);
    }

    private void down(
            int id, Device device, double x, int button, Modifiers modifiers, boolean isEditing) {
        pointer.take(
                new Input.PointerDown(
                        id, device, button, Position.at(x, 0), A, modifiers, isEditing),
                engine);
    }

    private void down(double x) {
        down(1, x, 0, Modifiers.NONE, false);
    }

    private boolean move(int id, double x, int later) {
        time.set(time.get().plusMillis(later));
        return pointer.take(
                new Input.PointerMove(id, Position.at(x, 0), A, Modifiers.NONE), engine);
    }

    private void up(double x) {
        pointer.take(new Input.PointerUp(1, Position.at(x, 0), A, Modifiers.NONE), engine);
    }

    @Test
    void aDragBeginsFarAndLate() {
        down(0);
        assertThat(move(1, 4, 100)).as("not far").isFalse();
        up(4);
        down(0);
        assertThat(move(1, 50, 10)).as("not late").isFalse();
        assertThat(move(1, 50, 1)).isTrue();
        move(1, 50, 1);
        move(1, 60, 1);
        up(60);
        told.removeIf(event -> event.startsWith("mouse:move"));
        assertThat(told)
                .containsExactly(
                        "mouse:click 4",
                        "drag:start 0",
                        "drag:move 50",
                        "drag:move 60",
                        "drag:stop 60");
        assertThat(pointer.isDragging()).isFalse();
    }

    @Test
    void otherButtonsModifiersAndTextsDoNotDrag() {
        down(1, 0, 1, Modifiers.NONE, false);
        move(1, 50, 20);
        up(50);
        down(1, 0, 0, new Modifiers(true, false, false, false), false);
        move(1, 50, 20);
        up(50);
        down(1, 0, 0, Modifiers.NONE, true);
        move(1, 50, 20);
        up(50);
        assertThat(told).noneMatch(event -> event.startsWith("drag"));
    }

    @Test
    void aSecondFingerIsIgnored() {
        down(0);
        move(1, 50, 20);
        down(2, 10, 0, Modifiers.NONE, false);
        assertThat(move(2, 90, 20)).isFalse();
        pointer.take(new Input.PointerCancel(2), engine);
        assertThat(pointer.isDragging()).isTrue();
        up(50);
        assertThat(told)
                .containsExactly("drag:start 0", "drag:move 50", "mouse:move 50", "drag:stop 50");
    }

    @Test
    void escapeAndTheSystemCancelADrag() {
        down(0);
        move(1, 50, 20);
        assertThat(pointer.take(new Input.KeyPress("Escape", Modifiers.NONE, false), engine))
                .isTrue();
        up(50);
        down(0);
        move(1, 50, 20);
        pointer.take(new Input.PointerCancel(1), engine);
        up(50);
        assertThat(told.stream().filter(event -> !event.startsWith("mouse")))
                .containsExactly(
                        "drag:start 0",
                        "drag:move 50",
                        "drag:cancel 50",
                        "drag:start 0",
                        "drag:move 50",
                        "drag:cancel 50");
    }

    /// As where the pointer went up outside of the window and nothing had captured it.
    @Test
    void aPointerThatGoesDownAgainHadGoneUp() {
        down(0);
        move(1, 50, 20);
        down(90);
        assertThat(pointer.isDragging()).isFalse();
        up(90);
        assertThat(told.stream().filter(event -> !event.startsWith("mouse:move")))
                .containsExactly(
                        "drag:start 0", "drag:move 50", "drag:cancel 50", "mouse:click 90");
        told.clear();
        down(0);
        move(1, 50, 20);
        down(1, 50, 2, Modifiers.NONE, false);
        assertThat(pointer.isDragging()).as("another button").isTrue();
        up(50);
        assertThat(told).endsWith("drag:stop 50");
    }

    @Test
    void theWindowThatLosesTheFocusLetsGo() {
        KeyboardDriver keys = new KeyboardDriver();
        keys.take(
                new Input.KeyPress("Shift", new Modifiers(true, true, false, false), true), engine);
        down(0);
        move(1, 50, 20);
        told.clear();
        assertThat(pointer.take(new Input.Blur(), engine)).as("for all drivers").isFalse();
        assertThat(keys.take(new Input.Blur(), engine)).isFalse();
        assertThat(keys.take(new Input.Blur(), engine)).isFalse();
        assertThat(told).containsExactly("drag:cancel 50", "key:up", "key:up");
        up(50);
        assertThat(told).as("nothing is down").hasSize(3);
        down(2, 0, 0, Modifiers.NONE, false);
        pointer.take(new Input.Blur(), engine);
        down(7, 0, 0, Modifiers.NONE, false);
        assertThat(move(7, 50, 20)).as("another finger").isTrue();
    }

    /// A finger does not come down where it did before.
    @Test
    void twoTapsMayBeApart() {
        for (Device device : new Device[] {Device.TOUCH, Device.PEN}) {
            for (double x : new double[] {0, 20}) {
                down(1, device, x, 0, Modifiers.NONE, false);
                up(x);
            }
        }
        assertThat(told)
                .containsExactly(
                        "mouse:click 0",
                        "mouse:click 20",
                        "mouse:dblclick 20",
                        "mouse:click 0",
                        "mouse:click 20");
    }

    /// A pen tells of its pressure where it does not move, and a front end leaves moves out.
    @Test
    void aDragMovesToWhereItEnds() {
        down(0);
        move(1, 50, 20);
        move(1, 50, 20);
        up(70);
        assertThat(told.stream().filter(event -> event.startsWith("drag")))
                .containsExactly("drag:start 0", "drag:move 50", "drag:move 70", "drag:stop 70");
    }

    @Test
    void aDragEndsWhateverASubscriberThrows() {
        down(0);
        move(1, 50, 20);
        engine.events()
                .on(
                        CursorEvent.DragMove.class,
                        _ -> {
                            throw new IllegalStateException("a subscriber");
                        });
        assertThatThrownBy(() -> up(70)).hasMessage("a subscriber");
        assertThat(pointer.isDragging()).isFalse();
        assertThat(told).endsWith("drag:move 70", "drag:stop 70");
    }

    @Test
    void aPressThatIsTakenAwayIsNoClick() {
        down(0);
        pointer.take(new Input.PointerCancel(1), engine);
        up(0);
        assertThat(told).isEmpty();
    }

    @Test
    void twoClicksInOnePlaceAreADoubleOne() {
        for (int x : new int[] {0, 1, 2, 30}) {
            down(x);
            up(x);
        }
        time.set(time.get().plusMillis(501));
        down(30);
        up(30);
        assertThat(told)
                .containsExactly(
                        "mouse:click 0",
                        "mouse:click 1",
                        "mouse:dblclick 1",
                        "mouse:click 2",
                        "mouse:click 30",
                        "mouse:click 30");
    }

    @Test
    void quietPlacesAreNotClicked() {
        PointerTarget quiet = new PointerTarget(Area.CANVAS, "a", null, null, null, true);
        pointer.take(
                new Input.PointerDown(
                        1, Device.MOUSE, 0, Position.at(0, 0), quiet, Modifiers.NONE, false),
                engine);
        pointer.take(new Input.PointerUp(1, Position.at(0, 0), quiet, Modifiers.NONE), engine);
        assertThat(told).isEmpty();
    }

    @Test
    void keysAreTheTextsWhileOneIsEdited() {
        KeyboardDriver keys = new KeyboardDriver();
        engine.events()
                .subscribeTo(KeyboardEvent.KeyDown.class, (event, _) -> !event.key().equals("a"));
        assertThat(keys.take(new Input.KeyPress("a", Modifiers.NONE, true), engine)).isFalse();
        assertThat(keys.take(new Input.KeyPress("a", Modifiers.NONE, false), engine)).isTrue();
        assertThat(keys.take(new Input.KeyPress("b", Modifiers.NONE, false), engine)).isFalse();
        assertThat(keys.take(new Input.KeyRelease("b", Modifiers.NONE), engine)).isFalse();
        assertThat(told).containsExactly("key:down", "key:down", "key:up");
    }

    @Test
    void viewsAreTold() {
        ViewportDriver views = new ViewportDriver();
        views.take(new Input.Scroll(Area.CANVAS, 0, 10, 400, 600), engine);
        views.take(new Input.Resize(Area.OUTLINE, 0, 10, 400, 600), engine);
        assertThat(told).containsExactly("viewport:scroll", "viewport:resize");
    }
}
