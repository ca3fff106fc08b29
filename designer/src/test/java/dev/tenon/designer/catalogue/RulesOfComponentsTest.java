package dev.tenon.designer.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.DesignerProps.Axis;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the rules of form components allow, and what they make of a drop.
final class RulesOfComponentsTest {
    private static final FormCatalogue CATALOGUE = FormCatalogue.load();
    private static final Rules RULES = new Rules(CATALOGUE.registry());
    private final Ids ids = Ids.of(new SplittableRandom(1));

    private static TreeNode field(String id, String type, String kind, TreeNode... children) {
        return TreeNode.of(
                id, "Field", JsonObject.of("type", type, "x-component", kind), List.of(children));
    }

    private static TreeNode input(String id) {
        return field(id, "string", "Input");
    }

    private static Tree form(TreeNode... children) {
        return Tree.of(TreeNode.of("root", "Form", JsonObject.EMPTY, List.of(children)));
    }

    private Tree done(Tree tree, Action action) {
        Outcome outcome = action.on(tree, RULES, ids);
        assertThat(outcome).isInstanceOf(Done.class);
        return ((Done) outcome).tree();
    }

    private String refused(Tree tree, Action action) {
        Outcome outcome = action.on(tree, RULES, ids);
        assertThat(outcome).isInstanceOf(Refused.class);
        return ((Refused) outcome).reason().message();
    }

    /// The kinds of the nodes: `ArrayTable[object[Column[Input]]]`.
    private static String kinds(TreeNode node) {
        String kind = Fields.kind(node);
        String name = kind == null ? Objects.toString(node.props().text("type"), "Form") : kind;
        name = name.substring(name.lastIndexOf('.') + 1);
        List<String> children = node.children().stream().map(RulesOfComponentsTest::kinds).toList();
        return children.isEmpty() ? name : name + children;
    }

    private Tree dropped(String resource, TreeNode... nodes) {
        Tree tree = form();
        TreeNode host =
                Objects.requireNonNull(CATALOGUE.registry().resource(resource))
                        .make(ids)
                        .getFirst();
        tree = done(tree, new Action.Append("root", List.of(host)));
        return nodes.length == 0 ? tree : done(tree, new Action.Append(host.id(), List.of(nodes)));
    }

    @Test
    void aPaneIsMadeForWhatIsDropped() {
        assertThat(kinds(dropped("FormCollapse", input("a"), input("b")).root()))
                .isEqualTo("Form[FormCollapse[CollapsePanel[Input, Input]]]");
        assertThat(kinds(dropped("FormTab", input("a")).root()))
                .isEqualTo("Form[FormTab[TabPane[Input]]]");
        assertThat(kinds(dropped("FormStep", input("a")).root()))
                .isEqualTo("Form[FormStep[StepPane[Input]]]");
        assertThat(kinds(dropped("FormGrid").root()))
                .isEqualTo("Form[FormGrid[GridColumn, GridColumn, GridColumn]]");
    }

    @Test
    void aRowIsMadeForWhatIsDropped() {
        assertThat(kinds(dropped("ArrayItems", input("a")).root()))
                .isEqualTo("Form[ArrayItems[object[SortHandle, Input, Remove], Addition]]");
        assertThat(kinds(dropped("ArrayCollapse", input("a")).root()))
                .isEqualTo(
                        "Form[ArrayCollapse[CollapsePanel[Index, Input, Remove, MoveDown, MoveUp],"
                                + " Addition]]");
    }

    /// Issue of the reference: nodes could be put beside the item of a table.
    @Test
    void whatComesLaterGoesIntoTheRow() {
        Tree table = dropped("ArrayTable", input("a"));
        String id = table.root().children().get(0).id();
        String item = table.node(id).children().get(0).id();
        String after =
                "Form[ArrayTable[object[Column[SortHandle], Column[Index], Column[Input],"
                        + " Column[Input], Column[Remove, MoveDown, MoveUp]], Addition]]";
        assertThat(kinds(done(table, new Action.Append(id, List.of(input("b")))).root()))
                .isEqualTo(after);
        assertThat(kinds(done(table, new Action.InsertAt(item, 3, List.of(input("b")))).root()))
                .isEqualTo(after);
        Tree cards = dropped("ArrayCards", input("a"));
        String host = cards.root().children().get(0).id();
        assertThat(kinds(done(cards, new Action.Append(host, List.of(input("b")))).root()))
                .isEqualTo(
                        "Form[ArrayCards[object[Index, Input, Input, Remove, MoveDown, MoveUp],"
                                + " Addition]]");
    }

    /// D22: in the reference the parts of a table may be dropped on cards alone.
    @Test
    void partsBelongToTheirOwnArray() {
        for (String kind : List.of("ArrayTable", "ArrayCards", "ArrayItems", "ArrayCollapse")) {
            Tree tree = dropped(kind, input("a"));
            TreeNode host = tree.root().children().get(0);
            for (Resource other : CATALOGUE.registry().resources()) {
                if (!other.group().equals("sources.Arrays")) {
                    continue;
                }
                TreeNode part = field("p", "void", other.name() + ".Remove");
                assertThat(RULES.append(tree, host, List.of(part)) == null)
                        .as(part + " into " + kind)
                        .isEqualTo(other.name().equals(kind));
            }
            TreeNode addition = field("p", "void", kind + ".Addition");
            assertThat(RULES.append(tree, host.children().get(0), List.of(addition))).isNotNull();
        }
        Tree tree = dropped("ArrayTable", input("a"));
        TreeNode column = tree.root().children().get(0).children().get(0).children().get(0);
        TreeNode part = field("p", "void", "ArrayTable.MoveDown");
        assertThat(RULES.append(tree, column, List.of(part))).isNull();
    }

    @Test
    void panesAndColumnsBelongToTheirHosts() {
        Tree tree = form(field("box", "void", "Card"), field("grid", "void", "FormGrid"));
        for (String part :
                List.of(
                        "FormTab.TabPane",
                        "FormCollapse.CollapsePanel",
                        "FormStep.StepPane",
                        "FormGrid.GridColumn",
                        "ArrayTable.Column",
                        "ArrayCollapse.CollapsePanel")) {
            assertThat(refused(tree, new Action.Append("box", List.of(field("p", "void", part)))))
                    .isEqualTo("\"p\" (" + part + ") does not go into \"box\" (Card)");
        }
        assertThat(
                        refused(
                                tree,
                                new Action.Append("grid", List.of(field("g", "void", "FormGrid")))))
                .isEqualTo("\"g\" (FormGrid) does not go into \"grid\" (FormGrid)");
    }

    @Test
    void aBareNodeDoesNotGoBesideAPanel() {
        Tree tree = dropped("FormCollapse", input("a"));
        String panel = tree.root().children().get(0).children().get(0).id();
        assertThat(refused(tree, new Action.InsertAfter(panel, List.of(input("b")))))
                .endsWith("does not take \"b\" (Input)");
        TreeNode wrong = field("c", "void", "FormCollapse", input("d"));
        assertThat(refused(tree, new Action.Append("root", List.of(wrong))))
                .isEqualTo("\"c\" (FormCollapse) does not take \"d\" (Input)");
    }

    @Test
    void aWrapperAndItsHostAdopt() {
        Tree tree = form(input("a"));
        Tree wrapped = done(tree, new Action.Wrap("a", field("c", "void", "FormCollapse")));
        assertThat(kinds(wrapped.root())).isEqualTo("Form[FormCollapse[CollapsePanel[Input]]]");
        String panel = wrapped.node("c").children().get(0).id();
        assertThat(refused(wrapped, new Action.Wrap(panel, field("card", "void", "Card"))))
                .isEqualTo(
                        "\"%s\" (FormCollapse.CollapsePanel) does not go into \"card\" (Card)"
                                .formatted(panel));
        Tree table = dropped("ArrayTable", input("b"));
        JsonObject titled =
                field("card", "void", "Card").props().withAll(JsonObject.of("title", "T"));
        Tree inColumn =
                done(table, new Action.Wrap("b", TreeNode.of("card", "Field", titled, List.of())));
        assertThat(Objects.requireNonNull(inColumn.parent("b")).id()).isEqualTo("card");
        assertThat(inColumn.node("card").props().has("title")).isFalse(); // the column's speaks
    }

    @Test
    void whatLosesItsPanelHasNoPlace() {
        Tree tree = dropped("FormCollapse", input("a"));
        TreeNode collapse = tree.root().children().get(0);
        String panel = collapse.children().get(0).id();
        assertThat(refused(tree, new Action.Unwrap(panel)))
                .isEqualTo("\"" + collapse.id() + "\" (FormCollapse) does not take \"a\" (Input)");
        Tree empty = done(tree, new Action.Remove(List.of("a")));
        JsonObject kind = JsonObject.of("x-component", "Input");
        assertThat(refused(empty, new Action.SetProps(panel, kind)))
                .isEqualTo(
                        "\"%s\" (FormCollapse) does not take \"%s\" (Input)"
                                .formatted(collapse.id(), panel));
    }

    @Test
    void aGridColumnIsResizedInSpans() {
        Tree tree = dropped("FormGrid");
        TreeNode column = tree.root().children().get(0).children().get(0);
        var resizing =
                Objects.requireNonNull(CATALOGUE.registry().designerProps(column).resizable())
                        .get(Axis.X);
        assertThat(resizing.resize(column, 100, 90).object("x-component-props"))
                .isEqualTo(JsonObject.of("gridSpan", 2));
        assertThat(resizing.resize(column, 100, 5000).object("x-component-props"))
                .isEqualTo(JsonObject.of("gridSpan", 12));
        assertThat(resizing.resize(column, 100, -300).object("x-component-props"))
                .isEqualTo(JsonObject.of("gridSpan", 1));
    }

    /// Whatever is dropped, clicked or moved, the rules hold, and every edit can be undone.
    @Test
    void noRuleIsEverBroken() {
        for (int seed = 0; seed < 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Ids names = Ids.of(random.split());
            Tree tree = form();
            for (int i = 0; i < 120; i++) {
                Action action = action(tree, random, names);
                if (action != null && action.on(tree, RULES, names) instanceof Done done) {
                    assertThat(done.tree().apply(done.difference().inverse()))
                            .as("seed " + seed + " step " + i)
                            .isEqualTo(tree);
                    tree = done.tree();
                    assertThat(Checking.violations(tree, RULES))
                            .as("seed " + seed + " step " + i + " " + action)
                            .isEmpty();
                }
            }
        }
    }

    private static @Nullable Action action(Tree tree, SplittableRandom random, Ids names) {
        List<TreeNode> nodes = new ArrayList<>();
        tree.root().forEach(nodes::add);
        TreeNode target = nodes.get(random.nextInt(nodes.size()));
        List<Resource> resources = CATALOGUE.registry().resources();
        List<TreeNode> made =
                random.nextInt(3) == 0
                        ? List.of(nodes.get(random.nextInt(nodes.size())))
                        : resources.get(random.nextInt(resources.size())).make(names);
        List<ComponentAction> buttons = CATALOGUE.actions(target);
        TreeNode other = nodes.get(random.nextInt(nodes.size()));
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Action.Append(target.id(), made);
            case 2 -> new Action.Prepend(target.id(), made);
            case 3 -> new Action.InsertAfter(target.id(), made);
            case 4 -> new Action.InsertAt(target.id(), random.nextInt(4), made);
            case 5 -> new Action.SetChildren(target.id(), made);
            case 6 ->
                    random.nextInt(4) == 0
                            ? new Action.Remove(List.of(target.id()))
                            : new Action.Clone(List.of(target.id()), List.of(target.id()));
            case 7 -> new Action.Wrap(target.id(), made.getFirst());
            case 8 -> new Action.Unwrap(target.id());
            case 9 -> new Action.Move(List.of(other.id()), target.id(), random.nextInt(4));
            case 10 ->
                    random.nextInt(2) == 0
                            ? new Action.SetProps(target.id(), other.props())
                            : new Action.Paste(List.of(other), List.of(target.id()));
            default ->
                    buttons.isEmpty()
                            ? null
                            : buttons.get(random.nextInt(buttons.size()))
                                    .making()
                                    .make(tree, target, names);
        };
    }
}
