package dev.tenon.designer.driver;

import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.ViewportEvent;

/// Makes events of what happens to the views of a document.
public final class ViewportDriver implements Driver {
    /// Begins; it keeps nothing.
    public ViewportDriver() {}

    @Override
    public boolean take(Input input, Engine engine) {
        switch (input) {
            case Input.Scroll(var area, var x, var y, var width, var height) ->
                    tell(engine, new ViewportEvent.ViewportScroll(area, x, y, width, height));
            case Input.Resize(var area, var x, var y, var width, var height) ->
                    tell(engine, new ViewportEvent.ViewportResize(area, x, y, width, height));
            default -> {}
        }
        return false;
    }

    private static void tell(Engine engine, ViewportEvent event) {
        Workspace workspace = engine.workbench().active();
        engine.events().dispatch(event, workspace == null ? null : workspace.id());
    }
}
