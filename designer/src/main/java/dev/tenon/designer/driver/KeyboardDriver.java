package dev.tenon.designer.driver;

import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.KeyboardEvent;
import dev.tenon.designer.event.KeyboardEvent.KeyUp;
import dev.tenon.designer.event.Modifiers;

/// Makes events of keys. Keys that go down while a text is edited are the text's, but those that go
/// up are told, so that no modifier is taken for held; where the window loses the focus, the held
/// modifiers go up.
public final class KeyboardDriver implements Driver {
    private Modifiers held = Modifiers.NONE;

    /// Begins with no key held.
    public KeyboardDriver() {}

    @Override
    public boolean take(Input input, Engine engine) {
        return switch (input) {
            case Input.KeyPress press -> {
                held = press.modifiers();
                yield !press.isEditing()
                        && !tell(engine, new KeyboardEvent.KeyDown(press.key(), held));
            }
            case Input.KeyRelease release -> {
                held = release.modifiers();
                yield !tell(engine, new KeyUp(release.key(), held));
            }
            case Input.Blur _ -> {
                letGo(engine);
                yield false;
            }
            default -> false;
        };
    }

    private void letGo(Engine engine) {
        Modifiers before = held;
        held = Modifiers.NONE;
        letGo(engine, before.ctrl(), "Control");
        letGo(engine, before.shift(), "Shift");
        letGo(engine, before.meta(), "Meta");
        letGo(engine, before.alt(), "Alt");
    }

    private static void letGo(Engine engine, boolean isHeld, String key) {
        if (isHeld) {
            tell(engine, new KeyUp(key, Modifiers.NONE));
        }
    }

    private static boolean tell(Engine engine, KeyboardEvent event) {
        Workspace workspace = engine.workbench().active();
        return engine.events().dispatch(event, workspace == null ? null : workspace.id());
    }
}
