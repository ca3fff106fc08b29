package dev.tenon.designer.event;

/// The history grew, or someone walked through it.
public sealed interface HistoryEvent extends Event {
    /// Returns the name of the entry that the tree is at then: `append:node`.
    String entry();

    /// Returns the place of that entry in the history, from 0.
    int index();

    /// A step was done.
    record HistoryPush(String entry, int index) implements HistoryEvent {
        @Override
        public String type() {
            return "history:push";
        }
    }

    /// A step was taken back.
    record HistoryUndo(String entry, int index) implements HistoryEvent {
        @Override
        public String type() {
            return "history:undo";
        }
    }

    /// A step was done again.
    record HistoryRedo(String entry, int index) implements HistoryEvent {
        @Override
        public String type() {
            return "history:redo";
        }
    }

    /// The user went to an entry.
    record HistoryGoto(String entry, int index) implements HistoryEvent {
        @Override
        public String type() {
            return "history:goto";
        }
    }
}
