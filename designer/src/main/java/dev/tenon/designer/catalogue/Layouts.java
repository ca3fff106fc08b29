package dev.tenon.designer.catalogue;

import static dev.tenon.designer.catalogue.Setting.buttons;
import static dev.tenon.designer.catalogue.Setting.choice;
import static dev.tenon.designer.catalogue.Setting.expression;
import static dev.tenon.designer.catalogue.Setting.number;
import static dev.tenon.designer.catalogue.Setting.text;
import static dev.tenon.designer.catalogue.Setting.toggle;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps.Axis;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Map;

/// The components that arrange fields.
final class Layouts {
    static final String GRID = "FormGrid";
    static final String COLUMN = "FormGrid.GridColumn";

    private static final String GROUP = "Layouts";
    private static final int MOST_SPANS = 12;

    private Layouts() {}

    static List<Behavior> behaviors() {
        return List.of(
                Fields.behavior("Card", Panels.layout(card()), rules -> rules.droppable(true)),
                Fields.behavior(
                        GRID,
                        Panels.field(grid()),
                        rules ->
                                rules.droppable(true)
                                        .allowDrop((_, _, parent) -> !Fields.is(GRID, parent))),
                Fields.behavior(
                        COLUMN,
                        Panels.field(number("gridSpan").ofDefault(1)),
                        rules ->
                                rules.droppable(true)
                                        .resizable(Map.of(Axis.X, Layouts::resize))
                                        .allowDrop((_, _, parent) -> Fields.is(GRID, parent))),
                Panes.TAB.host(
                        buttons("type", "line", "card").ofDefault("line"),
                        choice("size", "large", "small", "default").orNone().ofDefault("default"),
                        toggle("animated"),
                        toggle("centered")),
                Panes.TAB.part(text("tab")),
                Fields.behavior(
                        "FormLayout",
                        Panels.layout(Panels.formLayout().toArray(Setting[]::new)),
                        rules -> rules.droppable(true)),
                Panes.COLLAPSE.host(
                        toggle("accordion"),
                        collapsible(),
                        toggle("ghost"),
                        toggle("bordered").ofDefault(true)),
                Panes.COLLAPSE.part(text("header"), text("extra"), collapsible()),
                Panes.STEP.host(
                        buttons("direction", "horizontal", "vertical").ofDefault("horizontal"),
                        buttons("labelPlacement", "horizontal", "vertical").ofDefault("horizontal"),
                        choice("size", "small", "default").orNone().ofDefault("default"),
                        toggle("progressDot"),
                        expression("formStep")),
                Panes.STEP.part(text("title"), text("subTitle"), text("description")),
                Fields.behavior(
                        "Space",
                        Panels.layout(space()),
                        rules -> rules.droppable(true).inlineChildrenLayout(true)));
    }

    static Setting[] card() {
        return new Setting[] {
            text("title"),
            text("extra"),
            buttons("type", "", "inner").ofDefault(""),
            toggle("bordered").ofDefault(true)
        };
    }

    private static Setting[] grid() {
        return new Setting[] {
            number("minColumns").ofDefault(0),
            number("maxColumns"),
            number("minWidth").ofDefault(100),
            number("maxWidth"),
            number("columnGap").ofDefault(10),
            number("rowGap").ofDefault(5),
            toggle("colWrap").ofDefault(true),
            expression("breakpoints").typed("number")
        };
    }

    private static Setting collapsible() {
        return buttons("collapsible", "header", "disabled").ofDefault("header");
    }

    private static Setting[] space() {
        return new Setting[] {
            buttons("direction", "vertical", "horizontal").ofDefault("horizontal"),
            choice("align", "start", "end", "center", "baseline"),
            number("size").ofDefault(8),
            text("split"),
            toggle("wrap")
        };
    }

    /// A column is as wide as so many spans of the grid, from 1 to 12.
    private static JsonObject resize(TreeNode column, double size, double pixels) {
        JsonObject props = column.props().object("x-component-props");
        double spans =
                props.get("gridSpan") instanceof JsonNumber number
                        ? number.value().doubleValue()
                        : 1;
        long changed = size <= 0 ? Math.round(spans) : Math.round(spans * (1 + pixels / size));
        JsonNumber bounded = JsonNumber.of(Math.clamp(changed, 1, MOST_SPANS));
        return JsonObject.of("x-component-props", props.with("gridSpan", bounded));
    }

    static List<Resource> resources() {
        return List.of(
                layout("Card", "x-component-props", JsonObject.of("title", "Title")),
                Fields.resource(GROUP, GRID, gridOfThree()),
                layout("FormTab"),
                layout("FormLayout"),
                layout("FormCollapse"),
                layout("FormStep"),
                layout("Space"));
    }

    private static Resource layout(String name, Object... more) {
        JsonObject props =
                JsonObject.of("type", "void", "x-component", name).withAll(JsonObject.of(more));
        return Fields.resource(GROUP, name, props);
    }

    private static TreeNode gridOfThree() {
        Ids ids =
                new Ids() {
                    private int count;

                    @Override
                    public String next() {
                        return "r" + count++;
                    }
                };
        List<TreeNode> columns = List.of(column(ids), column(ids), column(ids));
        return Fields.empty(ids, GRID, columns);
    }

    private static TreeNode column(Ids ids) {
        return Fields.empty(ids, COLUMN, List.of());
    }

    static List<ComponentAction> actions() {
        return List.of(
                ComponentAction.of(
                        "add_grid_column",
                        GRID,
                        (_, grid, ids) -> new Action.Append(grid.id(), List.of(column(ids)))),
                Panes.TAB.adding("add_tab"),
                Panes.COLLAPSE.adding("add_panel"),
                Panes.STEP.adding("add_step"));
    }
}
