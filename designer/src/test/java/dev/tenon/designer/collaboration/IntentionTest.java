package dev.tenon.designer.collaboration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.catalogue.FormCatalogue;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What becomes of what two people meant, where they edit at the same time.
final class IntentionTest {
    private static final Rules RULES = new Rules(Boxes.REGISTRY);
    private static final Ids NO_IDS =
            () -> {
                throw new AssertionError("no names are needed");
            };
    private Replica ann;
    private Replica bob;

    @BeforeEach
    void start() {
        start(node("a", "Leaf"), node("b", "Leaf"), node("p", "Box"), node("q", "Box"));
    }

    private void start(TreeNode... nodes) {
        TreeNode root = TreeNode.of("root", "Root", JsonObject.EMPTY, List.of(nodes));
        ann = Replica.of("ann", Tree.of(root), RULES, "1");
        bob = Replica.join("bob", ann.admit("bob"), RULES, "1");
    }

    static TreeNode node(String id, String component, TreeNode... children) {
        return TreeNode.of(id, component, JsonObject.EMPTY, List.of(children));
    }

    private static void act(Replica replica, Action action) {
        assertThat(replica.act(action, NO_IDS)).isInstanceOf(Outcome.Done.class);
    }

    private static void insert(Replica replica, int index, String id) {
        act(replica, new Action.InsertAt("root", index, List.of(node(id, "Leaf"))));
    }

    private void exchange() {
        Update fromAnn = ann.update(bob.version());
        ann.receive(bob.update(ann.version()));
        bob.receive(fromAnn);
        assertThat(ann.state()).isEqualTo(bob.state());
    }

    private String tree() {
        return text(ann.tree().root());
    }

    private static String text(TreeNode node) {
        List<String> inside = node.children().stream().map(IntentionTest::text).toList();
        return node.id() + (inside.isEmpty() ? "" : "(" + String.join(" ", inside) + ")");
    }

    @Test
    void runsOfTwoPeopleAtOnePlaceStayWhole() {
        for (int i = 1; i <= 3; i++) {
            insert(ann, i, "x" + i);
            insert(bob, i, "y" + i);
        }
        exchange();
        assertThat(tree()).isEqualTo("root(a y1 y2 y3 x1 x2 x3 b p q)");
    }

    @Test
    void backwardsToo() {
        for (int i = 1; i <= 3; i++) {
            insert(ann, 1, "x" + i);
            insert(bob, 1, "y" + i);
        }
        exchange();
        assertThat(tree()).isEqualTo("root(a y3 y2 y1 x3 x2 x1 b p q)");
    }

    @Test
    void forwardsAndBackwardsToo() {
        for (int i = 1; i <= 3; i++) {
            insert(ann, i, "x" + i);
            insert(bob, 1, "y" + i);
        }
        exchange();
        assertThat(tree()).isEqualTo("root(a y3 y2 y1 x1 x2 x3 b p q)");
    }

    @Test
    void severalNodesOfOneActionStayTogether() {
        act(ann, new Action.InsertAt("root", 1, List.of(node("x1", "Leaf"), node("x2", "Leaf"))));
        act(bob, new Action.InsertAt("root", 1, List.of(node("y1", "Leaf"), node("y2", "Leaf"))));
        exchange();
        assertThat(tree()).isEqualTo("root(a y1 y2 x1 x2 b p q)");
    }

    @Test
    void aPlaceOutlivesItsNeighbour() {
        insert(ann, 2, "x");
        act(bob, new Action.Remove(List.of("b")));
        exchange();
        assertThat(tree()).isEqualTo("root(a x p q)");
    }

    @Test
    void settingsOfDifferentNamesBothStay() {
        act(ann, new Action.SetProps("a", JsonObject.of("style", JsonObject.of("width", 1))));
        exchange();
        act(
                ann,
                new Action.SetProps(
                        "a", JsonObject.of("title", "A", "style", JsonObject.of("width", 2))));
        act(
                bob,
                new Action.SetProps(
                        "a", JsonObject.of("style", JsonObject.of("width", 1, "color", "red"))));
        exchange();
        assertThat(ann.tree().node("a").props())
                .isEqualTo(
                        JsonObject.of(
                                "title", "A", "style", JsonObject.of("width", 2, "color", "red")));
    }

    @Test
    void ofOneSettingTheLastInTheOrderStays() {
        act(ann, new Action.SetProps("a", JsonObject.of("title", "ann")));
        act(bob, new Action.SetProps("a", JsonObject.of("title", "bob")));
        exchange();
        assertThat(ann.tree().node("a").props()).isEqualTo(JsonObject.of("title", "bob"));
    }

    @Test
    void ofTwoMovesOfOneNodeOneWins() {
        act(ann, new Action.Move(List.of("a"), "p", 0));
        act(bob, new Action.Move(List.of("a"), "q", 0));
        exchange();
        assertThat(tree()).isEqualTo("root(b p q(a))");
    }

    @Test
    void movesIntoEachOtherMakeNoCycle() {
        act(ann, new Action.Move(List.of("p"), "q", 0));
        act(bob, new Action.Move(List.of("q"), "p", 0));
        exchange();
        assertThat(tree()).isEqualTo("root(a b q(p))");
        assertThat(bob.refusal(bob.log().getLast()))
                .hasToString("a node can't go into itself; got \"q\" into \"p\"");
    }

    @Test
    void whatIsDoneInsideADeletedNodeComesBackWithIt() {
        act(ann, new Action.Remove(List.of("p")));
        act(bob, new Action.Append("p", List.of(node("x", "Leaf"))));
        act(bob, new Action.SetProps("p", JsonObject.of("title", "bob")));
        exchange();
        assertThat(tree()).isEqualTo("root(a b q)");
        assertThat(ann.undo()).isInstanceOf(Outcome.Done.class);
        exchange();
        assertThat(tree()).isEqualTo("root(a b p(x) q)");
        assertThat(ann.tree().node("p").props()).isEqualTo(JsonObject.of("title", "bob"));
    }

    @Test
    void aNodeMovedOutOfADeletedOneStays() {
        act(ann, new Action.Append("p", List.of(node("x", "Leaf"))));
        exchange();
        act(ann, new Action.Remove(List.of("p")));
        act(bob, new Action.Move(List.of("x"), "q", 0));
        exchange();
        assertThat(tree()).isEqualTo("root(a b q(x))");
    }

    @Test
    void aNodeDoesNotFollowIntoADeletedOne() {
        act(ann, new Action.Remove(List.of("p")));
        act(bob, new Action.Move(List.of("a"), "p", 0));
        exchange();
        assertThat(tree()).isEqualTo("root(a b q)");
    }

    @Test
    void rulesHoldForWhatComesTogether() {
        start(node("c", "Collapse"), node("leaf", "Leaf"), node("box", "Box"));
        act(ann, new Action.Move(List.of("leaf"), "c", 0));
        act(bob, new Action.Append("c", List.of(node("other", "Leaf"))));
        exchange();
        assertThat(tree()).isEqualTo("root(c(leaf) box)");
        assertThat(ann.refusal(ann.log().getLast()))
                .hasToString("\"c\" (Collapse) does not take \"other\" (Leaf)");
        act(ann, new Action.Rename("box", "Leaf"));
        act(bob, new Action.Append("box", List.of(node("inner", "Leaf"))));
        exchange();
        assertThat(tree()).isEqualTo("root(c(leaf) box)");
    }

    @Test
    void undoLeavesAloneWhatOthersDid() {
        act(ann, new Action.SetProps("a", JsonObject.of("title", "ann", "size", 1)));
        exchange();
        act(bob, new Action.SetProps("a", JsonObject.of("title", "bob")));
        exchange();
        ann.undo();
        exchange();
        assertThat(ann.tree().node("a").props()).isEqualTo(JsonObject.of("title", "bob"));
        ann.redo();
        exchange();
        assertThat(ann.tree().node("a").props())
                .isEqualTo(JsonObject.of("title", "bob", "size", 1));
        assertThat(ann.redo())
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .hasToString("redo: there is nothing to redo"));
    }

    @Test
    void undoOfAnInsertKeepsWhatOthersPutInside() {
        act(ann, new Action.InsertAt("root", 1, List.of(node("n", "Box", node("m", "Box")))));
        exchange();
        act(bob, new Action.Move(List.of("q", "b"), "m", 0));
        exchange();
        assertThat(tree()).isEqualTo("root(a n(m(q b)) p)");
        ann.undo();
        exchange();
        assertThat(tree()).isEqualTo("root(a q b p)");
        ann.redo();
        exchange();
        assertThat(tree()).isEqualTo("root(a n(m(q b)) p)");
    }

    /// What came while the node was gone comes back with it, and is another's all the same.
    @Test
    void undoAfterRedoKeepsWhatOthersPutInsideMeanwhile() {
        act(ann, new Action.InsertAt("root", 1, List.of(node("n", "Box"))));
        exchange();
        ann.undo();
        act(bob, new Action.Append("n", List.of(node("x", "Leaf"))));
        exchange();
        ann.redo();
        exchange();
        assertThat(tree()).isEqualTo("root(a n(x) b p q)");
        ann.undo();
        exchange();
        assertThat(tree()).isEqualTo("root(a x b p q)");
    }

    @Test
    void redoOfARemovalTakesWhatWasInside() {
        act(bob, new Action.Append("p", List.of(node("x", "Leaf"))));
        exchange();
        act(ann, new Action.Remove(List.of("p")));
        ann.undo();
        exchange();
        act(bob, new Action.Append("p", List.of(node("y", "Leaf"))));
        exchange();
        ann.redo();
        exchange();
        assertThat(tree()).isEqualTo("root(a b y q)");
        ann.undo();
        exchange();
        assertThat(tree()).isEqualTo("root(a b p(x y) q)");
    }

    @Test
    void aLoadIsTakenBackUnlessSomeoneWorksInTheTree() {
        TreeNode other = node("root", "Root", node("n", "Box"));
        act(ann, new Action.Load(other));
        exchange();
        assertThat(ann.undo()).isInstanceOf(Outcome.Done.class);
        exchange();
        assertThat(tree()).isEqualTo("root(a b p q)");
        ann.redo();
        exchange();
        act(bob, new Action.Append("n", List.of(node("x", "Leaf"))));
        exchange();
        assertThat(ann.undo()).isInstanceOf(Outcome.Refused.class);
        exchange();
        assertThat(tree()).isEqualTo("root(n(x))");
    }

    @Test
    void undoOfAMoveThatSomeoneMovedOnDoesNothing() {
        act(ann, new Action.Remove(List.of("b")));
        act(ann, new Action.Move(List.of("a"), "p", 0));
        exchange();
        act(bob, new Action.Move(List.of("a"), "q", 0));
        exchange();
        ann.undo(); // the move does not stand, so this takes back the removal
        exchange();
        assertThat(tree()).isEqualTo("root(b p q(a))");
    }

    @Test
    void eachPersonUndoesTheirOwn() {
        insert(ann, 0, "x");
        exchange();
        insert(bob, 0, "y");
        exchange();
        ann.undo();
        exchange();
        assertThat(tree()).isEqualTo("root(y a b p q)");
        bob.undo();
        exchange();
        assertThat(tree()).isEqualTo("root(a b p q)");
        bob.redo();
        ann.redo();
        exchange();
        assertThat(Arrays.asList(tree())).isSubsetOf("root(y x a b p q)", "root(x y a b p q)");
    }

    @Test
    void whatIsSettledCanBeUndoneAndOneWhoJoinsLateSeesIt() {
        insert(ann, 0, "x");
        act(ann, new Action.SetProps("a", JsonObject.EMPTY.with("k", JsonObject.EMPTY)));
        exchange();
        exchange();
        assertThat(ann.settle()).isEqualTo(3); // bob's coming, x, k
        assertThat(ann.log()).isEmpty();
        Replica cat = Replica.join("cat", ann.admit("cat"), RULES, "1");
        assertThat(ann.sites()).isEqualTo(Set.of("ann", "bob", "cat"));
        ann.undo();
        ann.undo();
        exchange();
        Difference difference = cat.receive(bob.update(cat.version()));
        assertThat(difference.edits()).hasSize(2);
        assertThat(cat.tree()).isEqualTo(bob.tree());
        assertThat(tree()).isEqualTo("root(a b p q)");
        assertThat(ann.settle()).isZero(); // cat has said nothing yet
        cat.leave();
        ann.receive(cat.update(ann.version()));
        bob.receive(cat.update(bob.version()));
        exchange();
        assertThat(ann.sites()).isEqualTo(Set.of("ann", "bob"));
        exchange();
        assertThat(ann.settle()).isEqualTo(4);
    }

    @Test
    void moveBackAndForthTellsViewsOnlyTheEnd() {
        act(bob, new Action.Move(List.of("a"), "p", 0));
        act(bob, new Action.Move(List.of("a"), "q", 0));
        act(ann, new Action.Rename("b", "Box"));
        Update late = ann.update(bob.version());
        Difference difference = bob.receive(late);
        assertThat(difference.edits()).hasSize(1); // not those that were done again
    }

    /// Someone brings a deleted node anew, to a place that is not there.
    @Test
    void whatDoesNotComeLeavesTheDeletedAlone() {
        act(ann, new Action.Remove(List.of("a")));
        Step step =
                new Step.Insert(node("a", "Leaf"), new Place("gone", List.of(), List.of(), false));
        Contribution insert =
                new Contribution(new Stamp(50, "bob"), 1, "append:node", List.of(step));
        ann.receive(new Update("bob", "1", Version.NONE, 50, List.of(insert)));
        assertThat(ann.refusal(insert)).hasToString("no node is named \"gone\"");
        assertThat(ann.undo()).isInstanceOf(Outcome.Done.class);
        assertThat(tree()).isEqualTo("root(a b p q)");
    }

    @Test
    void aRuleThatThrowsLeavesAllAsItWas() {
        boolean[] throwing = {false};
        Behavior moody =
                Behavior.of(
                        "Box",
                        DesignerProps.builder()
                                .droppable(true)
                                .allowAppend((_, _, _) -> {
                                    if (throwing[0]) {
                                        throw new UnsupportedOperationException("not today");
                                    }
                                    return true;
                                })
                                .build());
        Rules rules = new Rules(Boxes.REGISTRY.withBehaviors(List.of(moody)));
        ann = Replica.of("ann", ann.tree(), rules, "1");
        bob = Replica.join("bob", ann.admit("bob"), rules, "1");
        act(ann, new Action.Hide("a", true));
        act(bob, new Action.Move(List.of("a"), "p", 0));
        act(bob, new Action.Hide("b", true));
        Tree before = ann.tree();
        Version version = ann.version();
        Update update = bob.update(ann.version());
        throwing[0] = true;
        assertThatThrownBy(() -> ann.receive(update))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(ann.tree()).isSameAs(before);
        assertThat(ann.version()).isEqualTo(version);
        throwing[0] = false;
        exchange();
        assertThat(tree()).isEqualTo("root(b p(a) q)");
    }

    @Test
    void dropsOnOneComponentOfTheCatalogueKeepItsRules() {
        Rules rules = new Rules(FormCatalogue.load().registry());
        Ids ids = Ids.of(new Random(1));
        for (String[] kind : new String[][] {{"void", "FormCollapse"}, {"array", "ArrayTable"}}) {
            TreeNode target =
                    TreeNode.of(
                            "t",
                            "Field",
                            JsonObject.of("type", kind[0], "x-component", kind[1]),
                            List.of());
            TreeNode form = TreeNode.of("root", "Form", JsonObject.EMPTY, List.of(target));
            ann = Replica.of("ann", Tree.of(form), rules, "1");
            bob = Replica.join("bob", ann.admit("bob"), rules, "1");
            for (Replica replica : List.of(ann, bob)) {
                TreeNode input =
                        TreeNode.of(
                                replica.site() + "-input",
                                "Field",
                                JsonObject.of("type", "string", "x-component", "Input"),
                                List.of());
                assertThat(replica.act(new Action.Append("t", List.of(input)), ids))
                        .isInstanceOf(Outcome.Done.class);
            }
            exchange();
            assertThat(Checking.violations(ann.tree(), rules)).isEmpty();
            assertThat(ann.tree().contains("ann-input")).isTrue();
            // a collapse takes both panels, a table has one row: bob drops again, into that
            assertThat(ann.tree().contains("bob-input")).isEqualTo(kind[0].equals("void"));
        }
    }
}
