package dev.tenon.designer.collaboration;

import dev.tenon.designer.engine.Hover;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.tree.Tree;

/// Where someone is at work, for the others to see. It is no contribution: it goes from each to
/// all, the last one counts, and it is gone when its author is.
///
/// @param site the replica
/// @param name the person's name
/// @param color which of [#COLORS] colours the front end draws the person's marks with
/// @param selection what the person has selected
/// @param hover the node under the person's pointer
public record Presence(String site, String name, int color, Selection selection, Hover hover) {
    /// How many colours tell people apart.
    public static final int COLORS = 12;

    /// @throws IllegalArgumentException if there is no such colour
    public Presence {
        if (color < 0 || color >= COLORS) {
            throw new IllegalArgumentException(
                    "presence: a colour must be from 0 to " + (COLORS - 1) + "; got " + color);
        }
    }

    /// Returns the presence of `site` with the colour that the site's name falls on: the same one
    /// on each replica.
    public static Presence of(String site, String name, Selection selection) {
        return new Presence(
                site, name, Math.floorMod(site.hashCode(), COLORS), selection, Hover.NONE);
    }

    /// Returns this presence without the nodes that `tree` lacks, since someone deleted them.
    public Presence in(Tree tree) {
        return new Presence(site, name, color, selection.in(tree), hover.in(tree));
    }

    /// Returns the presence that `json` tells, as [#toJson] does.
    ///
    /// @throws dev.tenon.designer.DesignException if it tells none, or passes a bound of the format
    public static Presence of(Json json) {
        return new Decoding("presence").presence(json);
    }

    /// Returns the presence as JSON.
    public Json toJson() {
        return Encoding.presence(this);
    }
}
