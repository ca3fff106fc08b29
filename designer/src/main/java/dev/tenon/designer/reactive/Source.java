package dev.tenon.designer.reactive;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an [Observer] can read: it knows who read it, and its version tells whether what they saw
/// still holds.
abstract class Source {
    private static final int FEW = 8;

    private final String name;
    private final List<Link> links = new ArrayList<>(0); // in no order: each knows its index
    private int sweepAt = FEW;
    private int holders;
    private long newest;
    private long version;
    @Nullable Link last; // the link read last, so that a second read by the same reader is cheap

    Source(String name) {
        this.name = name;
    }

    /// Returns what messages call it.
    public final String name() {
        return name;
    }

    /// Returns how many observers there are, the forgotten ones among them until they are swept.
    final int observers() {
        return links.size();
    }

    final long version() {
        return version;
    }

    final void nextVersion() {
        version = ++newest; // never one that was, even after a return to an earlier one
    }

    final void returnTo(long earlier) {
        version = earlier;
    }

    /// Brings the value up to date; only a computed has something to do.
    void refresh(Turn turn) {}

    /// Notes the current observer as a reader of this, which is up to date.
    final void track(Turn turn) {
        seen(readBy(turn.reader()));
    }

    /// Notes `reader`, if there is one, as a reader of this.
    final @Nullable Link readBy(@Nullable Observer reader) {
        return reader == null ? null : reader.dependencies().read(this);
    }

    /// Notes that the reader has seen the value as it is now.
    final void seen(@Nullable Link link) {
        if (link != null) {
            link.seen(version);
        }
    }

    final void add(Link link) {
        if (links.size() >= sweepAt) {
            sweep();
        }
        link.index = links.size();
        links.add(link);
    }

    private void sweep() {
        links.removeIf(Link::isForgotten);
        for (int i = 0; i < links.size(); i++) {
            links.get(i).index = i;
        }
        sweepAt = Math.max(FEW, 2 * links.size());
    }

    /// Returns whether there is no observer, nor one that is only forgotten.
    final boolean isUnread() {
        sweep();
        return links.isEmpty();
    }

    final void remove(Link link) {
        Link moved = links.removeLast();
        if (moved != link) {
            links.set(link.index, moved);
            moved.index = link.index;
        }
        if (last == link) {
            last = null;
        }
    }

    /// Returns the link at `index`, below [#observers].
    final Link link(int index) {
        return links.get(index);
    }

    /// Counts a holder; returns whether it is the first.
    final boolean hold() {
        return holders++ == 0;
    }

    /// Discounts a holder; returns whether it was the last.
    final boolean release() {
        return --holders == 0;
    }
}
