package dev.tenon.designer.collaboration;

import java.util.Comparator;

/// The place of a contribution in the order that all replicas share: Lamport's clock, and the site
/// where clocks are equal. A contribution comes after all that its author had seen.
///
/// @param clock from 1; greater than each clock that the author had seen
/// @param site the author
public record Stamp(long clock, String site) implements Comparable<Stamp> {
    /// Before all contributions.
    public static final Stamp BEGINNING = new Stamp(0, "");

    private static final Comparator<Stamp> ORDER =
            Comparator.comparingLong(Stamp::clock).thenComparing(Stamp::site);

    @Override
    public int compareTo(Stamp other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return clock + "@" + site;
    }
}
