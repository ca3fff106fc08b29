package dev.tenon.designer.collaboration;

import dev.tenon.designer.json.Json;
import java.util.List;

/// What one person did in one go, as replicas exchange it: all steps of an action, of an undo or of
/// a redo. It is a value, says nothing of indexes or whole trees, and is the same on each replica;
/// what comes of it depends on where it stands in the common order.
///
/// @param stamp its place in the order
/// @param sequence its number among the author's contributions, from 1 without gaps
/// @param type what was done: an action's type, `undo` or `redo`
/// @param steps the parts, the first first
public record Contribution(Stamp stamp, long sequence, String type, List<Step> steps) {
    static final String UNDO = "undo";
    static final String REDO = "redo";

    /// Copies the list.
    public Contribution {
        steps = List.copyOf(steps);
    }

    /// Returns who did it.
    public String site() {
        return stamp.site();
    }

    /// Returns whether it takes back what its author did, or what the author took back.
    public boolean isWalk() {
        return type.equals(UNDO) || type.equals(REDO);
    }

    /// Returns the contribution that `json` tells, as [#toJson] does.
    ///
    /// @throws dev.tenon.designer.DesignException if it tells none, or passes a bound of the format
    public static Contribution of(Json json) {
        return new Decoding("contribution").contribution(json);
    }

    /// Returns the contribution as JSON.
    public Json toJson() {
        return Encoding.contribution(this);
    }
}
