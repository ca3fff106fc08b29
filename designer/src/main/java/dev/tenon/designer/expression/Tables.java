package dev.tenon.designer.expression;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// JavaScript's `Map` and `Set`. Their `keys`, `values` and `entries` give arrays.
final class Tables {
    static final Map<String, Callable> METHODS = methods();

    private Tables() {}

    /// A `Map`, or a `Set`, whose keys are its values.
    static final class Table {
        private final boolean isSet;
        private final Map<Object, Object[]> entries = new LinkedHashMap<>(); // key and value

        Table(boolean isSet) {
            this.isSet = isSet;
        }

        boolean isSet() {
            return isSet;
        }

        int size() {
            return entries.size();
        }

        void put(Object key, Object value, Meter meter) {
            meter.bytes(100);
            entries.computeIfAbsent(key(key, meter), _ -> new Object[] {key, value})[1] = value;
        }

        /// Returns what a loop goes through: pairs of a map, values of a set.
        List<Object> list(Meter meter) {
            meter.elements(isSet ? size() : 4L * size());
            List<Object> all = new ArrayList<>();
            entries.values().forEach(entry -> all.add(isSet ? entry[0] : pair(entry)));
            return all;
        }

        private static Object pair(Object[] entry) {
            return new Values.Elements(new ArrayList<>(List.of(entry)));
        }
    }

    /// What is not a text, number, truth or nothing is a key by itself, whatever it equals.
    private record Identity(Object value) {
        @Override
        @SuppressWarnings("ReferenceEquality") // that is what it is for
        public boolean equals(Object other) {
            return other instanceof Identity(Object its) && its == value;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(value);
        }
    }

    private static Object key(Object value, Meter meter) {
        if (value instanceof String text) {
            meter.steps(1 + text.length() / 16);
            return text;
        }
        if (value instanceof Double number) {
            return number + 0.0; // -0 is 0
        }
        boolean isPlain = value instanceof Boolean || Values.isNothing(value);
        return isPlain ? value : new Identity(value);
    }

    private static Map<String, Callable> methods() {
        Map<String, Callable> all = new HashMap<>();
        all.put("has", Arguments.callable(a -> self(a).entries.containsKey(key(a))));
        all.put(
                "get",
                Arguments.callable(a -> {
                    Object[] entry = self(a).entries.get(key(a));
                    return entry == null || self(a).isSet ? Undefined.UNDEFINED : entry[1];
                }));
        all.put("set", Arguments.callable(a -> put(a, false, a.get(1))));
        all.put("add", Arguments.callable(a -> put(a, true, a.get(0))));
        all.put("delete", Arguments.callable(a -> self(a).entries.remove(key(a)) != null));
        all.put(
                "clear",
                Arguments.callable(a -> {
                    self(a).entries.clear();
                    return Undefined.UNDEFINED;
                }));
        all.put(
                "forEach",
                Arguments.callable(a -> {
                    Table self = self(a);
                    a.meter().elements(self.size());
                    for (Object[] entry : List.copyOf(self.entries.values())) {
                        a.call(a.function(0), entry[1], entry[0], self);
                    }
                    return Undefined.UNDEFINED;
                }));
        list(all, "keys", entry -> entry[0]);
        list(all, "values", entry -> entry[1]);
        list(all, "entries", Table::pair);
        return Map.copyOf(all);
    }

    private static void list(
            Map<String, Callable> all, String name, Function<Object[], Object> part) {
        all.put(
                name,
                Arguments.callable(a -> {
                    Table self = self(a);
                    a.meter().elements(4L * self.size());
                    List<Object> parts = new ArrayList<>();
                    self.entries.values().forEach(entry -> parts.add(part.apply(entry)));
                    return new Values.Elements(parts);
                }));
    }

    private static Object key(Arguments a) {
        return key(a.get(0), a.meter());
    }

    private static Table self(Arguments a) {
        if (a.self() instanceof Table table) {
            return table;
        }
        throw Halt.mistake("this is not a Map or Set");
    }

    private static Object put(Arguments a, boolean isSet, Object value) {
        Table self = self(a);
        if (self.isSet != isSet) {
            throw Halt.mistake(isSet ? "a Map has no add" : "a Set has no set");
        }
        self.put(a.get(0), value, a.meter());
        return self;
    }

    /// Returns what `new Map(pairs)` or `new Set(values)` makes.
    static Table make(Arguments a, boolean isSet) {
        var table = new Table(isSet);
        a.meter().bytes(100);
        if (Values.isNothing(a.get(0))) {
            return table;
        }
        for (Object each : List.copyOf(Values.each(a.get(0), a.meter()))) {
            if (isSet) {
                table.put(each, each, a.meter());
            } else {
                table.put(
                        Properties.get(each, 0.0, a.meter()),
                        Properties.get(each, 1.0, a.meter()),
                        a.meter());
            }
        }
        return table;
    }
}
