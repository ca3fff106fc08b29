package dev.tenon.designer.driver;

import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.KeyboardEvent;

/// Makes events of keys. Keys that go down while a text is edited are the text's, but those that go
/// up are told, so that no modifier is taken for held.
public final class KeyboardDriver implements Driver {
    /// Begins; it keeps nothing.
    public KeyboardDriver() {}

    @Override
    public boolean take(Input input, Engine engine) {
        return switch (input) {
            case Input.KeyPress press ->
                    !press.isEditing()
                            && !tell(
                                    engine,
                                    new KeyboardEvent.KeyDown(press.key(), press.modifiers()));
            case Input.KeyRelease release ->
                    !tell(engine, new KeyboardEvent.KeyUp(release.key(), release.modifiers()));
            default -> false;
        };
    }

    private static boolean tell(Engine engine, KeyboardEvent event) {
        Workspace workspace = engine.workbench().active();
        return engine.events().dispatch(event, workspace == null ? null : workspace.id());
    }
}
