package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.reactive.Reactive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts in, takes out and moves rows of an array together with the states of the fields in them.
///
/// Fields stay with their index; it is what was set on them that goes where their row goes. Fields
/// of a row that is new begin anew, and their reactions with them. Reactions with `effects` do not
/// take the values of another row for a change.
final class RowMoves {
    private static final int NEW = -1;

    private final FormField array;
    private final List<Row> after = new ArrayList<>();

    /// A row as it will be, and the index it had, or NEW.
    private record Row(Json value, int source) {}

    RowMoves(FormField array) {
        this.array = array;
        Json whole = Reactive.untracked(() -> array.base()).orElse(JsonArray.EMPTY);
        if (!"array".equals(array.node().props().text("type"))
                || !(whole instanceof JsonArray rows)) {
            throw new DesignException("form: " + array.address() + " is no array; it has no rows");
        }
        // apply looks at all fields, and at some of them often
        array.form().work().take(rows.size() + 12L * array.form().count());
        for (int i = 0; i < rows.size(); i++) {
            after.add(new Row(rows.get(i), i));
        }
    }

    FormField array() {
        return array;
    }

    /// Returns the array as it will be.
    JsonArray value() {
        return new JsonArray(after.stream().map(Row::value).toList());
    }

    int size() {
        return after.size();
    }

    RowMoves insert(int index, List<? extends Json> added) {
        checked(index, after.size());
        after.addAll(index, added.stream().map(value -> new Row(value, NEW)).toList());
        return this;
    }

    RowMoves remove(int index) {
        checked(index, after.size() - 1);
        after.remove(index);
        return this;
    }

    RowMoves move(int from, int to) {
        checked(from, after.size() - 1);
        checked(to, after.size() - 1);
        after.add(to, after.remove(from));
        return this;
    }

    private void checked(int index, int last) {
        if (index < 0 || index > last) {
            throw new DesignException(
                    "form: a row of "
                            + array.address()
                            + " must be from 0 to "
                            + last
                            + "; got "
                            + index);
        }
    }

    /// Gives the array its rows as they are now, and the fields what was set on their rows.
    void apply() {
        Reactive.batch(() ->
                Reactive.untracked(() -> {
                    List<Map<String, FormField>> rows = rows();
                    List<Map<String, Map<String, Json>>> states = states(rows);
                    array.write(value());
                    for (int i = 0; i < after.size(); i++) {
                        if (after.get(i).source() != i) {
                            settle(i, row(rows, i), row(states, after.get(i).source()));
                        }
                    }
                    for (int i = 0; i < after.size(); i++) {
                        if (after.get(i).source() != i && after.get(i).source() != NEW) {
                            row(rows, i).values().forEach(FormField::forgive);
                        }
                    }
                    return array;
                }));
    }

    /// The fields of each row, by where they are in it.
    private List<Map<String, FormField>> rows() {
        List<Map<String, FormField>> rows = new ArrayList<>();
        int depth = array.place().names().size();
        String begin = array.address() + ".";
        for (FormField field : array.form().fields()) {
            int row =
                    field.address().startsWith(begin)
                            ? Keywords.index(field.place().names().get(depth))
                            : -1;
            if (row < 0) {
                continue;
            }
            while (rows.size() <= row) {
                rows.add(new HashMap<>());
            }
            rows.get(row).put(field.address().substring(begin.length() + digits(row)), field);
        }
        return rows;
    }

    private static int digits(int row) {
        return String.valueOf(row).length();
    }

    private static List<Map<String, Map<String, Json>>> states(List<Map<String, FormField>> rows) {
        List<Map<String, Map<String, Json>>> states = new ArrayList<>();
        for (Map<String, FormField> row : rows) {
            Map<String, Map<String, Json>> its = new HashMap<>();
            row.forEach((at, field) -> its.put(at, field.overrides()));
            states.add(its);
        }
        return states;
    }

    private static <T> Map<String, T> row(List<Map<String, T>> rows, int index) {
        return index >= 0 && index < rows.size() ? rows.get(index) : Map.of();
    }

    private void settle(
            int row, Map<String, FormField> fields, Map<String, Map<String, Json>> states) {
        boolean isNew = after.get(row).source() == NEW;
        fields.forEach((at, field) -> {
            Map<String, Json> its = states.get(at);
            field.settle(its == null ? Map.of() : its, isNew || its == null);
        });
        states.forEach((at, its) -> {
            if (!fields.containsKey(at)) {
                array.form().coming().put(array.address() + "." + row + at, its);
            }
        });
    }
}
