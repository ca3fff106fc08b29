package dev.tenon.designer.effect;

import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.event.CursorEvent.MouseClick;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.event.PointerTarget.Area;
import java.util.List;

/// Selects what is clicked.
///
/// | click | selects |
/// |---|---|
/// | on a node | it |
/// | with Control or Meta | it too, or no longer, but never nothing |
/// | with Shift | it and all between it and the nearest selected sibling, or it no longer |
/// | on empty canvas | the root |
public final class ClickSelection implements DesignerEffect {
    /// Begins; it keeps nothing.
    public ClickSelection() {}

    @Override
    public void attach(Designer designer) {
        designer.on(
                MouseClick.class,
                event -> {
                    PointerTarget target = event.target();
                    Operation operation = designer.operation(target);
                    boolean isView = target.area() == Area.CANVAS || target.area() == Area.OUTLINE;
                    if (operation == null || !isView || target.handle() != null) {
                        return;
                    }
                    String id = target.nodeId();
                    Selection selection = operation.selection();
                    if (id == null || !operation.tree().contains(id)) {
                        if (target.area() == Area.CANVAS && !event.modifiers().isCommand()) {
                            operation.select(List.of(operation.tree().root().id()));
                        }
                    } else if (event.modifiers().isCommand()) {
                        Selection toggled =
                                selection.has(id)
                                        ? selection.without(id)
                                        : selection.with(List.of(id));
                        operation.select(toggled.size() == 0 ? selection.ids() : toggled.ids());
                    } else if (event.modifiers().shift()) {
                        Selection range = selection.crossTo(operation.tree(), id);
                        operation.select(range.size() == 0 ? selection.ids() : range.ids());
                    } else {
                        operation.select(List.of(id));
                    }
                });
    }
}
