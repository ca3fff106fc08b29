package dev.tenon.designer.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.Golden;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The catalogue against the reference's: panels, flags and resources are equal but for the
/// differences that this class names.
final class CatalogueGoldenTest {
    private static final String PROPS = "x-component-props";
    private static final Set<String> TEXTS = Set.of("title", "textContent", "label");
    private static final Registry REGISTRY = FormCatalogue.load().registry();
    private static JsonObject golden = JsonObject.EMPTY;

    @BeforeAll
    static void read() throws IOException {
        golden = (JsonObject) Golden.read("antd/antd-catalogue.json");
    }

    private static List<JsonObject> all(String what) {
        return golden.object("components").entries().stream()
                .flatMap(entry -> objects(((JsonObject) entry.getValue()).get(what)))
                .toList();
    }

    private static Stream<JsonObject> objects(@Nullable Json array) {
        return array instanceof JsonArray values
                ? values.values().stream().map(JsonObject.class::cast)
                : Stream.of();
    }

    private static Behavior behavior(String name) {
        return REGISTRY.behaviors().stream()
                .filter(behavior -> behavior.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no behaviour " + name));
    }

    private static DesignerProps props(String name) {
        return behavior(name).designerProps().apply(TreeNode.of("n", "Field"));
    }

    @TestFactory
    List<DynamicTest> panelsAreTheReferences() {
        return all("behaviors").stream()
                .filter(behavior -> behavior.get("propsSchema") instanceof JsonObject)
                .map(behavior ->
                        DynamicTest.dynamicTest(
                                behavior.text("name"),
                                () ->
                                        assertThat(props(behavior.text("name")).propsSchema())
                                                .isEqualTo(
                                                        mended(
                                                                behavior.text("name"),
                                                                behavior.object("propsSchema")))))
                .toList();
    }

    /// The reference's panel with our differences.
    private static JsonObject mended(String name, JsonObject panel) {
        return (JsonObject) mended(name, "", panel);
    }

    private static Json mended(String component, String name, Json json) {
        if (!(json instanceof JsonObject object)) {
            return json;
        }
        var members = new LinkedHashMap<String, Json>();
        object.forEach((key, value) -> {
            if (!isStrayPart(name, key)) {
                members.put(key, mended(component, key, value));
            }
        });
        return JsonObject.of(members).withAll(difference(component, name, object));
    }

    /// Difference "stray parts": the schema of a component's settings drags along those of its
    /// parts (`TextArea`, `CollapsePanel`), which nothing reads.
    private static boolean isStrayPart(String name, String key) {
        return name.equals(PROPS) && Character.isUpperCase(key.charAt(0));
    }

    private static JsonObject difference(String component, String name, JsonObject setting) {
        String setter = setting.text("x-component");
        if (setter == null) {
            return JsonObject.EMPTY;
        }
        if (setter.startsWith("<")) { // "named setters": the golden file holds a React type's name
            return JsonObject.of("x-component", setterName(name, setter));
        }
        boolean isLine = setter.equals("Input") && "boolean".equals(setting.text("type"));
        if (isLine && Set.of("header", "extra").contains(name)) { // "texts are no booleans"
            return JsonObject.of("type", "string");
        }
        if (name.equals("type") && setter.equals("Radio.Group")) {
            // "choices in the schema": the reference has them in its translations only
            String[] values =
                    component.equals("FormTab")
                            ? new String[] {"line", "card"}
                            : new String[] {"", "inner"};
            return JsonObject.of("type", "string", "enum", strings(values));
        }
        if (name.equals("virtual") && setter.equals("Switch")) { // "a switch is checked"
            return JsonObject.of(PROPS, JsonObject.of("defaultChecked", true));
        }
        if (name.equals("format") && component.startsWith("TimePicker")) {
            // "a time's format": the reference shows a date's
            return JsonObject.of(PROPS, JsonObject.of("placeholder", "HH:mm:ss"));
        }
        return JsonObject.EMPTY;
    }

    private static String setterName(String name, String setter) {
        return switch (setter) {
            case "<react:memo>" -> name.equals("enum") ? "DataSourceSetter" : "ValidatorSetter";
            default -> setter.substring(1, setter.length() - 1);
        };
    }

    private static JsonArray strings(String... values) {
        return new JsonArray(Stream.of(values).<Json>map(JsonString::new).toList());
    }

    @Test
    void flagsAreTheReferences() {
        for (JsonObject behavior : all("behaviors")) {
            String name = behavior.text("name");
            DesignerProps ours = props(name);
            JsonObject theirs = behavior.object("designerProps");
            assertThat(Boolean.TRUE.equals(ours.droppable()))
                    .as(name + " droppable")
                    .isEqualTo(theirs.isTrue("droppable"));
            assertThat(Boolean.TRUE.equals(ours.inlineChildrenLayout()))
                    .as(name + " inline")
                    .isEqualTo(theirs.isTrue("inlineChildrenLayout"));
            assertThat(ours.allowDrop() != null)
                    .as(name + " allowDrop")
                    .isEqualTo(theirs.has("allowDrop") || name.equals("ArrayTable.Column"));
            assertThat(ours.allowAppend() != null)
                    .as(name + " allowAppend")
                    .isEqualTo(theirs.has("allowAppend"));
            assertThat(ours.resizable() != null)
                    .as(name + " resizable")
                    .isEqualTo(theirs.has("resizable"));
            if (theirs.has("defaultProps")) {
                assertThat(ours.defaultProps()).isEqualTo(theirs.get("defaultProps"));
            }
            assertThat(behavior(name).basis())
                    .as(name + " extends")
                    .isEqualTo(Golden.strings(behavior.get("extends")));
        }
    }

    /// The reference says so of a form that is the root; here no root may.
    @Test
    void theFormAsRootStays() {
        Rules rules = new Rules(REGISTRY);
        Tree tree = Tree.of(TreeNode.of("root", "Form"));
        assertThat(rules.drag(tree, tree.root())).isNotNull();
        assertThat(rules.copy(tree, tree.root())).isNotNull();
        assertThat(rules.delete(tree, tree.root())).isNotNull();
    }

    @Test
    void resourcesAreTheReferences() {
        Map<String, String> renamed = Map.of("ObjectContainer", "Object");
        int found = 0;
        for (var group : golden.object("groups").entries()) {
            for (String name : Golden.strings(group.getValue())) {
                var theirs = objects(golden.object("components").object(name).get("resources"));
                for (JsonObject resource : theirs.toList()) {
                    JsonObject element =
                            objects(resource.get("elements")).findFirst().orElseThrow();
                    String kind = element.object("props").text("x-component");
                    Resource ours = REGISTRY.resource(kind == null ? renamed.get(name) : kind);
                    assertThat(ours).as(name).isNotNull();
                    assertThat(ours.group()).isEqualTo("sources." + group.getKey());
                    assertThat(ours.nodes()).hasSize(1);
                    assertThat(shape(ours.nodes().getFirst())).isEqualTo(shape(element));
                    found++;
                }
            }
        }
        assertThat(found).isEqualTo(29);
        Set<String> added = Set.of("FormStep", "ArrayItems", "ArrayCollapse");
        assertThat(REGISTRY.resources().stream().map(Resource::name).toList()).containsAll(added);
        assertThat(REGISTRY.resources()).hasSize(found + added.size());
    }

    /// Difference "own words": titles, labels and texts are ours.
    private static JsonObject shape(TreeNode node) {
        return shape(
                node.props(), node.children().stream().map(CatalogueGoldenTest::shape).toList());
    }

    private static JsonObject shape(JsonObject element) {
        return shape(
                element.object("props"),
                objects(element.get("children")).map(CatalogueGoldenTest::shape).toList());
    }

    private static JsonObject shape(JsonObject props, List<JsonObject> children) {
        return JsonObject.of(
                "props", wordless(props), "children", new JsonArray(List.copyOf(children)));
    }

    private static Json wordless(Json json) {
        return switch (json) {
            case JsonArray array ->
                    new JsonArray(
                            array.values().stream().map(CatalogueGoldenTest::wordless).toList());
            case JsonObject object -> {
                var members = new LinkedHashMap<String, Json>();
                object.forEach((name, value) ->
                        members.put(
                                name,
                                TEXTS.contains(name) && value instanceof JsonString
                                        ? new JsonString("...")
                                        : wordless(value)));
                yield JsonObject.of(members);
            }
            default -> json;
        };
    }
}
