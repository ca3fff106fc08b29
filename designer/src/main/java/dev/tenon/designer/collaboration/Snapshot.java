package dev.tenon.designer.collaboration;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Set;

/// All that one who joins needs: the state that is settled, and the contributions since.
///
/// @param rules the version of the rules that the others work by
/// @param root the settled tree
/// @param deleted what was deleted and can still come back, the oldest first
/// @param version the contributions that are settled
/// @param settled the stamp of the last settled one, [Stamp#BEGINNING] where there is none
/// @param sites those who may contribute
/// @param contributions those that are not settled, in order
public record Snapshot(
        String rules,
        TreeNode root,
        List<TreeNode> deleted,
        Version version,
        Stamp settled,
        Set<String> sites,
        List<Contribution> contributions) {
    /// Copies the collections.
    public Snapshot {
        deleted = List.copyOf(deleted);
        sites = Set.copyOf(sites);
        contributions = List.copyOf(contributions);
    }

    /// Returns the snapshot that `json` tells, as [#toJson] does.
    ///
    /// @throws dev.tenon.designer.DesignException if it tells none, or passes a bound of the format
    public static Snapshot of(Json json) {
        return new Decoding("snapshot").snapshot(json);
    }

    /// Returns the snapshot as JSON.
    public Json toJson() {
        return Encoding.snapshot(this);
    }
}
