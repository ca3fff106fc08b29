package dev.tenon.designer.drag;

/// Where a drop would put nodes, seen from the closest node. Before and after are meant among
/// siblings side by side, upper and under among siblings one below the other.
public enum ClosestPosition {
    /// To its left.
    BEFORE("BEFORE"),
    /// To its left, which is not allowed.
    FORBID_BEFORE("FORBID_BEFORE"),
    /// To its right.
    AFTER("After"),
    /// To its right, which is not allowed.
    FORBID_AFTER("FORBID_AFTER"),
    /// Above it.
    UPPER("UPPER"),
    /// Above it, which is not allowed.
    FORBID_UPPER("FORBID_UPPER"),
    /// Below it.
    UNDER("UNDER"),
    /// Below it, which is not allowed.
    FORBID_UNDER("FORBID_UNDER"),
    /// Into it, last.
    INNER("INNER"),
    /// Into it, which is not allowed; the reference has the name and never the case.
    FORBID_INNER("FORBID_INNER"),
    /// Into it, after its children.
    INNER_AFTER("INNER_AFTER"),
    /// Into it after its children, which is not allowed; never the case.
    FORBID_INNER_AFTER("FORBID_INNER_AFTER"),
    /// Into it, before its children.
    INNER_BEFORE("INNER_BEFORE"),
    /// Into it before its children, which is not allowed; never the case.
    FORBID_INNER_BEFORE("FORBID_INNER_BEFORE"),
    /// Nowhere.
    FORBID("FORBID");

    private final String text;

    ClosestPosition(String text) {
        this.text = text;
    }

    /// Returns the name as the reference writes it: `After` is the one in mixed case.
    public String text() {
        return text;
    }

    /// Returns whether nodes can't be dropped here.
    public boolean isForbidden() {
        return name().startsWith("FORBID");
    }

    /// Returns whether nodes would go into the closest node.
    public boolean isInner() {
        return this == INNER || this == INNER_BEFORE || this == INNER_AFTER;
    }

    /// Returns the side of a node that is `after` or before it, `inline` or in a block.
    static ClosestPosition side(boolean inline, boolean after, boolean allowed) {
        if (inline) {
            return after ? (allowed ? AFTER : FORBID_AFTER) : (allowed ? BEFORE : FORBID_BEFORE);
        }
        return after ? (allowed ? UNDER : FORBID_UNDER) : (allowed ? UPPER : FORBID_UPPER);
    }
}
