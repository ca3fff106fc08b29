package dev.tenon.designer.reactive;

import dev.tenon.designer.DesignException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one thread is doing with the graph, from the outermost call in to its return: who reads,
/// who owns, which effects wait. It is bound for that call only, so that there is no state besides.
final class Turn {
    /// Computeds that may wait for each other: interpreted, they take about 600 KB of a thread's
    /// stack, which has 1 MB.
    static final int DEEPEST = 1000;

    /// Runs of one effect in one turn, beyond which it is taken for a circle.
    static final int MOST_RUNS = 100;

    private static final ScopedValue<Turn> CURRENT = ScopedValue.newInstance();

    private final Thread thread = Thread.currentThread();
    private final Deque<Effect> waiting = new ArrayDeque<>();
    private final Deque<Source> marking = new ArrayDeque<>();
    private final List<Signal<?>> touched = new ArrayList<>(0);
    private final List<Effect> ran = new ArrayList<>(0);
    private final List<RuntimeException> failures = new ArrayList<>(0);
    private @Nullable Observer reader;
    private @Nullable Effect owner;
    private @Nullable Computed<?> computing;
    private int batches;
    private boolean flushing;
    private int depth;

    private Turn() {}

    /// Returns the turn that this thread is in, or null.
    ///
    /// @throws DesignException if it is another thread's
    static @Nullable Turn current() {
        return CURRENT.isBound() ? checked(CURRENT.get()) : null;
    }

    private static Turn checked(Turn turn) {
        if (turn.thread != Thread.currentThread()) {
            throw new DesignException(
                    "reactive: one thread at a time may use a graph; got "
                            + Thread.currentThread().getName()
                            + " within a turn of "
                            + turn.thread.getName());
        }
        return turn;
    }

    /// Does `work` within the current turn, or one made for it; returns its result.
    static <T> T enter(Function<Turn, T> work) {
        Turn current = current();
        if (current != null) {
            return current.batch(work);
        }
        Turn turn = new Turn();
        return ScopedValue.where(CURRENT, turn).call(() -> turn.batch(work));
    }

    /// Does `work`, then what waits if this was the outermost batch; returns its result.
    private <T> T batch(Function<Turn, T> work) {
        batches++;
        RuntimeException thrown = null;
        try {
            return work.apply(this);
        } catch (RuntimeException e) {
            thrown = e;
            throw e;
        } finally {
            batches--;
            if (batches == 0 && !flushing) {
                flush(thrown);
            }
        }
    }

    private void flush(@Nullable RuntimeException thrown) {
        flushing = true;
        try {
            settle();
            for (Effect next = waiting.poll(); next != null; next = waiting.poll()) {
                next.runIfChanged(this);
                settle();
            }
        } finally {
            flushing = false;
            waiting.forEach(Effect::forgetWaiting); // an Error has ended the turn
            waiting.clear();
            ran.forEach(Effect::forgetRuns);
            ran.clear();
        }
        if (!failures.isEmpty()) {
            RuntimeException first = thrown == null ? failures.removeFirst() : thrown;
            failures.stream().filter(later -> !later.equals(first)).forEach(first::addSuppressed);
            failures.clear();
            if (thrown == null) {
                throw first;
            }
        }
    }

    boolean isFlushing() {
        return flushing;
    }

    private void settle() {
        touched.forEach(Signal::settle);
        touched.clear();
    }

    void touched(Signal<?> signal) {
        touched.add(signal);
    }

    void wait(Effect effect) {
        waiting.add(effect);
    }

    void failed(RuntimeException failure) {
        failures.add(failure);
    }

    void counted(Effect effect) {
        ran.add(effect);
    }

    /// Returns the names of the effects that have run as often as a circle does.
    String restless() {
        return String.join(
                ", ", ran.stream().filter(Effect::isRestless).map(Effect::name).toList());
    }

    /// Tells all that depend upon `source`, at whatever distance, that they may have changed.
    void mark(Source source) {
        marking.push(source);
        while (!marking.isEmpty()) {
            Source next = marking.pop();
            for (int i = 0; i < next.observers(); i++) {
                Observer observer = next.link(i).observer();
                if (observer != null
                        && observer.makeStale(this)
                        && observer instanceof Computed<?> computed) {
                    marking.push(computed);
                }
            }
        }
    }

    /// Refuses to write `source` in a computed.
    void write(Source source) {
        if (computing != null) {
            throw new DesignException(
                    "reactive: a computed must not write; got a write of "
                            + source.name()
                            + " in "
                            + computing.name()
                            + ". Write in an effect");
        }
    }

    @Nullable Observer reader() {
        return reader;
    }

    @Nullable Effect owner() {
        return owner;
    }

    @Nullable Computed<?> computing() {
        return computing;
    }

    /// Makes `computed` the reader, and the one who must not write; the caller gives back what was.
    void computing(@Nullable Computed<?> computed, @Nullable Observer reader) {
        this.computing = computed;
        this.reader = reader;
    }

    /// Does `work` while `effect` reads, and owns the effects that are made.
    void perform(Effect effect, Runnable work) {
        Observer outerReader = reader;
        Effect outer = owner;
        reader = effect;
        owner = effect;
        try {
            work.run();
        } finally {
            reader = outerReader;
            owner = outer;
        }
    }

    /// Returns what `work` gives while nobody reads.
    <T> T untracked(Supplier<T> work) {
        Observer outer = reader;
        reader = null;
        try {
            return work.get();
        } finally {
            reader = outer;
        }
    }

    /// Goes one computed deeper; [#ascend] goes back.
    void descend(Computed<?> computed) {
        if (depth == DEEPEST) {
            throw new DesignException(
                    "reactive: at most "
                            + DEEPEST
                            + " computeds may wait for each other; got one more: "
                            + computed.name());
        }
        depth++;
    }

    void ascend() {
        depth--;
    }
}
