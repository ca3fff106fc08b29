package dev.tenon.designer.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Outcome.Done;
import dev.tenon.designer.action.Outcome.Refused;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.catalogue.FormCatalogue;
import dev.tenon.designer.collaboration.Replica;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Rules that read settings hold when those change, although the same behaviours are about the
/// node.
final class RulesOfSettingsTest {
    /// A door takes nodes while it is `open`; a room takes none of kind `loud`; an age goes only
    /// where no `mode` is `strict`, however far above.
    private static final Registry REGISTRY =
            Registry.EMPTY.withBehaviors(
                    List.of(
                            new Behavior(
                                    "Door",
                                    List.of(),
                                    node -> node.componentName().equals("Door"),
                                    node ->
                                            DesignerProps.builder()
                                                    .droppable(node.props().isTrue("open"))
                                                    .build(),
                                    JsonObject.EMPTY),
                            Behavior.of(
                                    "Room",
                                    DesignerProps.builder()
                                            .droppable(true)
                                            .allowAppend((_, room, sources) ->
                                                    !room.props().isTrue("closed")
                                                            && sources.stream()
                                                                    .noneMatch(
                                                                            RulesOfSettingsTest
                                                                                    ::isLoud))
                                            .build()),
                            Behavior.of(
                                    "Age",
                                    DesignerProps.builder()
                                            .allowDrop((tree, _, parent) ->
                                                    !isStrict(parent)
                                                            && tree.ancestors(parent.id()).stream()
                                                                    .noneMatch(
                                                                            RulesOfSettingsTest
                                                                                    ::isStrict))
                                            .build())));

    private static final Rules RULES = new Rules(REGISTRY);

    private static final Tree TREE =
            Tree.of(
                    node(
                            "root",
                            "Room",
                            node("door", "Door", node("inner", "Room", node("age", "Age")))
                                    .withProps(JsonObject.of("open", true)),
                            node("guest", "Guest")));

    private static boolean isLoud(TreeNode node) {
        return "loud".equals(node.props().text("kind"));
    }

    private static boolean isStrict(TreeNode node) {
        return "strict".equals(node.props().text("mode"));
    }

    private static TreeNode node(String id, String component, TreeNode... children) {
        return TreeNode.of(id, component, JsonObject.EMPTY, List.of(children));
    }

    private static Outcome set(Tree tree, String id, Object... settings) {
        return new Action.SetProps(id, JsonObject.of(settings)).on(tree, RULES, Ids.random());
    }

    private static void assertRefused(Outcome outcome, String message) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason().message()).isEqualTo(message));
    }

    @Test
    void whatANodeTakesHoldsWhenItsSettingsChange() {
        assertRefused(set(TREE, "door", "open", false), "\"door\" (Door) takes no children");
        assertRefused(
                set(TREE, "inner", "closed", true), "\"inner\" (Room) does not take \"age\" (Age)");
        assertRefused(
                new Action.SetProps("door", JsonObject.EMPTY, Set.of("open"))
                        .on(TREE, RULES, Ids.random()),
                "\"door\" (Door) takes no children");
    }

    @Test
    void whereANodeGoesHoldsWhenItsSettingsChange() {
        assertRefused(
                set(TREE, "guest", "kind", "loud"),
                "\"root\" (Room) does not take \"guest\" (Guest)");
    }

    @Test
    void nodesBelowAreAskedToo() {
        assertRefused(
                set(TREE, "root", "mode", "strict"),
                "\"age\" (Age) does not go into \"inner\" (Room)");
    }

    @Test
    void otherSettingsChange() {
        assertThat(set(TREE, "door", "title", "In")).isInstanceOf(Done.class);
        assertThat(set(TREE, "guest", "kind", "quiet")).isInstanceOf(Done.class);
    }

    @Test
    void whatWasAgainstTheRulesAlreadyMayChange() {
        Tree opened = Tree.of(node("root", "Room", node("door", "Door", node("guest", "Guest"))));
        assertThat(Checking.violations(opened, RULES)).hasSize(1);
        assertThat(set(opened, "door", "title", "In")).isInstanceOf(Done.class);
        assertThat(set(opened, "guest", "title", "Me")).isInstanceOf(Done.class);
        assertThat(set(opened, "root", "title", "All")).isInstanceOf(Done.class);
    }

    @Test
    void twoPeopleDoNotBreakThemTogether() {
        Tree empty =
                Tree.of(
                        node(
                                "root",
                                "Room",
                                node("door", "Door").withProps(JsonObject.of("open", true))));
        for (boolean annFirst : new boolean[] {true, false}) {
            Replica ann = Replica.of("ann", empty, RULES, "1");
            Replica bob = Replica.join("bob", ann.admit("bob"), RULES, "1");
            Replica closes = annFirst ? ann : bob;
            Replica enters = annFirst ? bob : ann;
            Ids ids = Ids.random();
            assertThat(closes.act(new Action.SetProps("door", JsonObject.of("open", false)), ids))
                    .isInstanceOf(Done.class);
            assertThat(enters.act(new Action.Append("door", List.of(node("g", "Guest"))), ids))
                    .isInstanceOf(Done.class);
            bob.receive(ann.update(bob.version()));
            ann.receive(bob.update(ann.version()));
            assertThat(ann.tree()).isEqualTo(bob.tree());
            assertThat(Checking.violations(ann.tree(), RULES)).isEmpty();
            assertThat(ann.tree().contains("g")).isNotEqualTo(annFirst);
        }
    }

    /// Whatever settings a program gives, no rule of the catalogue is broken.
    @Test
    void settingsAtRandomKeepTheRulesOfTheCatalogue() {
        FormCatalogue catalogue = FormCatalogue.load();
        Rules rules = new Rules(catalogue.registry());
        List<String> kinds = catalogue.registry().behaviors().stream().map(Behavior::name).toList();
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Ids ids = Ids.of(random);
            Tree tree = Tree.of(TreeNode.of("root", "Form"));
            for (int i = 0; i < 300; i++) {
                List<String> all = new ArrayList<>();
                tree.root().forEach(node -> all.add(node.id()));
                String id = all.get(random.nextInt(all.size()));
                var resources = catalogue.registry().resources();
                Action action =
                        random.nextInt(3) == 0 && all.size() < 60
                                ? new Action.Append(
                                        id,
                                        resources.get(random.nextInt(resources.size())).make(ids))
                                : new Action.SetProps(id, settings(random, kinds));
                if (action.on(tree, rules, ids) instanceof Done done) {
                    tree = done.tree();
                    assertThat(Checking.violations(tree, rules))
                            .as("seed %d, step %d, %s", seed, i, action)
                            .isEmpty();
                }
            }
        }
    }

    private static JsonObject settings(Random random, List<String> kinds) {
        Json value =
                JsonObject.of(
                                "type",
                                List.of("array", "object", "void", "string").get(random.nextInt(4)))
                        .get("type");
        return switch (random.nextInt(3)) {
            case 0 -> JsonObject.of("type", value);
            case 1 -> JsonObject.of("x-component", kinds.get(random.nextInt(kinds.size())));
            default -> JsonObject.of("title", random.nextInt(9));
        };
    }
}
