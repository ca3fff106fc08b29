package dev.tenon.designer.json;

import dev.tenon.designer.DesignException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/// JSON text in and out. Reading is bounded, whatever the text: it may have at most 32 MB,
/// 4,000,000 tokens, nesting of 1,000, numbers of 1,000 characters, names of 50,000, and 1,000,000
/// names in one object, none twice.
public final class JsonText {
    /// How long a text may be, in bytes or characters.
    public static final int LONGEST = 32 << 20;

    /// How deep objects and arrays may be in each other.
    public static final int DEEPEST = 1000;

    /// How many tokens a text may have.
    public static final int MOST_TOKENS = 4_000_000;

    private static final int MOST_NAMES = 1_000_000;
    private static final int LONGEST_NAME = 50_000;
    private static final int LONGEST_NUMBER = 1000;
    private static final int BRIEF = 100;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEEPEST)
                                    .maxDocumentLength(LONGEST)
                                    .maxTokenCount(MOST_TOKENS)
                                    .maxStringLength(LONGEST)
                                    .maxNameLength(LONGEST_NAME)
                                    .maxNumberLength(LONGEST_NUMBER)
                                    .build())
                    .streamWriteConstraints(
                            StreamWriteConstraints.builder().maxNestingDepth(DEEPEST).build())
                    .build();

    private static final Pattern ASIDE = // of the parser, to those who program with it
            Pattern.compile(
                    " \\(start marker at \\[.*?]\\)|: enable `.*?` to allow"
                            + "|: maybe a \\(non-standard\\) comment\\?.*"
                            + "| \\(not recognized as one since Feature '.*?' not enabled for parser\\)");

    private JsonText() {}

    /// Returns the value that `text` tells; `name` stands for the text in messages.
    ///
    /// @throws DesignException if the text is no JSON, goes on after its value, has a name twice in
    ///   one object, or passes a bound of this class
    public static Json read(String name, String text) {
        if (text.length() > LONGEST) {
            throw new DesignException(tooLong(name));
        }
        return read(
                name, () -> JSON.createParser(ObjectReadContext.empty(), new StringReader(text)));
    }

    /// Returns the value that the bytes of `in` tell, as [#read(String, String)]; reads at most 32
    /// MB, and does not close `in`.
    ///
    /// @throws UncheckedIOException if `in` can't be read
    public static Json read(String name, InputStream in) {
        return read(name, () -> JSON.createParser(ObjectReadContext.empty(), in));
    }

    private interface Opening {
        JsonParser open();
    }

    private static Json read(String name, Opening opening) {
        try (JsonParser parser = opening.open()) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new DesignException(name + ": must hold a JSON value; it is empty");
            }
            Json value = new Reading(name, parser).value(first);
            if (parser.nextToken() != null) {
                throw new DesignException(
                        name + ": must hold one JSON value; more follows" + where(parser));
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw new DesignException(bound(name, e), e);
        } catch (JacksonException e) {
            if (e.getCause() instanceof IOException io) {
                throw new UncheckedIOException(io);
            }
            throw new DesignException(
                    name + ": must be JSON; " + firstLine(e.getOriginalMessage()) + where(e), e);
        } catch (NumberFormatException e) {
            throw new DesignException(
                    name
                            + ": a number's exponent must be between -2147483647 and 2147483647; got "
                            + e.getMessage(),
                    e);
        }
    }

    /// Reads one value. Short texts that come again, such as `FormItem`, are kept once.
    private static final class Reading {
        private static final int SHORT = 32;
        private static final int MOST_KNOWN = 4096;

        private final String text; // its name
        private final JsonParser parser;
        private final Map<String, JsonString> known = new HashMap<>();

        Reading(String text, JsonParser parser) {
            this.text = text;
            this.parser = parser;
        }

        Json value(JsonToken token) {
            return switch (token) {
                case START_OBJECT -> object();
                case START_ARRAY -> array();
                case VALUE_STRING -> string(parser.getString());
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
                case VALUE_TRUE -> JsonBoolean.TRUE;
                case VALUE_FALSE -> JsonBoolean.FALSE;
                case VALUE_NULL -> JsonNull.NULL;
                default -> throw new IllegalStateException("no value begins with " + token);
            };
        }

        private JsonNumber number() {
            try {
                return new JsonNumber(parser.getDecimalValue());
            } catch (NumberFormatException | ArithmeticException e) {
                throw new NumberFormatException(brief(parser.getString()) + where(parser));
            }
        }

        private JsonString string(String text) {
            if (text.length() > SHORT) {
                return new JsonString(text);
            }
            JsonString old = known.get(text);
            if (old != null) {
                return old;
            }
            var string = new JsonString(text);
            if (known.size() < MOST_KNOWN) {
                known.put(text, string);
            }
            return string;
        }

        private JsonObject object() {
            var values = new LinkedHashMap<String, Json>();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (values.size() >= MOST_NAMES) {
                    throw new DesignException(
                            text
                                    + ": an object must have at most "
                                    + MOST_NAMES
                                    + " names; one has more");
                }
                values.put(name, value(parser.nextToken()));
            }
            return JsonObject.owning(values);
        }

        private JsonArray array() {
            List<Json> values = new ArrayList<>();
            for (JsonToken token = parser.nextToken();
                    token != JsonToken.END_ARRAY;
                    token = parser.nextToken()) {
                values.add(value(token));
            }
            return values.isEmpty() ? JsonArray.EMPTY : new JsonArray(values);
        }
    }

    private static String bound(String name, StreamConstraintsException e) {
        String message = e.getOriginalMessage();
        if (message.contains("depth")) {
            return name + ": nesting must be at most " + DEEPEST + " deep; it goes deeper";
        }
        if (message.contains("Token count")) {
            return name + ": must have at most " + MOST_TOKENS + " tokens; it has more";
        }
        if (message.contains("Name length")) {
            return name
                    + ": a name must have at most "
                    + LONGEST_NAME
                    + " characters; one has more";
        }
        if (message.contains("Number value length")) {
            return name
                    + ": a number must have at most "
                    + LONGEST_NUMBER
                    + " characters; one has more";
        }
        if (message.contains("ocument length")) {
            return tooLong(name);
        }
        return name + ": " + firstLine(message);
    }

    /// Returns `text` for a message: cut where it is longer than 100 characters, for a document may
    /// have names and texts of megabytes.
    public static String brief(String text) {
        return text.length() <= BRIEF ? text : text.substring(0, BRIEF) + "...";
    }

    private static String tooLong(String name) {
        return name + ": must have at most " + (LONGEST >> 20) + " MB; it has more";
    }

    private static String where(JsonParser parser) {
        var at = parser.currentTokenLocation();
        return " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }

    private static String where(JacksonException e) {
        var at = e.getLocation();
        return at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }

    private static String firstLine(String message) {
        String line = message.lines().findFirst().orElse("");
        return ASIDE.matcher(line).replaceAll("");
    }

    /// Returns whether objects and arrays are more than [#DEEPEST] deep in each other in `value`,
    /// so that it could not be written, nor walked by recursion.
    public static boolean isTooDeep(Json value) {
        Deque<Iterator<Json>> open = new ArrayDeque<>();
        open.push(List.of(value).iterator());
        while (!open.isEmpty()) {
            if (!open.peek().hasNext()) {
                open.pop();
                continue;
            }
            switch (open.peek().next()) {
                case JsonObject object when !object.isEmpty() ->
                        open.push(object.entries().stream().map(Map.Entry::getValue).iterator());
                case JsonArray array when array.size() > 0 -> open.push(array.iterator());
                default -> {}
            }
            if (open.size() > DEEPEST + 1) {
                return true;
            }
        }
        return false;
    }

    /// Returns `value` as text without spaces.
    ///
    /// @throws DesignException if it is nested deeper than 1,000
    public static String compact(Json value) {
        return print(value, ObjectWriteContext.empty());
    }

    /// Returns `value` as text indented by two spaces, with a line break at the end; equal text for
    /// equal values in equal order.
    ///
    /// @throws DesignException if it is nested deeper than 1,000
    public static String indented(Json value) {
        return print(value, new Indented()) + "\n";
    }

    private static final class Indented extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            var lines = new DefaultIndenter("  ", "\n");
            return new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }

    private static String print(Json value, ObjectWriteContext context) {
        var out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(context, out)) {
            write(json, value);
        } catch (StreamConstraintsException e) {
            throw new DesignException(bound("write", e), e);
        }
        return paired(out.toString());
    }

    /// Half a character (`"\ud83d"`) has no bytes and would become a `?`: it is written as JSON may
    /// tell it.
    private static String paired(String text) {
        if (text.codePoints().noneMatch(JsonText::isHalf)) {
            return text;
        }
        var escaped = new StringBuilder(text.length() + 16);
        text.codePoints()
                .forEach(point -> {
                    if (isHalf(point)) {
                        escaped.append("\\u").append(HexFormat.of().toHexDigits((char) point));
                    } else {
                        escaped.appendCodePoint(point);
                    }
                });
        return escaped.toString();
    }

    private static boolean isHalf(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    private static void write(JsonGenerator json, Json value) {
        switch (value) {
            case JsonObject object -> {
                json.writeStartObject();
                for (var member : object.entries()) { // no lambda: one frame of the stack a level
                    json.writeName(member.getKey());
                    write(json, member.getValue());
                }
                json.writeEndObject();
            }
            case JsonArray array -> {
                json.writeStartArray();
                for (Json element : array) {
                    write(json, element);
                }
                json.writeEndArray();
            }
            case JsonString string -> json.writeString(string.value());
            case JsonNumber number -> json.writeNumber(number.value());
            case JsonBoolean truth -> json.writeBoolean(truth.value());
            case JsonNull _ -> json.writeNull();
        }
    }
}
