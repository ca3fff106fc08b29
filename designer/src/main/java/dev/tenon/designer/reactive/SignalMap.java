package dev.tenon.designer.reactive;

import dev.tenon.designer.reactive.MapChange.Inserted;
import dev.tenon.designer.reactive.MapChange.Removed;
import dev.tenon.designer.reactive.MapChange.Replaced;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A map that tells its readers what has changed: one who read a key runs again when that key has
/// another value, comes or goes, one who read the size when there are more or fewer keys, one who
/// read all of it on every change. Keys keep the order in which they came.
///
/// @param <K> the type of the keys
/// @param <V> the type of the values, which are never null
public final class SignalMap<K, V> {
    private final String name;
    private final SequencedMap<K, V> values = new LinkedHashMap<>();
    private final Cells<K> cells;
    private final Cell size;
    private final Cell whole;
    private final Changes<MapChange<K, V>> changes = new Changes<>();

    private SignalMap(String name) {
        this.name = name;
        this.cells = new Cells<>(name);
        this.size = new Cell(name + ".size");
        this.whole = new Cell(name);
    }

    /// Returns a map without keys.
    public static <K, V> SignalMap<K, V> of() {
        return named("map");
    }

    /// Returns a map without keys that is called `name` in messages.
    public static <K, V> SignalMap<K, V> named(String name) {
        return new SignalMap<>(name);
    }

    /// Returns the value of `key`, or null where there is none, and notes the current reader of
    /// that key.
    public @Nullable V get(K key) {
        cells.read(key);
        return values.get(key);
    }

    /// Returns whether there is a value for `key`; a reader of that key.
    public boolean has(K key) {
        return get(key) != null;
    }

    /// Returns how many keys there are, and notes the current reader of the size.
    public int size() {
        size.read();
        return values.size();
    }

    /// Returns all keys with their values as they are, and notes the current reader of the whole
    /// map.
    public SequencedMap<K, V> values() {
        whole.read();
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /// Gives `key` a value; nothing happens where it has an equal one.
    public void put(K key, V value) {
        V before = values.get(key);
        if (value.equals(before)) {
            return;
        }
        change(
                key,
                before == null ? new Inserted<>(key, value) : new Replaced<>(key, before, value),
                () -> values.put(key, value));
    }

    /// Takes `key` out; returns the value that it had, or null.
    public @Nullable V remove(K key) {
        V before = values.get(key);
        if (before != null) {
            change(key, new Removed<>(key, before), () -> values.remove(key));
        }
        return before;
    }

    /// Makes the map hold `wanted`, by as few steps as it takes; new keys come last.
    public void setAll(Map<? extends K, ? extends V> wanted) {
        Reactive.batch(() -> {
            List.copyOf(values.keySet()).stream()
                    .filter(key -> !wanted.containsKey(key))
                    .forEach(this::remove);
            wanted.forEach(this::put);
        });
    }

    /// Takes all keys out.
    public void clear() {
        setAll(Map.of());
    }

    /// Gives `view` the steps at the end of each batch that changed the map, beginning with the
    /// next. What it reads does not matter. Disposing the effect ends it.
    public Effect watch(Consumer<List<MapChange<K, V>>> view) {
        return changes.watch(name, whole, view);
    }

    private void change(K key, MapChange<K, V> change, Runnable work) {
        Turn.enter(turn -> {
            turn.write(whole);
            int count = values.size();
            work.run();
            changes.add(change);
            Cell cell = cells.get(key);
            if (cell != null) {
                cell.changed(turn);
            }
            if (values.size() != count) {
                size.changed(turn);
            }
            whole.changed(turn);
            return this;
        });
    }

    @Override
    public String toString() {
        return name + " = " + values;
    }
}
