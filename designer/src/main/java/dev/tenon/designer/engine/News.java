package dev.tenon.designer.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What is to be told, in the order in which it happened. One who hears something and acts makes
/// more news; those are told after what was to be told before, so that all hear all in one order.
final class News {
    /// How much is told in one go before it is taken for endless.
    static final int MOST = 100_000;

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean isTelling;

    void add(Runnable telling) {
        waiting.add(telling);
    }

    /// Tells all, unless that goes on already. Nobody is kept from hearing by one who throws.
    ///
    /// @throws IllegalStateException if those who hear act again and again
    /// @throws RuntimeException what the first of those that threw has thrown; what others threw is
    ///   suppressed in it
    @SuppressWarnings("ReferenceEquality") // a throwable does not suppress itself
    void tell() {
        if (isTelling) {
            return;
        }
        isTelling = true;
        RuntimeException thrown = null;
        try {
            int told = 0;
            for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
                if (++told > MOST) {
                    throw endless(thrown);
                }
                try {
                    next.run();
                } catch (RuntimeException e) {
                    if (thrown == null) {
                        thrown = e;
                    } else if (thrown != e) {
                        thrown.addSuppressed(e);
                    }
                }
            }
        } finally {
            waiting.clear();
            isTelling = false;
        }
        if (thrown != null) {
            throw thrown;
        }
    }

    private static IllegalStateException endless(@Nullable RuntimeException cause) {
        return new IllegalStateException(
                "operation: watchers and subscribers must come to rest; "
                        + MOST
                        + " calls of them made ever more changes",
                cause);
    }
}
