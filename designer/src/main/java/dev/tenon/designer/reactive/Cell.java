package dev.tenon.designer.reactive;

/// One thing that can be read of a collection: an element, its size, all of it.
final class Cell extends Source {
    Cell(String name) {
        super(name);
    }

    /// Notes the current observer as a reader.
    void read() {
        Turn turn = Turn.current();
        if (turn != null) {
            track(turn);
        }
    }

    /// Tells the readers that it has changed.
    void changed(Turn turn) {
        nextVersion();
        turn.mark(this);
    }
}
