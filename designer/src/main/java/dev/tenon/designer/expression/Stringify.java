package dev.tenon.designer.expression;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;

/// `JSON.stringify`, as JavaScript breaks and indents lines. A text is charged before it is made.
final class Stringify {
    private static final int WIDEST = 10; // of one indent, as the language has it

    private final Meter meter;
    private final String indent;
    private final StringBuilder out = new StringBuilder();

    private Stringify(Meter meter, String indent) {
        this.meter = meter;
        this.indent = indent;
    }

    static Object call(Arguments a) {
        Json json = Values.json(a.get(0), a.meter());
        if (json == null) {
            return Undefined.UNDEFINED;
        }
        var writing = new Stringify(a.meter(), indent(a));
        writing.write(json, 0);
        return writing.out.toString();
    }

    private static String indent(Arguments a) {
        Object told = a.get(2);
        return switch (told) {
            case Double width -> " ".repeat(Math.clamp(width.longValue(), 0, WIDEST));
            case String text -> text.substring(0, Math.min(text.length(), WIDEST));
            default -> "";
        };
    }

    private void write(Json json, int depth) {
        switch (json) {
            case JsonObject object when object.size() > 0 -> {
                begin('{');
                object.forEach((name, value) -> {
                    line(depth + 1);
                    scalar(new JsonString(name));
                    out.append(indent.isEmpty() ? ":" : ": ");
                    write(value, depth + 1);
                    out.append(',');
                });
                end('}', depth);
            }
            case JsonArray array when array.size() > 0 -> {
                begin('[');
                array.forEach(value -> {
                    line(depth + 1);
                    write(value, depth + 1);
                    out.append(',');
                });
                end(']', depth);
            }
            default -> scalar(json);
        }
    }

    private void begin(char sign) {
        meter.text(4);
        out.append(sign);
    }

    private void end(char sign, int depth) {
        out.setLength(out.length() - 1); // the last comma
        line(depth);
        out.append(sign);
    }

    private void line(int depth) {
        if (!indent.isEmpty()) {
            meter.text(4 + (long) depth * indent.length());
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void scalar(Json json) {
        meter.text(json instanceof JsonString string ? 2L * string.value().length() + 8 : 16);
        out.append(JsonText.compact(json));
    }
}
