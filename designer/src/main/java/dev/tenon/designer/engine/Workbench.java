package dev.tenon.designer.engine;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.event.Events;
import dev.tenon.designer.event.WorkbenchEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The workspaces that are open, one of them in front.
public final class Workbench {
    private final List<Workspace> workspaces = new ArrayList<>();
    private final Events events;
    private @Nullable Workspace current;
    private @Nullable Workspace active;
    private View view = View.DESIGNABLE;

    /// Begins with nothing open.
    ///
    /// @param events where to tell what comes, goes and is brought to the front
    public Workbench(Events events) {
        this.events = events;
    }

    /// What the user looks at: one of these four, or a front end's own.
    ///
    /// @param name its name, as `PREVIEW`
    public record View(String name) {
        /// The canvas.
        public static final View DESIGNABLE = new View("DESIGNABLE");

        /// The document as JSON.
        public static final View JSONTREE = new View("JSONTREE");

        /// The document as code.
        public static final View MARKUP = new View("MARKUP");

        /// The result at work.
        public static final View PREVIEW = new View("PREVIEW");
    }

    /// Returns the workspaces in the order of their tabs.
    public List<Workspace> workspaces() {
        return List.copyOf(workspaces);
    }

    /// Returns the workspace in front; null where none is open.
    public @Nullable Workspace current() {
        return current;
    }

    /// Returns the workspace that keys and drags are meant for: of several side by side the one
    /// that was worked in last, else the one in front; null where none is open.
    public @Nullable Workspace active() {
        return active == null ? current : active;
    }

    /// Returns the workspace that `id` means: the one of that name, the active one where it is
    /// null; null where there is none.
    public @Nullable Workspace meant(@Nullable String id) {
        return id == null ? active() : find(id);
    }

    /// Makes the workspace named `id` the one that keys and drags are meant for.
    ///
    /// @throws DesignException if there is none
    public void activate(String id) {
        active = known(id);
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
        tell(new WorkbenchEvent.AddWorkspace(workspace.id()));
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
        if (workspace.equals(active)) {
            active = null;
        }
        tell(new WorkbenchEvent.RemoveWorkspace(id));
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
        active = workspace;
        tell(new WorkbenchEvent.SwitchWorkspace(workspace.id()));
    }

    private Workspace known(String id) {
        Workspace workspace = find(id);
        if (workspace == null) {
            throw new DesignException("workbench: no workspace is named \"" + id + "\"");
        }
        return workspace;
    }

    private void tell(WorkbenchEvent event) {
        events.dispatch(event, event.workspace());
    }
}
