package dev.tenon.designer.collaboration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.engine.Hover;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Messages between replicas: what they look like, what is refused.
final class ExchangeTest {
    private static final Rules RULES = new Rules(Boxes.REGISTRY);
    private final Tree tree = Tree.of(TreeNode.of("root", "Root"));
    private final Replica ann = Replica.of("ann", tree, RULES, "1");

    private static void append(Replica replica, String id) {
        replica.act(new Action.Append("root", List.of(TreeNode.of(id, "Leaf"))), Ids.random());
    }

    private static Update received(String text) {
        return Update.of(JsonText.read("update", text));
    }

    @Test
    void anUpdateIsSmallAndPlain() {
        append(ann, "x");
        append(ann, "y");
        assertThat(JsonText.compact(ann.update(new Version(Map.of("ann", 1L))).toJson()))
                .isEqualTo(
                        """
                        {"tenon":"update","version":1,"site":"ann","rules":"1","has":{"ann":2},\
                        "clock":2,"contributions":[{"site":"ann","clock":2,"sequence":2,\
                        "type":"append:node","steps":[{"do":"insert",\
                        "node":{"id":"y","component":"Leaf"},\
                        "place":{"parent":"root","left":["x"],"right":[]}}]}]}\
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    [] | update: an object must be there; got an array
                    {} | update: tenon must be there; got
                    {"tenon":"update"} | update: version must be there; got tenon
                    {"tenon":"update","version":2} | \
                    update: must be tenon's update of version 1; got update of version 2
                    {"tenon":"x","version":1} | update: must be tenon's update of version 1; got x of version 1
                    {"tenon":"update","version":1,"site":""} | update: site must have 1 to 200 characters; got 0
                    {"tenon":"update","version":1,"site":"b","rules":"1","has":{"b":-1}} | \
                    update: b must be a whole number from 1 to 9007199254740991; got -1
                    {"tenon":"update","version":1,"site":"b","rules":"1","has":{},"clock":1e99} | \
                    update: clock must be a whole number from 0 to 9007199254740991; got 1E+99
                    {"tenon":"update","version":1,"site":"b","rules":"1","has":{},"clock":0,"contributions":{}} | \
                    update: contributions must be an array; got an object\
                    """)
    void strangeUpdatesAreRefused(String text, String message) {
        assertThatThrownBy(() -> received(text))
                .isInstanceOf(DesignException.class)
                .satisfies(e -> assertThat(e.getMessage().strip()).isEqualTo(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    {"do":"dance"} | \
                    update: do must be insert, delete, move, set, rename, hide, load, join or leave; got "dance"
                    {"do":"delete","id":5} | update: id must be a string; got 5
                    {"do":"set","id":"a","settings":[{"path":[]}]} | update: path must have at least one name; got none
                    {"do":"set","id":"a","settings":[{"path":[1]}]} | update: a string must be there; got 1
                    {"do":"set","id":"a","settings":[{"path":["1","2","3","4","5","6","7","8","9"]}]} | \
                    update: path must have at most 8 elements; got 9
                    {"do":"move","id":"a","place":{"parent":"b","left":["1","2","3","4"],"right":[]}} | \
                    update: left must have at most 3 elements; got 4
                    {"do":"load","node":{"id":"a","component":"Box","children":[{"id":"a","component":"Box"}]}} | \
                    tree: an id must name one node; got "a" twice\
                    """)
    void strangeStepsAreRefused(String step, String message) {
        String text =
                """
                {"tenon":"update","version":1,"site":"bob","rules":"1","has":{},"clock":1,\
                "contributions":[{"site":"bob","clock":1,"sequence":1,"type":"x","steps":[%s]}]}\
                """
                        .formatted(step);
        assertThatThrownBy(() -> received(text))
                .isInstanceOf(DesignException.class)
                .hasMessage(message);
    }

    @Test
    void deepNodesAreRefused() {
        int depth = Tree.DEEPEST + 1;
        String text =
                "{\"id\":\"%d\",\"component\":\"Box\",\"children\":[".formatted(0)
                        + inner(1, depth)
                        + "]}";
        String update =
                """
                {"tenon":"update","version":1,"site":"bob","rules":"1","has":{},"clock":1,\
                "contributions":[{"site":"bob","clock":1,"sequence":1,"type":"x",\
                "steps":[{"do":"load","node":%s}]}]}\
                """
                        .formatted(text);
        assertThatThrownBy(() -> received(update))
                .isInstanceOf(DesignException.class)
                .hasMessageStartingWith("tree: a node must be at most 400 below the root");
    }

    private static String inner(int from, int to) {
        return "{\"id\":\"%d\",\"component\":\"Box\"%s}"
                .formatted(from, from == to ? "" : ",\"children\":[" + inner(from + 1, to) + "]");
    }

    @Test
    void whatComesEarlyWaits() {
        Replica bob = Replica.join("bob", ann.admit("bob"), RULES, "1");
        append(ann, "x");
        append(ann, "y");
        Update all = ann.update(bob.version());
        Update second =
                new Update(
                        "ann",
                        "1",
                        all.version(),
                        all.clock(),
                        List.of(all.contributions().getLast()));
        assertThat(bob.receive(second).isEmpty()).isTrue();
        assertThat(bob.tree().size()).isEqualTo(1);
        bob.receive(all);
        assertThat(bob.tree()).isEqualTo(ann.tree());
        assertThat(bob.receive(all).isEmpty()).isTrue();
    }

    @Test
    void contributionsOutOfOrderAndOtherRulesAreRefused() {
        append(ann, "x");
        Step step = new Step.Delete("x");
        Contribution late = new Contribution(new Stamp(5, "bob"), 1, "x", List.of(step));
        Contribution early = new Contribution(new Stamp(5, "bob"), 2, "x", List.of(step));
        Update update = new Update("bob", "1", Version.NONE, 5, List.of(late, early));
        assertThatThrownBy(() -> ann.receive(update))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "collaboration: the clock of contribution 2 of \"bob\" must be from 6 to"
                                + " 4294967297; got 5");
        assertThat(ann.tree().contains("x")).isTrue();
        assertThat(ann.version().count("bob")).isZero();
        assertThatThrownBy(() -> ann.receive(new Update("bob", "2", Version.NONE, 5, List.of())))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "collaboration: replicas must work by the same rules; got version \"2\""
                                + " where this one has \"1\"");
        assertThatThrownBy(() -> Replica.join("cat", ann.admit("bob"), RULES, "1"))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "snapshot: is for ann, bob, not for \"cat\"; ask for one that admits it");
        assertThatThrownBy(() -> ann.admit("ann"))
                .isInstanceOf(DesignException.class)
                .hasMessage("collaboration: each replica has its own name; \"ann\" is taken");
    }

    @Test
    void whatBelongsBeforeTheSettledIsRefused() {
        append(ann, "x");
        append(ann, "y");
        assertThat(ann.settle()).isEqualTo(2);
        Contribution early =
                new Contribution(new Stamp(1, "bob"), 1, "x", List.of(new Step.Delete("x")));
        assertThatThrownBy(
                        () -> ann.receive(new Update("bob", "1", Version.NONE, 1, List.of(early))))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "collaboration: contribution 1@bob belongs before 2@ann, which is settled"
                                + " here; \"bob\" must join again");
        assertThatThrownBy(() -> ann.update(Version.NONE))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "collaboration: what the other lacks is settled here and no longer kept"
                                + " apart; it must join again");
    }

    @Test
    void presenceFollowsTheTree() {
        Presence presence =
                new Presence("bob", "Bob", 3, Selection.of("root", "gone"), Hover.of("gone"));
        assertThat(Presence.of(JsonText.read("p", JsonText.compact(presence.toJson()))))
                .isEqualTo(presence);
        assertThat(presence.in(tree))
                .isEqualTo(new Presence("bob", "Bob", 3, Selection.of("root"), Hover.NONE));
        assertThat(Presence.of("bob", "Bob", Selection.NONE).color()).isBetween(0, 11);
        JsonObject strange = ((JsonObject) presence.toJson()).without("color");
        assertThatThrownBy(() -> Presence.of(strange))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "presence: color must be there; got tenon, version, site, name, selected,"
                                + " hovered");
    }
}
