package dev.tenon.designer.effect;

import dev.tenon.designer.engine.Workspace;
import dev.tenon.designer.event.MutationEvent;
import dev.tenon.designer.event.NodeEvent.SelectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes the workspace active that is worked in; where something is selected in one, nothing stays
/// selected in the others.
public final class WorkspaceActivation implements DesignerEffect {
    /// Begins; it keeps nothing.
    public WorkspaceActivation() {}

    @Override
    public void attach(Designer designer) {
        designer.subscribeTo(MutationEvent.class, (event, id) -> activated(designer, id));
        designer.subscribeTo(
                SelectNode.class,
                (event, id) -> {
                    if (!event.source().isEmpty()) {
                        activated(designer, id);
                        clearOthers(designer, id);
                    }
                    return true;
                });
    }

    private static boolean activated(Designer designer, @Nullable String id) {
        if (id != null && designer.engine().workbench().find(id) != null) {
            designer.engine().workbench().activate(id);
        }
        return true;
    }

    private static void clearOthers(Designer designer, @Nullable String id) {
        for (Workspace workspace : designer.engine().workbench().workspaces()) {
            if (!workspace.id().equals(id)) {
                workspace.operation().select(List.of());
            }
        }
    }
}
