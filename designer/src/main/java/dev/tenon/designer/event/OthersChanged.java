package dev.tenon.designer.event;

import dev.tenon.designer.tree.Difference;

/// Others who edit the same tree have changed it; ours. No mutation is told for what they do, since
/// nobody here can veto it.
///
/// @param difference what is other now
public record OthersChanged(Difference difference) implements Event {
    @Override
    public String type() {
        return "others:change";
    }
}
