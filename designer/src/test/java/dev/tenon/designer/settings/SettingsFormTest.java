package dev.tenon.designer.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.catalogue.FormCatalogue;
import dev.tenon.designer.catalogue.Setting;
import dev.tenon.designer.effect.ContentEditing;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.History;
import dev.tenon.designer.engine.Selection;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.settings.css.CssBorder;
import dev.tenon.designer.settings.css.CssSize;
import dev.tenon.designer.tree.Ids;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The settings form of the catalogue's components and of a user's own.
final class SettingsFormTest {
    private static final Registry REGISTRY = FormCatalogue.load().registry();
    private static final Rules RULES = new Rules(REGISTRY);
    private static final Ids NO_IDS =
            () -> {
                throw new AssertionError("no node is made");
            };

    private static TreeNode node(String id, String props) {
        return TreeNode.of(id, "Field", (JsonObject) JsonText.read("props", props), List.of());
    }

    private static TreeNode input(String id, String title) {
        return node(
                id,
                "{\"type\":\"string\",\"title\":\""
                        + title
                        + "\",\"x-decorator\":\"FormItem\",\"x-component\":\"Input\"}");
    }

    private static SettingsForm form(TreeNode... nodes) {
        return form(REGISTRY, "en-US", nodes);
    }

    private static SettingsForm form(Registry registry, String language, TreeNode... nodes) {
        return Objects.requireNonNull(
                SettingsForm.of(registry, language, List.of(nodes), Expressions.CONDITIONS));
    }

    private static TreeNode after(Action action, TreeNode... nodes) {
        Tree tree = Tree.of(TreeNode.of("root", "Form", JsonObject.EMPTY, List.of(nodes)));
        Outcome outcome = action.on(tree, RULES, NO_IDS);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
        return ((Outcome.Done) outcome).tree().root();
    }

    @Test
    void aFieldHasLabelValueAndDefault() {
        SettingsForm form = form(input("a", "Name"));
        assertThat(form.groups().stream().map(SettingsGroup::title))
                .containsExactly(
                        "Field",
                        "Component",
                        "Label and frame",
                        "Style of the component",
                        "Style of the frame");
        assertThat(form.groups().stream().map(SettingsGroup::isExpanded))
                .containsExactly(true, true, false, false, false);
        SettingsField title = form.field("title");
        assertThat(title.label()).isEqualTo("Title");
        assertThat(title.value()).isEqualTo(new JsonString("Name"));
        SettingsField size = form.field("x-component-props.size");
        assertThat(size.setter()).isEqualTo(Setter.CHOICE);
        assertThat(size.value()).isNull();
        assertThat(size.shown()).isEqualTo(new JsonString("middle"));
        assertThat(size.choices().stream().map(SettingsField.Choice::label))
                .containsExactly("Large", "Small", "Medium", "Not set");
        assertThat(form.field("name").tooltip())
                .isEqualTo("The key of the value in the form's data");
        assertThat(form.field("x-component-props.bordered").shown()).isEqualTo(JsonBoolean.TRUE);
        assertThat(form.field("x-component-props.style.width").setter()).isEqualTo(Setter.SIZE);
        assertThat(form.field("x-decorator-props.style.opacity").setter()).isEqualTo(Setter.SLIDER);
        assertThat(form.field("enum").setter()).isEqualTo(Setter.DATA_SOURCE);
    }

    @Test
    void wordsFollowTheLanguageAndTheComponent() {
        TreeNode space = node("s", "{\"type\":\"void\",\"x-component\":\"Space\"}");
        assertThat(form(space).field("x-component-props.size").label()).isEqualTo("Gap");
        assertThat(form(REGISTRY, "zh-CN", space).field("x-component-props.size").label())
                .isEqualTo("间隔");
        assertThat(form(REGISTRY, "ko-KR", input("a", "")).field("required").label())
                .isEqualTo("필수");
    }

    /// D19: in the reference, selecting a node writes the component's defaults into it.
    @Test
    void showingDefaultsChangesNoNode() {
        TreeNode root = TreeNode.of("root", "Form");
        SettingsForm form = form(root);
        assertThat(form.field("labelCol").shown()).isEqualTo(JsonNumber.of(6));
        assertThat(form.field("labelCol").value()).isNull();
        assertThat(form.nodes().getFirst().props()).isEqualTo(JsonObject.EMPTY);
        assertThat(form.field("style.margin").path().steps()).containsExactly("style", "margin");
    }

    @Test
    void groupsAndFieldsAreSeenByTheReactions() {
        SettingsForm bare = form(node("a", "{\"type\":\"void\",\"x-component\":\"Card\"}"));
        assertThat(bare.groups().stream().map(SettingsGroup::isVisible))
                .containsExactly(true, true, false, true, false);
        assertThat(bare.field("title").isVisible()).isFalse();
        SettingsForm labelled =
                form(
                        node(
                                "a",
                                "{\"type\":\"void\",\"x-component\":\"Card\",\"x-decorator\":\"FormItem\"}"));
        assertThat(labelled.groups()).allMatch(SettingsGroup::isVisible);
        assertThat(labelled.field("title").isVisible()).isTrue();
    }

    @Test
    void anEditIsAnActionOnItsPath() {
        TreeNode a = input("a", "Name");
        SettingPath width = SettingPath.of("x-component-props.style.width");
        TreeNode wide = after(form(a).set(width, new JsonString("50%")), a).children().get(0);
        assertThat(width.in(wide.props())).isEqualTo(new JsonString("50%"));
        assertThat(form(wide).field(width.toString()).value()).isEqualTo(new JsonString("50%"));
        TreeNode again = after(form(wide).clear(width), wide).children().get(0);
        assertThat(again).isEqualTo(a);
    }

    @Test
    void anEditNeverOverwritesWhatIsNoObject() {
        TreeNode a = node("a", "{\"x-component\":\"Input\",\"x-component-props\":\"{{props}}\"}");
        SettingPath size = SettingPath.of("x-component-props.size");
        assertThatThrownBy(() -> form(a).set(size, new JsonString("small")))
                .isInstanceOf(DesignException.class)
                .hasMessage(
                        "settings: x-component-props must be an object to hold size; got"
                                + " \"{{props}}\"");
        assertThatThrownBy(() -> form(a).field("nothing"))
                .hasMessage("settings: the panel has no field \"nothing\"");
    }

    @Test
    void severalNodesShareAForm() {
        TreeNode a = input("a", "One");
        TreeNode b = input("b", "Two");
        SettingsForm form = form(a, b);
        assertThat(form.field("title").isMixed()).isTrue();
        assertThat(form.field("title").value()).isNull();
        assertThat(form.field("x-decorator-props.size").isMixed()).isFalse();
        Action action = form.set(SettingPath.of("required"), JsonBoolean.TRUE);
        assertThat(action.type()).isEqualTo("update:node:props");
        assertThat(after(action, a, b).children())
                .allMatch(node -> node.props().isTrue("required"));
        TreeNode other = node("c", "{\"x-component\":\"Card\"}");
        assertThat(SettingsForm.of(REGISTRY, "en-US", List.of(a, other), Expressions.CONDITIONS))
                .isNull();
        assertThat(SettingsForm.of(REGISTRY, "en-US", List.of(), Expressions.CONDITIONS)).isNull();
    }

    @Test
    void aSetterOfSeveralSettingsShowsEach() {
        TreeNode a =
                node(
                        "a",
                        "{\"x-component\":\"Card\",\"x-component-props\":{\"style\":"
                                + "{\"color\":\"red\",\"display\":\"flex\"}}}");
        SettingsForm form = form(a);
        SettingsField font = form.field("x-component-props.style.font");
        assertThat(font.value()).isNull();
        assertThat(font.parts()).hasSize(8);
        SettingsField color = form.field("x-component-props.style.color");
        assertThat(color.value()).isEqualTo(new JsonString("red"));
        assertThat(color.label()).isEqualTo("Colour");
        assertThat(form.field("x-component-props.style.flexWrap").isVisible()).isTrue();
        assertThat(form.field("x-decorator-props.style.flexWrap").isVisible()).isFalse();
    }

    @Test
    void theEditsOfOneGestureAreOneStep() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        Tree tree = Tree.of(TreeNode.of("root", "Form", JsonObject.EMPTY, List.of(input("a", ""))));
        History history = History.of(tree, Selection.of("a"), start, History.CAPACITY);
        Gesture gesture = null;
        String[] typed = {"N", "Na", "Nam", "Name"};
        for (int i = 0; i < typed.length; i++) {
            gesture = gesture(history, gesture, start.plusMillis(300 * i));
            history = typed(history, gesture, typed[i]);
        }
        assertThat(history.types()).containsExactly("default:state", "update:node:props");
        Gesture later = gesture(history, gesture, start.plusSeconds(9));
        assertThat(later.name()).isNotEqualTo(Objects.requireNonNull(gesture).name());
        history = typed(history, later, "Names");
        assertThat(history.types()).hasSize(3);
        assertThat(Objects.requireNonNull(history.undo()).tree().node("a").props().text("title"))
                .isEqualTo("Name");
    }

    private static Gesture gesture(History history, @Nullable Gesture before, Instant now) {
        SettingsForm form = form(history.entries().getLast().tree().node("a"));
        return Gesture.of(before, form, SettingPath.of("title"), now);
    }

    private static History typed(History history, Gesture gesture, String text) {
        Tree tree = history.entries().getLast().tree();
        Action action = form(tree.node("a")).set(SettingPath.of("title"), new JsonString(text));
        var done = (Outcome.Done) action.on(tree, RULES, NO_IDS);
        Selection selection = Selection.of("a");
        return history.push(
                new History.Entry(
                        action.type(),
                        gesture.last(),
                        done.tree(),
                        selection,
                        selection,
                        done.difference(),
                        gesture.name()));
    }

    /// A component that is not of the catalogue, with words as the reference's packs tell them.
    @Test
    void ownComponentsAndWordsServeAsWell() {
        Registry own =
                Registry.EMPTY
                        .withBehaviors(
                                List.of(
                                        Behavior.of(
                                                "Lamp",
                                                DesignerProps.builder()
                                                        .propsSchema(
                                                                Setting.panel(
                                                                        List.of(
                                                                                Setting.choice(
                                                                                        "hue", "a",
                                                                                        "b"),
                                                                                Setting.of(
                                                                                                "glow",
                                                                                                "GlowPicker")
                                                                                        .hiddenIf(
                                                                                                "what()"))))
                                                        .build())))
                        .withLocales(
                                (JsonObject)
                                        JsonText.read(
                                                "pack",
                                                "{\"en-US\":{\"settings\":{\"hue\":{\"title\":\"Hue\","
                                                        + "\"placeholder\":\"Pick\",\"dataSource\":["
                                                        + "\"Warm\",{\"label\":\"Cold\",\"value\":\"b\"}]}}}}"));
        SettingsForm form = form(own, "en-US", TreeNode.of("l", "Lamp"));
        assertThat(form.groups()).hasSize(1);
        SettingsField hue = form.field("hue");
        assertThat(hue.label()).isEqualTo("Hue");
        assertThat(hue.placeholder()).isEqualTo("Pick");
        assertThat(hue.choices())
                .containsExactly(
                        new SettingsField.Choice(new JsonString("a"), "Warm"),
                        new SettingsField.Choice(new JsonString("b"), "Cold"));
        assertThat(form.field("glow").setter()).isEqualTo(Setter.OTHER);
        assertThat(form.field("glow").component()).isEqualTo("GlowPicker");
        assertThat(form.field("glow").label()).isEqualTo("glow");
        assertThat(form.field("glow").isVisible()).isTrue(); // what() is not understood
    }

    /// No field of any panel is without a label, nor a choice without a name, in any language.
    @Test
    void everySettingHasWordsInEveryLanguage() {
        Pattern own = Pattern.compile("[\\p{IsHan}\\p{IsHangul}]");
        int settings = 0;
        List<String> wordless = new ArrayList<>();
        for (Behavior behavior : REGISTRY.behaviors()) {
            TreeNode node =
                    switch (behavior.name()) {
                        case "Form", "Field" -> TreeNode.of("n", behavior.name());
                        case "Object" -> node("n", "{\"type\":\"object\"}");
                        default -> node("n", "{\"x-component\":\"" + behavior.name() + "\"}");
                    };
            if (REGISTRY.designerProps(node).propsSchema() == null) {
                continue;
            }
            for (String language : List.of("en-US", "zh-CN", "ko-KR")) {
                Pattern script = language.equals("en-US") ? Pattern.compile("\\p{ASCII}") : own;
                for (SettingsGroup group : form(REGISTRY, language, node).groups()) {
                    for (SettingsField field : all(group)) {
                        settings++;
                        String where = behavior.name() + " " + field.path() + " " + language;
                        if (!script.matcher(field.label()).find()
                                || field.label().equals(field.path().last())) {
                            wordless.add(where + ": " + field.label());
                        }
                        for (SettingsField.Choice choice : field.choices()) {
                            Json value = choice.value();
                            boolean isNamed =
                                    !value.equals(new JsonString(choice.label()))
                                            || List.of("POST", "PUT", "GET")
                                                    .contains(choice.label());
                            if (!isNamed && !choice.label().matches("\\d00")) {
                                wordless.add(where + " = " + value);
                            }
                        }
                    }
                }
            }
        }
        assertThat(wordless).isEmpty();
        assertThat(settings).isGreaterThan(3 * 44 * 40);
    }

    @Test
    void whatSettersOfferHasWords() {
        List<String> tokens = new ArrayList<>();
        CssBorder.LINES.forEach(line -> tokens.add("values." + line));
        for (CssSize.Word word : CssSize.Word.values()) {
            tokens.add("values." + word);
        }
        for (CssBorder.Side side : CssBorder.Side.values()) {
            tokens.add(side.name());
        }
        for (ValueKind kind : ValueKind.values()) {
            tokens.add(kind.name());
        }
        ValidatorRule.CONDITIONS.forEach(condition -> tokens.add("rules." + condition));
        ValidatorRule.FORMATS.forEach(format -> tokens.add("formats." + format));
        Reaction.PROPERTIES.forEach(property -> tokens.add("properties." + property));
        for (String language : List.of("en-US", "zh-CN", "ko-KR")) {
            for (String token : tokens) {
                assertThat(REGISTRY.languages().text(language, "setters." + token))
                        .isNotEqualTo("setters." + token);
            }
        }
    }

    private static List<SettingsField> all(SettingsGroup group) {
        List<SettingsField> all = new ArrayList<>();
        for (SettingsField field : group.fields()) {
            all.add(field);
            all.addAll(field.parts());
        }
        return all;
    }

    @Test
    void aPathHasAnEnd() {
        String longest = "a" + ".a".repeat(SettingPath.LONGEST - 1);
        JsonObject set = SettingPath.of(longest).with(JsonObject.EMPTY, JsonBoolean.TRUE);
        assertThat(SettingPath.of(longest).in(set)).isEqualTo(JsonBoolean.TRUE);
        String tooLong = "a" + ".a".repeat(100_000);
        String message = "SettingPath: must have at most 100 steps; got 100001";
        assertThatThrownBy(() -> SettingPath.of(tooLong)).hasMessage(message);
        var editing = new ContentEditing();
        assertThatThrownBy(() ->
                        editing.begin(
                                new Engine(Registry.EMPTY)
                                        .open("w", TreeNode.of("a", "Form"))
                                        .operation(),
                                "a",
                                tooLong))
                .hasMessage(message);
    }
}
