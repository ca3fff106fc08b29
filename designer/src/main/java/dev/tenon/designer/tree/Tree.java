package dev.tenon.designer.tree;

import dev.tenon.designer.DesignException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/// A whole design: a root node and where each node below it is. A tree is a value: an [Edit] makes
/// a new one that shares all that it did not touch, so that keeping each step of a history costs
/// what the step changed.
///
/// Cost, with n nodes: to find a node by its name, log n for each level above it and a look at the
/// hashes of the siblings there; to apply an edit, the same, a copy of one chunk of [Children] for
/// each level, and log n for each node that comes or goes.
public final class Tree {
    /// How far below the root a node may be: documents from outside are refused beyond it, so that
    /// walks may recurse.
    public static final int DEEPEST = 400;

    /// How many nodes a tree may have.
    public static final int MOST_NODES = 200_000;

    private static final int FEW = 64; // nodes that are looked for one by one, not on one walk

    private final TreeNode root;
    private final HashPMap<String, String> parents; // id of each node but the root -> of its parent

    Tree(TreeNode root, HashPMap<String, String> parents) {
        this.root = root;
        this.parents = parents;
    }

    /// Returns the tree of `root` and all below it.
    ///
    /// @throws DesignException if two nodes have the same id, a node is deeper than [#DEEPEST], or
    ///   there are more than [#MOST_NODES]
    public static Tree of(TreeNode root) {
        Map<String, String> parents = new HashMap<>();
        record Place(TreeNode node, int depth) {}
        Deque<Place> waiting = new ArrayDeque<>();
        waiting.push(new Place(root, 0));
        while (!waiting.isEmpty()) {
            Place place = waiting.pop();
            for (TreeNode child : place.node.children()) {
                String id = child.id();
                String other = parents.put(id, place.node.id());
                if (other != null || id.equals(root.id())) {
                    throw new DesignException(
                            "tree: an id must name one node; got \"" + id + "\" twice");
                }
                if (place.depth + 1 > DEEPEST) {
                    throw new DesignException(
                            "tree: a node must be at most "
                                    + DEEPEST
                                    + " below the root; \""
                                    + id
                                    + "\" is deeper");
                }
                waiting.push(new Place(child, place.depth + 1));
            }
            if (parents.size() >= MOST_NODES) {
                throw new DesignException(
                        "tree: must have at most " + MOST_NODES + " nodes; it has more");
            }
        }
        return new Tree(root, HashTreePMap.from(parents));
    }

    /// Returns the node above all.
    public TreeNode root() {
        return root;
    }

    /// Returns how many nodes there are.
    public int size() {
        return parents.size() + 1;
    }

    /// Returns whether a node is named `id`.
    public boolean contains(String id) {
        return parents.containsKey(id) || id.equals(root.id());
    }

    /// Returns the node named `id`, or null.
    public @Nullable TreeNode find(String id) {
        if (id.equals(root.id())) {
            return root;
        }
        return parents.containsKey(id) ? node(id) : null;
    }

    /// Returns the node named `id`.
    ///
    /// @throws DesignException if there is none
    public TreeNode node(String id) {
        TreeNode node = root;
        for (String step : path(id)) {
            node = child(node, step);
        }
        return node;
    }

    /// Returns the ids from below the root down to `id`, `id` last; none for the root.
    ///
    /// @throws DesignException if there is no such node
    public List<String> path(String id) {
        List<String> path = new ArrayList<>();
        String at = id;
        while (!at.equals(root.id())) {
            path.add(at);
            at = parents.get(at);
            if (at == null) {
                throw missing(id);
            }
        }
        Collections.reverse(path);
        return path;
    }

    /// Returns whether `id` names the root.
    public boolean isRoot(String id) {
        return id.equals(root.id());
    }

    /// Returns the id of the node that `id` is in; null for the root.
    ///
    /// @throws DesignException if there is no such node
    public @Nullable String parentId(String id) {
        String parent = parents.get(id);
        if (parent == null && !isRoot(id)) {
            throw missing(id);
        }
        return parent;
    }

    /// Returns the node that `id` is in; null for the root.
    ///
    /// @throws DesignException if there is no such node
    public @Nullable TreeNode parent(String id) {
        String parent = parentId(id);
        return parent == null ? null : node(parent);
    }

    /// Returns the place of `id` among its siblings, from 0; 0 for the root.
    ///
    /// @throws DesignException if there is no such node
    public int index(String id) {
        TreeNode parent = parent(id);
        return parent == null ? 0 : indexIn(parent, id);
    }

    /// Returns how many nodes are above `id`; 0 for the root.
    ///
    /// @throws DesignException if there is no such node
    public int depth(String id) {
        return path(id).size();
    }

    /// Returns the nodes above `id`, the nearest first, the root last.
    ///
    /// @throws DesignException if there is no such node
    public List<TreeNode> ancestors(String id) {
        List<TreeNode> ancestors = new ArrayList<>();
        TreeNode node = root;
        for (String step : path(id)) {
            ancestors.add(node);
            node = child(node, step);
        }
        Collections.reverse(ancestors);
        return ancestors;
    }

    /// Returns whether `ancestor` is above `id`; not for `id` itself.
    ///
    /// @throws DesignException if there is no node `id`
    public boolean isAncestor(String ancestor, String id) {
        for (String at = parentId(id); at != null; at = parents.get(at)) {
            if (at.equals(ancestor)) {
                return true;
            }
        }
        return false;
    }

    /// Returns the sibling before `id`, or null.
    ///
    /// @throws DesignException if there is no such node
    public @Nullable TreeNode previous(String id) {
        return sibling(id, -1);
    }

    /// Returns the sibling after `id`, or null.
    ///
    /// @throws DesignException if there is no such node
    public @Nullable TreeNode next(String id) {
        return sibling(id, 1);
    }

    private @Nullable TreeNode sibling(String id, int step) {
        TreeNode parent = parent(id);
        if (parent == null) {
            return null;
        }
        int index = indexIn(parent, id) + step;
        return index < 0 || index >= parent.children().size() ? null : parent.children().get(index);
    }

    /// Returns `ids` in the order of the document: a node before its children, siblings in order.
    ///
    /// @throws DesignException if one names no node
    public List<String> sorted(List<String> ids) {
        return ids.size() > FEW
                ? sortedNodes(ids).stream().map(TreeNode::id).toList()
                : sortedByPlace(ids);
    }

    /// Returns the nodes `ids` in the order of the document, as [#sorted].
    ///
    /// @throws DesignException if one names no node
    public List<TreeNode> sortedNodes(List<String> ids) {
        if (ids.size() <= FEW) {
            return sortedByPlace(ids).stream().map(this::node).toList();
        }
        Map<String, Integer> counts = HashMap.newHashMap(ids.size());
        for (String id : ids) {
            if (!contains(id)) {
                throw missing(id);
            }
            counts.merge(id, 1, Integer::sum);
        }
        List<TreeNode> sorted = new ArrayList<>(ids.size());
        root.forEach(node -> {
            for (int i = counts.getOrDefault(node.id(), 0); i > 0; i--) {
                sorted.add(node);
            }
        });
        return sorted;
    }

    /// Returns the nodes `ids`, in this order.
    ///
    /// @throws DesignException if one names no node
    public List<TreeNode> nodes(List<String> ids) {
        if (ids.size() <= FEW) {
            return ids.stream().map(this::node).toList();
        }
        Map<String, TreeNode> nodes = HashMap.newHashMap(ids.size());
        sortedNodes(ids).forEach(node -> nodes.put(node.id(), node));
        return ids.stream().map(nodes::get).toList();
    }

    private List<String> sortedByPlace(List<String> ids) {
        record Placed(String id, int[] indexes) {}
        return ids.stream()
                .map(id -> new Placed(id, indexes(id)))
                .sorted(Comparator.comparing(Placed::indexes, Arrays::compare))
                .map(Placed::id)
                .toList();
    }

    private int[] indexes(String id) {
        List<String> path = path(id);
        int[] indexes = new int[path.size()];
        TreeNode node = root;
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = indexIn(node, path.get(i));
            node = node.children().get(indexes[i]);
        }
        return indexes;
    }

    /// Returns `ids` without those that are inside another of them, and without repetitions.
    ///
    /// @throws DesignException if one names no node
    public List<String> outermost(List<String> ids) {
        Set<String> all = new LinkedHashSet<>(ids);
        return all.stream().filter(id -> !isInside(all, id)).toList();
    }

    private boolean isInside(Set<String> nodes, String id) {
        for (String at = parentId(id); at != null; at = parents.get(at)) {
            if (nodes.contains(at)) {
                return true;
            }
        }
        return false;
    }

    /// Returns the edits that take the nodes `ids` away in turn.
    ///
    /// @param ids nodes, none of which is inside another of them, and none twice
    /// @throws DesignException if one names no node, or the root
    public Difference removal(List<String> ids) {
        Map<String, Slots> slots = new HashMap<>();
        List<Edit> edits = new ArrayList<>(ids.size());
        Tree now = this;
        for (String id : ids) {
            String parent = parentId(id);
            if (parent == null) {
                throw new DesignException("tree: the root \"" + id + "\" can't be taken away");
            }
            Edit edit;
            if (ids.size() <= FEW) {
                edit = new Edit.Delete(parent, now.index(id), now.node(id));
                now = now.apply(edit);
            } else {
                Slots of = slots.computeIfAbsent(parent, _ -> new Slots(node(parent).children()));
                int slot = of.slot(id);
                edit = new Edit.Delete(parent, of.index(slot), of.child(id));
                of.leave(slot);
            }
            edits.add(edit);
        }
        return new Difference(edits);
    }

    /// Returns the tree after `edit`.
    ///
    /// @throws DesignException if the edit does not fit this tree: a node it names is missing or
    ///   elsewhere, a node it brings is there, a node would go into itself
    public Tree apply(Edit edit) {
        return Edits.apply(this, edit);
    }

    /// Returns the tree after each edit of `difference` in turn.
    ///
    /// @throws DesignException if one does not fit, as [#apply(Edit)]
    public Tree apply(Difference difference) {
        Tree tree = this;
        for (Edit edit : difference.edits()) {
            tree = tree.apply(edit);
        }
        return tree;
    }

    // ---- for edits

    /// The tree with another node in the place of `id`; children that came or went are in
    /// `parents`.
    Tree with(String id, UnaryOperator<TreeNode> change, HashPMap<String, String> parents) {
        return new Tree(rebuilt(root, path(id), 0, change), parents);
    }

    private static TreeNode rebuilt(
            TreeNode node, List<String> path, int depth, UnaryOperator<TreeNode> change) {
        if (depth == path.size()) {
            return change.apply(node);
        }
        int index = indexIn(node, path.get(depth));
        TreeNode child = rebuilt(node.children().get(index), path, depth + 1, change);
        return node.withChildren(node.children().with(index, child));
    }

    HashPMap<String, String> parents() {
        return parents;
    }

    private static int indexIn(TreeNode parent, String id) {
        int index = parent.children().indexOf(id);
        if (index < 0) {
            throw missing(id);
        }
        return index;
    }

    private static TreeNode child(TreeNode parent, String id) {
        return parent.children().get(indexIn(parent, id));
    }

    static DesignException missing(String id) {
        return new DesignException("tree: no node is named \"" + id + "\"");
    }

    /// Equal roots make equal trees.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof Tree tree && root.equals(tree.root));
    }

    @Override
    public int hashCode() {
        return root.hashCode();
    }
}
