package dev.tenon.designer.reactive;

/// One step of a list from what it was to what it is. A view that does the steps in order holds the
/// same list.
///
/// @param <T> the type of the elements
public sealed interface ListChange<T> {
    /// An element is new; those at `index` and after have moved up by one.
    ///
    /// @param index where it is
    /// @param value the element
    record Inserted<T>(int index, T value) implements ListChange<T> {}

    /// An element is gone; those after it have moved down by one.
    ///
    /// @param index where it was
    /// @param value the element
    record Removed<T>(int index, T value) implements ListChange<T> {}

    /// An element stands in the place of another.
    ///
    /// @param index where
    /// @param before the element that was there
    /// @param value the one that is
    record Replaced<T>(int index, T before, T value) implements ListChange<T> {}

    /// An element has gone to another place: taken out at `from`, then put in at `to`.
    ///
    /// @param from where it was
    /// @param to where it is
    /// @param value the element
    record Moved<T>(int from, int to, T value) implements ListChange<T> {}
}
