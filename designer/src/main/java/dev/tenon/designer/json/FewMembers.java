package dev.tenon.designer.json;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The members of an object that has few, in one array: names and values by turns. A
/// [java.util.LinkedHashMap] of four members takes 300 bytes, this one 90, and designs have
/// hundreds of thousands. To look for a name is to compare it with each.
final class FewMembers extends AbstractMap<String, Json> {
    /// How many members are few.
    static final int MOST = 8;

    private final Object[] namesAndValues;

    /// Copies `members`, at most [#MOST].
    FewMembers(Map<String, ? extends Json> members) {
        namesAndValues = new Object[2 * members.size()];
        int i = 0;
        for (Map.Entry<String, ? extends Json> member : members.entrySet()) {
            namesAndValues[i++] = member.getKey();
            namesAndValues[i++] = member.getValue();
        }
    }

    private String name(int index) {
        return (String) namesAndValues[2 * index];
    }

    private Json value(int index) {
        return (Json) namesAndValues[2 * index + 1];
    }

    @Override
    public int size() {
        return namesAndValues.length / 2;
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public @Nullable Json get(@Nullable Object name) {
        for (int i = 0; i < size(); i++) {
            if (name(i).equals(name)) {
                return value(i);
            }
        }
        return null;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super Json> action) {
        for (int i = 0; i < size(); i++) {
            action.accept(name(i), value(i));
        }
    }

    @Override
    public Set<Map.Entry<String, Json>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return FewMembers.this.size();
            }

            @Override
            public Iterator<Map.Entry<String, Json>> iterator() {
                return new Members();
            }
        };
    }

    private final class Members implements Iterator<Map.Entry<String, Json>> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < size();
        }

        @Override
        public Map.Entry<String, Json> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int index = next++;
            return Map.entry(name(index), value(index));
        }
    }
}
