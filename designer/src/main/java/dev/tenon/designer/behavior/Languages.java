package dev.tenon.designer.behavior;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The words for tokens in each language. Tokens are paths of names (`operations.append_node`);
/// case does not count, and a space is an underscore.
public final class Languages {
    /// Knows no language.
    public static final Languages NONE = new Languages(JsonObject.EMPTY);

    private final JsonObject words; // language -> token -> words

    private Languages(JsonObject words) {
        this.words = words;
    }

    /// Returns these words with those of `pack`, by language and token, which win.
    public Languages with(JsonObject pack) {
        return pack.isEmpty() ? this : new Languages(merged(words, normal(pack)));
    }

    private static JsonObject normal(JsonObject object) {
        SequencedMap<String, Json> normal = new LinkedHashMap<>();
        object.forEach((name, value) ->
                normal.put(
                        normal(name), value instanceof JsonObject inner ? normal(inner) : value));
        return JsonObject.of(normal);
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replace(' ', '_');
    }

    private static JsonObject merged(JsonObject a, JsonObject b) {
        JsonObject all = a;
        for (var entry : b.entries()) {
            Json value =
                    all.get(entry.getKey()) instanceof JsonObject inner
                                    && entry.getValue() instanceof JsonObject more
                            ? merged(inner, more)
                            : entry.getValue();
            all = all.with(entry.getKey(), value);
        }
        return all;
    }

    /// Returns the codes of the languages, in lower case.
    public Set<String> codes() {
        return words.names();
    }

    /// Returns the words for `token` in `language`: of that language, else of one whose code holds
    /// the wanted code or is held by it (`en` finds `en-us`), else of the first that knows the
    /// token; null where none does.
    public @Nullable Json find(String language, String token) {
        String wanted = normal(language);
        String path = normal(token);
        Json exact = at(words.object(wanted), path);
        if (exact != null) {
            return exact;
        }
        for (String code : words.names()) {
            if (code.contains(wanted) || wanted.contains(code)) {
                Json close = at(words.object(code), path);
                if (close != null) {
                    return close;
                }
            }
        }
        for (String code : words.names()) {
            Json any = at(words.object(code), path);
            if (any != null) {
                return any;
            }
        }
        return null;
    }

    /// Returns the text for `token` in `language` as [#find]; the token itself where there is none
    /// or no text.
    public String text(String language, String token) {
        return find(language, token) instanceof JsonString text ? text.value() : token;
    }

    private static @Nullable Json at(JsonObject words, String path) {
        JsonObject inner = words;
        int start = 0;
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', start)) {
            inner = inner.object(path.substring(start, dot));
            start = dot + 1;
        }
        return inner.get(path.substring(start));
    }

    /// Returns the tokens that some language has and `language` lacks.
    public Set<String> untranslated(String language) {
        Set<String> all = new TreeSet<>();
        words.forEach((_, tokens) -> gather(tokens, "", all));
        Set<String> known = new TreeSet<>();
        gather(words.object(normal(language)), "", known);
        all.removeAll(known);
        return all;
    }

    private static void gather(Json words, String prefix, Set<String> tokens) {
        if (words instanceof JsonObject inner) {
            inner.forEach((name, value) ->
                    gather(value, prefix.isEmpty() ? name : prefix + "." + name, tokens));
        } else {
            tokens.add(prefix);
        }
    }
}
