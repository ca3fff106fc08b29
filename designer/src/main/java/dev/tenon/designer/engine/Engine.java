package dev.tenon.designer.engine;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.event.Events;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A designer: a registry of components and a workbench of documents. It is the one thing that
/// changes; trees, selections and histories are values that it goes through. Two engines in a
/// program share nothing.
///
/// ```java
/// Engine engine = new Engine(registry);
/// Operation form = engine.open("form", TreeNode.of("root", "Form")).operation();
/// Outcome outcome = form.act(new Action.Append("root", List.of(TreeNode.of("a", "Field"))));
/// form.undo();
/// ```
public final class Engine {
    private final Registry registry;
    private final Ids ids;
    private final InstantSource clock;
    private final Clipboard clipboard = new Clipboard();
    private final Events events = new Events();
    private final Workbench workbench = new Workbench(events);
    private final Cursor cursor = new Cursor();
    private Screen screen = Screen.PC;

    /// Begins with nothing open, names by chance and the system's clock.
    ///
    /// @param registry the components
    public Engine(Registry registry) {
        this(registry, Ids.random(), InstantSource.system());
    }

    /// Begins with nothing open.
    ///
    /// @param registry the components
    /// @param ids names for new nodes
    /// @param clock the time of history entries
    public Engine(Registry registry, Ids ids, InstantSource clock) {
        this.registry = registry;
        this.ids = ids;
        this.clock = clock;
    }

    /// Returns the components.
    public Registry registry() {
        return registry;
    }

    /// Returns the documents.
    public Workbench workbench() {
        return workbench;
    }

    /// Returns where all that happens in this designer is told.
    public Events events() {
        return events;
    }

    /// Returns the pointer.
    public Cursor cursor() {
        return cursor;
    }

    /// Returns the screen that designs are shown for.
    public Screen screen() {
        return screen;
    }

    /// Sets the screen that designs are shown for.
    public void screen(Screen screen) {
        this.screen = screen;
    }

    /// Returns the time.
    public InstantSource clock() {
        return clock;
    }

    /// Returns what was copied or cut last, in whichever workspace.
    public Clipboard clipboard() {
        return clipboard;
    }

    /// Returns the source of names for new nodes.
    public Ids ids() {
        return ids;
    }

    /// Opens the tree of `root` in a workspace of its own, named and titled `id`.
    ///
    /// @throws DesignException if a workspace of that id is open, or the tree is none
    public Workspace open(String id, TreeNode root) {
        return open(id, root, History.CAPACITY);
    }

    /// Opens the tree of `root` in a workspace of its own, named and titled `id`.
    ///
    /// @param capacity how many entries its history keeps
    /// @throws DesignException if a workspace of that id is open, or the tree is none
    /// @throws IllegalArgumentException if the capacity is less than 1
    public Workspace open(String id, TreeNode root, int capacity) {
        return open(id, new LocalTimeline(Tree.of(root), clock.instant(), capacity));
    }

    /// Opens the tree of `timeline`, which others may edit too, in a workspace of its own, named
    /// and titled `id`.
    ///
    /// @throws DesignException if a workspace of that id is open
    public Workspace open(String id, Timeline timeline) {
        Workspace workspace =
                new Workspace(
                        id,
                        id,
                        "",
                        new Operation(
                                timeline, new Rules(registry), ids, clock, clipboard, events, id));
        workbench.add(workspace);
        return workspace;
    }

    /// Returns the tree in front; null where nothing is open (the reference's `getCurrentTree`).
    public @Nullable Tree currentTree() {
        Workspace current = workbench.current();
        return current == null ? null : current.operation().tree();
    }

    /// Returns the node named `id` of the workspace in front, else of the first that has it; null
    /// where none does. Ids are the trees' own: two documents may have the same.
    public @Nullable TreeNode find(String id) {
        Tree front = currentTree();
        TreeNode node = front == null ? null : front.find(id);
        for (Workspace workspace : workbench.workspaces()) {
            node = node == null ? workspace.operation().tree().find(id) : node;
        }
        return node;
    }

    /// Returns the selected nodes of all workspaces.
    public List<TreeNode> selectedNodes() {
        return workbench.workspaces().stream()
                .map(Workspace::operation)
                .flatMap(operation ->
                        operation.selection().ids().stream().map(operation.tree()::node))
                .toList();
    }
}
