package dev.tenon.designer.effect;

import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.event.ViewportEvent;
import dev.tenon.designer.geometry.Rect;

/// Keeps what is known of the views up to date: what they show and how large they are.
public final class ViewportFollowing implements DesignerEffect {
    /// Begins; it keeps nothing.
    public ViewportFollowing() {}

    @Override
    public void attach(Designer designer) {
        designer.subscribeTo(
                ViewportEvent.class,
                (event, workspace) -> {
                    if (workspace != null) {
                        Viewport viewport = designer.viewport(workspace, event.area());
                        viewport.scroll(event.scrollX(), event.scrollY());
                        Rect bounds = viewport.bounds();
                        viewport.bounds(
                                new Rect(bounds.x(), bounds.y(), event.width(), event.height()));
                    }
                    return true;
                });
    }
}
