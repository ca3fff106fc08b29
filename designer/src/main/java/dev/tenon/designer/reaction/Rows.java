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
    private final Signal<List<Problem>> problems;
    private long round = -1;
    private int growths;
    private int grownTo;

    Rows(Form form, FormField array) {
        this.form = form;
        this.array = array;
        this.length = Computed.named(array.address() + ".length", this::length);
        this.problems = Signal.named(array.address() + ".rows", List.of());
    }

    private int length() {
        return array.base().orElse(JsonArray.EMPTY) instanceof JsonArray elements
                ? elements.size()
                : 0;
    }

    /// Makes the rows, as parts of the current effect.
    void start() {
        array.watch(problems);
        if (array.place().arrays() >= MOST_ARRAYS) {
            report(
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
                        report("at most " + MOST_ROWS + " rows are shown; there are more");
                    }
                });
    }

    /// Keeps the rows from `from` to `to`, halving, so that few effects look at the length.
    private void keep(int from, int to) {
        Computed<Boolean> isThere = Computed.of(() -> length.get() > from);
        Effect.named(
                array.address() + "." + from,
                () -> {
                    if (isThere.get()) {
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
            report(
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
            problems.set(List.of());
        }
        if (now != grownTo) {
            grownTo = now;
            growths++;
        }
        return growths <= MOST_GROWTHS;
    }

    private void report(String message) {
        problems.set(List.of(array.problem("", message)));
    }
}
