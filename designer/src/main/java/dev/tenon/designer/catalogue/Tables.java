package dev.tenon.designer.catalogue;

import static dev.tenon.designer.catalogue.Setting.buttons;
import static dev.tenon.designer.catalogue.Setting.choice;
import static dev.tenon.designer.catalogue.Setting.number;
import static dev.tenon.designer.catalogue.Setting.text;
import static dev.tenon.designer.catalogue.Setting.toggle;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The array shown as a table: its item holds columns alone. A field that is dropped on the table
/// or on its item gets a column of its own.
final class Tables {
    static final Rows ROWS =
            new Rows(
                    "ArrayTable",
                    JsonObject.of("type", "object"),
                    List.of("SortHandle", "Index"),
                    List.of("Remove", "MoveDown", "MoveUp"));
    static final String COLUMN = "ArrayTable.Column";

    private Tables() {}

    static List<Behavior> behaviors() {
        List<Behavior> behaviors = new ArrayList<>();
        behaviors.add(ROWS.host(new Columns(), table()));
        behaviors.addAll(ROWS.partBehaviors());
        behaviors.add(column());
        return behaviors;
    }

    private static Setting[] table() {
        return new Setting[] {
            choice("size", "large", "small", "middle").ofDefault("small"),
            toggle("bordered").ofDefault(true),
            toggle("showHeader").ofDefault(true),
            toggle("sticky"),
            buttons("tableLayout", "auto", "fixed").ofDefault("auto")
        };
    }

    private static Behavior column() {
        return Fields.behavior(
                COLUMN,
                Panels.layout(
                        text("title"),
                        number("width"),
                        buttons("align", "left", "right", "center").ofDefault("left"),
                        buttons("fixed", "left", "right").or(JsonBoolean.FALSE),
                        number("colSpan")),
                rules ->
                        rules.droppable(true)
                                .allowDrop((tree, _, parent) ->
                                        Fields.is(ROWS.kind(), parent) || isItem(tree, parent))
                                .adopt((_, column, sources, _) ->
                                        column.children().isEmpty() ? untitled(sources) : sources));
    }

    /// The column's title speaks for the field in it.
    private static List<TreeNode> untitled(List<TreeNode> nodes) {
        return nodes.stream().map(Fields::untitled).toList();
    }

    private static boolean isItem(Tree tree, TreeNode node) {
        return "object".equals(node.props().text("type"))
                && (!tree.contains(node.id()) || Fields.is(ROWS.kind(), tree.parent(node.id())));
    }

    private static boolean isItemOfTable(Tree tree, TreeNode node) {
        return tree.contains(node.id()) && Fields.is(ROWS.kind(), tree.parent(node.id()));
    }

    /// Any node of type `object`: a group of fields, and the item of an array. In a table that one
    /// holds columns alone.
    static Behavior object() {
        return Fields.behavior(
                "Object",
                node -> "object".equals(node.props().text("type")),
                Panels.field(),
                rules ->
                        rules.droppable(true)
                                .allowInside((tree, item, sources) ->
                                        !isItemOfTable(tree, item)
                                                || sources.stream().allMatch(Tables::isColumn))
                                .adopt((tree, item, sources, ids) ->
                                        isItemOfTable(tree, item)
                                                ? inColumn(sources, ids)
                                                : sources));
    }

    private static boolean isColumn(TreeNode node) {
        return Fields.is(COLUMN, node);
    }

    private static TreeNode column(Ids ids, List<TreeNode> children) {
        JsonObject props =
                JsonObject.of(
                        "type",
                        "void",
                        "x-component",
                        COLUMN,
                        "x-component-props",
                        JsonObject.of("title", "Title"));
        return Fields.node(ids, props, children);
    }

    private static TreeNode column(Ids ids, String part) {
        return column(ids, List.of(ROWS.part(ids, part)));
    }

    /// Columns as they are, and one for all other nodes where the first of them came.
    private static List<TreeNode> inColumn(List<TreeNode> sources, Ids ids) {
        List<TreeNode> bare = sources.stream().filter(node -> !isColumn(node)).toList();
        List<TreeNode> columns = new ArrayList<>();
        for (TreeNode source : sources) {
            if (isColumn(source)) {
                columns.add(source);
            } else if (source.id().equals(bare.getFirst().id())) {
                columns.add(column(ids, untitled(bare)));
            }
        }
        return columns;
    }

    private static final class Columns implements Rows.Row {
        @Override
        public List<TreeNode> fields(List<TreeNode> dropped, Ids ids) {
            return inColumn(dropped, ids);
        }

        @Override
        public List<TreeNode> all(List<TreeNode> dropped, Ids ids) {
            List<TreeNode> columns = new ArrayList<>();
            ROWS.first().forEach(part -> columns.add(column(ids, part)));
            columns.addAll(inColumn(dropped, ids));
            columns.add(column(ids, ROWS.parts(ids, ROWS.last())));
            return columns;
        }
    }

    // ---- actions

    static List<ComponentAction> actions() {
        return List.of(
                action("add_sort_handle", Tables::addSortHandle),
                action("add_index", Tables::addIndex),
                action("add_column", Tables::addColumn),
                action(
                        "add_operations",
                        (_, table, ids) ->
                                ROWS.operations(
                                        table,
                                        List.of(column(ids, ROWS.parts(ids, ROWS.last()))),
                                        ids)));
    }

    private static ComponentAction action(String name, ComponentAction.Making making) {
        return ComponentAction.of(name, ROWS.kind(), making);
    }

    private static @Nullable Action addSortHandle(Tree tree, TreeNode table, Ids ids) {
        return find(table, holding("SortHandle")) == null
                ? at(table, 0, column(ids, "SortHandle"), ids)
                : null;
    }

    /// After the column of handles, else first.
    private static @Nullable Action addIndex(Tree tree, TreeNode table, Ids ids) {
        if (find(table, holding("Index")) != null) {
            return null;
        }
        Integer handles = find(table, holding("SortHandle"));
        return at(table, handles == null ? 0 : handles + 1, column(ids, "Index"), ids);
    }

    /// Before the column of operations, else last.
    private static Action addColumn(Tree tree, TreeNode table, Ids ids) {
        Integer operations = find(table, ROWS::actsOnRow);
        return at(
                table,
                operations == null ? Integer.MAX_VALUE : operations,
                column(ids, List.of()),
                ids);
    }

    private static Action at(TreeNode table, int place, TreeNode column, Ids ids) {
        TreeNode item = ROWS.itemOf(table);
        return item == null
                ? new Action.Prepend(table.id(), List.of(ROWS.item(ids, List.of(column))))
                : new Action.InsertAt(item.id(), place, List.of(column));
    }

    private static Predicate<TreeNode> holding(String part) {
        return column ->
                column.children().stream().anyMatch(child -> Fields.is(ROWS.part(part), child));
    }

    private static @Nullable Integer find(TreeNode table, Predicate<TreeNode> which) {
        TreeNode item = ROWS.itemOf(table);
        if (item == null) {
            return null;
        }
        int place = 0;
        for (TreeNode column : item.children()) {
            if (which.test(column)) {
                return place;
            }
            place++;
        }
        return null;
    }
}
