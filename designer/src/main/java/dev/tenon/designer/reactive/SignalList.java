package dev.tenon.designer.reactive;

import dev.tenon.designer.reactive.ListChange.Inserted;
import dev.tenon.designer.reactive.ListChange.Moved;
import dev.tenon.designer.reactive.ListChange.Removed;
import dev.tenon.designer.reactive.ListChange.Replaced;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A list that tells its readers what has changed: one who read an element runs again when that
/// index holds another, one who read the size when the list is longer or shorter, one who read all
/// of it on every change.
///
/// @param <T> the type of the elements, which are never null
public final class SignalList<T> {
    private final String name;
    private final List<T> values;
    private final Cells<Integer> cells;
    private final Cell size;
    private final Cell whole;
    private final Changes<ListChange<T>> changes = new Changes<>();

    private SignalList(String name, List<T> values) {
        this.name = name;
        this.values = new ArrayList<>(values);
        this.cells = new Cells<>(name);
        this.size = new Cell(name + ".size");
        this.whole = new Cell(name);
    }

    /// Returns a list of `values`.
    public static <T> SignalList<T> of(List<T> values) {
        return named("list", values);
    }

    /// Returns a list of `values` that is called `name` in messages.
    public static <T> SignalList<T> named(String name, List<T> values) {
        return new SignalList<>(name, values);
    }

    /// Returns the element at `index`, and notes the current reader of that index.
    ///
    /// @throws IndexOutOfBoundsException if there is none; the reader runs again when there is
    public T get(int index) {
        if (index >= 0) {
            cells.read(index);
        }
        return values.get(index);
    }

    /// Returns how many elements there are, and notes the current reader of the size.
    public int size() {
        size.read();
        return values.size();
    }

    /// Returns whether there are none; a reader of the size.
    public boolean isEmpty() {
        return size() == 0;
    }

    /// Returns all elements as they are, and notes the current reader of the whole list.
    public List<T> values() {
        whole.read();
        return List.copyOf(values);
    }

    /// Puts `value` at the end.
    public void add(T value) {
        insert(values.size(), value);
    }

    /// Puts `value` at `index`, before what is there.
    ///
    /// @throws IndexOutOfBoundsException unless `0 <= index <= size`
    public void insert(int index, T value) {
        Objects.checkIndex(index, values.size() + 1);
        Objects.requireNonNull(value);
        change(new Inserted<>(index, value), () -> values.add(index, value));
    }

    /// Takes out the element at `index` and returns it.
    ///
    /// @throws IndexOutOfBoundsException if there is none
    public T remove(int index) {
        T value = values.get(index);
        change(new Removed<>(index, value), () -> values.remove(index));
        return value;
    }

    /// Puts `value` in the place of the element at `index`; nothing happens where they are equal.
    ///
    /// @throws IndexOutOfBoundsException if there is none
    public void set(int index, T value) {
        T before = values.get(index);
        if (!value.equals(before)) {
            change(new Replaced<>(index, before, value), () -> values.set(index, value));
        }
    }

    /// Takes the element at `from` out and puts it in at `to`, counted without it.
    ///
    /// @throws IndexOutOfBoundsException if one of them is none
    public void move(int from, int to) {
        T value = values.get(from);
        Objects.checkIndex(to, values.size());
        if (from != to) {
            change(new Moved<>(from, to, value), () -> values.add(to, values.remove(from)));
        }
    }

    /// Makes the list hold `wanted`, by as few steps as a common beginning and end leave.
    public void setAll(List<? extends T> wanted) {
        List<T> target = List.copyOf(wanted);
        Reactive.batch(() -> {
            int start = 0;
            int most = Math.min(values.size(), target.size());
            while (start < most && values.get(start).equals(target.get(start))) {
                start++;
            }
            int end = 0;
            while (end < most - start && fromEnd(values, end).equals(fromEnd(target, end))) {
                end++;
            }
            int both = most - start - end;
            for (int i = start; i < start + both; i++) {
                set(i, target.get(i));
            }
            while (values.size() > target.size()) {
                remove(values.size() - end - 1);
            }
            while (values.size() < target.size()) {
                insert(values.size() - end, target.get(values.size() - end));
            }
        });
    }

    private static <T> T fromEnd(List<T> values, int index) {
        return values.get(values.size() - 1 - index);
    }

    /// Takes all elements out.
    public void clear() {
        setAll(List.of());
    }

    /// Gives `view` the steps at the end of each batch that changed the list, beginning with the
    /// next. What it reads does not matter. Disposing the effect ends it.
    public Effect watch(Consumer<List<ListChange<T>>> view) {
        return changes.watch(name, whole, view);
    }

    private void change(ListChange<T> change, Runnable work) {
        Turn.enter(turn -> {
            turn.write(whole);
            int length = values.size();
            work.run();
            changes.add(change);
            cells.changed(turn, index -> !Objects.equals(former(change, index), at(index)));
            if (values.size() != length) {
                size.changed(turn);
            }
            whole.changed(turn);
            return this;
        });
    }

    /// Returns what was at `index` before `change`, or null.
    private @Nullable T former(ListChange<T> change, int index) {
        return switch (change) {
            case Inserted<T>(int at, _) -> at(index < at ? index : index + 1);
            case Removed<T>(int at, T value) ->
                    index == at ? value : at(index < at ? index : index - 1);
            case Replaced<T>(int at, T before, _) -> index == at ? before : at(index);
            case Moved<T>(int from, int to, T value) -> {
                int without = index < from ? index : index - 1;
                yield index == from ? value : at(without < to ? without : without + 1);
            }
        };
    }

    private @Nullable T at(int index) {
        return index < values.size() ? values.get(index) : null;
    }

    @Override
    public String toString() {
        return name + " = " + values;
    }
}
