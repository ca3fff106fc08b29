package dev.tenon.designer.reactive;

import org.jspecify.annotations.Nullable;

/// A value that tells its readers when it changes. A computed or effect that calls [#get] runs
/// again after [#set] gave it a value that is not equal to the one before.
///
/// @param <T> the type of the value, which is never null
public final class Signal<T> extends Source {
    private T value;
    private @Nullable T before; // what it was when the batch began
    private long versionBefore;

    private Signal(String name, T value) {
        super(name);
        this.value = value;
    }

    /// Returns a signal that holds `value`.
    public static <T> Signal<T> of(T value) {
        return new Signal<>("signal", value);
    }

    /// Returns a signal that holds `value` and is called `name` in messages.
    public static <T> Signal<T> named(String name, T value) {
        return new Signal<>(name, value);
    }

    /// Returns the value, and notes the current computed or effect as its reader.
    public T get() {
        Turn turn = Turn.current();
        if (turn != null) {
            track(turn);
        }
        return value;
    }

    /// Returns the value without noting a reader.
    public T peek() {
        return value;
    }

    /// Gives the signal another value and runs the effects that this concerns, at the end of the
    /// batch where one is open. Nothing runs where the value equals the one before, nor where it
    /// has come back by the end of the batch to what it was.
    ///
    /// @throws dev.tenon.designer.DesignException if a computed calls this, or effects write in a
    ///   circle
    /// @throws RuntimeException the first that an effect threw, after all have run
    public void set(T value) {
        if (value.equals(this.value)) {
            return;
        }
        Turn.enter(turn -> {
            turn.write(this);
            write(turn, value);
            return value;
        });
    }

    private void write(Turn turn, T value) {
        if (before == null) {
            before = this.value;
            versionBefore = version();
            turn.touched(this);
        }
        this.value = value;
        if (value.equals(before)) {
            returnTo(versionBefore);
        } else {
            nextVersion();
        }
        turn.mark(this);
    }

    /// Forgets what it was before the batch: an effect is about to see what it is.
    void settle() {
        before = null;
    }

    @Override
    public String toString() {
        return name() + " = " + value;
    }
}
