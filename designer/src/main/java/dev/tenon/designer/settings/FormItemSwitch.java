package dev.tenon.designer.settings;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonString;
import org.jspecify.annotations.Nullable;

/// Whether a form item, with label and messages, stands around a component: its `x-decorator`.
public final class FormItemSwitch {
    private static final Json FORM_ITEM = new JsonString("FormItem");

    private FormItemSwitch() {}

    /// Returns whether `decorator`, or null, says so.
    public static boolean isOn(@Nullable Json decorator) {
        return FORM_ITEM.equals(decorator);
    }

    /// Returns the `x-decorator` for on; null, none, for off.
    public static @Nullable Json value(boolean isOn) {
        return isOn ? FORM_ITEM : null;
    }
}
