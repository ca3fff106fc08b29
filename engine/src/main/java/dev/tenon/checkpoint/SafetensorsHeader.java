package dev.tenon.checkpoint;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The header of a safetensors file, read and checked: afterwards every entry's bytes lie inside
/// the data, have the size that its type and shape ask for, and belong to it alone.
///
/// @param entries the tensors in the order of the header
/// @param metadata the text under `__metadata__`
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {

    /// Where one tensor lies: the bytes from `begin` (included) to `end` (excluded) of the data.
    record Entry(String name, DType type, Shape shape, long begin, long end) {}

    /// Reads the header `json` of `file`, whose data has `dataBytes` bytes.
    ///
    /// @throws CheckpointException if anything in it is wrong
    static SafetensorsHeader parse(byte[] json, long dataBytes, Path file) {
        if (json.length == 0 || json[0] != '{') {
            throw refused(
                    file,
                    "the header must be a JSON object",
                    json.length == 0
                            ? "an empty header"
                            : "one that begins with byte " + (json[0] & 0xff));
        }
        SafetensorsHeader header;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            header = new Reader(parser, file).header();
        } catch (JacksonException e) {
            throw new CheckpointException(
                    "safetensors: "
                            + file
                            + ": the header must be a JSON object; got "
                            + Words.problem(e),
                    e);
        }
        checkPlaces(header.entries, dataBytes, file);
        return header;
    }

    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST_AXES = 64;
    private static final long MOST_ELEMENTS = 1L << 40; // as in Shape

    private static CheckpointException refused(Path file, String rule, String got) {
        return new CheckpointException("safetensors: " + file + ": " + rule + "; got " + got);
    }

    private static void checkPlaces(List<Entry> entries, long dataBytes, Path file) {
        List<Entry> order = new ArrayList<>(entries);
        order.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long end = 0;
        String last = "the beginning";
        for (Entry entry : order) {
            if (entry.begin != end) {
                throw refused(
                        file,
                        "tensors must follow one another without gap or overlap",
                        Words.quoted(entry.name)
                                + " from "
                                + entry.begin
                                + " to "
                                + entry.end
                                + " after "
                                + last
                                + " at "
                                + end);
            }
            end = entry.end;
            last = "the end of " + Words.quoted(entry.name);
        }
        if (end != dataBytes) {
            throw refused(
                    file,
                    "the data must end with the last tensor",
                    dataBytes
                            + " bytes of data and tensors of "
                            + end
                            + (dataBytes < end ? " bytes. The file is cut off" : " bytes"));
        }
    }

    /// Walks the tokens without recursion, so that deep nesting costs nothing.
    private static final class Reader {
        private final JsonParser parser;
        private final Path file;
        private final List<Entry> entries = new ArrayList<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();

        Reader(JsonParser parser, Path file) {
            this.parser = parser;
            this.file = file;
        }

        SafetensorsHeader header() {
            Set<String> names = new HashSet<>();
            expect(JsonToken.START_OBJECT, "the header");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (!names.add(name)) {
                    throw refused(
                            file, "names must be unique", Words.quoted(name) + " more than once");
                }
                if (name.equals(Safetensors.METADATA)) {
                    readMetadata();
                } else {
                    entries.add(readEntry(name));
                }
            }
            if (parser.nextToken() != null) {
                throw refused(
                        file,
                        "only spaces may follow the header's JSON object",
                        String.valueOf(parser.currentToken()));
            }
            return new SafetensorsHeader(List.copyOf(entries), metadata);
        }

        private void readMetadata() {
            expect(JsonToken.START_OBJECT, Safetensors.METADATA);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = parser.currentName();
                String where = Safetensors.METADATA + " " + Words.quoted(key);
                expect(JsonToken.VALUE_STRING, where);
                if (metadata.put(key, parser.getString()) != null) {
                    throw refused(file, "keys must be unique", where + " more than once");
                }
            }
        }

        private Entry readEntry(String name) {
            String where = "tensor " + Words.quoted(name);
            expect(JsonToken.START_OBJECT, where);
            String dtype = null;
            long[] shape = null;
            long[] offsets = null;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                boolean again =
                        switch (field) {
                            case "dtype" -> dtype != null;
                            case "shape" -> shape != null;
                            case "data_offsets" -> offsets != null;
                            default -> false;
                        };
                if (again) {
                    throw refused(
                            file, "fields must be unique", field + " more than once in " + where);
                }
                switch (field) {
                    case "dtype" -> {
                        expect(JsonToken.VALUE_STRING, "dtype of " + where);
                        dtype = parser.getString();
                    }
                    case "shape" -> shape = readNumbers("shape of " + where);
                    case "data_offsets" -> offsets = readNumbers("data_offsets of " + where);
                    default -> {
                        parser.nextToken();
                        parser.skipChildren();
                    }
                }
            }
            if (dtype == null || shape == null || offsets == null) {
                throw refused(
                        file,
                        where + " must have dtype, shape and data_offsets",
                        present(dtype, shape, offsets));
            }
            return entry(name, where, dtype, shape, offsets);
        }

        private static String present(
                @Nullable String dtype, long @Nullable [] shape, long @Nullable [] offsets) {
            List<String> present = new ArrayList<>();
            if (dtype != null) {
                present.add("dtype");
            }
            if (shape != null) {
                present.add("shape");
            }
            if (offsets != null) {
                present.add("data_offsets");
            }
            return "only " + present;
        }

        private Entry entry(String name, String where, String dtype, long[] shape, long[] offsets) {
            DType type = type(where, dtype);
            long count = 1;
            for (long size : shape) {
                if (size > Integer.MAX_VALUE || count * Math.max(size, 1) > MOST_ELEMENTS) {
                    throw refused(
                            file,
                            where + " may have at most 2^40 elements",
                            "shape " + Arrays.toString(shape));
                }
                count *= Math.max(size, 1);
            }
            Shape sizes = Shape.of(Arrays.stream(shape).mapToInt(Math::toIntExact).toArray());
            if (offsets.length != 2 || offsets[0] > offsets[1]) {
                throw refused(
                        file,
                        where + " must have as data_offsets a begin and an end not before it",
                        Arrays.toString(offsets));
            }
            long bytes = type.bytes(sizes.count());
            if (offsets[1] - offsets[0] != bytes) {
                throw refused(
                        file,
                        where + " must have the bytes of its type and shape",
                        type
                                + " "
                                + sizes
                                + " ("
                                + bytes
                                + " bytes) in data_offsets "
                                + Arrays.toString(offsets)
                                + " ("
                                + (offsets[1] - offsets[0])
                                + " bytes)");
            }
            return new Entry(name, type, sizes, offsets[0], offsets[1]);
        }

        private DType type(String where, String dtype) {
            for (DType type : DType.values()) {
                if (type.name().equals(dtype)) {
                    return type;
                }
            }
            throw new CheckpointException(
                    "safetensors: "
                            + file
                            + ": "
                            + where
                            + " has type "
                            + Words.quoted(dtype)
                            + "; supported: "
                            + Arrays.stream(DType.values())
                                    .map(DType::name)
                                    .collect(Collectors.joining(", ")));
        }

        private long[] readNumbers(String where) {
            expect(JsonToken.START_ARRAY, where);
            long[] numbers = new long[MOST_AXES];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        || parser.getLongValue() < 0) {
                    throw refused(
                            file,
                            where + " must hold whole numbers of at least 0 and below 2^63",
                            Words.quoted(String.valueOf(parser.getString())));
                }
                if (count == MOST_AXES) {
                    throw refused(file, where + " must have at most 64 numbers", "more than 64");
                }
                numbers[count++] = parser.getLongValue();
            }
            return Arrays.copyOf(numbers, count);
        }

        private void expect(JsonToken wanted, String where) {
            JsonToken token = parser.nextToken();
            if (token != wanted) {
                throw refused(
                        file,
                        where + " must be " + described(wanted),
                        token == null ? "the end" : described(token));
            }
        }

        private static String described(JsonToken token) {
            return switch (token) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "an array";
                case VALUE_STRING -> "a string";
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
                case VALUE_NULL -> "null";
                case VALUE_TRUE, VALUE_FALSE -> "true or false";
                default -> token.name();
            };
        }
    }
}
