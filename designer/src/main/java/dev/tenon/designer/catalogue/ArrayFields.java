package dev.tenon.designer.catalogue;

import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/// The components that hold a list of alike rows.
final class ArrayFields {
    private static final String GROUP = "Arrays";

    private ArrayFields() {}

    static List<Behavior> behaviors() {
        List<Behavior> behaviors = new ArrayList<>();
        behaviors.add(Rows.CARDS.host(Layouts.card()));
        behaviors.addAll(Rows.CARDS.partBehaviors());
        behaviors.addAll(Tables.behaviors());
        behaviors.add(Rows.ITEMS.host());
        behaviors.addAll(Rows.ITEMS.partBehaviors());
        behaviors.add(
                Rows.COLLAPSE.host(
                        Setting.toggle("accordion"),
                        Setting.number("defaultOpenPanelCount").ofDefault(5),
                        Setting.toggle("ghost"),
                        Setting.toggle("bordered").ofDefault(true)));
        behaviors.add(
                Fields.behavior(
                        Rows.COLLAPSE.part("CollapsePanel"),
                        Panels.field(Setting.text("header"), Setting.text("extra")),
                        rules ->
                                rules.droppable(true)
                                        .allowDrop((_, _, parent) ->
                                                Fields.is(Rows.COLLAPSE.kind(), parent))));
        behaviors.addAll(Rows.COLLAPSE.partBehaviors());
        return behaviors;
    }

    static List<Resource> resources() {
        JsonObject title = JsonObject.of("title", "Title");
        return List.of(
                array(Rows.CARDS, "x-component-props", title),
                array(Tables.ROWS),
                array(Rows.ITEMS),
                array(Rows.COLLAPSE));
    }

    private static Resource array(Rows rows, Object... more) {
        JsonObject props =
                JsonObject.of(
                        "type", "array", "x-decorator", "FormItem", "x-component", rows.kind());
        return Fields.resource(GROUP, rows.kind(), props.withAll(JsonObject.of(more)));
    }

    static List<ComponentAction> actions() {
        List<ComponentAction> actions = new ArrayList<>(Tables.actions());
        actions.add(Rows.CARDS.addingIndex("add_index", "Index"));
        actions.add(Rows.CARDS.addingOperations());
        actions.add(Rows.ITEMS.addingIndex("add_sort_handle", "SortHandle"));
        actions.add(Rows.ITEMS.addingOperations());
        actions.add(Rows.COLLAPSE.addingIndex("add_index", "Index"));
        actions.add(Rows.COLLAPSE.addingOperations());
        return actions;
    }
}
