package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.reactive.Computed;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A computed that has a value also where what it reads goes in a circle: expressions that read it
/// fail and are told of, and all others get the value that stands in.
final class Guarded<T> {
    private static final long STEPS = 10; // what making one anew takes besides

    private final Computed<Kept<T>> computed;

    /// A value, or the one that stands in and why.
    private record Kept<T>(T value, @Nullable String circle) {}

    Guarded(Work work, String name, T otherwise, Supplier<? extends T> function) {
        this.computed =
                Computed.named(
                        name,
                        () -> {
                            work.take(STEPS);
                            try {
                                return new Kept<>(function.get(), null);
                            } catch (DesignException e) {
                                return new Kept<>(otherwise, String.valueOf(e.getMessage()));
                            }
                        });
    }

    /// Returns the value, or the one that stands in.
    T get() {
        return computed.get().value();
    }

    /// Returns the value.
    ///
    /// @throws DesignException if it is read in a circle
    T exact() {
        Kept<T> kept = computed.get();
        if (kept.circle() != null) {
            throw new DesignException(kept.circle());
        }
        return kept.value();
    }
}
