package dev.tenon.designer.reactive;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/// An observer's dependence upon a source. The source holds its observer only while an effect wants
/// it, at whatever distance; a computed that nobody observes is held weakly and can be forgotten.
final class Link {
    final Source source;
    private final WeakReference<Observer> observer;
    private @Nullable Observer holding;
    private long seen = -1;
    int index; // in the source's list
    long run; // of the observer in which this was read last

    Link(Source source, WeakReference<Observer> observer) {
        this.source = source;
        this.observer = observer;
    }

    @Nullable Observer observer() {
        return observer.get();
    }

    boolean isForgotten() {
        return observer.refersTo(null);
    }

    boolean isOf(WeakReference<Observer> other) {
        return observer.equals(other);
    }

    /// Notes the version that the first read of a run saw: a second read must not hide that the
    /// first saw another.
    void seen(long version) {
        if (seen < 0) {
            seen = version;
        }
    }

    void forgetSeen() {
        seen = -1;
    }

    boolean isOutdated() {
        return seen != source.version();
    }

    /// Holds the observer; returns whether the source is wanted since.
    boolean hold() {
        if (holding != null) {
            return false;
        }
        holding = observer.get();
        return source.hold();
    }

    /// Lets the observer go; returns whether the source is wanted no longer.
    boolean release() {
        if (holding == null) {
            return false;
        }
        holding = null;
        return source.release();
    }
}
