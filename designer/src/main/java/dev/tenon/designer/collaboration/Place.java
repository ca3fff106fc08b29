package dev.tenon.designer.collaboration;

import dev.tenon.designer.tree.Children;
import dev.tenon.designer.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// A place among the children of a node, told by the siblings around it: an index would mean
/// another place as soon as someone else had inserted a node.
///
/// Where the nearest siblings are no longer neighbours, the place is beside the one that it leans
/// on. An author leans on what the author placed last, so that nodes that come one after the other,
/// forwards or backwards, stay together when someone else inserts at the same spot. Where that
/// sibling has gone, the next one that is still there counts; with none, the end, or the beginning
/// for what was first.
///
/// @param parent the node
/// @param left siblings before the place, the nearest first
/// @param right siblings after it, the nearest first
/// @param leansRight whether the nearest sibling after it counts before all others
public record Place(String parent, List<String> left, List<String> right, boolean leansRight) {
    /// How many siblings each side names at most.
    public static final int MOST = 3;

    /// Copies the lists.
    ///
    /// @throws IllegalArgumentException if a side names more than [#MOST]
    public Place {
        left = List.copyOf(left);
        right = List.copyOf(right);
        if (left.size() > MOST || right.size() > MOST) {
            throw new IllegalArgumentException(
                    "place: each side must name at most "
                            + MOST
                            + " siblings; got "
                            + Math.max(left.size(), right.size()));
        }
    }

    /// Returns the place `index` in `parent` of `tree`, counted without the child `moving` if that
    /// is one.
    ///
    /// @param recency how lately the author placed a node, greater for later; 0 for never
    static Place of(
            Tree tree, String parent, int index, String moving, ToLongFunction<String> recency) {
        Children children = tree.node(parent).children();
        int gone = children.indexOf(moving);
        int end = gone >= 0 && gone <= index ? index + 1 : index; // counted with it
        List<String> left = new ArrayList<>();
        for (int i = end - 1; i >= 0 && left.size() < MOST; i--) {
            add(left, children.get(i).id(), moving);
        }
        List<String> right = new ArrayList<>();
        for (int i = end; i < children.size() && right.size() < MOST; i++) {
            add(right, children.get(i).id(), moving);
        }
        boolean leansRight =
                !right.isEmpty()
                        && recency.applyAsLong(right.getFirst())
                                > (left.isEmpty() ? 0 : recency.applyAsLong(left.getFirst()));
        return new Place(parent, left, right, leansRight);
    }

    private static void add(List<String> side, String id, String moving) {
        if (!id.equals(moving)) {
            side.add(id);
        }
    }

    /// Returns the index of this place among `children`, counted without the child `moving` if that
    /// is one.
    int index(Children children, String moving) {
        int gone = children.indexOf(moving);
        int index = index(children);
        return gone >= 0 && gone < index ? index - 1 : index;
    }

    private int index(Children children) {
        if (leansRight && !right.isEmpty()) {
            int index = children.indexOf(right.getFirst());
            if (index >= 0) {
                return index;
            }
        }
        for (String id : left) {
            int index = children.indexOf(id);
            if (index >= 0) {
                return index + 1;
            }
        }
        for (String id : right) {
            int index = children.indexOf(id);
            if (index >= 0) {
                return index;
            }
        }
        return left.isEmpty() && !right.isEmpty() ? 0 : children.size();
    }
}
