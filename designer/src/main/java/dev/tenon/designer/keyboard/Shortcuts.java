package dev.tenon.designer.keyboard;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The shortcuts of a designer: the reference's, and cut, redo with Control and Y, a copy beside
/// the selection, Escape for the parent. A user's own go before them:
/// `Shortcuts.with(List.of(Shortcut.of("shortcuts.save", this::save, "Control+S")))`.
///
/// | name | keys |
/// |---|---|
/// | `cut` | Meta+X, Control+X |
/// | `select_nodes` | Meta, Control: kept from the browser, for clicks |
/// | `select_all` | Meta+A, Control+A |
/// | `select_range` | Shift: kept from the browser, for clicks |
/// | `delete` | Backspace, Delete |
/// | `copy` `paste` | Meta or Control with C, V |
/// | `duplicate` | Meta+D, Control+D |
/// | `select_previous` | ArrowUp, ArrowLeft, PageUp |
/// | `select_next` | ArrowDown, ArrowRight, PageDown |
/// | `select_parent` | Escape |
/// | `undo` | Meta+Z, Control+Z |
/// | `redo` | Meta+Shift+Z, Control+Shift+Z, Control+Y |
/// | `selection_cursor` | Shift+S |
///
/// The reference takes the two Windows keys for arrows as well, under names that no browser gives
/// them (`LeftWindow`, `RightWindow`); here they are Meta.
public final class Shortcuts {
    /// The shortcuts, the first that matches first.
    public static final List<Shortcut> ALL =
            List.of(
                    Shortcut.of("shortcuts.cut", (_, at) -> at.cut(), "Meta+X", "Control+X"),
                    Shortcut.of(
                            "shortcuts.select_nodes", Shortcut.Command.NOTHING, "Meta", "Control"),
                    Shortcut.of(
                            "shortcuts.select_all",
                            (_, at) -> selectAll(at),
                            "Meta+A",
                            "Control+A"),
                    Shortcut.of("shortcuts.select_range", Shortcut.Command.NOTHING, "Shift"),
                    Shortcut.of(
                            "shortcuts.delete",
                            (_, at) -> at.act(new Action.Remove(at.selection().ids())),
                            "Backspace",
                            "Delete"),
                    Shortcut.of("shortcuts.copy", (_, at) -> at.copy(), "Meta+C", "Control+C"),
                    Shortcut.of("shortcuts.paste", (_, at) -> at.paste(), "Meta+V", "Control+V"),
                    Shortcut.of(
                            "shortcuts.duplicate", (_, at) -> duplicate(at), "Meta+D", "Control+D"),
                    Shortcut.of(
                            "shortcuts.select_previous",
                            (_, at) -> at.select(List.of(previous(at.tree(), from(at)))),
                            "Up",
                            "PageUp",
                            "ArrowUp",
                            "Left",
                            "ArrowLeft"),
                    Shortcut.of(
                            "shortcuts.select_next",
                            (_, at) -> at.select(List.of(next(at.tree(), from(at)))),
                            "Down",
                            "PageDown",
                            "ArrowDown",
                            "Right",
                            "ArrowRight"),
                    Shortcut.of("shortcuts.select_parent", (_, at) -> selectParent(at), "Escape"),
                    Shortcut.of("shortcuts.undo", (_, at) -> at.undo(), "Meta+Z", "Control+Z"),
                    Shortcut.of(
                            "shortcuts.redo",
                            (_, at) -> at.redo(),
                            "Meta+Shift+Z",
                            "Control+Shift+Z",
                            "Control+Y"),
                    Shortcut.of(
                            "shortcuts.selection_cursor",
                            (engine, _) -> engine.cursor().mode(Cursor.Mode.SELECTION),
                            "Shift+S"));

    private Shortcuts() {}

    /// Returns `more` and then all of these.
    public static List<Shortcut> with(List<Shortcut> more) {
        List<Shortcut> shortcuts = new ArrayList<>(more);
        shortcuts.addAll(ALL);
        return List.copyOf(shortcuts);
    }

    /// Returns the words for the names of shortcuts and for announcements in English, Chinese and
    /// Korean, for [dev.tenon.designer.behavior.Registry#withLocales]: the catalogue of forms has
    /// them, a registry that is put together by hand takes them.
    public static JsonObject locales() {
        try (InputStream in = Shortcuts.class.getResourceAsStream("words.json")) {
            return (JsonObject) JsonText.read("words.json", Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void selectAll(Operation at) {
        List<String> ids = new ArrayList<>();
        at.tree().root().forEach(node -> ids.add(node.id()));
        at.select(ids.subList(1, ids.size()));
    }

    private static void duplicate(Operation at) {
        at.act(new Action.Clone(at.selection().ids(), at.selection().ids()));
    }

    private static void selectParent(Operation at) {
        String parent = at.tree().parentId(from(at));
        if (parent != null) {
            at.select(List.of(parent));
        }
    }

    private static String from(Operation at) {
        String last = at.selection().last();
        return last == null ? at.tree().root().id() : last;
    }

    /// Returns the node before `id` in the order of the document; before the root the last one.
    ///
    /// @throws dev.tenon.designer.DesignException if there is no such node
    public static String previous(Tree tree, String id) {
        TreeNode previous = tree.isRoot(id) ? tree.root() : tree.previous(id);
        if (previous == null) {
            String parent = tree.parentId(id);
            return parent == null ? id : parent;
        }
        while (!previous.children().isEmpty()) {
            previous = previous.children().getLast();
        }
        return previous.id();
    }

    /// Returns the node after `id` in the order of the document; after the last one the root.
    ///
    /// @throws dev.tenon.designer.DesignException if there is no such node
    public static String next(Tree tree, String id) {
        TreeNode node = tree.node(id);
        if (!node.children().isEmpty()) {
            return node.children().getFirst().id();
        }
        for (@Nullable String at = id; at != null; at = tree.parentId(at)) {
            TreeNode next = tree.next(at);
            if (next != null) {
                return next.id();
            }
        }
        return tree.root().id();
    }
}
