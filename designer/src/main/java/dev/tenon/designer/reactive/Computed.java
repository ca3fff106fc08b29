package dev.tenon.designer.reactive;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A value made from others: computed when somebody asks, kept until something that it read has
/// changed. Those who read it run again only where its own value has become another.
///
/// What the function throws is kept as its value would be, and thrown to each reader. A computed
/// that no effect wants is held by its sources weakly only, and can be forgotten.
///
/// @param <T> the type of the value, which is never null
public final class Computed<T> extends Source implements Observer {
    private final Supplier<? extends T> function;
    private final Dependencies dependencies = new Dependencies(this);
    private @Nullable T value;
    private @Nullable RuntimeException failure;
    private boolean stale = true;
    private boolean running;
    private boolean unfinished; // an exception has left it stale after it was asked
    private @Nullable Computed<?> asker; // who waits for this while it runs

    private Computed(String name, Supplier<? extends T> function) {
        super(name);
        this.function = function;
    }

    /// Returns the value that `function` makes. It must not write signals nor make effects.
    public static <T> Computed<T> of(Supplier<? extends T> function) {
        return new Computed<>("computed", function);
    }

    /// Returns the value that `function` makes, called `name` in messages.
    public static <T> Computed<T> named(String name, Supplier<? extends T> function) {
        return new Computed<>(name, function);
    }

    /// Returns the value, and notes the current computed or effect as its reader.
    ///
    /// @throws DesignException if it depends upon itself, with the names of those in the circle, or
    ///   upon too many in a row
    /// @throws RuntimeException what the function threw
    public T get() {
        Turn turn = Turn.current();
        if (turn != null) {
            Link link = readBy(turn.reader());
            try {
                refresh(turn);
            } finally {
                seen(link);
            }
        } else if (stale) {
            Turn.enter(entered -> {
                refresh(entered);
                return this;
            });
        }
        return result();
    }

    /// Returns the value without noting a reader; throws as [#get].
    public T peek() {
        return Reactive.untracked(this::get);
    }

    private T result() {
        if (failure != null) {
            throw failure;
        }
        return Objects.requireNonNull(value);
    }

    @Override
    void refresh(Turn turn) {
        if (running) {
            throw new DesignException(
                    "reactive: a computed must not depend upon itself; got " + circle(turn));
        }
        if (!stale) {
            return;
        }
        unfinished = true;
        turn.descend(this);
        running = true;
        asker = turn.computing();
        Observer reader = turn.reader();
        boolean reading = false;
        try {
            if (version() == 0 || dependencies.changed(turn)) {
                turn.computing(this, this);
                dependencies.begin();
                reading = true;
                keep(function.get(), null); // no method of its own: a chain needs a stack
            }
            stale = false;
            unfinished = false;
        } catch (RuntimeException e) {
            if (!reading) {
                throw e;
            }
            keep(null, e);
            stale = false;
            unfinished = false;
        } finally {
            if (reading) {
                turn.computing(asker, reader);
                dependencies.end();
            }
            running = false;
            asker = null;
            turn.ascend();
        }
    }

    boolean isRunning() {
        return running;
    }

    /// Keeps what the function has made or thrown.
    private void keep(@Nullable T next, @Nullable RuntimeException thrown) {
        RuntimeException instead = thrown;
        if (next == null && thrown == null) {
            instead = new DesignException("reactive: " + name() + " must not be null");
        }
        if (next == null || failure != null || !next.equals(value)) {
            nextVersion();
        }
        value = next;
        failure = instead;
    }

    private String circle(Turn turn) {
        List<String> names = new ArrayList<>(List.of(name()));
        for (Computed<?> at = turn.computing(); at != null && at != this; at = at.asker) {
            names.add(at.name());
        }
        names.add(name());
        Collections.reverse(names);
        return String.join(" -> ", names);
    }

    @Override
    public boolean makeStale(Turn turn) {
        if (stale && !unfinished) {
            return false;
        }
        stale = true;
        unfinished = false;
        return true;
    }

    @Override
    public Dependencies dependencies() {
        return dependencies;
    }

    @Override
    public String toString() {
        return name();
    }
}
