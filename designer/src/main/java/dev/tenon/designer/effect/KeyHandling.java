package dev.tenon.designer.effect;

import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.KeyboardEvent.KeyDown;
import dev.tenon.designer.event.KeyboardEvent.KeyUp;

/// Gives keys to the drag by keys, then to the shortcuts; what one of them takes is kept from the
/// browser.
public final class KeyHandling implements DesignerEffect {
    /// Begins; it keeps nothing.
    public KeyHandling() {}

    @Override
    public void attach(Designer designer) {
        designer.subscribeTo(
                KeyDown.class,
                (event, _) -> {
                    Operation operation = designer.operation();
                    boolean isDragging =
                            operation != null
                                    && designer.keyboardDrag()
                                            .down(event.key(), event.modifiers(), operation);
                    return !isDragging
                            && !designer.keyboard()
                                    .down(event.key(), event.modifiers(), designer.engine());
                });
        designer.on(KeyUp.class, event -> designer.keyboard().up(event.key()));
    }
}
