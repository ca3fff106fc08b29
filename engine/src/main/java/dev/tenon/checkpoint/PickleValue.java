package dev.tenon.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What a pickle makes beside text, numbers and truth values, which are `String`, `Long`,
/// `BigInteger`, `Double` and `Boolean`.
///
/// Containers may contain themselves and are compared by identity: nothing here walks into them.
sealed interface PickleValue {
    /// Python's None.
    enum None implements PickleValue {
        NONE
    }

    /// A byte string, one character for each byte.
    record Bytes(String latin1) implements PickleValue {}

    /// A class or function that the pickle may use.
    enum Call implements PickleValue {
        DICT,
        DEFAULT_DICT,
        SEQUENCE,
        ENCODE,
        DEVICE,
        TENSOR,
        TENSOR_WITH_TYPE,
        PARAMETER
    }

    /// A list, tuple or set.
    final class Sequence implements PickleValue {
        private static final Object[] NOTHING = {};
        private static final Sequence EMPTY = new Sequence(true, NOTHING);

        private final boolean fixed;
        private Object[] items; // a bare array: one byte of a pickle can make a tuple
        private int size;

        private Sequence(boolean fixed, Object[] items) {
            this.fixed = fixed;
            this.items = items;
            size = items.length;
        }

        /// Returns a list or set that may grow.
        static Sequence growing() {
            return new Sequence(false, NOTHING);
        }

        /// Returns the tuple of these items.
        static Sequence tuple(List<Object> items) {
            return items.isEmpty() ? EMPTY : new Sequence(true, items.toArray());
        }

        /// Says whether it is a tuple.
        boolean isFixed() {
            return fixed;
        }

        void addAll(List<Object> more) {
            int total = size + more.size();
            if (total > items.length) {
                Object[] larger = new Object[size == 0 ? total : Math.max(total, 2 * size)];
                System.arraycopy(items, 0, larger, 0, size);
                items = larger;
            }
            for (Object item : more) {
                items[size++] = item;
            }
        }

        int size() {
            return size;
        }

        Object get(int index) {
            return items[Objects.checkIndex(index, size)];
        }
    }

    /// A dictionary: its keys and values in the order they were put in. Nothing here minds a key
    /// that comes twice.
    final class Dict implements PickleValue {
        // no hash table: keys are the file's, and equal hashes could be made to order
        private List<Object> keysAndValues = List.of();

        void putAll(List<Object> more) {
            if (keysAndValues.isEmpty()) {
                keysAndValues = new ArrayList<>(more);
            } else {
                keysAndValues.addAll(more);
            }
        }

        int size() {
            return keysAndValues.size() / 2;
        }

        Object key(int index) {
            return keysAndValues.get(2 * index);
        }

        Object value(int index) {
            return keysAndValues.get(2 * index + 1);
        }
    }
}
