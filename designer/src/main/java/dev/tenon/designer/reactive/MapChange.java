package dev.tenon.designer.reactive;

/// One step of a map from what it was to what it is.
///
/// @param <K> the type of the keys
/// @param <V> the type of the values
public sealed interface MapChange<K, V> {
    /// A key is new.
    ///
    /// @param key the key
    /// @param value its value
    record Inserted<K, V>(K key, V value) implements MapChange<K, V> {}

    /// A key is gone.
    ///
    /// @param key the key
    /// @param value the value that it had
    record Removed<K, V>(K key, V value) implements MapChange<K, V> {}

    /// A key has another value.
    ///
    /// @param key the key
    /// @param before the value that it had
    /// @param value the one that it has
    record Replaced<K, V>(K key, V before, V value) implements MapChange<K, V> {}
}
