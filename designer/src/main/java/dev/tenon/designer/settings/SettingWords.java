package dev.tenon.designer.settings;

import dev.tenon.designer.behavior.Languages;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.settings.SettingsField.Choice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The words about settings. For the path `p` that ends with `n` they are, the first that is there:
///
/// | words | tokens |
/// |---|---|
/// | label | `settings.p.title`, `settings.p`, `common.n.title`, `common.n`; else `n` |
/// | tooltip, placeholder | `settings.p.tooltip`, `common.n.tooltip`; the same with `placeholder` |
/// | words of CSS | `setters.values.w`; else `w` |
/// | choices | `settings.p.dataSource`, a list of texts or `{label, value}` |
/// | the choice `v`, else | `settings.p.choices.v`, `common.n.choices.v`; no value at all: `common.unset` |
///
/// `settings.p` and `dataSource` are the reference's; a component's own words come first.
///
/// @param languages the words about the node
/// @param language in which language
record SettingWords(Languages languages, String language) {
    String label(SettingPath path) {
        String text = said(path, ".title");
        text = text == null ? said(path, "") : text;
        return text == null ? path.last() : text;
    }

    @Nullable String about(SettingPath path, String what) {
        return said(path, "." + what);
    }

    String text(String token) {
        return languages.text(language, token);
    }

    /// What a word of CSS is called; the word itself where nothing is said.
    String css(String word) {
        String text = find("setters.values." + word);
        return text == null ? word : text;
    }

    private @Nullable String said(SettingPath path, String more) {
        String own = find("settings." + path + more);
        return own == null ? find("common." + path.last() + more) : own;
    }

    private @Nullable String find(String token) {
        return languages.find(language, token) instanceof JsonString text ? text.value() : null;
    }

    List<Choice> choices(SettingPath path, @Nullable JsonArray values) {
        Json told = languages.find(language, "settings." + path + ".dataSource");
        if (told instanceof JsonArray list) {
            return told(list, values);
        }
        List<Choice> choices = new ArrayList<>();
        for (Json value : values == null ? JsonArray.EMPTY : values) {
            choices.add(new Choice(value, choice(path, value)));
        }
        return choices;
    }

    private List<Choice> told(JsonArray list, @Nullable JsonArray values) {
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Json entry = list.get(i);
            Json value = values != null && i < values.size() ? values.get(i) : entry;
            if (entry instanceof JsonObject object) {
                Json own = object.get("value");
                Json label = object.get("label");
                choices.add(
                        new Choice(
                                own == null ? value : own, plain(label == null ? value : label)));
            } else {
                choices.add(new Choice(value, plain(entry)));
            }
        }
        return choices;
    }

    private static String plain(Json value) {
        return value instanceof JsonString string ? string.value() : value.toString();
    }

    private String choice(SettingPath path, Json value) {
        String plain = plain(value);
        boolean isUnset = value instanceof JsonNull || plain.isEmpty();
        String text = said(path, ".choices." + (isUnset ? "unset" : plain));
        if (text == null && isUnset) {
            text = find("common.unset");
        }
        return text == null ? plain : text;
    }
}
