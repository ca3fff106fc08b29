package dev.tenon.designer.reactive;

import dev.tenon.designer.DesignException;
import java.util.function.Supplier;

/// What concerns a whole graph of [Signal]s, [Computed]s and [Effect]s: batches, reading without
/// being told, cleaning up.
///
/// A graph belongs to one thread at a time: it has no locks, and whoever hands it to another thread
/// must make the hand-over a happens-before edge. There is no state but in the graph itself and in
/// the call that is under way, which a [ScopedValue] names, so that graphs do not know each other.
public final class Reactive {
    private Reactive() {}

    /// Does `work`; effects that its writes concern run once, at the end of the outermost batch,
    /// also where `work` throws.
    ///
    /// @throws RuntimeException what `work` throws, or the first that an effect threw
    public static void batch(Runnable work) {
        batch(() -> {
            work.run();
            return Reactive.class;
        });
    }

    /// Returns what `work` gives; as [#batch(Runnable)] else.
    public static <T> T batch(Supplier<T> work) {
        return Turn.enter(turn -> work.get());
    }

    /// Returns whether a batch has ended and its effects are running: what is written now belongs
    /// to the change that it was.
    public static boolean isSettling() {
        Turn turn = Turn.current();
        return turn != null && turn.isFlushing();
    }

    /// Returns how many signals, computeds and parts of collections the current computed or effect
    /// has read in this run, each counted once; 0 where there is none.
    public static int reads() {
        Turn turn = Turn.current();
        Observer reader = turn == null ? null : turn.reader();
        return reader == null ? 0 : reader.dependencies().reads();
    }

    /// Returns what `work` gives; what it reads does not concern the current computed or effect.
    public static <T> T untracked(Supplier<T> work) {
        Turn turn = Turn.current();
        return turn == null ? work.get() : turn.untracked(work);
    }

    /// Does `cleanup` before the current effect runs again and when it is disposed; the last given
    /// goes first.
    ///
    /// @throws DesignException if there is no current effect
    public static void onCleanup(Runnable cleanup) {
        Turn turn = Turn.current();
        Effect owner = turn == null ? null : turn.owner();
        if (owner == null) {
            throw new DesignException("reactive: onCleanup must be called in an effect");
        }
        owner.onCleanup(cleanup);
    }
}
