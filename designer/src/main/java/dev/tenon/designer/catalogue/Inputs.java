package dev.tenon.designer.catalogue;

import static dev.tenon.designer.catalogue.Fields.leaf;
import static dev.tenon.designer.catalogue.Setting.buttons;
import static dev.tenon.designer.catalogue.Setting.choice;
import static dev.tenon.designer.catalogue.Setting.expression;
import static dev.tenon.designer.catalogue.Setting.number;
import static dev.tenon.designer.catalogue.Setting.text;
import static dev.tenon.designer.catalogue.Setting.toggle;
import static dev.tenon.designer.catalogue.Setting.value;

import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields in which people enter values.
final class Inputs {
    private Inputs() {}

    static List<Behavior> behaviors() {
        return List.of(
                leaf("Input", line()),
                leaf(
                        "Input.TextArea",
                        text("placeholder"),
                        bordered(),
                        number("maxLength"),
                        toggle("autoSize"),
                        toggle("showCount").untyped()),
                leaf("Password", and(line(), toggle("checkStrength"))),
                leaf("NumberPicker", numbers()),
                leaf(
                        "Rate",
                        number("count").ofDefault(5),
                        toggle("allowHalf"),
                        expression("tooltips"),
                        toggle("allowClear").ofDefault(true),
                        toggle("autoFocus")),
                leaf("Slider", slider()),
                leaf("Select", and(select(), list())),
                leaf("TreeSelect", and(treeSelect(), list())),
                leaf("Cascader", cascader()),
                leaf(
                        "Transfer",
                        toggle("oneWay"),
                        expression("operations"),
                        expression("titles"),
                        toggle("showSearch"),
                        toggle("showSearchAll").ofDefault(true),
                        expression("filterOption")),
                leaf("Checkbox.Group"),
                leaf(
                        "Radio.Group",
                        buttons("optionType", "default", "button").ofDefault("default"),
                        buttons("buttonStyle", "outline", "solid").ofDefault("outline")),
                leaf("DatePicker", date()),
                leaf("DatePicker.RangePicker", dateRange()),
                leaf("TimePicker", time()),
                leaf("TimePicker.RangePicker", time()),
                leaf("Upload", upload()),
                leaf("Upload.Dragger", upload()),
                leaf(
                        "Switch",
                        choice("size", "large", "small", "default", "").ofDefault("default"),
                        toggle("autoFocus")),
                Tables.object());
    }

    private static Setting[] line() {
        return new Setting[] {
            text("placeholder"),
            size(),
            toggle("allowClear"),
            bordered(),
            number("maxLength"),
            text("addonBefore"),
            text("addonAfter"),
            text("prefix"),
            text("suffix")
        };
    }

    private static Setting[] numbers() {
        return new Setting[] {
            text("placeholder"),
            size(),
            number("min"),
            number("max"),
            number("step"),
            number("precision"),
            text("decimalSeparator"),
            expression("formatter"),
            expression("parser"),
            toggle("stringMode"),
            toggle("keyboard").ofDefault(true),
            bordered()
        };
    }

    private static Setting[] slider() {
        return new Setting[] {
            number("min").ofDefault(0),
            number("max").ofDefault(100),
            number("step").ofDefault(1),
            toggle("range"),
            toggle("vertical"),
            toggle("reverse"),
            toggle("dots"),
            expression("marks"),
            toggle("tooltipVisible"),
            expression("tooltipPlacement"),
            toggle("allowClear")
        };
    }

    private static Setting[] select() {
        return new Setting[] {
            buttons("mode", "multiple", "tags").orNone().ofDefault(JsonNull.NULL),
            text("placeholder"),
            size(),
            value("filterOption", "BOOLEAN", "EXPRESSION").typed("boolean"),
            expression("filterSort").typed("boolean"),
            text("notFoundContent").ofDefault("Not Found"),
            number("maxTagCount"),
            text("maxTagPlaceholder"),
            number("maxTagTextLength"),
            toggle("defaultActiveFirstOption").ofDefault(true),
            toggle("defaultOpen")
        };
    }

    private static Setting[] treeSelect() {
        return new Setting[] {
            text("placeholder"),
            size(),
            toggle("treeCheckable"),
            choice("showCheckedStrategy", "SHOW_ALL", "SHOW_PARENT", "SHOW_CHILD")
                    .ofDefault("SHOW_CHILD"),
            toggle("treeDefaultExpandAll"),
            expression("treeDefaultExpandedKeys").typed("boolean"),
            value("treeDataSimpleMode", "BOOLEAN", "EXPRESSION").typed("boolean"),
            text("treeNodeLabelProp"),
            text("treeNodeFilterProp"),
            value("filterTreeNode", "BOOLEAN", "EXPRESSION").typed("boolean")
        };
    }

    /// The list that drops down, of options or of a tree.
    private static Setting[] list() {
        return new Setting[] {
            toggle("allowClear"),
            toggle("showSearch"),
            toggle("autoClearSearchValue").ofDefault(true),
            toggle("labelInValue"),
            number("listHeight").ofDefault(256),
            toggle("dropdownMatchSelectWidth").ofDefault(true),
            toggle("showArrow"),
            toggle("virtual").ofDefault(true),
            bordered(),
            toggle("autoFocus")
        };
    }

    private static Setting[] cascader() {
        return new Setting[] {
            text("placeholder"),
            size(),
            toggle("changeOnSelect"),
            expression("displayRender").typed("string"),
            expression("fieldNames").typed("string"),
            toggle("allowClear").ofDefault(true),
            toggle("showSearch"),
            text("notFoundContent").ofDefault("Not Found"),
            bordered(),
            toggle("autoFocus")
        };
    }

    private static Setting[] date() {
        return new Setting[] {
            choice("picker", "time", "date", "month", "year", "quarter", "decade")
                    .ofDefault("date"),
            text("placeholder"),
            size(),
            format("YYYY-MM-DD"),
            toggle("showTime"),
            toggle("showNow"),
            toggle("showToday"),
            expression("disabledDate"),
            expression("disabledTime"),
            toggle("allowClear").ofDefault(true),
            toggle("inputReadOnly"),
            bordered(),
            toggle("autoFocus")
        };
    }

    private static Setting[] dateRange() {
        return new Setting[] {
            choice("picker", "time", "date", "month", "year", "decade").ofDefault("date"),
            text("placeholder"),
            size(),
            format("YYYY-MM-DD"),
            toggle("showTime"),
            expression("disabledDate"),
            expression("disabledTime"),
            toggle("allowClear").ofDefault(true),
            toggle("inputReadOnly"),
            bordered(),
            toggle("autoFocus")
        };
    }

    private static Setting[] time() {
        return new Setting[] {
            text("placeholder"),
            choice("size", "large", "small", "middle").orNone(),
            format("HH:mm:ss"),
            toggle("use12Hours"),
            number("hourStep").ofDefault(1),
            number("minuteStep").ofDefault(1),
            number("secondStep").ofDefault(1),
            expression("disabledHours"),
            expression("disabledMinutes"),
            expression("disabledSeconds"),
            toggle("hideDisabledOptions"),
            toggle("showNow"),
            toggle("allowClear").ofDefault(true),
            text("clearText"),
            toggle("inputReadOnly"),
            bordered(),
            toggle("autoFocus")
        };
    }

    private static Setting[] upload() {
        return new Setting[] {
            text("textContent"),
            value("action", "TEXT", "EXPRESSION"),
            text("name").ofDefault("file"),
            buttons("method", "POST", "PUT", "GET").ofDefault("POST").untyped(),
            expression("data"),
            expression("headers"),
            toggle("withCredentials"),
            text("accept"),
            number("maxCount"),
            toggle("multiple"),
            toggle("directory"),
            buttons("listType", "text", "picture", "picture-card").ofDefault("text").untyped(),
            toggle("showUploadList").ofDefault(true),
            toggle("openFileDialogOnClick").ofDefault(true)
        };
    }

    private static Setting size() {
        return choice("size", "large", "small", "middle").orNone().ofDefault("middle");
    }

    private static Setting bordered() {
        return toggle("bordered").ofDefault(true);
    }

    private static Setting format(String example) {
        return text("format").with("placeholder", new JsonString(example));
    }

    private static Setting[] and(Setting[] settings, Setting... more) {
        List<Setting> all = new ArrayList<>(Arrays.asList(settings));
        all.addAll(Arrays.asList(more));
        return all.toArray(Setting[]::new);
    }

    static List<Resource> resources() {
        return List.of(
                input("Input", "string", "Text"),
                input("Input.TextArea", "string", "Long text"),
                input("Password", null, "Password"),
                input("NumberPicker", "number", "Number"),
                input("Rate", "number", "Rating"),
                input("Slider", "number", "Slider"),
                input("Select", null, "Choice"),
                input("TreeSelect", null, "Choice from a tree"),
                input("Cascader", null, "Choice by levels"),
                input("Transfer", null, "Two lists"),
                input("Checkbox.Group", "Array<string | number>", "Any of", "enum", options()),
                input("Radio.Group", "string | number", "One of", "enum", options()),
                input("DatePicker", "string", "Date"),
                input("DatePicker.RangePicker", "string[]", "Dates from and to"),
                input("TimePicker", "string", "Time"),
                input("TimePicker.RangePicker", "string[]", "Times from and to"),
                input(
                        "Upload",
                        "Array<object>",
                        "File",
                        "x-component-props",
                        content("Choose a file")),
                input(
                        "Upload.Dragger",
                        "Array<object>",
                        "Files",
                        "x-component-props",
                        content("Drop files here, or click to choose some")),
                input("Switch", "boolean", "On or off"),
                Fields.resource("Inputs", "Object", JsonObject.of("type", "object")));
    }

    private static JsonObject content(String words) {
        return JsonObject.of("textContent", words);
    }

    private static JsonArray options() {
        return JsonArray.of(
                JsonObject.of("label", "Option 1", "value", 1),
                JsonObject.of("label", "Option 2", "value", 2));
    }

    private static Resource input(
            String name, @Nullable String type, String title, Object... more) {
        List<Object> props = new ArrayList<>();
        if (type != null) {
            props.addAll(List.of("type", type));
        }
        props.addAll(List.of("title", title, "x-decorator", "FormItem", "x-component", name));
        props.addAll(Arrays.asList(more));
        return Fields.resource("Inputs", name, JsonObject.of(props.toArray()));
    }
}
