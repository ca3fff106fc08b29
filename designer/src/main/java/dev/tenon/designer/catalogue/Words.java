package dev.tenon.designer.catalogue;

import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The words and icons of the catalogue, read from its resources.
///
/// A language's file holds tokens: `components.FormTab.TabPane.title`, `settings.x-component-props.
/// size`. What stands under a component besides its parts is also the local words of its behaviour,
/// which come before the common ones.
///
/// @param languages tokens by language
/// @param icons SVG by name
record Words(JsonObject languages, Map<String, String> icons) {
    static final List<String> LANGUAGES = List.of("en-US", "zh-CN", "ko-KR");

    static Words load() {
        var languages = new LinkedHashMap<String, Json>();
        for (String language : LANGUAGES) {
            languages.put(language, read(language + ".json"));
        }
        Map<String, String> icons = new HashMap<>();
        read("icons.json")
                .forEach((name, drawing) -> {
                    if (drawing instanceof JsonString string) {
                        icons.put(name, svg(string.value()));
                    }
                });
        return new Words(JsonObject.of(languages), icons);
    }

    private static JsonObject read(String name) {
        try (InputStream in = Words.class.getResourceAsStream(name)) {
            return (JsonObject) JsonText.read(name, Objects.requireNonNull(in, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All icons are drawn with one pen on 24 by 24.
    private static String svg(String drawing) {
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 24 24\" width=\"24\""
                + " height=\"24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\""
                + " stroke-linecap=\"round\" stroke-linejoin=\"round\">"
                + drawing
                + "</svg>";
    }

    Registry in(Registry registry) {
        return registry.withLocales(languages).withIcons(icons);
    }

    /// The behaviour with its local words.
    Behavior named(Behavior behavior) {
        var locales = new LinkedHashMap<String, Json>();
        languages.forEach((language, words) -> {
            JsonObject own = ((JsonObject) words).object("components");
            for (String step : behavior.name().split("\\.", -1)) {
                own = own.object(step);
            }
            JsonObject local = JsonObject.EMPTY;
            for (String name : List.of("title", "settings")) {
                Json value = own.get(name);
                local = value == null ? local : local.with(name, value);
            }
            locales.put(language, local);
        });
        return new Behavior(
                behavior.name(),
                behavior.basis(),
                behavior.selector(),
                behavior.designerProps(),
                JsonObject.of(locales));
    }
}
