package dev.tenon.designer.catalogue;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An array whose rows are all alike: it holds one item, the pattern of a row, and below it buttons
/// that add a row. What is dropped on it goes into the item, which is made where it is missing,
/// with the parts that a row needs. The reference does so while the array is empty; later it leaves
/// a node beside the item, where no form shows it.
///
/// @param kind the `x-component` of the array
/// @param item the settings of a new item
/// @param first the parts before a row's fields
/// @param last the parts after them, which act on the row
record Rows(String kind, JsonObject item, List<String> first, List<String> last) {
    static final Rows CARDS =
            new Rows(
                    "ArrayCards",
                    JsonObject.of("type", "object"),
                    List.of("Index"),
                    List.of("Remove", "MoveDown", "MoveUp"));
    static final Rows ITEMS =
            new Rows(
                    "ArrayItems",
                    JsonObject.of("type", "object"),
                    List.of("SortHandle"),
                    List.of("Remove"));
    static final Rows COLLAPSE =
            new Rows(
                    "ArrayCollapse",
                    JsonObject.of(
                            "type",
                            "object",
                            "x-component",
                            "ArrayCollapse.CollapsePanel",
                            "x-component-props",
                            JsonObject.of("header", "Title")),
                    List.of("Index"),
                    List.of("Remove", "MoveDown", "MoveUp"));

    static final String ADDITION = "Addition";

    TreeNode part(Ids ids, String name) {
        return Fields.empty(ids, part(name), List.of());
    }

    String part(String name) {
        return kind + "." + name;
    }

    List<TreeNode> parts(Ids ids, List<String> names) {
        return names.stream().map(name -> part(ids, name)).toList();
    }

    TreeNode addition(Ids ids) {
        return Fields.titled(part(ids, ADDITION), ADDITION);
    }

    private boolean isPart(TreeNode node) {
        String its = Fields.kind(node);
        return its != null && its.startsWith(kind + ".");
    }

    boolean isLast(TreeNode node) {
        return last.stream().anyMatch(name -> Fields.is(part(name), node));
    }

    boolean isAddition(TreeNode node) {
        return Fields.is(part(ADDITION), node);
    }

    /// Whether a node on its way into the array is an item, not a field for one: it has parts.
    private boolean isItem(TreeNode node) {
        String its = item.text("x-component");
        return (its != null && Fields.is(its, node))
                || ("object".equals(node.props().text("type"))
                        && node.children().stream().anyMatch(this::isPart));
    }

    /// The item of an array, or null.
    @Nullable TreeNode itemOf(TreeNode array) {
        return array.children().stream()
                .filter(child -> !isAddition(child))
                .findFirst()
                .orElse(null);
    }

    /// What goes into an item for nodes that are dropped.
    interface Row {
        /// Fields, in an item that is there.
        List<TreeNode> fields(List<TreeNode> dropped, Ids ids);

        /// All children of a new item.
        List<TreeNode> all(List<TreeNode> dropped, Ids ids);
    }

    List<TreeNode> adopt(Tree tree, TreeNode array, List<TreeNode> sources, Ids ids, Row row) {
        List<TreeNode> own = new ArrayList<>();
        List<TreeNode> dropped = new ArrayList<>();
        for (TreeNode source : sources) {
            boolean isHere = array.id().equals(parentId(tree, source));
            (isHere || isAddition(source) || isItem(source) ? own : dropped).add(source);
        }
        if (dropped.isEmpty()) {
            return sources;
        }
        TreeNode old = itemOf(array);
        if (old != null) {
            own.add(extended(old, row.fields(dropped, ids)));
            return own;
        }
        String id = ids.next();
        boolean isBare = array.children().isEmpty() && own.isEmpty();
        if (isBare && dropped.stream().noneMatch(this::isPart)) {
            TreeNode whole = TreeNode.of(id, Fields.FIELD, item, row.all(dropped, ids));
            return List.of(whole, addition(ids));
        }
        own.addFirst(TreeNode.of(id, Fields.FIELD, item, row.fields(dropped, ids)));
        return own;
    }

    private static @Nullable String parentId(Tree tree, TreeNode node) {
        return tree.contains(node.id()) ? tree.parentId(node.id()) : null;
    }

    /// The item with more fields, before what acts on the row.
    private TreeNode extended(TreeNode old, List<TreeNode> fields) {
        List<TreeNode> children = new ArrayList<>(old.children());
        int place = 0;
        while (place < children.size() && !actsOnRow(children.get(place))) {
            place++;
        }
        children.addAll(place, fields);
        return old.withChildren(children);
    }

    /// Whether a child of an item acts on its row: a part that does, or a column of them.
    boolean actsOnRow(TreeNode child) {
        return isLast(child) || child.children().stream().anyMatch(this::isLast);
    }

    private Row simple() {
        return new Row() {
            @Override
            public List<TreeNode> fields(List<TreeNode> dropped, Ids ids) {
                return dropped;
            }

            @Override
            public List<TreeNode> all(List<TreeNode> dropped, Ids ids) {
                // the reference's parts of a dropped row bear the title of the addition
                return Stream.of(
                                parts(ids, first).stream(),
                                dropped.stream(),
                                parts(ids, last).stream()
                                        .map(part -> Fields.titled(part, ADDITION)))
                        .flatMap(nodes -> nodes)
                        .toList();
            }
        };
    }

    Behavior host(Setting... settings) {
        return host(simple(), settings);
    }

    Behavior host(Row row, Setting... settings) {
        return Fields.behavior(
                kind,
                Panels.field(settings),
                rules ->
                        rules.droppable(true)
                                .allowInside((_, array, sources) -> hasOneItem(array, sources))
                                .adopt((tree, array, sources, ids) ->
                                        adopt(tree, array, sources, ids, row)));
    }

    private boolean hasOneItem(TreeNode array, List<TreeNode> sources) {
        Set<String> items = new HashSet<>();
        Stream.concat(array.children().stream(), sources.stream())
                .filter(node -> !isAddition(node))
                .forEach(node -> items.add(node.id()));
        return items.size() <= 1;
    }

    List<Behavior> partBehaviors() {
        List<Behavior> behaviors = new ArrayList<>();
        Setting[] settings = {
            Setting.buttons("method", "push", "unshift").ofDefault("push"),
            Setting.value("defaultValue").typed("string")
        };
        behaviors.add(
                Fields.behavior(
                        part(ADDITION),
                        Panels.layout(settings),
                        rules -> rules.allowDrop((_, _, parent) -> Fields.is(kind, parent))));
        Stream.concat(first.stream(), last.stream())
                .map(name -> Fields.behavior(part(name), Panels.layout(), this::insideOnly))
                .forEach(behaviors::add);
        return behaviors;
    }

    /// A part belongs to the rows of its own kind of array, at any depth but not in an array
    /// inside. The reference lets the parts of a table go on cards alone.
    private DesignerProps.Builder insideOnly(DesignerProps.Builder rules) {
        return rules.allowDrop((tree, _, parent) -> isInside(tree, parent));
    }

    boolean isInside(Tree tree, TreeNode parent) {
        TreeNode node = parent;
        while (node != null && !"array".equals(node.props().text("type"))) {
            node = tree.contains(node.id()) ? tree.parent(node.id()) : null;
        }
        return Fields.is(kind, node) || isItem(parent);
    }

    // ---- actions

    ComponentAction addingIndex(String name, String part) {
        return ComponentAction.of(
                name,
                kind,
                (_, array, ids) -> has(array, part) ? null : prepend(array, part(ids, part), ids));
    }

    private boolean has(TreeNode array, String part) {
        TreeNode old = itemOf(array);
        return old != null
                && old.children().stream().anyMatch(child -> Fields.is(part(part), child));
    }

    private Action prepend(TreeNode array, TreeNode node, Ids ids) {
        TreeNode old = itemOf(array);
        return old == null
                ? new Action.Prepend(array.id(), List.of(item(ids, List.of(node))))
                : new Action.Prepend(old.id(), List.of(node));
    }

    TreeNode item(Ids ids, List<TreeNode> children) {
        return Fields.node(ids, item, children);
    }

    ComponentAction addingOperations() {
        return ComponentAction.of(
                "add_operations",
                kind,
                (_, array, ids) -> operations(array, parts(ids, last), ids));
    }

    /// Adds `operations` to the item, and the addition; each unless it is there. Null if both are.
    @Nullable Action operations(TreeNode array, List<TreeNode> operations, Ids ids) {
        TreeNode old = itemOf(array);
        List<Action> actions = new ArrayList<>();
        if (old == null) {
            actions.add(new Action.Prepend(array.id(), List.of(item(ids, operations))));
        } else if (old.children().stream().noneMatch(this::actsOnRow)) {
            actions.add(new Action.Append(old.id(), operations));
        }
        if (array.children().stream().noneMatch(this::isAddition)) {
            actions.add(new Action.Append(array.id(), List.of(addition(ids))));
        }
        return switch (actions.size()) {
            case 0 -> null;
            case 1 -> actions.getFirst();
            default -> new Action.Group("append:node", actions);
        };
    }
}
