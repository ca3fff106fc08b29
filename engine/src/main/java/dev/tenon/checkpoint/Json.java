package dev.tenon.checkpoint;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/// Settings and results as JSON: maps, lists, text, numbers and truth values. Null is written,
/// where a result has no value, and read only from files of other programs ([#readWithNulls]).
///
/// | JSON | Java, read | Java, written |
/// |---|---|---|
/// | object | SequencedMap in the file's order | SequencedMap in its order |
/// | array | List | List |
/// | string | String | String |
/// | number without fraction and exponent | Long | Integer, Long |
/// | other number | Double | Float, Double; finite |
/// | true, false | Boolean | Boolean |
/// | null | refused, or an empty Optional | an empty Optional; any other stands for what it holds |
public final class Json {
    private static final JsonFactory JSON = new JsonFactory();
    private static final long LARGEST_FILE = 64 << 20; // bytes; settings have a few thousand
    private static final int DEEPEST = 64;

    private Json() {}

    // ---- writing

    /// Returns `object` as indented JSON that ends with a line break; equal maps in equal order
    /// give equal text.
    ///
    /// @throws CheckpointException if a value is of another type, or a number that is not finite
    public static String text(SequencedMap<String, ?> object) {
        return print(object);
    }

    /// Returns `array` as indented JSON that ends with a line break.
    ///
    /// @throws CheckpointException if a value is of another type, or a number that is not finite
    public static String text(List<?> array) {
        return print(array);
    }

    /// Writes `object` to `file` as [#text(SequencedMap)], all or nothing ([AtomicFile]).
    ///
    /// @throws CheckpointException if a value cannot be written or the folder does not take the
    ///   file
    public static void write(Path file, SequencedMap<String, ?> object) {
        AtomicFile.write(file, text(object).getBytes(StandardCharsets.UTF_8));
    }

    /// Writes `array` to `file` as [#text(List)], all or nothing ([AtomicFile]).
    ///
    /// @throws CheckpointException if a value cannot be written or the folder does not take the
    ///   file
    public static void write(Path file, List<?> array) {
        AtomicFile.write(file, text(array).getBytes(StandardCharsets.UTF_8));
    }

    private static String print(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(new Indented(), text)) {
            put(json, value, "");
        }
        return text.append('\n').toString();
    }

    private static void put(JsonGenerator json, Object value, String path) {
        switch (value) {
            case SequencedMap<?, ?> object -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : object.entrySet()) {
                    String key = String.valueOf(entry.getKey());
                    json.writeName(key);
                    put(json, entry.getValue(), path.isEmpty() ? key : path + "." + key);
                }
                json.writeEndObject();
            }
            case List<?> array -> {
                json.writeStartArray();
                for (int i = 0; i < array.size(); i++) {
                    put(json, array.get(i), path + "[" + i + "]");
                }
                json.writeEndArray();
            }
            case String text -> json.writeString(text);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Float number when Float.isFinite(number) -> json.writeNumber(number);
            case Double number when Double.isFinite(number) -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case Optional<?> none when none.isEmpty() -> json.writeNull();
            case Optional<?> some -> put(json, some.get(), path);
            default ->
                    throw new CheckpointException(
                            "json: a value must be text, a finite number, true or false, a list or a map that has an"
                                    + " order; got "
                                    + Words.quoted(String.valueOf(value))
                                    + " ("
                                    + value.getClass().getSimpleName()
                                    + ") for "
                                    + Words.quoted(path));
        }
    }

    /// Two spaces a level and line feeds, on every system.
    private static final class Indented extends ObjectWriteContext.Base {
        @Override
        public PrettyPrinter getPrettyPrinter() {
            DefaultIndenter lines = new DefaultIndenter("  ", "\n");
            return new DefaultPrettyPrinter().withObjectIndenter(lines).withArrayIndenter(lines);
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    }

    // ---- reading

    /// Reads the JSON object in `file`.
    ///
    /// @throws CheckpointException if the file is missing or not one JSON object, has a key twice,
    ///   or holds null
    public static SequencedMap<String, Object> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException("json: the file must exist; got " + file);
        }
        try {
            long bytes = Files.size(file);
            if (bytes > LARGEST_FILE) {
                throw new CheckpointException(
                        "json: " + file + ": at most " + LARGEST_FILE + " bytes; got " + bytes);
            }
            return read(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new CheckpointException(
                    "json: "
                            + file
                            + ": the file must be readable UTF-8; got "
                            + AtomicFile.reason(e),
                    e);
        }
    }

    /// Reads the JSON object in `text`.
    ///
    /// @param origin what to call the text in a message
    /// @throws CheckpointException if it is not one JSON object, has a key twice, or holds null
    public static SequencedMap<String, Object> read(String text, String origin) {
        return read(text, origin, false);
    }

    /// Reads the JSON object in `text` as [#read(String, String)] does, but for null, which becomes
    /// an empty Optional: for the settings of other programs, such as Keras.
    ///
    /// @param origin what to call the text in a message
    /// @throws CheckpointException if it is not one JSON object or has a key twice
    public static SequencedMap<String, Object> readWithNulls(String text, String origin) {
        return read(text, origin, true);
    }

    private static SequencedMap<String, Object> read(String text, String origin, boolean nulls) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw refused(origin, "must be an object", String.valueOf(first));
            }
            SequencedMap<String, Object> object = object(parser, origin, nulls, 1);
            if (parser.nextToken() != null) {
                throw refused(
                        origin,
                        "nothing may follow the object",
                        String.valueOf(parser.currentToken()));
            }
            return object;
        } catch (JacksonException e) {
            throw new CheckpointException(
                    "json: " + origin + ": must be JSON; got " + Words.problem(e), e);
        }
    }

    private static SequencedMap<String, Object> object(
            JsonParser parser, String origin, boolean nulls, int depth) {
        SequencedMap<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            if (object.put(key, value(parser, origin, nulls, depth, key)) != null) {
                throw refused(origin, "keys must be unique", Words.quoted(key) + " more than once");
            }
        }
        return object;
    }

    private static Object value(
            JsonParser parser, String origin, boolean nulls, int depth, String key) {
        if (depth == DEEPEST) {
            throw refused(
                    origin,
                    "at most " + DEEPEST + " levels of nesting",
                    "more at " + Words.quoted(key));
        }
        if (nulls && parser.currentToken() == JsonToken.VALUE_NULL) {
            return Optional.empty();
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, origin, nulls, depth + 1);
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser, origin, nulls, depth + 1, key));
                }
                yield array;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> {
                double number = parser.getDoubleValue();
                if (!Double.isFinite(number)) {
                    throw refused(
                            origin,
                            "numbers must be in the range of double",
                            Words.quoted(parser.getString()) + " for " + Words.quoted(key));
                }
                yield number;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default ->
                    throw refused(
                            origin,
                            "a value must be text, a number, true or false, an array or an object",
                            parser.currentToken() + " for " + Words.quoted(key));
        };
    }

    private static CheckpointException refused(String origin, String rule, String got) {
        return new CheckpointException("json: " + origin + ": " + rule + "; got " + got);
    }
}
