package dev.tenon.designer.driver;

import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.ViewportEvent;
import org.jspecify.annotations.Nullable;

/// Makes events of what happens to the views of documents.
public final class ViewportDriver implements Driver {
    /// Begins; it keeps nothing.
    public ViewportDriver() {}

    @Override
    public boolean take(Input input, Engine engine) {
        switch (input) {
            case Input.Scroll(var area, var x, var y, var width, var height, var workspace) ->
                    tell(
                            engine,
                            new ViewportEvent.ViewportScroll(area, x, y, width, height),
                            workspace);
            case Input.Resize(var area, var x, var y, var width, var height, var workspace) ->
                    tell(
                            engine,
                            new ViewportEvent.ViewportResize(area, x, y, width, height),
                            workspace);
            default -> {}
        }
        return false;
    }

    private static void tell(Engine engine, ViewportEvent event, @Nullable String id) {
        Workspace workspace = engine.workbench().meant(id);
        engine.events().dispatch(event, workspace == null ? null : workspace.id());
    }
}
