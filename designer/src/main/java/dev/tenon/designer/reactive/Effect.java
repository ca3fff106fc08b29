package dev.tenon.designer.reactive;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Work that is done at once and again whenever something that it read has changed, at the end of
/// the batch that changed it. It lives until it is disposed; an effect made within another is
/// disposed before the other runs again, and with it.
///
/// An effect may write signals. Effects that keep each other running are stopped after 100 runs of
/// one and reported by name. What an effect throws reaches the one who wrote, after all effects
/// have run; the effect stays and runs again on the next change.
public final class Effect implements Observer, AutoCloseable {
    /// How deep effects may be made within each other: to end them takes as much of the stack.
    public static final int DEEPEST = 500;

    private final String name;
    private Runnable work;
    private final @Nullable Effect owner;
    private final int level; // 1 for one that is made within no other
    private final Dependencies dependencies = new Dependencies(this);
    private final List<Effect> owned = new ArrayList<>(0);
    private final List<Runnable> cleanups = new ArrayList<>(0);
    private boolean stale;
    private boolean disposed;
    private Runnable atEnd = () -> {};
    private int runs; // in this turn

    private Effect(String name, Runnable work, @Nullable Effect owner) {
        this.name = name;
        this.work = work;
        this.owner = owner;
        this.level = owner == null ? 1 : owner.level + 1;
        dependencies.hold();
    }

    /// Does `work` and returns the effect that does it again.
    ///
    /// @throws DesignException if a computed calls this, or effects made within each other would be
    ///   more than [#DEEPEST] deep
    /// @throws RuntimeException what the first run throws; nothing is left then
    public static Effect of(Runnable work) {
        return named("effect", work);
    }

    /// Does `work` and returns the effect that does it again, called `name` in messages; throws as
    /// [#of].
    public static Effect named(String name, Runnable work) {
        return Turn.enter(turn -> begin(turn, new Effect(name, work, turn.owner())));
    }

    private static Effect begin(Turn turn, Effect effect) {
        Computed<?> computing = turn.computing();
        if (computing != null) {
            throw new DesignException(
                    "reactive: a computed must not make effects; got "
                            + effect.name
                            + " in "
                            + computing.name());
        }
        if (effect.level > DEEPEST) {
            throw new DesignException(
                    "reactive: effects may be made within each other at most "
                            + DEEPEST
                            + " deep; got one more: "
                            + effect.name);
        }
        if (effect.owner != null) {
            effect.owner.owned.add(effect);
        }
        boolean begun = false;
        try {
            effect.perform(turn);
            begun = true;
            return effect;
        } finally {
            if (!begun) {
                effect.close();
            }
        }
    }

    /// Returns what messages call it.
    public String name() {
        return name;
    }

    /// Returns whether it has been disposed.
    public boolean isDisposed() {
        return disposed;
    }

    /// Ends it and those made within it; it never runs again. A second call does nothing.
    public void dispose() {
        if (disposed) {
            return;
        }
        Turn.enter(turn -> {
            end(turn);
            return this;
        });
        if (owner != null) {
            owner.owned.remove(this);
        }
    }

    /// Disposes it.
    @Override
    public void close() {
        dispose();
    }

    private void end(Turn turn) {
        disposed = true;
        work = () -> {}; // what it holds may go
        atEnd.run();
        cleanUp(turn);
        dependencies.clear();
    }

    private void cleanUp(Turn turn) {
        for (Effect effect : List.copyOf(owned)) { // a cleanup may dispose of another of them
            if (!effect.disposed) {
                effect.end(turn);
            }
        }
        owned.clear();
        List<Runnable> last = List.copyOf(cleanups);
        cleanups.clear();
        for (Runnable cleanup : last.reversed()) {
            try {
                turn.untracked(() -> {
                    cleanup.run();
                    return this;
                });
            } catch (RuntimeException e) {
                turn.failed(e);
            }
        }
    }

    void onCleanup(Runnable cleanup) {
        cleanups.add(cleanup);
    }

    /// Does `work` when the effect is disposed.
    void atEnd(Runnable work) {
        if (disposed) {
            work.run();
        } else {
            atEnd = work;
        }
    }

    private void perform(Turn turn) {
        stale = false;
        dependencies.begin();
        try {
            turn.perform(this, work);
        } finally {
            dependencies.end();
            if (disposed) { // by itself
                dependencies.clear();
                cleanUp(turn);
            }
        }
    }

    /// Runs it if what it read has changed; its owners first, since they dispose it when they run.
    void runIfChanged(Turn turn) {
        if (owner != null) {
            owner.runIfChanged(turn);
        }
        if (disposed || !stale) {
            return;
        }
        stale = false;
        try {
            if (!dependencies.changed(turn)) {
                return;
            }
            if (runs == Turn.MOST_RUNS) {
                throw new DesignException(
                        "reactive: effects must come to rest; after "
                                + Turn.MOST_RUNS
                                + " runs in one batch these still write what they read: "
                                + turn.restless());
            }
            if (runs++ == 0) {
                turn.counted(this);
            }
            cleanUp(turn);
            perform(turn);
        } catch (RuntimeException e) {
            turn.failed(e);
        }
    }

    /// Lets the next change call it again, though it has not run for this one.
    void forgetWaiting() {
        stale = false;
    }

    boolean isRestless() {
        return runs > Turn.MOST_RUNS / 2;
    }

    void forgetRuns() {
        runs = 0;
    }

    @Override
    public boolean makeStale(Turn turn) {
        if (stale || disposed) {
            return false;
        }
        stale = true;
        turn.wait(this);
        return true;
    }

    @Override
    public Dependencies dependencies() {
        return dependencies;
    }

    @Override
    public String toString() {
        return name;
    }
}
