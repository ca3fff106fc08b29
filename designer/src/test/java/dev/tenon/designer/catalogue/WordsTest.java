package dev.tenon.designer.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.Languages;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.keyboard.Shortcut;
import dev.tenon.designer.keyboard.Shortcuts;
import dev.tenon.designer.tree.TreeNode;
import java.io.StringReader;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/// Every word is there in every language, and every icon is drawn.
final class WordsTest {
    private static final FormCatalogue CATALOGUE = FormCatalogue.load();
    private static final Registry REGISTRY = CATALOGUE.registry();

    private static void assertTold(String token) {
        for (String language : Words.LANGUAGES) {
            assertThat(REGISTRY.languages().text(language, token)).isNotBlank().isNotEqualTo(token);
        }
    }

    @Test
    void nothingIsUntranslated() {
        assertThat(REGISTRY.languages().codes()).containsExactly("en-us", "zh-cn", "ko-kr");
        for (String language : Words.LANGUAGES) {
            assertThat(REGISTRY.languages().untranslated(language)).as(language).isEmpty();
            for (Behavior behavior : REGISTRY.behaviors()) {
                Languages local = Languages.NONE.with(behavior.locales());
                assertThat(local.untranslated(language)).as(behavior.name()).isEmpty();
            }
        }
    }

    /// No language has lent its words to another, but for names that are the same everywhere.
    @Test
    void eachLanguageUsesItsOwnScript() {
        Pattern han = Pattern.compile("\\p{IsHan}");
        Pattern hangul = Pattern.compile("\\p{IsHangul}");
        for (Behavior behavior : REGISTRY.behaviors()) {
            String token = "components." + behavior.name() + ".title";
            assertTold(token);
            assertThat(REGISTRY.languages().text("zh-CN", token)).containsPattern(han);
            assertThat(REGISTRY.languages().text("ko-KR", token)).containsPattern(hangul);
            assertThat(REGISTRY.languages().text("en-US", token)).matches("\\p{ASCII}+");
        }
    }

    @Test
    void everyBehaviourKnowsItsTitle() {
        TreeNode tab =
                TreeNode.of(
                        "t",
                        "Field",
                        JsonObject.of("type", "void", "x-component", "FormTab.TabPane"),
                        List.of());
        assertThat(REGISTRY.languages(tab).text("en-US", "title")).isEqualTo("Tab");
        assertThat(REGISTRY.languages(tab).text("ko-KR", "title")).isEqualTo("탭 화면");
    }

    @Test
    void historyRefusalsAndButtonsHaveWords() {
        TreeNode node = TreeNode.of("n", "Field");
        List<Action> actions =
                List.of(
                        new Action.Append("t", List.of()),
                        new Action.Prepend("t", List.of()),
                        new Action.InsertBefore("t", List.of()),
                        new Action.InsertAfter("t", List.of()),
                        new Action.InsertAt("t", 0, List.of()),
                        new Action.Move(List.of(), "t", 0),
                        new Action.SetChildren("t", List.of()),
                        new Action.Wrap("t", node),
                        new Action.Unwrap("t"),
                        new Action.Clone(List.of(), List.of()),
                        new Action.Paste(List.of(), List.of()),
                        new Action.Remove(List.of()),
                        new Action.SetProps("t", JsonObject.EMPTY),
                        new Action.Rename("t", "Field"),
                        new Action.Hide("t", true),
                        new Action.Load(node),
                        new Action.Group("default:state", List.of()));
        assertThat(actions).hasSize(Action.class.getPermittedSubclasses().length);
        actions.forEach(action -> assertTold("operations." + action.type().replace(':', '_')));
        for (Refusal.Rule rule : Refusal.Rule.values()) {
            assertTold("refusals." + rule.name().toLowerCase(Locale.ROOT));
        }
        CATALOGUE.actions().forEach(action -> assertTold(action.token()));
    }

    /// A registry of the catalogue needs no further words for what a designer says itself.
    @Test
    void shortcutsAndAnnouncementsHaveWords() {
        for (Shortcut shortcut : Shortcuts.ALL) {
            assertTold(shortcut.name());
        }
        for (String announcement :
                List.of(
                        "instructions",
                        "selected",
                        "picked_up",
                        "moved",
                        "no_further",
                        "dropped",
                        "cancelled",
                        "refused")) {
            assertTold("announcements." + announcement);
        }
        Languages words = REGISTRY.languages();
        Languages ofKeys = Languages.NONE.with(Shortcuts.locales());
        assertThat(words.text("zh", "shortcuts.undo")).isEqualTo("撤销");
        assertThat(ofKeys.codes()).isEqualTo(words.codes());
    }

    @Test
    void everyResourceHasAnIconAndWords() throws Exception {
        for (Resource resource : REGISTRY.resources()) {
            assertTold(resource.title());
            assertTold(resource.group());
            String svg = REGISTRY.icon(resource.icon());
            assertThat(svg).as(resource.name()).isNotNull();
            Element root =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new InputSource(new StringReader(Objects.requireNonNull(svg))))
                            .getDocumentElement();
            assertThat(root.getTagName()).isEqualTo("svg");
            assertThat(root.getAttribute("viewBox")).isEqualTo("0 0 24 24");
            assertThat(root.getAttribute("stroke")).isEqualTo("currentColor");
            assertThat(root.getChildNodes().getLength()).isPositive();
            assertThat(drawn(root)).isSubsetOf(Set.of("path", "rect", "circle"));
            assertThat(svg).doesNotContain("#", "style=", "class=");
        }
    }

    private static Set<String> drawn(Element root) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < root.getChildNodes().getLength(); i++) {
            names.add(root.getChildNodes().item(i).getNodeName());
        }
        return names;
    }
}
