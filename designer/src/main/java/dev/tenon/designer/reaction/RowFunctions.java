package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.expression.ScriptFunction;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What an array field offers to expressions beside its states: `push(row, ...)`, `pop()`,
/// `unshift(row, ...)`, `shift()`, `insert(index, row, ...)`, `remove(index)`, `move(from, to)`,
/// `moveUp(index)` and `moveDown(index)`, which go round at the ends.
final class RowFunctions {
    private RowFunctions() {}

    /// Returns the function `name` of `array`, or null where there is none.
    static @Nullable ScriptFunction of(String name, FormField array, @Nullable Writer writer) {
        if (!"array".equals(array.node().props().text("type"))) {
            return null;
        }
        return switch (name) {
            case "push" -> all -> write(array, writer, rows -> rows.insert(rows.size(), all(all)));
            case "unshift" -> all -> write(array, writer, rows -> rows.insert(0, all(all)));
            case "insert" ->
                    all ->
                            write(
                                    array,
                                    writer,
                                    rows ->
                                            rows.insert(
                                                    index(name, all, 0),
                                                    all(all.subList(1, all.size()))));
            case "remove" -> all -> write(array, writer, rows -> rows.remove(index(name, all, 0)));
            case "pop" -> _ -> write(array, writer, rows -> removed(rows, rows.size() - 1));
            case "shift" -> _ -> write(array, writer, rows -> removed(rows, 0));
            case "move" ->
                    all ->
                            write(
                                    array,
                                    writer,
                                    rows -> rows.move(index(name, all, 0), index(name, all, 1)));
            case "moveUp" -> all -> write(array, writer, rows -> step(rows, name, all, -1));
            case "moveDown" -> all -> write(array, writer, rows -> step(rows, name, all, 1));
            default -> null;
        };
    }

    private static void removed(RowMoves rows, int index) {
        if (rows.size() > 0) {
            rows.remove(index);
        }
    }

    private static void step(
            RowMoves rows, String name, List<? extends @Nullable Object> all, int by) {
        int from = index(name, all, 0);
        rows.move(from, Math.floorMod(from + by, Math.max(1, rows.size())));
    }

    private static @Nullable Object write(
            FormField array, @Nullable Writer writer, Consumer<RowMoves> change) {
        if (writer == null) {
            throw new DesignException("the rows of " + array.address() + " can't be changed here");
        }
        var rows = new RowMoves(array);
        change.accept(rows);
        writer.write(rows);
        return null;
    }

    private static int index(String name, List<? extends @Nullable Object> all, int at) {
        if (at < all.size() && all.get(at) instanceof JsonNumber number) {
            double value = number.value().doubleValue();
            if (value == (int) value) {
                return (int) value;
            }
        }
        throw new DesignException(name + ": must be given the index of a row");
    }

    private static List<Json> all(List<? extends @Nullable Object> all) {
        List<Json> rows = new ArrayList<>();
        for (Object each : all) {
            Json row = FieldView.json("row", each);
            rows.add(row == null ? JsonNull.NULL : row);
        }
        return rows;
    }
}
