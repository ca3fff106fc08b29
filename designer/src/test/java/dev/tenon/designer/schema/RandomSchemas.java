package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Formily documents of every kind and none: what a designer saves, what people write by hand, and
/// what nobody should.
final class RandomSchemas {
    private static final List<String> NAMES =
            List.of(
                    "name",
                    "a.b",
                    "[start,end]",
                    "0",
                    "1",
                    "10",
                    "01",
                    "4294967295",
                    "",
                    " ",
                    "__proto__",
                    "constructor",
                    "toString",
                    "prototype",
                    "值😀",
                    "a/b~c",
                    "items",
                    "properties",
                    "$ref",
                    "x-index",
                    "same",
                    "{{a}}",
                    "length",
                    "-1",
                    "1.5");
    private static final List<String> REFERENCES =
            List.of(
                    "#/definitions/a",
                    "#/definitions/b",
                    "#/definitions/loop",
                    "#/$defs/c",
                    "#",
                    "#/properties/name",
                    "#/definitions/missing",
                    "other.json#/a",
                    "#/definitions/a/",
                    "#/definitions/%61",
                    "#/definitions/ping",
                    "#/%zz",
                    "#/definitions/plain");

    private final Random random;
    private int ids;

    RandomSchemas(long seed) {
        random = new Random(seed);
    }

    Json document() {
        var members = new LinkedHashMap<String, Json>();
        if (chance(90)) {
            members.put("form", chance(90) ? settings(2) : anything(1));
        }
        if (chance(95)) {
            members.put("schema", chance(97) ? root() : anything(1));
        }
        if (chance(10)) {
            members.put(one(NAMES), anything(2));
        }
        return shuffled(members, 10);
    }

    private Json root() {
        var words = new LinkedHashMap<String, Json>();
        if (chance(90)) {
            words.put("type", new JsonString(chance(95) ? "object" : "void"));
        }
        if (chance(30)) {
            words.put("title", text());
        }
        if (chance(30)) {
            words.put("x-designable-id", id());
        }
        if (chance(40)) {
            words.put("definitions", definitions());
            words.put("$defs", JsonObject.of("c", field(1, "")));
        }
        if (chance(4)) {
            words.put("$ref", new JsonString(one(REFERENCES)));
        }
        words.putAll(oddWords());
        if (chance(93)) {
            words.put("properties", properties(1 + random.nextInt(4)));
        }
        return shuffled(words, 30);
    }

    private JsonObject definitions() {
        var all = new LinkedHashMap<String, Json>();
        all.put("a", field(2, "a"));
        all.put("b", field(1, "b"));
        all.put("plain", chance(50) ? new JsonString("no schema") : JsonBoolean.TRUE);
        all.put(
                "loop",
                JsonObject.of(
                        "type",
                        "object",
                        "properties",
                        JsonObject.of(
                                "again",
                                JsonObject.of("$ref", "#/definitions/loop"),
                                "leaf",
                                JsonObject.of("type", "string"))));
        all.put("ping", JsonObject.of("$ref", "#/definitions/pong", "title", "ping"));
        all.put(
                "pong",
                JsonObject.of(
                        "title", "pong", "items", JsonObject.of("$ref", "#/definitions/ping")));
        return JsonObject.of(all);
    }

    private Json properties(int depth) {
        if (chance(4)) {
            return anything(1);
        }
        int count = random.nextInt(chance(10) ? 12 : 5);
        int manner = random.nextInt(7);
        List<Map.Entry<String, Json>> fields = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = chance(50) ? one(NAMES) : "f" + random.nextInt(20);
            Json field = field(depth - 1, name);
            fields.add(
                    Map.entry(
                            name,
                            field instanceof JsonObject o ? indexed(o, i, count, manner) : field));
        }
        if (chance(25)) {
            Collections.shuffle(fields, random);
        }
        var all = new LinkedHashMap<String, Json>();
        fields.forEach(field -> all.putIfAbsent(field.getKey(), field.getValue()));
        return JsonObject.of(all);
    }

    private JsonObject indexed(JsonObject field, int i, int count, int manner) {
        Json index =
                switch (manner) {
                    case 0 -> null;
                    case 1, 2 -> JsonNumber.of((long) i);
                    case 3 -> JsonNumber.of((long) (count - i));
                    case 4 -> JsonNumber.of((long) random.nextInt(3));
                    case 5 -> new JsonString("" + i);
                    default -> oddIndex();
                };
        return index == null ? field : field.with("x-index", index);
    }

    private Json oddIndex() {
        return switch (random.nextInt(10)) {
            case 0 -> JsonNumber.of((long) -random.nextInt(4));
            case 1 -> JsonNumber.of(random.nextDouble());
            case 2 -> JsonNull.NULL;
            case 3 -> JsonBoolean.of(chance(50));
            case 4 -> new JsonString("");
            case 5 -> new JsonString("abc");
            case 6 -> new JsonString(" 1 ");
            case 7 -> new JsonString("-1.5");
            case 8 -> anything(1);
            default -> JsonNumber.of(1e30);
        };
    }

    private Json field(int depth, String name) {
        if (chance(4)) {
            return anything(1);
        }
        var words = new LinkedHashMap<String, Json>();
        String type =
                one(List.of("string", "number", "void", "object", "array", "array", "string[]"));
        if (chance(93)) {
            words.put("type", new JsonString(type));
        }
        if (chance(20)) {
            words.put("name", chance(60) ? new JsonString(name) : anything(0));
        }
        settings(2).forEach(words::put);
        if (chance(50)) {
            words.put("x-designable-id", chance(10) ? new JsonString(name) : id());
        }
        if (chance(6)) {
            words.put("$ref", new JsonString(one(REFERENCES)));
        }
        words.putAll(oddWords());
        if (depth > 0) {
            if (type.equals("array") ? chance(70) : chance(5)) {
                words.put("items", items(depth));
            }
            if (type.equals("object") || type.equals("void") || chance(25)) {
                words.put("properties", properties(depth));
            }
        }
        return shuffled(words, 20);
    }

    private Json items(int depth) {
        return switch (random.nextInt(8)) {
            case 0 -> new JsonArray(List.of(field(depth - 1, ""), field(depth - 1, "")));
            case 1 -> anything(1);
            default -> field(depth - 1, "");
        };
    }

    private Map<String, Json> oddWords() {
        var words = new LinkedHashMap<String, Json>();
        for (String word :
                List.of(
                        "patternProperties",
                        "additionalProperties",
                        "additionalItems",
                        "version",
                        "parent",
                        "root",
                        "_isJSONSchemaObject",
                        "__proto__",
                        "constructor",
                        "definitions",
                        "x-written",
                        "children",
                        "props",
                        "componentName",
                        "id",
                        "")) {
            if (chance(2)) {
                words.put(word, chance(50) ? field(0, word) : anything(2));
            }
        }
        return words;
    }

    private Json id() {
        return switch (random.nextInt(12)) {
            case 0 -> new JsonString("");
            case 1 -> JsonNull.NULL;
            case 2 -> JsonNumber.of((long) random.nextInt(3));
            case 3 -> new JsonString("twice");
            case 4 -> chance(30) ? anything(1) : new JsonString("f" + random.nextInt(20));
            default -> new JsonString("id" + ids++);
        };
    }

    private JsonObject settings(int depth) {
        var words = new LinkedHashMap<String, Json>();
        for (String word :
                List.of(
                        "title",
                        "x-component",
                        "x-decorator",
                        "x-component-props",
                        "x-reactions",
                        "default",
                        "enum")) {
            if (chance(25)) {
                words.put(word, word.endsWith("s") ? anything(depth) : text());
            }
        }
        return JsonObject.of(words);
    }

    private Json text() {
        return new JsonString(
                one(
                        List.of(
                                "",
                                "Title",
                                "{{$deps[0] > 1}}",
                                "{{",
                                "值😀",
                                "\u0000\n\"",
                                "__proto__")));
    }

    private Json anything(int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 7)) {
            case 0 -> JsonNull.NULL;
            case 1 -> JsonBoolean.TRUE;
            case 2 -> JsonBoolean.FALSE;
            case 3 -> JsonNumber.of((long) random.nextInt(5) - 1);
            case 4 -> JsonNumber.of(random.nextDouble());
            case 5, 6 -> text();
            case 7 -> new JsonArray(List.of(anything(depth - 1), anything(depth - 1)));
            case 8 -> JsonArray.EMPTY;
            default ->
                    chance(40) ? JsonObject.EMPTY : JsonObject.of(one(NAMES), anything(depth - 1));
        };
    }

    private JsonObject shuffled(Map<String, Json> words, int percent) {
        if (!chance(percent)) {
            return JsonObject.of(new LinkedHashMap<>(words));
        }
        List<Map.Entry<String, Json>> entries = new ArrayList<>(words.entrySet());
        Collections.shuffle(entries, random);
        var all = new LinkedHashMap<String, Json>();
        entries.forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        return JsonObject.of(all);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
