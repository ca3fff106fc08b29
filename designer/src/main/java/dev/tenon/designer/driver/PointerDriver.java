package dev.tenon.designer.driver;

import dev.tenon.designer.driver.Input.KeyPress;
import dev.tenon.designer.driver.Input.PointerCancel;
import dev.tenon.designer.driver.Input.PointerDown;
import dev.tenon.designer.driver.Input.PointerMove;
import dev.tenon.designer.driver.Input.PointerUp;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.CursorEvent;
import dev.tenon.designer.event.CursorEvent.Position;
import dev.tenon.designer.event.Modifiers;
import dev.tenon.designer.event.PointerTarget;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Makes drags, clicks and moves of a pointer, be it a mouse, a finger or a pen; the reference
/// knows mice alone.
///
/// A drag begins when the first button is down without Control and Meta, outside of a text that is
/// being edited, and the pointer has gone more than [#FAR] pixels and more than [#LONG] after that.
/// It ends with a drop when the pointer goes up, and without one when Escape is pressed, the system
/// takes the pointer away, the window loses the focus, or the same pointer goes down again, so that
/// its end was lost. While one pointer is down, others are ignored. A pointer that goes up without
/// a drag has clicked, and twice where it did so within [#TWICE] in one place: within [#FAR]
/// pixels, with a finger [#APART].
public final class PointerDriver implements Driver {
    /// How many pixels a drag goes at least.
    public static final double FAR = 4;

    /// How many pixels the two taps of a finger may be apart that are a double click.
    public static final double APART = 24;

    /// How long a drag takes at least.
    public static final Duration LONG = Duration.ofMillis(10);

    /// How long the second click of a double one may take.
    public static final Duration TWICE = Duration.ofMillis(500);

    private @Nullable Press press;
    private boolean isDragging;
    private @Nullable Position last;
    private @Nullable Click click;

    private record Press(PointerDown down, Instant time, boolean mayDrag) {}

    private record Click(Position position, PointerTarget target, Instant time) {}

    /// Begins with no pointer down.
    public PointerDriver() {}

    /// Returns whether a drag goes on; the front end shows no context menu then.
    public boolean isDragging() {
        return isDragging;
    }

    @Override
    public boolean take(Input input, Engine engine) {
        return switch (input) {
            case PointerDown down -> down(down, engine);
            case PointerMove move -> move(move, engine);
            case PointerUp up -> up(up, engine);
            case PointerCancel cancel -> cancel(cancel.pointer(), engine);
            case Input.Blur _ -> blur(engine);
            case KeyPress key when key.key().equals("Escape") && press != null && isDragging ->
                    cancel(press.down.pointer(), engine);
            default -> false;
        };
    }

    private boolean down(PointerDown down, Engine engine) {
        if (press != null
                && press.down.pointer() == down.pointer()
                && press.down.device() == down.device()
                && down.button() == 0) {
            cancel(down.pointer(), engine);
        }
        if (press == null) {
            boolean mayDrag =
                    down.button() == 0 && !down.modifiers().isCommand() && !down.isEditing();
            press = new Press(down, engine.clock().instant(), mayDrag);
        }
        return false;
    }

    private boolean move(PointerMove move, Engine engine) {
        Press pressed = press;
        if (pressed != null && pressed.down.pointer() != move.pointer()) {
            return false;
        }
        Position at = move.position();
        if (pressed != null && !isDragging && isDrag(pressed, at, engine.clock().instant())) {
            isDragging = true;
            last = pressed.down.position();
            tell(
                    engine,
                    new CursorEvent.DragStart(
                            last, pressed.down.target(), pressed.down.modifiers()));
        }
        if (isDragging) {
            drag(engine, new CursorEvent.DragMove(at, move.target(), move.modifiers()));
        }
        tell(engine, new CursorEvent.MouseMove(at, move.target(), move.modifiers()));
        return isDragging;
    }

    private void drag(Engine engine, CursorEvent.DragMove move) {
        if (!move.position().equals(last)) {
            last = move.position();
            tell(engine, move);
        }
    }

    private static boolean isDrag(Press press, Position at, Instant now) {
        return press.mayDrag
                && distance(press.down.position(), at) > FAR
                && Duration.between(press.time, now).compareTo(LONG) > 0;
    }

    private static double distance(Position a, Position b) {
        return Math.hypot(a.pageX() - b.pageX(), a.pageY() - b.pageY());
    }

    private boolean up(PointerUp up, Engine engine) {
        Press pressed = press;
        if (pressed == null || pressed.down.pointer() != up.pointer()) {
            return false;
        }
        boolean wasDragging = isDragging;
        boolean isElsewhere = !up.position().equals(last); // a front end may leave moves out
        end();
        if (wasDragging) {
            stop(up, isElsewhere, engine);
        } else if (pressed.down.button() == 0
                && up.target().equals(pressed.down.target())
                && !up.target().isQuiet()) {
            double apart = pressed.down.device() == Input.Device.TOUCH ? APART : FAR;
            click(up, apart, engine);
        }
        return wasDragging;
    }

    /// Whatever a subscriber throws at the last move, the drag ends.
    private static void stop(PointerUp up, boolean isElsewhere, Engine engine) {
        try {
            if (isElsewhere) {
                tell(engine, new CursorEvent.DragMove(up.position(), up.target(), up.modifiers()));
            }
        } finally {
            tell(engine, new CursorEvent.DragStop(up.position(), up.target(), up.modifiers()));
        }
    }

    private void click(PointerUp up, double apart, Engine engine) {
        tell(engine, new CursorEvent.MouseClick(up.position(), up.target(), up.modifiers()));
        Instant now = engine.clock().instant();
        Click before = click;
        click = new Click(up.position(), up.target(), now);
        if (before != null
                && before.target.equals(up.target())
                && distance(before.position, up.position()) <= apart
                && Duration.between(before.time, now).compareTo(TWICE) <= 0) {
            click = null;
            tell(
                    engine,
                    new CursorEvent.MouseDoubleClick(up.position(), up.target(), up.modifiers()));
        }
    }

    /// All drivers are to know of it, so that it is not taken.
    private boolean blur(Engine engine) {
        if (press != null) {
            cancel(press.down.pointer(), engine);
        }
        return false;
    }

    private boolean cancel(int pointer, Engine engine) {
        if (press == null || press.down.pointer() != pointer) {
            return false;
        }
        boolean wasDragging = isDragging;
        Position at = last == null ? press.down.position() : last;
        end();
        if (wasDragging) {
            tell(engine, new CursorEvent.DragCancel(at, PointerTarget.NONE, Modifiers.NONE));
        }
        return wasDragging;
    }

    private void end() {
        press = null;
        isDragging = false;
        last = null;
    }

    private static void tell(Engine engine, CursorEvent event) {
        Workspace workspace = engine.workbench().meant(event.target().workspace());
        engine.events().dispatch(event, workspace == null ? null : workspace.id());
    }
}
