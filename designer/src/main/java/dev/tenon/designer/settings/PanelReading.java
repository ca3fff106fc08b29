package dev.tenon.designer.settings;

import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.settings.SettingsField.Choice;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a panel's schema into groups of fields.
final class PanelReading {
    private static final String GROUP = "CollapseItem";

    private final List<TreeNode> nodes;
    private final Expressions expressions;
    private final SettingWords words;
    private final JsonObject defaults;
    private final List<SettingsGroup> groups = new ArrayList<>();
    private List<SettingsField> loose = new ArrayList<>(); // fields under no heading, so far

    PanelReading(
            Registry registry, String language, List<TreeNode> nodes, Expressions expressions) {
        TreeNode first = nodes.getFirst();
        this.nodes = nodes;
        this.expressions = expressions;
        this.words = new SettingWords(registry.languages(first), language);
        JsonObject declared = registry.designerProps(first).defaultProps();
        this.defaults = declared == null ? JsonObject.EMPTY : declared;
    }

    List<SettingsGroup> groups(JsonObject schema) {
        schema.object("properties")
                .forEach((name, value) -> {
                    if (value instanceof JsonObject part) {
                        if (GROUP.equals(part.text("x-component"))) {
                            endLoose();
                            List<SettingsField> fields = new ArrayList<>();
                            inside(part, List.of(), true, fields);
                            groups.add(group(name, part, fields));
                        } else {
                            read(name, part, List.of(), true, loose);
                        }
                    }
                });
        endLoose();
        return groups;
    }

    private void endLoose() {
        if (!loose.isEmpty()) {
            groups.add(new SettingsGroup("", "", true, true, loose));
            loose = new ArrayList<>();
        }
    }

    private SettingsGroup group(String name, JsonObject part, List<SettingsField> fields) {
        Json expand = part.object("x-component-props").get("defaultExpand");
        String title = part.text("title");
        return new SettingsGroup(
                name,
                title == null ? words.label(SettingPath.of(name)) : title,
                !JsonBoolean.FALSE.equals(expand),
                isVisible(part),
                fields);
    }

    private void inside(
            JsonObject schema, List<String> path, boolean isVisible, List<SettingsField> fields) {
        schema.object("properties")
                .forEach((name, value) -> {
                    if (value instanceof JsonObject part) {
                        read(name, part, path, isVisible, fields);
                    }
                });
    }

    private void read(
            String name,
            JsonObject part,
            List<String> above,
            boolean isVisibleAbove,
            List<SettingsField> fields) {
        boolean isVisible = isVisibleAbove && isVisible(part);
        boolean isVoid = "void".equals(part.text("type"));
        List<String> path = new ArrayList<>(above);
        List<String> steps = Arrays.asList(name.split("\\.", -1));
        path.addAll(isVoid ? steps.subList(0, steps.size() - 1) : steps);
        if (part.has("properties")) {
            inside(part, path, isVisible, fields);
        } else if (part.has("x-component") && !isVoid) {
            fields.add(field(new SettingPath(path), part, isVisible));
        }
    }

    private SettingsField field(SettingPath path, JsonObject schema, boolean isVisible) {
        String component = String.valueOf(schema.text("x-component"));
        Setter setter = Setter.of(component);
        JsonObject props = schema.object("x-component-props");
        List<SettingsField> parts =
                setter.parts().stream().map(part -> part(path, part, isVisible)).toList();
        JsonArray values = schema.get("enum") instanceof JsonArray array ? array : null;
        boolean isChoice = setter == Setter.CHOICE || setter == Setter.BUTTONS || values != null;
        String title = schema.text("title");
        String placeholder = props.text("placeholder");
        return new SettingsField(
                path,
                title == null ? words.label(path) : title,
                words.about(path, "tooltip"),
                placeholder == null ? words.about(path, "placeholder") : placeholder,
                setter,
                component,
                props,
                isChoice ? words.choices(path, values) : List.of(),
                parts.isEmpty() ? value(path) : null,
                parts.isEmpty() && isMixed(path),
                shown(path, schema, props),
                isVisible,
                parts);
    }

    private SettingsField part(SettingPath path, Setter.Part part, boolean isVisible) {
        SettingPath at = path.beside(part.key());
        List<Choice> choices =
                part.values().stream()
                        .map(value -> new Choice(new JsonString(value), words.css(value)))
                        .toList();
        return new SettingsField(
                at,
                words.text(part.label()),
                null,
                null,
                part.setter(),
                part.setter().component(),
                JsonObject.EMPTY,
                choices,
                value(at),
                isMixed(at),
                at.in(defaults),
                isVisible && (!part.key().matches("flex.*|align.+|justify.+") || isFlex(path)),
                List.of());
    }

    private boolean isFlex(SettingPath path) {
        Json display = value(path.beside("display"));
        return display instanceof JsonString text && text.value().endsWith("flex");
    }

    private @Nullable Json value(SettingPath path) {
        return isMixed(path) ? null : path.in(nodes.getFirst().props());
    }

    private boolean isMixed(SettingPath path) {
        Json first = path.in(nodes.getFirst().props());
        for (TreeNode node : nodes) {
            Json value = path.in(node.props());
            if (first == null ? value != null : !first.equals(value)) {
                return true;
            }
        }
        return false;
    }

    /// The component's own default comes first, then the setter's, then the schema's.
    private @Nullable Json shown(SettingPath path, JsonObject schema, JsonObject setterProps) {
        Json shown = path.in(defaults);
        if (shown == null) {
            shown = setterProps.get("defaultChecked");
        }
        if (shown == null) {
            shown = setterProps.get("defaultValue");
        }
        return shown == null ? schema.get("default") : shown;
    }

    // ---- what is seen

    /// All reactions have a say; one that can't be evaluated has none.
    private boolean isVisible(JsonObject part) {
        Json reactions = part.get("x-reactions");
        boolean isVisible = true;
        for (Json reaction :
                reactions instanceof JsonArray array
                        ? array
                        : reactions == null ? JsonArray.EMPTY : JsonArray.of(reactions)) {
            if (reaction instanceof JsonObject object) {
                JsonObject state = object.object("fulfill").object("state");
                isVisible &= truth(state.get("visible"), true);
                isVisible &= !truth(state.get("hidden"), false);
            }
        }
        return isVisible;
    }

    private boolean truth(@Nullable Json state, boolean otherwise) {
        Json value = state;
        if (state instanceof JsonString text
                && text.value().startsWith("{{")
                && text.value().endsWith("}}")) {
            String expression = text.value().substring(2, text.value().length() - 2);
            value = expressions.evaluate(expression, nodes.getFirst().props());
        }
        return value == null ? otherwise : value.isTruthy();
    }
}
