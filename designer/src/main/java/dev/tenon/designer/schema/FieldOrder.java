package dev.tenon.designer.schema;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonString;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The order of the fields of one schema: those with a number as `x-index` by that number, then the
/// others; within equal ones as JavaScript enumerates their names.
///
/// The reference puts each field at the array slot of its `x-index`, so that of two with the same
/// slot one is lost, as is one at a slot that is none (-1, 0.5, null, true, the empty text). Here
/// such a number has its place among the others, and what is no number comes last.
final class FieldOrder {
    private static final Pattern INDEX = Pattern.compile("0|[1-9]\\d{0,9}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,100}(\\.\\d{1,100})?");
    private static final long MOST = 4_294_967_294L; // the last index that a JavaScript array has

    private FieldOrder() {}

    /// Returns `names` in the order that JavaScript enumerates them: array indexes ascending, then
    /// the others as they come.
    static List<String> enumerated(Collection<String> names) {
        List<String> indexes = new ArrayList<>();
        List<String> others = new ArrayList<>();
        names.forEach(name -> (isIndex(name) ? indexes : others).add(name));
        indexes.sort(Comparator.comparingLong(Long::parseLong));
        indexes.addAll(others);
        return indexes;
    }

    private static boolean isIndex(String name) {
        return name.length() <= 10 && INDEX.matcher(name).matches() && Long.parseLong(name) <= MOST;
    }

    /// Returns `names`, which are in the order of the text, in the order of the fields.
    static List<String> of(Collection<String> names, Function<String, @Nullable Json> index) {
        record Placed(String name, BigDecimal number) {}
        List<Placed> placed = new ArrayList<>();
        List<String> last = new ArrayList<>();
        for (String name : enumerated(names)) {
            BigDecimal number = number(index.apply(name));
            if (number == null) {
                last.add(name);
            } else {
                placed.add(new Placed(name, number));
            }
        }
        placed.sort(Comparator.comparing(Placed::number));
        List<String> order = new ArrayList<>(placed.stream().map(Placed::name).toList());
        order.addAll(last);
        return order;
    }

    /// Returns the number that orders, or null.
    static @Nullable BigDecimal number(@Nullable Json index) {
        return switch (index) {
            case JsonNumber number -> number.value();
            case JsonString(String text) when NUMBER.matcher(text).matches() ->
                    new BigDecimal(text);
            case null, default -> null;
        };
    }

    /// Returns whether the reference reads `index` as a place: a whole number from 0, or its text.
    static boolean isPlace(Json index) {
        return switch (index) {
            case JsonNumber(BigDecimal value) ->
                    value.signum() >= 0
                            && value.compareTo(BigDecimal.valueOf(MOST)) <= 0
                            && value.stripTrailingZeros().scale() <= 0;
            case JsonString(String text) -> isIndex(text);
            default -> false;
        };
    }

    /// Returns whether `index` is the number `place`.
    static boolean is(@Nullable Json index, int place) {
        return Objects.equals(index, JsonNumber.of((long) place));
    }
}
