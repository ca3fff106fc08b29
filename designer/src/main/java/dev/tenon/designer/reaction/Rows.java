package dev.tenon.designer.reaction;

import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.reactive.Computed;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import java.util.List;

/// Keeps the rows of an array: one for each element, made of the array's first node. Rows come and
/// go at the end, and those that stay are not touched.
final class Rows {
    private static final int MOST_ARRAYS = 8; // in each other
    private static final int MOST_ROWS = 1 << 13;
    private static final int MOST_GROWTHS = 50; // of one array after one write from outside

    private final Form form;
    private final FormField array;
    private final Computed<Integer> length;
    private final Signal<List<Problem>> many; // rows there are
    private final Signal<List<Problem>> stopped;
    private long round = -1;
    private int growths;
    private int grownTo;
    private int missing = Integer.MAX_VALUE; // the first row that is not shown, though it is there

    Rows(Form form, FormField array) {
        this.form = form;
        this.array = array;
        this.length = Computed.named(array.address() + ".length", this::length);
        this.many = Signal.named(array.address() + ".many", List.of());
        this.stopped = Signal.named(array.address() + ".stopped", List.of());
    }

    private int length() {
        return array.base().orElse(JsonArray.EMPTY) instanceof JsonArray elements
                ? elements.size()
                : 0;
    }

    /// Makes the rows, as parts of the current effect.
    void start() {
        array.watch(many);
        array.watch(stopped);
        if (array.place().arrays() >= MOST_ARRAYS) {
            report(
                    many,
                    "arrays may be in each other "
                            + MOST_ARRAYS
                            + " deep; the rows of this one are not shown");
            return;
        }
        keep(0, MOST_ROWS);
        Effect.named(
                array.address() + ".length",
                () -> {
                    if (length.get() > MOST_ROWS) {
                        report(many, "at most " + MOST_ROWS + " rows are shown; there are more");
                    } else {
                        many.set(List.of());
                    }
                    if (length.get() <= missing) {
                        missing = Integer.MAX_VALUE;
                        stopped.set(List.of());
                    }
                });
    }

    /// Keeps the rows from `from` to `to`, halving, so that few effects look at the length.
    private void keep(int from, int to) {
        Computed<Boolean> isThere = Computed.of(() -> length.get() > from);
        Effect.named(
                array.address() + "." + from,
                () -> {
                    if (isThere.get() && mayWork(from)) {
                        Reactive.untracked(() -> {
                            make(from, to);
                            return from;
                        });
                    }
                });
    }

    private void make(int from, int to) {
        if (to - from > 1) {
            int middle = (from + to) >>> 1;
            keep(from, middle);
            keep(middle, to);
        } else if (mayGrow()) {
            form.row(array, from);
        } else {
            missing = Math.min(missing, from);
            report(
                    stopped,
                    "reactions must come to rest; no more rows are shown after "
                            + MOST_GROWTHS
                            + " times that reactions made this array longer");
        }
    }

    private boolean mayGrow() {
        int now = length.get();
        if (round != form.round()) {
            round = form.round();
            growths = 0;
            grownTo = 0;
            stopped.set(List.of());
        }
        if (now != grownTo) {
            grownTo = now;
            growths++;
        }
        return growths <= MOST_GROWTHS;
    }

    /// Whether there are steps for rows; else the current effect waits for the next change.
    private boolean mayWork(int from) {
        if (!form.work().isSpent()) {
            return true;
        }
        missing = Math.min(missing, from);
        report(stopped, form.work().budget().failure());
        form.work().await();
        return false;
    }

    private void report(Signal<List<Problem>> problems, String message) {
        problems.set(List.of(array.problem("", message)));
    }
}
