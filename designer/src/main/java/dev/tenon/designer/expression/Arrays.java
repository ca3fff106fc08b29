package dev.tenon.designer.expression;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// The methods of arrays.
final class Arrays {
    static final Map<String, Callable> METHODS = methods();

    private Arrays() {}

    private static Map<String, Callable> methods() {
        Map<String, Callable> all = new HashMap<>();
        add(all, "toString", (_, a) -> Values.text(a.self(), a.meter()));
        add(all, "join", (_, a) -> Values.join(a.self(), a.has(0) ? a.text(0) : ",", a.meter(), 0));
        add(
                all,
                "map",
                (l, a) -> {
                    List<Object> out = new ArrayList<>();
                    each(l, a, (_, mapped) -> out.add(mapped));
                    return a.made(out);
                });
        add(
                all,
                "flatMap",
                (l, a) -> {
                    List<Object> out = new ArrayList<>();
                    each(l, a, (_, mapped) -> flatten(mapped, 1, out, a));
                    return a.made(out);
                });
        add(
                all,
                "filter",
                (l, a) -> {
                    List<Object> out = new ArrayList<>();
                    each(l, a, (element, kept) -> Values.isTrue(kept) && out.add(element));
                    return a.made(out);
                });
        add(
                all,
                "forEach",
                (l, a) -> {
                    each(l, a, (_, _) -> true);
                    return Undefined.UNDEFINED;
                });
        add(
                all,
                "find",
                (l, a) -> {
                    Object[] found = {Undefined.UNDEFINED};
                    search(l, a, found);
                    return found[0];
                });
        add(all, "findIndex", (l, a) -> (double) search(l, a, new Object[1]));
        add(
                all,
                "findLast",
                (l, a) -> {
                    Object[] found = {Undefined.UNDEFINED};
                    searchLast(l, a, found);
                    return found[0];
                });
        add(all, "findLastIndex", (l, a) -> (double) searchLast(l, a, new Object[1]));
        add(
                all,
                "lastIndexOf",
                (l, a) -> {
                    for (int i = l.size() - 1; i >= 0; i--) {
                        a.meter().steps(1);
                        if (Values.same(l.get(i), a.get(0), a.meter())) {
                            return (double) i;
                        }
                    }
                    return -1.0;
                });
        add(all, "some", (l, a) -> search(l, a, new Object[1]) >= 0);
        add(
                all,
                "every",
                (l, a) -> {
                    for (int i = 0; i < l.size(); i++) {
                        if (!Values.isTrue(a.call(a.function(0), l.get(i), (double) i, a.self()))) {
                            return false;
                        }
                    }
                    return true;
                });
        add(all, "reduce", (l, a) -> reduce(l, a));
        add(all, "includes", (l, a) -> indexOf(l, a) >= 0);
        add(all, "indexOf", (l, a) -> (double) indexOf(l, a));
        add(
                all,
                "slice",
                (l, a) -> {
                    int from = a.index(0, l.size(), 0);
                    int to = Math.max(from, a.index(1, l.size(), l.size()));
                    return a.made(new ArrayList<>(l.subList(from, to)));
                });
        add(
                all,
                "concat",
                (l, a) -> {
                    List<Object> out = new ArrayList<>(l);
                    a.meter().elements(l.size());
                    a.all().forEach(more -> flatten(more, 1, out, a));
                    return new Values.Elements(out);
                });
        add(
                all,
                "flat",
                (l, a) -> {
                    List<Object> out = new ArrayList<>();
                    int depth = Math.clamp(a.integer(0, 1), 0, 100);
                    List.copyOf(l).forEach(element -> flatten(element, depth, out, a));
                    return new Values.Elements(out);
                });
        add(
                all,
                "at",
                (l, a) -> {
                    int at = a.integer(0, 0) < 0 ? l.size() + a.integer(0, 0) : a.integer(0, 0);
                    return at >= 0 && at < l.size() ? l.get(at) : Undefined.UNDEFINED;
                });
        addChanging(all);
        return Map.copyOf(all);
    }

    private static void addChanging(Map<String, Callable> all) {
        add(
                all,
                "push",
                (_, a) -> {
                    List<Object> own = own(a);
                    a.meter().elements(a.all().size());
                    own.addAll(a.all());
                    return (double) own.size();
                });
        add(all, "pop", (_, a) -> own(a).isEmpty() ? Undefined.UNDEFINED : own(a).removeLast());
        add(
                all,
                "shift",
                (_, a) -> {
                    a.meter().steps(own(a).size() / 16);
                    return own(a).isEmpty() ? Undefined.UNDEFINED : own(a).removeFirst();
                });
        add(
                all,
                "unshift",
                (_, a) -> {
                    a.meter().elements(a.all().size() + own(a).size() / 16);
                    own(a).addAll(0, a.all());
                    return (double) own(a).size();
                });
        add(
                all,
                "splice",
                (_, a) -> {
                    List<Object> own = own(a);
                    a.meter().elements(own.size() + a.all().size());
                    int from = a.index(0, own.size(), 0);
                    int count = Math.clamp(a.integer(1, own.size()), 0, own.size() - from);
                    List<Object> out = own.subList(from, from + count);
                    List<Object> removed = new ArrayList<>(out);
                    out.clear();
                    own.addAll(from, a.all().subList(Math.min(2, a.all().size()), a.all().size()));
                    return new Values.Elements(removed);
                });
        add(
                all,
                "reverse",
                (_, a) -> {
                    Collections.reverse(own(a));
                    return a.self();
                });
        add(
                all,
                "fill",
                (_, a) -> {
                    a.meter().steps(own(a).size());
                    int from = a.index(1, own(a).size(), 0);
                    int to = a.index(2, own(a).size(), own(a).size());
                    Collections.fill(own(a).subList(from, Math.max(from, to)), a.get(0));
                    return a.self();
                });
        add(
                all,
                "sort",
                (_, a) -> {
                    List<Object> own = own(a);
                    List<Object> sorted = new ArrayList<>(own);
                    a.meter().elements(4L * own.size());
                    try {
                        sorted.sort((x, y) -> {
                            a.meter().steps(1);
                            if (a.has(0)) {
                                double order =
                                        Values.number(a.call(a.function(0), x, y), a.meter());
                                return order < 0 ? -1 : order > 0 ? 1 : 0;
                            }
                            return Values.text(x, a.meter()).compareTo(Values.text(y, a.meter()));
                        });
                    } catch (IllegalArgumentException e) {
                        throw Halt.mistake("sort: the comparison contradicts itself");
                    }
                    own.clear();
                    own.addAll(sorted);
                    return a.self();
                });
    }

    private static void add(
            Map<String, Callable> all,
            String name,
            BiFunction<List<Object>, Arguments, Object> body) {
        all.put(name, Arguments.callable(a -> body.apply(Values.list(a.self(), a.meter()), a)));
    }

    /// Returns the elements of an array that the expression made, to change them.
    private static List<Object> own(Arguments a) {
        if (a.self() instanceof Values.Elements elements) {
            return elements.list;
        }
        throw Halt.mistake("an array from outside can't be changed. Make a copy: [...array]");
    }

    private interface Each {
        boolean take(Object element, Object result);
    }

    private static void each(List<Object> list, Arguments a, Each each) {
        for (int i = 0; i < list.size(); i++) { // the function may change the list
            Object element = list.get(i);
            a.meter().bytes(16);
            each.take(element, a.call(a.function(0), element, (double) i, a.self()));
        }
    }

    /// Returns the index of the first for which the function holds, or -1; `found` takes the
    /// element, since the function may change the list.
    private static int search(List<Object> list, Arguments a, Object[] found) {
        for (int i = 0; i < list.size(); i++) {
            if (holds(list, a, i, found)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean holds(List<Object> list, Arguments a, int i, Object[] found) {
        Object element = list.get(i);
        boolean holds = Values.isTrue(a.call(a.function(0), element, (double) i, a.self()));
        if (holds) {
            found[0] = element;
        }
        return holds;
    }

    private static int searchLast(List<Object> list, Arguments a, Object[] found) {
        for (int i = list.size() - 1; i >= 0; i--) {
            if (i < list.size() && holds(list, a, i, found)) {
                return i;
            }
        }
        return -1;
    }

    private static int indexOf(List<Object> list, Arguments a) {
        for (int i = 0; i < list.size(); i++) {
            a.meter().steps(1);
            if (Values.same(list.get(i), a.get(0), a.meter())) {
                return i;
            }
        }
        return -1;
    }

    private static Object reduce(List<Object> list, Arguments a) {
        boolean begun = a.all().size() > 1;
        if (!begun && list.isEmpty()) {
            throw Halt.mistake("reduce: an empty array needs a value to begin with");
        }
        Object value = begun ? a.get(1) : list.getFirst();
        for (int i = begun ? 0 : 1; i < list.size(); i++) {
            value = a.call(a.function(0), value, list.get(i), (double) i, a.self());
        }
        return value;
    }

    private static boolean flatten(Object value, int depth, List<Object> out, Arguments a) {
        a.meter().elements(1);
        if (depth == 0 || !Values.isArray(value)) {
            return out.add(value);
        }
        for (Object element : List.copyOf(Values.list(value, a.meter()))) {
            flatten(element, depth - 1, out, a);
        }
        return true;
    }
}
