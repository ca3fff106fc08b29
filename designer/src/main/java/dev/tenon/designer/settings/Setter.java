package dev.tenon.designer.settings;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// With what a setting is edited.
public enum Setter {
    /// One line of text.
    TEXT("Input"),
    /// Several lines of text.
    LONG_TEXT("Input.TextArea"),
    /// A number.
    NUMBER("NumberPicker"),
    /// A number between two ends.
    SLIDER("Slider"),
    /// On or off.
    TOGGLE("Switch"),
    /// One of a list.
    CHOICE("Select"),
    /// One of a few buttons.
    BUTTONS("Radio.Group"),
    /// A date.
    DATE("DatePicker"),
    /// A time.
    TIME("TimePicker"),
    /// A [dev.tenon.designer.settings.css.CssSize].
    SIZE("SizeInput"),
    /// The same for a background, with cover and contain.
    BACKGROUND_SIZE("BackgroundSizeInput"),
    /// A [dev.tenon.designer.settings.css.CssColor].
    COLOR("ColorInput"),
    /// An address of an image.
    IMAGE("ImageInput"),
    /// A [dev.tenon.designer.settings.css.CssImage].
    BACKGROUND_IMAGE("BackgroundImageInput"),
    /// A [dev.tenon.designer.settings.css.CssPosition].
    POSITION("PositionInput"),
    /// A [Corner].
    CORNER("CornerInput"),
    /// [dev.tenon.designer.settings.css.CssSides] as sides.
    BOX("BoxStyleSetter"),
    /// [dev.tenon.designer.settings.css.CssSides] as corners.
    BORDER_RADIUS("BorderRadiusStyleSetter"),
    /// Lines of [dev.tenon.designer.settings.css.CssBorder].
    BORDER("BorderStyleSetter"),
    /// [dev.tenon.designer.settings.css.CssShadow]s.
    BOX_SHADOW("BoxShadowStyleSetter"),
    /// Several settings of the text.
    FONT("FontStyleSetter"),
    /// Several settings of the background.
    BACKGROUND("BackgroundStyleSetter"),
    /// How children flow, and the settings of a flex box.
    DISPLAY("DisplayStyleSetter"),
    /// The settings of a flex box.
    FLEX("FlexStyleSetter"),
    /// A value of any kind: [ValueKind].
    VALUE("ValueInput"),
    /// A [CodeInput].
    CODE("MonacoInput"),
    /// [DataOption]s.
    DATA_SOURCE("DataSourceSetter"),
    /// [ValidatorRule]s.
    VALIDATOR("ValidatorSetter"),
    /// [Reaction]s.
    REACTIONS("ReactionsSetter"),
    /// Whether a form item with a label stands around the component.
    FORM_ITEM("FormItemSwitcher"),
    /// A setter that the front end knows by its name.
    OTHER("");

    private static final Map<String, Setter> BY_COMPONENT = byComponent();

    private final String component;

    Setter(String component) {
        this.component = component;
    }

    private static Map<String, Setter> byComponent() {
        Map<String, Setter> all = new HashMap<>();
        for (Setter setter : values()) {
            all.put(setter.component, setter);
        }
        return Map.copyOf(all);
    }

    /// Returns the `x-component` that a panel's schema calls it by.
    public String component() {
        return component;
    }

    /// Returns the setter of an `x-component`.
    public static Setter of(String component) {
        return BY_COMPONENT.getOrDefault(component, OTHER);
    }

    /// A setting that one setter edits beside others.
    ///
    /// @param key its name in the style
    /// @param label the token of its words
    /// @param setter with what it is edited
    /// @param values what it may be, where it is a choice
    public record Part(String key, String label, Setter setter, List<String> values) {
        /// Copies the list.
        public Part {
            values = List.copyOf(values);
        }

        private static Part of(String key, String label, Setter setter, String... values) {
            return new Part(key, "setters." + label, setter, List.of(values));
        }
    }

    /// Returns the settings that this setter edits in place of one of its own name; none for most.
    public List<Part> parts() {
        return switch (this) {
            case FONT ->
                    List.of(
                            Part.of("fontFamily", "family", TEXT),
                            Part.of(
                                    "fontWeight",
                                    "weight",
                                    CHOICE,
                                    "normal",
                                    "bold",
                                    "lighter",
                                    "bolder",
                                    "100",
                                    "200",
                                    "300",
                                    "400",
                                    "500",
                                    "600",
                                    "700",
                                    "800",
                                    "900"),
                            Part.of("fontStyle", "slant", CHOICE, "normal", "italic", "oblique"),
                            Part.of("color", "color", COLOR),
                            Part.of("fontSize", "font_size", SIZE),
                            Part.of("lineHeight", "line_height", SIZE),
                            Part.of(
                                    "textAlign",
                                    "align",
                                    CHOICE,
                                    "left",
                                    "center",
                                    "right",
                                    "justify"),
                            Part.of(
                                    "textDecoration",
                                    "decoration",
                                    CHOICE,
                                    "none",
                                    "underline",
                                    "overline",
                                    "line-through"));
            case BACKGROUND ->
                    List.of(
                            Part.of("backgroundColor", "color", COLOR),
                            Part.of("backgroundImage", "image", BACKGROUND_IMAGE),
                            Part.of("backgroundSize", "size", BACKGROUND_SIZE),
                            Part.of(
                                    "backgroundRepeat",
                                    "repeat",
                                    CHOICE,
                                    "no-repeat",
                                    "repeat",
                                    "repeat-x",
                                    "repeat-y",
                                    "space",
                                    "round"),
                            Part.of("backgroundPosition", "position", POSITION));
            case DISPLAY -> {
                List<Part> parts = new ArrayList<>();
                parts.add(
                        Part.of(
                                "display",
                                "display",
                                CHOICE,
                                "block",
                                "inline-block",
                                "inline",
                                "flex"));
                parts.addAll(FLEX.parts());
                yield List.copyOf(parts);
            }
            case FLEX ->
                    List.of(
                            Part.of(
                                    "flexDirection",
                                    "direction",
                                    CHOICE,
                                    "row",
                                    "column",
                                    "row-reverse",
                                    "column-reverse"),
                            Part.of("flexWrap", "wrap", CHOICE, "nowrap", "wrap", "wrap-reverse"),
                            Part.of(
                                    "alignContent",
                                    "align_content",
                                    CHOICE,
                                    "center",
                                    "flex-start",
                                    "flex-end",
                                    "space-around",
                                    "space-between",
                                    "stretch"),
                            Part.of(
                                    "justifyContent",
                                    "justify_content",
                                    CHOICE,
                                    "center",
                                    "flex-start",
                                    "flex-end",
                                    "space-around",
                                    "space-between",
                                    "space-evenly"),
                            Part.of(
                                    "alignItems",
                                    "align_items",
                                    CHOICE,
                                    "center",
                                    "flex-start",
                                    "flex-end",
                                    "stretch",
                                    "baseline"));
            default -> List.of();
        };
    }
}
