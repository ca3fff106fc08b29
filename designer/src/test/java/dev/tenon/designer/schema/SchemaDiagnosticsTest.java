package dev.tenon.designer.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a schema can't say about a tree is told.
final class SchemaDiagnosticsTest {
    private static List<String> told(TreeNode... fields) {
        Tree tree = Tree.of(TreeNode.of("root", "Form", JsonObject.EMPTY, List.of(fields)));
        return SchemaTransform.DEFAULT.schema(tree, SchemaStyle.AS_WRITTEN).diagnostics().stream()
                .map(found -> found.rule() + ": " + found.message())
                .toList();
    }

    @Test
    void aHiddenFieldIsShownWhenItIsReadAgain() {
        assertThat(told(TreeNode.of("a", "Field").withHidden(true), TreeNode.of("b", "Field")))
                .containsExactly(
                        "hidden: a schema does not say that a field is hidden from the canvas;"
                                + " \"a\" is shown when it is read again");
    }

    @Test
    void whatIsNoObjectButShouldBeOneIsTold() {
        String text =
                """
                {"form": 7, "schema": {"properties": {
                  "a": 5, "b": "x", "c": [], "d": true, "e": null,
                  "f": {"properties": [1]}, "g": {"type": "array", "items": "y"}, "h": {"properties": null}}}}
                """;
        assertThat(read(text))
                .containsExactly(
                        "/form: warning: form must be an object; got 7 [type]",
                        "/schema/properties/a: warning: a field must be an object; got 5 [type]",
                        "/schema/properties/b: warning: a field must be an object; got \"x\" [type]",
                        "/schema/properties/c: warning: a field must be an object; got an array [type]",
                        "/schema/properties/f/properties: warning: properties must be an object; got an array [type]",
                        "/schema/properties/g/items: warning: a field must be an object; got \"y\" [type]");
        assertThat(read("{\"schema\": \"x\"}"))
                .containsExactly("/schema: warning: schema must be an object; got \"x\" [type]");
        assertThat(read("{\"form\": null, \"schema\": null}")).isEmpty();
    }

    private static List<String> read(String text) {
        return SchemaTransform.DEFAULT.treeByPlace(JsonText.read("t", text)).diagnostics().stream()
                .map(Diagnostic::toString)
                .toList();
    }

    @Test
    void onlyFieldsHaveAPlace() {
        assertThat(told(TreeNode.of("a", "Card")))
                .containsExactly(
                        "not-a-field: a schema has only Fields; \"a\" is a Card and is left out,"
                                + " with all in it");
    }

    @Test
    void onlyTreesKeepMembersThatAreNotKnown() {
        JsonObject more = JsonObject.of("locked", "yes", "a\nb", 1);
        TreeNode field = TreeNode.of("a", "Field");
        TreeNode known =
                new TreeNode("a", "Field", null, false, field.props(), field.children(), more);
        assertThat(told(known))
                .containsExactly(
                        "members: a schema keeps no members that are not known here; \"a\" loses"
                                + " \"locked\", \"a\\nb\"");
    }
}
