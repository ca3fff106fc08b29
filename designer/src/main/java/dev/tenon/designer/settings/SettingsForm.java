package dev.tenon.designer.settings;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The settings of the selected node, or of several whose panels are the same, as a form. It is a
/// value made from them: making one changes no node (the reference writes the defaults of a
/// component into a node that is merely selected), and after an edit the nodes make another one.
///
/// Paths follow Formily: a `void` part of the schema is no step of the path, but for all names
/// before its last one.
///
/// @param nodes whose settings
/// @param groups headings and fields, in the schema's order
public record SettingsForm(List<TreeNode> nodes, List<SettingsGroup> groups) {
    /// Copies the lists.
    public SettingsForm {
        nodes = List.copyOf(nodes);
        groups = List.copyOf(groups);
    }

    /// Returns the form of `nodes` with words in `language`; null where none is selected, one has
    /// no panel, or their panels differ.
    ///
    /// @param expressions says what of the panel is seen; [Expressions#CONDITIONS] suffices for the
    ///   catalogue's
    public static @Nullable SettingsForm of(
            Registry registry, String language, List<TreeNode> nodes, Expressions expressions) {
        if (nodes.isEmpty()) {
            return null;
        }
        JsonObject schema = registry.designerProps(nodes.getFirst()).propsSchema();
        for (TreeNode node : nodes) {
            if (!Objects.equals(schema, registry.designerProps(node).propsSchema())) {
                return null;
            }
        }
        return schema == null
                ? null
                : new SettingsForm(
                        nodes,
                        new PanelReading(registry, language, nodes, expressions).groups(schema));
    }

    /// Returns the field at `path`, a part of another's too.
    ///
    /// @throws DesignException if there is none
    public SettingsField field(String path) {
        for (SettingsGroup group : groups) {
            for (SettingsField field : group.fields()) {
                if (field.path().toString().equals(path)) {
                    return field;
                }
                for (SettingsField part : field.parts()) {
                    if (part.path().toString().equals(path)) {
                        return part;
                    }
                }
            }
        }
        throw new DesignException("settings: the panel has no field \"" + path + "\"");
    }

    /// Returns the action that gives the setting at `path` the value `value` in every node.
    ///
    /// @throws DesignException if a value on the way is no object
    public Action set(SettingPath path, Json value) {
        return change(path, value);
    }

    /// Returns the action that takes the setting at `path` from every node.
    ///
    /// @throws DesignException if a value on the way is no object
    public Action clear(SettingPath path) {
        return change(path, null);
    }

    /// A node's settings are given whole from their first name on, so that [Action.SetProps] will
    /// do.
    private Action change(SettingPath path, @Nullable Json value) {
        List<Action> actions = new ArrayList<>();
        for (TreeNode node : nodes) {
            Json top = path.with(node.props(), value).get(path.top());
            actions.add(
                    top == null
                            ? new Action.SetProps(node.id(), JsonObject.EMPTY, Set.of(path.top()))
                            : new Action.SetProps(node.id(), JsonObject.of(path.top(), top)));
        }
        Action first = actions.getFirst();
        return actions.size() == 1 ? first : new Action.Group(first.type(), actions);
    }

    /// Returns the ids of the nodes, in order.
    public Set<String> ids() {
        Set<String> ids = new LinkedHashSet<>();
        nodes.forEach(node -> ids.add(node.id()));
        return ids;
    }
}
