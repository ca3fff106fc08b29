package dev.tenon.designer.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the reference does with whole documents, and where Tenon deliberately does otherwise.
///
/// | case | the reference | Tenon |
/// |---|---|---|
/// | 07, 21 | loses fields with an odd or equal `x-index` | keeps them, in order |
/// | 11 | makes a property of an array its `items` | keeps it a property |
/// | 08, 09, 10, 13 | loses words of the root, tuples, `patternProperties` ... on the way | writes them |
/// | t05 | loses the first of two equal names | writes the second under its id |
/// | t07 | crashes where the root is no form | finds the form |
/// | t14, t15 | crashes on missing props or children | takes them as none |
final class TransformerGoldenTest {
    private static final Set<String> LOST_IN_THE_TREE = Set.of("07", "21");
    private static final Set<String> LOST_ON_THE_WAY =
            Set.of("07", "08", "09", "10", "11", "13", "21");

    private final RandomGenerator random = new Random(5);

    static List<String> schemas() {
        return Goldens.cases("\\d\\d-.*");
    }

    static List<String> trees() {
        return Goldens.cases("t\\d\\d-.*");
    }

    private Tree tree(String name, String file) {
        return Goldens.transform(name).tree(Goldens.read(name, file), Ids.of(random)).value();
    }

    private static boolean isOneOf(Set<String> cases, String name) {
        return cases.contains(name.substring(0, 2));
    }

    /// The root has an id here and none there, and props even where there is no form.
    private static Json rootAsTheReferences(Tree tree, JsonObject reference) {
        JsonObject root = ((JsonObject) Goldens.json(tree.root())).without("id");
        return reference.has("props") ? root : root.without("props");
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void schemaToTree(String name) {
        if (isOneOf(LOST_IN_THE_TREE, name)) {
            return; // below, by name
        }
        for (List<String> files :
                List.of(List.of("input.json", "tree.json"), List.of("schema.json", "tree2.json"))) {
            JsonObject reference = Goldens.object(name, files.getLast());
            Json ours = rootAsTheReferences(tree(name, files.getFirst()), reference);
            Goldens.assertEqual(ours, reference, Goldens.generatedIds(name));
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void treeToSchema(String name) {
        for (List<String> files :
                List.of(
                        List.of("tree.json", "schema.json"),
                        List.of("tree2.json", "schema2.json"),
                        List.of("engine-serialized.json", "engine-schema.json"))) {
            Tree tree = Tree.of(Goldens.node(Goldens.object(name, files.getFirst())));
            for (SchemaStyle style : SchemaStyle.values()) {
                assertThat(Goldens.transform(name).schema(tree, style).value())
                        .as("%s %s", files.getFirst(), style)
                        .isEqualTo(Goldens.read(name, files.getLast()));
            }
        }
    }

    /// In the normal style; as it was written, a schema comes back as it was.
    @ParameterizedTest
    @MethodSource("schemas")
    void schemaToTreeToSchema(String name) {
        Json input = Goldens.read(name, "input.json");
        Tree tree = tree(name, "input.json");
        SchemaTransform transform = Goldens.transform(name);
        JsonObject written = transform.schema(tree, SchemaStyle.AS_WRITTEN).value();
        assertThat(JsonText.compact(written)).isEqualTo(JsonText.compact(input));
        if (!isOneOf(LOST_ON_THE_WAY, name)) {
            JsonObject normal = transform.schema(tree, SchemaStyle.NORMAL).value();
            JsonObject reference = Goldens.object(name, "schema.json");
            // the reference loses the id of the root
            Json id = ((JsonObject) input).object("schema").get("x-designable-id");
            if (id != null) {
                JsonObject schema = reference.object("schema").with("x-designable-id", id);
                reference = reference.with("schema", schema);
            }
            Goldens.assertEqual(normal, reference, Goldens.generatedIds(name));
        }
    }

    @ParameterizedTest
    @MethodSource("trees")
    void treesToSchemas(String name) {
        JsonObject result = Goldens.object(name, "result.json");
        if (Set.of("t05", "t07", "t14", "t15").contains(name.substring(0, 3))) {
            return; // below, by name
        }
        Json json = Goldens.read(name, "tree.json");
        for (SchemaStyle style : SchemaStyle.values()) {
            JsonObject ours =
                    json == JsonNull.NULL
                            ? SchemaTransform.empty()
                            : Goldens.transform(name)
                                    .schema(Tree.of(Goldens.node((JsonObject) json)), style)
                                    .value();
            assertThat(ours).isEqualTo(result.get("ok"));
        }
    }

    // ---- deliberate differences

    private static List<String> names(TreeNode node) {
        return node.children().stream().map(child -> child.props().text("name")).toList();
    }

    private static JsonObject normal(Tree tree) {
        return SchemaTransform.DEFAULT.schema(tree, SchemaStyle.NORMAL).value().object("schema");
    }

    private static Tree golden(String name) {
        assertThat(schemas()).contains(name);
        return SchemaTransform.DEFAULT
                .tree(Goldens.read(name, "input.json"), Ids.of(new Random(5)))
                .value();
    }

    @Test
    void difference07OddAndEqualIndexesLoseNoField() {
        Tree tree = golden("07-x-index-order");
        assertThat(names(tree.root()))
                .containsExactly(
                        "zero", "str", "two", "dupA", "dupB", "five", "u1", "nul", "word", "u2");
        JsonObject reference = Goldens.object("07-x-index-order", "schema.json");
        assertThat(reference.object("schema").object("properties").names())
                .doesNotContain("dupA", "nul");
        assertThat(normal(tree).object("properties").names()).hasSize(10);
        assertThat(
                        SchemaTransform.DEFAULT
                                .tree(
                                        Goldens.read("07-x-index-order", "input.json"),
                                        Ids.of(random))
                                .diagnostics()
                                .stream()
                                .map(Diagnostic::toString))
                .containsExactly(
                        "/schema/properties/dupB: warning: x-index must differ from that of the siblings;"
                                + " \"dupB\" and \"dupA\" have 3 [x-index-equal]",
                        "/schema/properties/nul: warning: x-index must be a whole number from 0; got null"
                                + " [x-index]",
                        "/schema/properties/word: warning: x-index must be a whole number from 0; got \"abc\""
                                + " [x-index]");
    }

    @Test
    void difference21NegativeAndFractionalIndexesHaveTheirPlace() {
        Json input =
                JsonText.read(
                        "21",
                        """
                        {"form": {}, "schema": {"type": "object", "properties": {
                          "one": {"x-index": 1}, "half": {"x-index": 0.5}, "minus": {"x-index": -1},
                          "truth": {"x-index": true}, "empty": {"x-index": ""}, "zero": {"x-index": 0}}}}
                        """);
        Tree tree = SchemaTransform.DEFAULT.tree(input, Ids.of(random)).value();
        assertThat(names(tree.root()))
                .containsExactly("minus", "zero", "half", "one", "truth", "empty");
    }

    @Test
    void difference08WordsOfTheRootAreWritten() {
        JsonObject ours = normal(golden("08-ids-and-names"));
        JsonObject reference = Goldens.object("08-ids-and-names", "schema.json").object("schema");
        assertThat(ours.text("title")).isEqualTo("Root title");
        assertThat(ours.text("x-component")).isEqualTo("Ignored");
        assertThat(ours.text("x-designable-id")).isEqualTo("rootid00001");
        Goldens.assertEqual(
                ours.without("title").without("x-component").without("x-designable-id"),
                reference,
                Goldens.generatedIds("08-ids-and-names"));
    }

    @Test
    void difference09TuplesAreWritten() {
        Json input =
                JsonText.read(
                        "09",
                        """
                        {"schema": {"type": "object", "properties": {"pair": {"type": "array",
                          "items": [{"type": "string"}, {"type": "number"}], "additionalItems": false}}}}
                        """);
        Tree tree = SchemaTransform.DEFAULT.tree(input, Ids.of(random)).value();
        assertThat(tree.root().children().getFirst().children()).isEmpty();
        JsonObject pair = normal(tree).object("properties").object("pair");
        assertThat(pair.get("items")).isInstanceOf(JsonArray.class);
        assertThat(pair.has("additionalItems")).isTrue();
    }

    @Test
    void difference11APropertyOfAnArrayStaysOne() {
        JsonObject array =
                normal(golden("11-array-without-items")).object("properties").object("arr");
        assertThat(array.has("items")).isFalse();
        assertThat(array.object("properties").names()).containsExactly("add", "more");
        JsonObject reference = Goldens.object("11-array-without-items", "schema.json");
        assertThat(reference.object("schema").object("properties").object("arr").has("items"))
                .isTrue();
    }

    @Test
    void difference13PatternsAndDefinitionsAreWritten() {
        String name = "13-ref-and-patterns";
        JsonObject ours = normal(golden(name));
        JsonObject properties = ours.object("properties");
        JsonObject mapped = properties.object("mapx");
        assertThat(ours.has("definitions")).isTrue();
        assertThat(mapped.names()).contains("patternProperties", "additionalProperties");
        Goldens.assertEqual(
                ours.without("definitions")
                        .with(
                                "properties",
                                properties.with(
                                        "mapx",
                                        mapped.without("patternProperties")
                                                .without("additionalProperties"))),
                Goldens.object(name, "schema.json").object("schema"),
                Goldens.generatedIds(name));
    }

    @Test
    void differenceT05TheSecondOfTwoEqualNamesIsWrittenUnderItsId() {
        Tree tree = Tree.of(Goldens.node(Goldens.object("t05-duplicate-names", "tree.json")));
        Transformed<JsonObject> ours = SchemaTransform.DEFAULT.schema(tree, SchemaStyle.NORMAL);
        JsonObject properties = ours.value().object("schema").object("properties");
        assertThat(properties.names()).containsExactly("same", "b");
        assertThat(properties.object("same").text("title")).isEqualTo("first");
        assertThat(properties.object("b").text("title")).isEqualTo("second");
        assertThat(ours.diagnostics().toString())
                .isEqualTo(
                        "[/children/1: warning: siblings must have different names; \"b\" is the second"
                                + " \"same\" and is written as \"b\" [name-collision]]");
    }

    @Test
    void differenceT07TheFormIsFoundBelowTheRoot() {
        TreeNode form = TreeNode.of("f", "Form").withProps(JsonObject.of("labelCol", 6));
        form = form.withChildren(List.of(TreeNode.of("a", "Field")));
        Tree tree =
                Tree.of(
                        TreeNode.of("root", "Root")
                                .withChildren(List.of(TreeNode.of("x", "Card"), form)));
        Transformed<JsonObject> ours = SchemaTransform.DEFAULT.schema(tree, SchemaStyle.NORMAL);
        assertThat(ours.value())
                .isEqualTo(
                        JsonText.read(
                                "t07",
                                """
                                {"form": {"labelCol": 6}, "schema": {"type": "object", "x-designable-id": "f",
                                 "properties": {"a": {"x-designable-id": "a", "x-index": 0}}}}
                                """));
        assertThat(ours.diagnostics().toString())
                .isEqualTo(
                        "[/: warning: only what is in the Form \"f\" is written; 2 nodes are outside it"
                                + " [outside-form]]");
    }

    /// The reference writes it under its id, as case t13 shows; so do we where no schema told the
    /// name.
    @Test
    void differenceAFieldWithAnEmptyNameKeepsIt() {
        Json input =
                JsonText.read(
                        "empty",
                        """
                        {"form": {}, "schema": {"type": "object",
                         "properties": {"": {"type": "string", "x-designable-id": "i"}}}}
                        """);
        Tree tree = SchemaTransform.DEFAULT.tree(input, Ids.of(random)).value();
        assertThat(normal(tree).object("properties").names()).containsExactly("");
    }

    @Test
    void differenceT14MissingPropsAndChildrenAreNone() {
        assertThat(Goldens.object("t14-missing-props", "result.json").has("error")).isTrue();
        Tree tree = Tree.of(Goldens.node(Goldens.object("t14-missing-props", "tree.json")));
        assertThat(normal(tree).object("properties"))
                .isEqualTo(
                        JsonText.read(
                                "t14", "{\"a\": {\"x-designable-id\": \"a\", \"x-index\": 0}}"));
    }
}
