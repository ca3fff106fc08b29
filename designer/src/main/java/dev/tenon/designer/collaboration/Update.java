package dev.tenon.designer.collaboration;

import dev.tenon.designer.json.Json;
import java.util.List;

/// What one replica tells another: contributions that the other lacks, and how far it has come
/// itself. Updates may come twice, late, in any order or not at all; the next one makes up for it.
///
/// @param site who tells
/// @param rules the version of the rules that it works by
/// @param version what it has
/// @param clock its clock: what it contributes later comes after
/// @param contributions some that it has, in order
public record Update(
        String site, String rules, Version version, long clock, List<Contribution> contributions) {
    /// How many contributions an update has at most.
    public static final int MOST = 10_000;

    /// Copies the list.
    ///
    /// @throws IllegalArgumentException if there are more than [#MOST]
    public Update {
        contributions = List.copyOf(contributions);
        if (contributions.size() > MOST) {
            throw new IllegalArgumentException(
                    "update: must have at most "
                            + MOST
                            + " contributions; got "
                            + contributions.size());
        }
    }

    /// Returns the update that `json` tells, as [#toJson] does.
    ///
    /// @throws dev.tenon.designer.DesignException if it tells none, or passes a bound of the format
    public static Update of(Json json) {
        return new Decoding("update").update(json);
    }

    /// Returns the update as JSON.
    public Json toJson() {
        return Encoding.update(this);
    }
}
