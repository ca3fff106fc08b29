package dev.tenon.designer.catalogue;

import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The settings panels of form components. Each has up to five groups: the field, the component,
/// its decorator, and the styles of both.
final class Panels {
    private static final String HAS_COMPONENT = "!!$form.values[\"x-component\"]";
    private static final String HAS_DECORATOR = "!!$form.values[\"x-decorator\"]";
    private static final String NO_FORM_ITEM = "$form.values[\"x-decorator\"] !== \"FormItem\"";

    private Panels() {}

    /// The panel of a field that holds a value; without `settings`, without their group.
    static JsonObject field(Setting... settings) {
        return panel(
                List.of(
                        Setting.text("name"),
                        Setting.text("title"),
                        Setting.longText("description"),
                        display(),
                        pattern(),
                        Setting.value("default"),
                        Setting.of("enum", "DataSourceSetter").labelled(),
                        Setting.of("x-reactions", "ReactionsSetter").labelled(),
                        Setting.of("x-validator", "ValidatorSetter").typed("array"),
                        Setting.toggle("required")),
                settings);
    }

    /// The panel of a node that holds no value of its own.
    static JsonObject layout(Setting... settings) {
        return panel(
                List.of(
                        Setting.text("name"),
                        Setting.text("title").hiddenIf(NO_FORM_ITEM),
                        Setting.longText("description").hiddenIf(NO_FORM_ITEM),
                        display(),
                        pattern(),
                        Setting.of("x-reactions", "ReactionsSetter").labelled(),
                        Setting.of("x-decorator", "FormItemSwitcher").labelled().typed("string")),
                settings);
    }

    private static Setting display() {
        return Setting.choice("x-display", "visible", "hidden", "none", "").ofDefault("visible");
    }

    private static Setting pattern() {
        return Setting.choice("x-pattern", "editable", "disabled", "readOnly", "readPretty", "")
                .ofDefault("editable");
    }

    private static JsonObject panel(List<Setting> field, Setting... settings) {
        List<Setting> groups = new ArrayList<>();
        groups.add(Setting.group("field-group", field));
        if (settings.length > 0) {
            groups.add(
                    Setting.group(
                                    "component-group",
                                    part("x-component-props", "object", Arrays.asList(settings)))
                            .visibleIf(HAS_COMPONENT));
        }
        groups.add(
                folded("decorator-group", part("x-decorator-props", "object", formItem()))
                        .visibleIf(HAS_DECORATOR));
        groups.add(
                folded("component-style-group", part("x-component-props.style", "void", style()))
                        .visibleIf(HAS_COMPONENT));
        groups.add(
                folded("decorator-style-group", part("x-decorator-props.style", "void", style()))
                        .visibleIf(HAS_DECORATOR));
        return Setting.panel(groups);
    }

    private static List<Setting> part(String name, String type, List<Setting> settings) {
        return List.of(Setting.part(name, type, settings));
    }

    private static Setting folded(String name, List<Setting> settings) {
        return Setting.group(name, settings).with("defaultExpand", JsonBoolean.FALSE);
    }

    /// What a form item says about itself beside the layout.
    private static List<Setting> formItem() {
        List<Setting> settings =
                new ArrayList<>(
                        List.of(
                                Setting.text("tooltip"),
                                Setting.text("addonBefore"),
                                Setting.text("addonAfter"),
                                Setting.toggle("asterisk"),
                                Setting.number("gridSpan")));
        formLayout().stream()
                .filter(setting -> !setting.name().equals("shallow"))
                .forEach(settings::add);
        return settings;
    }

    /// How labels and inputs of a form, or a part of it, are laid out.
    static List<Setting> formLayout() {
        return List.of(
                Setting.number("labelCol"),
                Setting.number("wrapperCol"),
                Setting.size("labelWidth"),
                Setting.size("wrapperWidth"),
                Setting.toggle("colon").ofDefault(true),
                Setting.choice("feedbackLayout", "loose", "terse", "popover", "none")
                        .orNone()
                        .ofDefault("loose"),
                Setting.choice("size", "large", "small", "default").orNone().ofDefault("default"),
                Setting.choice("layout", "vertical", "horizontal", "inline")
                        .orNone()
                        .ofDefault("horizontal"),
                Setting.choice("tooltipLayout", "icon", "text").orNone().ofDefault("icon"),
                Setting.choice("labelAlign", "left", "right").orNone().ofDefault("right"),
                Setting.choice("wrapperAlign", "left", "right").orNone().ofDefault("left"),
                Setting.toggle("labelWrap"),
                Setting.toggle("wrapperWrap"),
                Setting.toggle("fullness"),
                Setting.toggle("inset"),
                Setting.toggle("shallow").ofDefault(true),
                Setting.toggle("bordered").ofDefault(true));
    }

    /// The look of any element, in CSS.
    static List<Setting> style() {
        return List.of(
                Setting.size("style.width").typed("string"),
                Setting.size("style.height").typed("string"),
                Setting.of("style.display", "DisplayStyleSetter"),
                Setting.of("style.background", "BackgroundStyleSetter"),
                Setting.of("style.boxShadow", "BoxShadowStyleSetter"),
                Setting.of("style.font", "FontStyleSetter"),
                Setting.of("style.margin", "BoxStyleSetter"),
                Setting.of("style.padding", "BoxStyleSetter"),
                Setting.of("style.borderRadius", "BorderRadiusStyleSetter"),
                Setting.of("style.border", "BorderStyleSetter"),
                Setting.of("style.opacity", "Slider")
                        .labelled()
                        .ofDefault(1)
                        .with("min", JsonNumber.of(0))
                        .with("max", JsonNumber.of(1))
                        .with("step", JsonNumber.of(0.01)));
    }

    /// The panel of the form itself.
    static JsonObject form() {
        List<Setting> settings = new ArrayList<>(formLayout());
        settings.add(Setting.part("style", "void", style()));
        return Setting.panel(settings);
    }
}
