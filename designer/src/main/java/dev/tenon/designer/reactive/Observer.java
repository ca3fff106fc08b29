package dev.tenon.designer.reactive;

/// Reads sources and hears when one of them may have changed.
sealed interface Observer permits Computed, Effect {
    /// Returns what it has read.
    Dependencies dependencies();

    /// Notes that a source may have changed; returns whether that is news.
    boolean makeStale(Turn turn);
}
