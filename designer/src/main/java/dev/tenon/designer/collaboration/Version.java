package dev.tenon.designer.collaboration;

import java.util.Map;
import java.util.TreeMap;

/// How much of each site's work a replica has: a version vector. Each site counts its contributions
/// from 1, and a replica takes them in without gaps.
///
/// @param counts by site, the number of its contributions; sites without any are left out
public record Version(Map<String, Long> counts) {
    /// Nothing yet.
    public static final Version NONE = new Version(Map.of());

    /// Copies the map.
    public Version {
        counts = Map.copyOf(counts);
    }

    /// Returns how many contributions of `site` there are.
    public long count(String site) {
        return counts.getOrDefault(site, 0L);
    }

    /// Returns whether `contribution` is among them.
    public boolean has(Contribution contribution) {
        return contribution.sequence() <= count(contribution.site());
    }

    /// Returns whether all that `other` has is here too.
    public boolean covers(Version other) {
        return other.counts.entrySet().stream()
                .allMatch(entry -> entry.getValue() <= count(entry.getKey()));
    }

    /// Returns this version with `contribution`.
    Version with(Contribution contribution) {
        Map<String, Long> more = new TreeMap<>(counts);
        more.merge(contribution.site(), contribution.sequence(), Math::max);
        return new Version(more);
    }
}
