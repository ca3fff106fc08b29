package dev.tenon.designer.effect;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.CursorEvent.MouseClick;
import dev.tenon.designer.event.CursorEvent.MouseDoubleClick;
import dev.tenon.designer.event.PointerTarget;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.settings.SettingPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Edits a text where it stands: a double click on an element that shows a setting begins, each
/// change is saved to the setting, and all changes until the end, as a click elsewhere, are one
/// step of the history. While a word is composed (as of syllables, by an input method), nothing is
/// saved.
public final class ContentEditing implements DesignerEffect {
    private @Nullable Text text;
    private int gestures;

    /// A text being edited.
    ///
    /// @param operation where
    /// @param nodeId the node
    /// @param path the setting: names and places with dots between, `title`, `options.0.label`
    /// @param gesture what the history knows its changes by
    public record Text(Operation operation, String nodeId, String path, String gesture) {}

    /// Begins with nothing edited.
    public ContentEditing() {}

    @Override
    public void attach(Designer designer) {
        designer.on(
                MouseDoubleClick.class,
                event -> {
                    PointerTarget target = event.target();
                    Operation operation = designer.operation(target);
                    if (operation != null && target.nodeId() != null && target.editable() != null) {
                        begin(operation, target.nodeId(), target.editable());
                    }
                });
        designer.on(
                MouseClick.class,
                event -> {
                    PointerTarget target = event.target();
                    if (text != null
                            && !(text.operation.equals(designer.operation(target))
                                    && text.nodeId.equals(target.nodeId())
                                    && text.path.equals(target.editable()))) {
                        end();
                    }
                });
    }

    /// Begins to edit the setting at `path` of `nodeId`.
    ///
    /// @throws IllegalArgumentException if the path has more than [SettingPath#LONGEST] steps
    public void begin(Operation operation, String nodeId, String path) {
        SettingPath.of(path); // checks
        text = new Text(operation, nodeId, path, gesture(operation));
    }

    /// Another designer may have worked with the operation before.
    private String gesture(Operation operation) {
        return "text:" + gestures++ + ":" + operation.history().current();
    }

    /// Returns what is edited; null for nothing.
    public @Nullable Text text() {
        return text;
    }

    /// Saves `typed` as the text, on one line; does nothing where none is edited, the node is gone,
    /// or `isComposing`.
    public void type(String typed, boolean isComposing) {
        Text now = text;
        if (now == null || isComposing || !now.operation.tree().contains(now.nodeId)) {
            return;
        }
        JsonObject props = now.operation.tree().node(now.nodeId).props();
        String line = typed.replaceAll("\\R", " ");
        List<String> steps = List.of(now.path.split("\\."));
        Json changed = set(props, steps, new JsonString(line));
        if (changed instanceof JsonObject object) {
            now.operation.act(new Action.SetProps(now.nodeId, object), now.gesture);
        }
    }

    /// Ends the editing.
    public void end() {
        text = null;
    }

    /// Returns `at` with `value` at the end of `path`. Objects are made on the way where nothing
    /// else is; a place in an array must be there.
    private static Json set(@Nullable Json at, List<String> path, Json value) {
        if (path.isEmpty()) {
            return value;
        }
        String step = path.getFirst();
        List<String> rest = path.subList(1, path.size());
        if (at instanceof JsonArray array && step.matches("\\d{1,9}")) {
            int index = Integer.parseInt(step);
            if (index >= array.size()) {
                return array;
            }
            List<Json> values = new ArrayList<>(array.values());
            values.set(index, set(array.get(index), rest, value));
            return new JsonArray(values);
        }
        JsonObject object = at instanceof JsonObject some ? some : JsonObject.EMPTY;
        return object.with(step, set(object.get(step), rest, value));
    }
}
