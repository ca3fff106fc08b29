package dev.tenon.designer.catalogue;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/// One setting of a panel, built by words: `Setting.choice("size", "large",
/// "small").ofDefault("small")`. Its schema is what Formily's settings forms read; the settings
/// package shows it.
///
/// | made by | is edited with (`x-component`) |
/// |---|---|
/// | [#text], [#longText], [#number], [#toggle] | Input, Input.TextArea, NumberPicker, Switch |
/// | [#choice], [#buttons] | Select, Radio.Group |
/// | [#size], [#expression] | SizeInput, ValueInput |
/// | [#of] | another one |
///
/// @param name its name; dots lead deeper
/// @param schema its JSON Schema
public record Setting(String name, JsonObject schema) {
    private static final String PROPS = "x-component-props";

    /// Returns a setting edited with `setter`, which brings its own label.
    public static Setting of(String name, String setter) {
        return new Setting(name, JsonObject.of("x-component", setter));
    }

    /// Returns a setting of one line of text.
    public static Setting text(String name) {
        return of(name, "Input").labelled().typed("string");
    }

    /// Returns a setting of several lines of text.
    public static Setting longText(String name) {
        return of(name, "Input.TextArea").labelled().typed("string");
    }

    /// Returns a setting of a number.
    public static Setting number(String name) {
        return of(name, "NumberPicker").labelled().typed("number");
    }

    /// Returns a setting that is on or off.
    public static Setting toggle(String name) {
        return of(name, "Switch").labelled().typed("boolean");
    }

    /// Returns a setting that is one of `values`, chosen from a list.
    public static Setting choice(String name, String... values) {
        return of(name, "Select").labelled().typed("string").withValues(values);
    }

    /// Returns a setting that is one of `values`, chosen by a button each.
    public static Setting buttons(String name, String... values) {
        return of(name, "Radio.Group")
                .labelled()
                .typed("string")
                .withValues(values)
                .with("optionType", new JsonString("button"));
    }

    /// Returns a setting of a CSS size.
    public static Setting size(String name) {
        return of(name, "SizeInput").labelled();
    }

    /// Returns a setting of a value of one of `types` of values, by turns: TEXT, EXPRESSION,
    /// BOOLEAN, NUMBER; of all where none is given.
    public static Setting value(String name, String... types) {
        Setting setting = of(name, "ValueInput").labelled();
        return types.length == 0 ? setting : setting.with("include", array(types));
    }

    /// Returns a setting of an expression.
    public static Setting expression(String name) {
        return value(name, "EXPRESSION");
    }

    /// Returns a heading with settings under it.
    public static Setting group(String name, List<Setting> settings) {
        return of(name, "CollapseItem").typed("void").holding(settings);
    }

    /// Returns a part of the node's settings, `object` or `void` (no step of the path).
    static Setting part(String name, String type, List<Setting> settings) {
        return new Setting(name, JsonObject.of("type", type)).holding(settings);
    }

    /// Returns this setting with a label before it.
    public Setting labelled() {
        return new Setting(name, schema.with("x-decorator", new JsonString("FormItem")));
    }

    /// Returns this setting with values of `type`.
    public Setting typed(String type) {
        return new Setting(name, schema.with("type", new JsonString(type)));
    }

    /// Returns this setting with values of any type.
    public Setting untyped() {
        return new Setting(name, schema.without("type"));
    }

    /// Returns this setting with a further choice, `value`.
    public Setting or(Json value) {
        List<Json> values = new ArrayList<>();
        if (schema.get("enum") instanceof JsonArray array) {
            values.addAll(array.values());
        }
        values.add(value);
        return new Setting(name, schema.with("enum", new JsonArray(values)));
    }

    /// Returns this setting with the further choice of none.
    public Setting orNone() {
        return or(JsonNull.NULL);
    }

    /// Returns this setting with `value` shown where a node has none.
    public Setting ofDefault(Object value) {
        String key =
                "Switch".equals(schema.text("x-component")) ? "defaultChecked" : "defaultValue";
        JsonObject more = JsonObject.of(new Object[] {key, value});
        return new Setting(name, schema.with(PROPS, schema.object(PROPS).withAll(more)));
    }

    /// Returns this setting with `value` for `key` of its setter.
    public Setting with(String key, Json value) {
        return new Setting(name, schema.with(PROPS, schema.object(PROPS).with(key, value)));
    }

    /// Returns this setting seen only where the expression `condition` holds.
    public Setting visibleIf(String condition) {
        return reacting("visible", condition);
    }

    /// Returns this setting out of sight where the expression `condition` holds.
    public Setting hiddenIf(String condition) {
        return reacting("hidden", condition);
    }

    private Setting reacting(String state, String condition) {
        JsonObject reaction =
                JsonObject.of(
                        "fulfill",
                        JsonObject.of("state", JsonObject.of(state, "{{" + condition + "}}")));
        return new Setting(name, schema.with("x-reactions", reaction));
    }

    private Setting withValues(String... values) {
        return values.length == 0 ? this : new Setting(name, schema.with("enum", array(values)));
    }

    private Setting holding(List<Setting> settings) {
        return new Setting(name, schema.withAll(properties(settings)));
    }

    /// Returns the schema of a panel of `settings`.
    public static JsonObject panel(List<Setting> settings) {
        return JsonObject.of("type", "object").withAll(properties(settings));
    }

    private static JsonObject properties(List<Setting> settings) {
        var properties = new LinkedHashMap<String, Json>();
        settings.forEach(setting -> properties.put(setting.name, setting.schema));
        return JsonObject.of("properties", JsonObject.of(properties));
    }

    private static JsonArray array(String... values) {
        return new JsonArray(Arrays.stream(values).<Json>map(JsonString::new).toList());
    }
}
