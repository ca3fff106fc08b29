package dev.tenon.designer.engine;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import dev.tenon.designer.reactive.SignalMap;
import dev.tenon.designer.tree.Edit;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;

/// What views show of an [Operation], as signals: they follow the differences of its actions, and a
/// view that reads one node runs again when that node changed, not when another did. All that one
/// action changes, changes at once.
///
/// An action costs what it touched, and one list of ids for a node whose children changed.
public final class OperationViews implements AutoCloseable {
    /// A node by itself: without what is inside its children.
    ///
    /// @param componentName the kind of node
    /// @param hidden whether the canvas leaves it out
    /// @param props its settings
    /// @param children the ids of its children, in order
    public record Shown(
            String componentName, boolean hidden, JsonObject props, List<String> children) {
        static Shown of(TreeNode node) {
            return new Shown(
                    node.componentName(),
                    node.hidden(),
                    node.props(),
                    node.children().stream().map(TreeNode::id).toList());
        }
    }

    private final SignalMap<String, Shown> nodes = SignalMap.named("nodes");
    private final Signal<String> root;
    private final Signal<Selection> selection;
    private final Signal<Hover> hover;
    private final Signal<List<String>> entries;
    private final Signal<Integer> current;
    private final Runnable end;

    /// Begins with `operation` as it stands.
    public OperationViews(Operation operation) {
        TreeNode top = operation.tree().root();
        root = Signal.named("root", top.id());
        selection = Signal.named("selection", operation.selection());
        hover = Signal.named("hover", operation.hover());
        entries = Signal.named("entries", operation.history().types());
        current = Signal.named("current", operation.history().current());
        Reactive.batch(() -> show(top));
        end = operation.watch(change -> follow(operation, change));
    }

    /// Returns the nodes by their ids.
    public SignalMap<String, Shown> nodes() {
        return nodes;
    }

    /// Returns the id of the root.
    public String root() {
        return root.get();
    }

    /// Returns what is selected.
    public Selection selection() {
        return selection.get();
    }

    /// Returns the node under the pointer.
    public Hover hover() {
        return hover.get();
    }

    /// Returns the types of the history's entries, the oldest first.
    public List<String> entries() {
        return entries.get();
    }

    /// Returns which entry the tree is at.
    public int current() {
        return current.get();
    }

    private void follow(Operation operation, Change change) {
        Reactive.batch(() -> {
            for (Edit edit : change.difference().edits()) {
                follow(change.tree(), edit);
            }
            root.set(change.tree().root().id());
            selection.set(change.selection());
            hover.set(operation.hover());
            entries.set(operation.history().types());
            current.set(operation.history().current());
        });
    }

    /// Shows what `edit` touched as it is in the end, where it is there at all.
    private void follow(Tree tree, Edit edit) {
        switch (edit) {
            case Edit.Insert insert -> {
                insert.node().forEach(node -> update(tree, node.id()));
                update(tree, insert.parent());
            }
            case Edit.Delete delete -> {
                delete.node().forEach(node -> update(tree, node.id()));
                update(tree, delete.parent());
            }
            case Edit.Move move -> {
                update(tree, move.from());
                update(tree, move.to());
            }
            case Edit.Props props -> update(tree, props.id());
            case Edit.Rename rename -> update(tree, rename.id());
            case Edit.Hide hide -> update(tree, hide.id());
            case Edit.Replace replace -> {
                replace.before().forEach(node -> update(tree, node.id()));
                show(tree.root());
            }
        }
    }

    private void update(Tree tree, String id) {
        TreeNode node = tree.find(id);
        if (node == null) {
            nodes.remove(id);
        } else {
            nodes.put(id, Shown.of(node));
        }
    }

    private void show(TreeNode top) {
        top.forEach(node -> nodes.put(node.id(), Shown.of(node)));
    }

    /// Follows no more.
    @Override
    public void close() {
        end.run();
    }
}
