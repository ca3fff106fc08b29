package dev.tenon.designer.reactive;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The cells of a collection that somebody reads, by key or index. Those that nobody reads any
/// longer are dropped as others come.
final class Cells<K> {
    private static final int FEW = 16;

    private final String name;
    private final Map<K, Cell> cells = new HashMap<>();
    private int sweepAt = FEW;

    Cells(String name) {
        this.name = name;
    }

    /// Notes the current observer, if there is one, as a reader of `key`.
    void read(K key) {
        Turn turn = Turn.current();
        if (turn == null || turn.reader() == null) {
            return;
        }
        Cell cell = cells.get(key);
        if (cell == null) {
            if (cells.size() >= sweepAt) {
                cells.values().removeIf(Cell::isUnread);
                sweepAt = Math.max(FEW, 2 * cells.size());
            }
            cell = new Cell(name + "[" + key + "]");
            cells.put(key, cell);
        }
        cell.read();
    }

    /// Returns the cell of `key`, or null where nobody reads it.
    @Nullable Cell get(K key) {
        return cells.get(key);
    }

    /// Tells the readers of each key for which `changed` holds.
    void changed(Turn turn, Predicate<K> changed) {
        cells.forEach((key, cell) -> {
            if (changed.test(key)) {
                cell.changed(turn);
            }
        });
    }

    int size() {
        return cells.size();
    }
}
