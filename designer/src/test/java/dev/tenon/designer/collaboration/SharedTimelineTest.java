package dev.tenon.designer.collaboration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.Golden;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.effect.Designer;
import dev.tenon.designer.engine.Change;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Hover;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.event.Event;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two people, each with an engine of their own, in one design.
final class SharedTimelineTest {
    private static final Rules RULES = new Rules(Boxes.REGISTRY);
    private final Engine annsEngine = engine(1);
    private final Engine bobsEngine = engine(2);
    private Replica annsReplica;
    private Replica bobsReplica;
    private Operation ann;
    private Operation bob;

    private static Engine engine(int seed) {
        return new Engine(
                Boxes.REGISTRY, Ids.of(new Random(seed)), InstantSource.fixed(Instant.EPOCH));
    }

    @BeforeEach
    void start() {
        start(node("a", "Leaf"), node("b", "Leaf"), node("p", "Box"), node("q", "Box"));
    }

    private void start(TreeNode... nodes) {
        TreeNode root = TreeNode.of("root", "Root", JsonObject.EMPTY, List.of(nodes));
        annsReplica = Replica.of("ann", Tree.of(root), RULES, "1");
        bobsReplica = Replica.join("bob", annsReplica.admit("bob"), RULES, "1");
        ann = open(annsEngine, annsReplica);
        bob = open(bobsEngine, bobsReplica);
    }

    private static Operation open(Engine engine, Replica replica) {
        String id = "form" + engine.workbench().workspaces().size();
        return engine.open(id, new SharedTimeline(replica, Instant.EPOCH)).operation();
    }

    private static TreeNode node(String id, String component, TreeNode... children) {
        return TreeNode.of(id, component, JsonObject.EMPTY, List.of(children));
    }

    private void exchange() {
        String fromAnn = JsonText.compact(annsReplica.update(bobsReplica.version()).toJson());
        String fromBob = JsonText.compact(bobsReplica.update(annsReplica.version()).toJson());
        annsReplica.receive(Update.of(JsonText.read("update", fromBob)));
        bobsReplica.receive(Update.of(JsonText.read("update", fromAnn)));
        assertThat(ann.tree()).isEqualTo(bob.tree());
    }

    private static void act(Operation operation, Action action) {
        assertThat(operation.act(action)).isInstanceOf(Outcome.Done.class);
    }

    private static void insert(Operation operation, int index, String id) {
        act(operation, new Action.InsertAt("root", index, List.of(node(id, "Leaf"))));
    }

    private static String brief(Operation operation) {
        return Golden.brief(operation.tree().root());
    }

    @Test
    void whatOthersDoChangesTheTreeAndIsTold() {
        Tree[] followed = {bob.tree()};
        List<Change> changes = new ArrayList<>();
        List<String> events = new ArrayList<>();
        bob.watch(change -> {
            followed[0] = followed[0].apply(change.difference());
            changes.add(change);
        });
        bob.select(List.of("a", "p"));
        bob.hover("a");
        bob.events().on(Event.class, event -> events.add(event.type()));
        changes.clear();
        act(ann, new Action.Remove(List.of("a")));
        insert(ann, 0, "x");
        exchange();
        assertThat(brief(bob)).isEqualTo("root[x b p q]");
        assertThat(followed[0]).isEqualTo(ann.tree());
        assertThat(changes).extracting(Change::cause).containsExactly(Change.Cause.OTHERS);
        assertThat(bob.selection()).isEqualTo(Selection.of("p"));
        assertThat(bob.hover()).isEqualTo(Hover.NONE);
        assertThat(events).containsExactly("unselect:node", "others:change");
        assertThat(bob.history().entries()).hasSize(1);
        exchange();
        assertThat(changes).hasSize(1);
    }

    @Test
    void eachUndoesTheirOwn() {
        ann.select(List.of("b"));
        insert(ann, 0, "x");
        ann.select(List.of("p", "x"));
        exchange();
        insert(bob, 1, "y");
        act(bob, new Action.SetProps("a", JsonObject.of("title", "bob")));
        exchange();
        assertThat(ann.undo()).isTrue();
        assertThat(ann.undo()).isFalse();
        assertThat(ann.selection()).isEqualTo(Selection.of("b"));
        exchange();
        assertThat(brief(bob)).isEqualTo("root[y a b p q]");
        assertThat(ann.redo()).isTrue();
        assertThat(ann.selection()).isEqualTo(Selection.of("p", "x"));
        exchange();
        assertThat(bob.goTo(0)).isTrue();
        exchange();
        assertThat(brief(ann)).isEqualTo("root[x a b p q]");
        assertThat(ann.tree().node("a").props()).isEqualTo(JsonObject.EMPTY);
        assertThat(bob.history().types())
                .containsExactly("default:state", "insert:children", "update:node:props");
        assertThat(bob.goTo(2)).isTrue();
        exchange();
        assertThat(ann.tree().node("a").props()).isEqualTo(JsonObject.of("title", "bob"));
    }

    @Test
    void aGestureIsOneStepAndSeenOnItsWay() {
        String[] typed = {"t", "te", "tea"};
        for (String text : typed) {
            ann.act(new Action.SetProps("a", JsonObject.of("title", text)), "typing");
            exchange();
            assertThat(bob.tree().node("a").props()).isEqualTo(JsonObject.of("title", text));
        }
        assertThat(ann.history().types()).containsExactly("default:state", "update:node:props");
        ann.undo();
        assertThat(annsReplica.log().getLast().steps()).hasSize(1);
        exchange();
        assertThat(bob.tree().node("a").props()).isEqualTo(JsonObject.EMPTY);
        ann.redo();
        exchange();
        assertThat(bob.tree().node("a").props()).isEqualTo(JsonObject.of("title", "tea"));
        assertThat(ann.undo()).isTrue();
        assertThat(ann.undo()).isFalse();
    }

    /// Bob has written between Ann's letters: her undo leaves that alone.
    @Test
    void aGestureIsTakenBackAsFarAsItStands() {
        ann.act(new Action.SetProps("a", JsonObject.of("title", "t")), "typing");
        exchange();
        act(bob, new Action.SetProps("a", JsonObject.of("title", "bob")));
        exchange();
        ann.act(new Action.SetProps("a", JsonObject.of("title", "bobby")), "typing");
        ann.undo();
        exchange();
        assertThat(bob.tree().node("a").props()).isEqualTo(JsonObject.of("title", "bob"));
        assertThat(ann.undo()).isFalse();
    }

    /// Seed 5238 of SharedOperationsTest: a gesture goes on after it was undone and done again.
    @Test
    void aGestureThatGoesOnKeepsWhatOthersPutInside() {
        ann.act(new Action.InsertAt("root", 1, List.of(node("n", "Box"))), "gesture");
        exchange();
        ann.undo();
        act(bob, new Action.Append("n", List.of(node("x", "Leaf"))));
        exchange();
        ann.redo();
        ann.act(new Action.Append("n", List.of(node("m", "Leaf"))), "gesture");
        exchange();
        assertThat(brief(bob)).isEqualTo("root[a n[x m] b p q]");
        ann.undo();
        assertThat(ann.history().current()).isZero();
        exchange();
        assertThat(brief(bob)).isEqualTo("root[a x b p q]");
    }

    @Test
    void whatOthersLeftNothingOfLeavesTheHistory() {
        act(ann, new Action.Remove(List.of("b")));
        act(ann, new Action.Move(List.of("a"), "p", 0));
        exchange();
        act(bob, new Action.Move(List.of("a"), "q", 0));
        exchange();
        assertThat(ann.undo()).isTrue(); // the removal, since the move does not stand
        exchange();
        assertThat(brief(bob)).isEqualTo("root[b p q[a]]");
        assertThat(ann.history().types()).containsExactly("default:state", "remove:node");
        assertThat(ann.history().current()).isZero();
        act(ann, new Action.Rename("b", "Box"));
        exchange();
        act(bob, new Action.Rename("b", "Row"));
        exchange();
        assertThat(ann.undo()).isTrue(); // of which nothing stands
        assertThat(ann.history().types()).containsExactly("default:state");
        assertThat(ann.undo()).isFalse();
    }

    @Test
    void goingFarPassesWhatDoesNotStand() {
        act(ann, new Action.Hide("p", true));
        act(ann, new Action.Move(List.of("a"), "p", 0));
        act(ann, new Action.Hide("q", true));
        exchange();
        act(bob, new Action.Move(List.of("a"), "q", 0));
        exchange();
        assertThat(ann.goTo(1)).isTrue();
        assertThat(ann.history().types())
                .containsExactly("default:state", "hide:node", "hide:node");
        assertThat(ann.history().current()).isEqualTo(1);
        exchange();
        assertThat(bob.tree().node("p").hidden()).isTrue();
        assertThat(bob.tree().node("q").hidden()).isFalse();
        assertThat(brief(bob)).isEqualTo("root[b p q[a]]");
    }

    /// The others ask about each node that comes beside what is there.
    @Test
    void whatTheOthersWouldNotFollowIsRefusedBeforeItIsTold() {
        start(node("c", "Collapse", node("a", "Leaf")));
        List<String> events = new ArrayList<>();
        ann.events().on(Event.class, event -> events.add(event.type()));
        Action set = new Action.SetChildren("c", List.of(ann.tree().node("a"), node("x", "Leaf")));
        assertThat(set.on(ann.tree(), RULES, Ids.random())).isInstanceOf(Outcome.Done.class);
        assertThat(ann.act(set))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .hasToString(
                                                "\"c\" (Collapse) does not take \"x\" (Leaf)"));
        assertThat(events).isEmpty();
        assertThat(brief(ann)).isEqualTo("root[c[a]]");
    }

    @Test
    void aSubscriberMayTakeInAnUpdateBeforeItAllows() {
        act(bob, new Action.Remove(List.of("a")));
        Update update = bobsReplica.update(annsReplica.version());
        Runnable end =
                ann.events()
                        .subscribe((event, _) -> {
                            if (event.type().equals("update:node:props")) {
                                annsReplica.receive(update);
                            }
                            return true;
                        });
        Action set = new Action.SetProps("a", JsonObject.of("title", "ann"));
        assertThat(ann.act(set))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused ->
                                assertThat(refused.reason()).hasToString("no node is named \"a\""));
        end.run();
        exchange();
    }

    @Test
    void oneOperationEditsAReplica() {
        String message =
                "replica: one operation edits a replica; \"ann\" has one: act, undo and redo there";
        assertThatThrownBy(() -> annsReplica.act(new Action.Hide("a", true), Ids.random()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(annsReplica::undo)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(annsReplica::redo)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> new SharedTimeline(annsReplica, Instant.EPOCH))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
    }

    /// 120 steps: as many are kept as of a document of one's own.
    @Test
    void theHistoryHasAnEnd() {
        for (int i = 0; i < 120; i++) {
            act(ann, new Action.SetProps("a", JsonObject.of("v", i)));
        }
        int steps = 0;
        while (ann.undo()) {
            steps++;
        }
        assertThat(steps).isEqualTo(100);
        assertThat(ann.tree().node("a").props()).isEqualTo(JsonObject.of("v", 19));
        assertThat(annsReplica.canUndo()).isFalse();
        assertThat(ann.history().entries()).hasSize(101);
    }

    @Test
    void whatOthersDoBringsNoWorkspaceToTheFront() {
        annsEngine.open("mine", node("root", "Root"));
        try (Designer designer = new Designer(annsEngine)) {
            ann.select(List.of("a", "p"));
            annsEngine.workbench().switchTo("mine");
            act(bob, new Action.Remove(List.of("a")));
            insert(bob, 0, "x");
            exchange();
            assertThat(ann.selection()).isEqualTo(Selection.of("p"));
            assertThat(annsEngine.workbench().active().id()).isEqualTo("mine");
            assertThat(designer.operation().tree().size()).isEqualTo(1);
        }
    }
}
