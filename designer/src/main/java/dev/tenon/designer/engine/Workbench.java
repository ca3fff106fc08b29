package dev.tenon.designer.engine;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The workspaces that are open, one of them in front.
public final class Workbench {
    /// What happened to the workbench.
    ///
    /// @param type `add:workspace`, `remove:workspace` or `switch:workspace`, as the reference says
    /// @param workspace which one
    public record Event(String type, Workspace workspace) {}

    private final List<Workspace> workspaces = new ArrayList<>();
    private final List<Consumer<Event>> watchers = new CopyOnWriteArrayList<>();
    private @Nullable Workspace current;
    private View view = View.DESIGNABLE;

    /// Begins with nothing open.
    public Workbench() {}

    /// What the user looks at.
    public enum View {
        /// The canvas.
        DESIGNABLE,
        /// The document as JSON.
        JSONTREE,
        /// The document as code.
        MARKUP,
        /// The result at work.
        PREVIEW
    }

    /// Tells `watcher` each event from now on; running what is returned ends that.
    public Runnable watch(Consumer<Event> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /// Returns the workspaces in the order of their tabs.
    public List<Workspace> workspaces() {
        return List.copyOf(workspaces);
    }

    /// Returns the workspace in front; null where none is open.
    public @Nullable Workspace current() {
        return current;
    }

    /// Returns what the user looks at.
    public View view() {
        return view;
    }

    /// Sets what the user looks at.
    public void view(View view) {
        this.view = view;
    }

    /// Returns the workspace named `id`, or null.
    public @Nullable Workspace find(String id) {
        return workspaces.stream()
                .filter(workspace -> workspace.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    /// Opens `workspace` as the last one, in front if it is the first.
    ///
    /// @throws DesignException if one of that id is open
    public void add(Workspace workspace) {
        if (find(workspace.id()) != null) {
            throw new DesignException(
                    "workbench: an id must name one workspace; got \""
                            + workspace.id()
                            + "\" twice");
        }
        workspaces.add(workspace);
        tell("add:workspace", workspace);
        if (current == null) {
            bringToFront(workspace);
        }
    }

    /// Closes the workspace named `id`; where it was in front, the one in its place comes there,
    /// else the last.
    ///
    /// @throws DesignException if there is none
    public void remove(String id) {
        Workspace workspace = known(id);
        int index = workspaces.indexOf(workspace);
        workspaces.remove(index);
        tell("remove:workspace", workspace);
        if (workspace.equals(current)) {
            current = null;
            if (!workspaces.isEmpty()) {
                bringToFront(workspaces.get(Math.min(index, workspaces.size() - 1)));
            }
        }
    }

    /// Brings the workspace named `id` to the front.
    ///
    /// @throws DesignException if there is none
    public void switchTo(String id) {
        Workspace workspace = known(id);
        if (!workspace.equals(current)) {
            bringToFront(workspace);
        }
    }

    private void bringToFront(Workspace workspace) {
        current = workspace;
        tell("switch:workspace", workspace);
    }

    private Workspace known(String id) {
        Workspace workspace = find(id);
        if (workspace == null) {
            throw new DesignException("workbench: no workspace is named \"" + id + "\"");
        }
        return workspace;
    }

    private void tell(String type, Workspace workspace) {
        Event event = new Event(type, workspace);
        watchers.forEach(watcher -> watcher.accept(event));
    }
}
