package dev.tenon;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// A value in a golden file: numbers that the references computed, as JSON.
///
/// @param value a `Map` by name, a `List`, a `Double`, a `String`, a `Boolean` or null
/// @param path where it stands in the file, for messages
public record Golden(@Nullable Object value, String path) {
    /// Reads `golden/<name>` from the test resources.
    public static Golden resource(String name) {
        InputStream in = Golden.class.getResourceAsStream("/golden/" + name);
        return read(Objects.requireNonNull(in, "no test resource golden/" + name), name);
    }

    /// Reads `golden/<name>` from the shared folder (system property `tenon.shared`); the test is
    /// skipped where it is missing.
    public static Golden shared(String name) {
        Path file = sharedFile("golden/" + name);
        try {
            return read(Files.newInputStream(file), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns a file or folder of the shared folder (system property `tenon.shared`); the test is
    /// skipped where it is missing.
    public static Path sharedFile(String name) {
        Path file = Path.of(System.getProperty("tenon.shared", "../shared")).resolve(name);
        assumeTrue(
                Files.exists(file),
                () -> "needs " + file + "; set -Dtenon.shared to the shared folder");
        return file;
    }

    private static Golden read(InputStream in, String name) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), in)) {
            parser.nextToken();
            return new Golden(parse(parser), name);
        }
    }

    private static @Nullable Object parse(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    map.put(key, parse(parser));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(parse(parser));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IllegalStateException("unexpected " + token);
        };
    }

    /// Returns the member `key` of an object.
    public Golden at(String key) {
        if (!has(key)) {
            throw new IllegalArgumentException(path + " has no member " + key);
        }
        return new Golden(((Map<?, ?>) value).get(key), path + "." + key);
    }

    /// Says whether this is an object with a member `key`, which may be null.
    public boolean has(String key) {
        return value instanceof Map<?, ?> map && map.containsKey(key);
    }

    public boolean isNull() {
        return value == null;
    }

    /// Returns the members of an array.
    public List<Golden> list() {
        List<Golden> members = new ArrayList<>();
        for (Object member : (List<?>) Objects.requireNonNull(value, path)) {
            members.add(new Golden(member, path + "[" + members.size() + "]"));
        }
        return members;
    }

    /// Returns the member of an array whose `name` (or `case`) is `name`.
    public Golden named(String name) {
        for (Golden member : list()) {
            String key = member.has("name") ? "name" : "case";
            if (member.has(key) && name.equals(member.at(key).value)) {
                return member;
            }
        }
        throw new IllegalArgumentException(path + " has no case named " + name);
    }

    /// Returns the names of an object's members.
    public List<String> names() {
        List<String> names = new ArrayList<>();
        ((Map<?, ?>) Objects.requireNonNull(value, path)).keySet().forEach(k -> names.add("" + k));
        return names;
    }

    public String text() {
        return (String) Objects.requireNonNull(value, path);
    }

    public double number() {
        return (Double) Objects.requireNonNull(value, path);
    }

    public int integer() {
        return (int) number();
    }

    public boolean truth() {
        return (Boolean) Objects.requireNonNull(value, path);
    }

    /// Returns all numbers of an array, of nested arrays too, in order.
    public double[] doubles() {
        List<Double> all = new ArrayList<>();
        collect(value, all);
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void collect(@Nullable Object value, List<Double> all) {
        if (value instanceof List<?> list) {
            list.forEach(member -> collect(member, all));
        } else {
            all.add((Double) Objects.requireNonNull(value));
        }
    }

    /// Returns the numbers of an array as ints, such as a shape.
    public int[] ints() {
        double[] numbers = doubles();
        int[] ints = new int[numbers.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) numbers[i];
        }
        return ints;
    }

    /// Returns `sin(frequency * i + phase) * scale + offset` for i = 0, 1, ..., the formula most
    /// inputs are made by.
    public static double[] sines(
            int count, double frequency, double phase, double scale, double offset) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.sin(frequency * i + phase) * scale + offset;
        }
        return values;
    }
}
