package dev.tenon.designer.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What a drop or a click makes, against the reference's scripts.
final class DropTemplatesTest {
    private static final FormCatalogue CATALOGUE = FormCatalogue.load();
    private static final Rules RULES = new Rules(CATALOGUE.registry());

    @TestFactory
    List<DynamicTest> scriptsGiveTheReferencesTrees() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        ((JsonObject) Golden.read("antd/antd-drop-templates.json"))
                .forEach((name, script) ->
                        tests.add(
                                DynamicTest.dynamicTest(
                                        name, () -> run(name, (JsonObject) script))));
        return tests;
    }

    private static void run(String name, JsonObject script) {
        Ids ids = Ids.of(new SplittableRandom(5));
        Tree tree =
                Tree.of(
                        TreeNode.of(
                                "root",
                                "Form",
                                JsonObject.EMPTY,
                                List.of(Golden.node(script.object("initial")))));
        JsonArray steps = (JsonArray) script.get("steps");
        Map<String, String> known = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            JsonObject step = (JsonObject) steps.get(i);
            tree = done(tree, step.object("step"), ids);
            TreeNode expected = Golden.node(step.object("tree"));
            if (name.equals("collapse-second-append") && i == 1) {
                expected = wrapped(expected);
            }
            assertThat(numbered(tree.root(), known)).as("step " + i).isEqualTo(expected);
            assertThat(Checking.violations(tree, RULES)).as("step " + i).isEmpty();
        }
    }

    private static Tree done(Tree tree, JsonObject step, Ids ids) {
        Action action;
        if (step.get("append") instanceof JsonArray nodes) {
            action =
                    new Action.Append(
                            "host",
                            nodes.values().stream()
                                    .map(node -> Golden.node((JsonObject) node))
                                    .toList());
        } else {
            TreeNode host = tree.node("host");
            ComponentAction button = CATALOGUE.actions(host).get(Golden.integer(step.get("click")));
            action = button.making().make(tree, host, ids);
        }
        if (action == null) {
            return tree; // all is there already
        }
        Outcome outcome = action.on(tree, RULES, ids);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done) outcome).tree();
    }

    /// Difference "collapse-second-append": the reference leaves the second input beside the panel;
    /// here it gets a panel too.
    private static TreeNode wrapped(TreeNode root) {
        TreeNode collapse = root.children().get(0);
        TreeNode first = collapse.children().get(0);
        TreeNode bare = collapse.children().get(1);
        assertThat(Fields.is("Input", bare)).isTrue();
        TreeNode second = first.withId("$g1").withChildren(List.of(bare));
        return root.withChildren(List.of(collapse.withChildren(List.of(first, second))));
    }

    /// Generated names are `$g0`, `$g1`, ... in the order in which they first appear.
    private static TreeNode numbered(TreeNode node, Map<String, String> known) {
        String id = node.id();
        if (id.length() == 11) {
            String name = "$g" + known.size();
            id = known.computeIfAbsent(id, _ -> name);
        }
        return node.withId(id)
                .withChildren(
                        node.children().stream().map(child -> numbered(child, known)).toList());
    }
}
