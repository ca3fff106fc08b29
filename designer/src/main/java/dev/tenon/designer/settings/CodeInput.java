package dev.tenon.designer.settings;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Expressions;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An editor of code, as the reference's `MonacoInput`. Its value is the text; a value that is none
/// (an object that a document has there) is shown as JSON and stays of its kind.
///
/// The setter's `language` is one of `json`, `javascript`, `typescript`, the last two also with
/// `.expression` after them for code that is one expression, without braces. Any other, or none, is
/// taken as `javascript`.
///
/// @param language what the code is written in
/// @param isExpression whether it is one expression; statements otherwise
/// @param isText whether the value is the text itself, not what the text tells as JSON
/// @param text what the editor shows
public record CodeInput(Language language, boolean isExpression, boolean isText, String text) {
    private static final String EXPRESSION = ".expression";

    /// What code is written in.
    public enum Language {
        /// JSON.
        JSON,
        /// The part of JavaScript that the sandbox of expressions runs.
        JAVASCRIPT,
        /// TypeScript, which nothing here reads.
        TYPESCRIPT
    }

    /// Returns the editor of `value`, or null, in the `language` of `setterProps`.
    public static CodeInput of(JsonObject setterProps, @Nullable Json value) {
        String told = setterProps.text("language");
        String name = told == null ? "" : told.toLowerCase(Locale.ROOT);
        boolean isExpression = name.endsWith(EXPRESSION);
        Language language =
                switch (isExpression
                        ? name.substring(0, name.length() - EXPRESSION.length())
                        : name) {
                    case "json" -> Language.JSON;
                    case "typescript" -> Language.TYPESCRIPT;
                    default -> Language.JAVASCRIPT;
                };
        return switch (value) {
            case null -> new CodeInput(language, isExpression, true, "");
            case JsonString(String text) -> new CodeInput(language, isExpression, true, text);
            default ->
                    new CodeInput(
                            Language.JSON, false, false, JsonText.indented(value).stripTrailing());
        };
    }

    /// Returns the editor after `text` has been entered.
    public CodeInput enter(String text) {
        return new CodeInput(language, isExpression, isText, text);
    }

    /// Returns what is wrong with the code, in one line, or null; blank code is not wrong. The
    /// reference takes over only what is not wrong, a second after the last key.
    public @Nullable String problem() {
        if (text.isBlank()) {
            return null;
        }
        return switch (language) {
            case JSON -> jsonProblem();
            case JAVASCRIPT -> {
                Failure failure =
                        (isExpression ? Expressions.compile(text) : Expressions.compileScript(text))
                                .failure();
                yield failure == null ? null : failure.message() + " (line " + failure.line() + ")";
            }
            case TYPESCRIPT -> null;
        };
    }

    private @Nullable String jsonProblem() {
        try {
            JsonText.read("the text", text);
            return null;
        } catch (DesignException e) {
            return e.getMessage();
        }
    }

    /// Returns the value; null where there is no code, or where it should be JSON, is to be read,
    /// and has a [#problem].
    public @Nullable Json value() {
        if (text.isBlank()) {
            return null;
        }
        if (isText) {
            return new JsonString(text);
        }
        return jsonProblem() == null ? JsonText.read("the text", text) : null;
    }
}
