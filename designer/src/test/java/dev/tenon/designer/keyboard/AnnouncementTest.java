package dev.tenon.designer.keyboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.catalogue.FormCatalogue;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.keyboard.Announcement.Because;
import dev.tenon.designer.keyboard.Announcement.Called;
import dev.tenon.designer.keyboard.Announcement.Count;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is announced, in words.
final class AnnouncementTest {
    private static final Registry FORMS = FormCatalogue.load().registry();
    private static final Registry BARE = Registry.EMPTY.withLocales(Shortcuts.locales());

    private static TreeNode field(JsonObject props) {
        return TreeNode.of("x", "Field", props, List.of());
    }

    private static String moved(Registry registry, String language, JsonObject props) {
        return new Announcement(
                        "announcements.moved",
                        List.of(new Called(field(props)), new Count(2), new Count(3)))
                .in(registry, language);
    }

    @Test
    void aNodeIsCalledByItsTitle() {
        JsonObject titled = JsonObject.of("title", "Name", "x-component", "Input");
        assertThat(moved(FORMS, "en-US", titled)).isEqualTo("In Name, place 2 of 3");
    }

    /// All nodes of a form are fields: without a title it is the component that tells them apart.
    @Test
    void elseByItsComponentInTheListenersLanguage() {
        JsonObject tabs = JsonObject.of("type", "void", "x-component", "FormTab");
        assertThat(moved(FORMS, "en-US", tabs)).isEqualTo("In Tabs, place 2 of 3");
        assertThat(moved(FORMS, "zh-CN", tabs)).isEqualTo("标签页中第 2 位，共 3 位");
        assertThat(moved(BARE, "en-US", tabs)).isEqualTo("In Field, place 2 of 3");
    }

    @Test
    void aTitleIsNoPlaceForArguments() {
        JsonObject odd = JsonObject.of("title", "{1} $1 \\");
        assertThat(moved(FORMS, "en-US", odd)).isEqualTo("In {1} $1 \\, place 2 of 3");
    }

    @Test
    void aRefusalIsToldInTheListenersLanguage() {
        Announcement refused =
                new Announcement(
                        "announcements.refused",
                        List.of(
                                new Because(
                                        new Refusal(
                                                Refusal.Rule.DRAGGABLE,
                                                "\"x\" (Field) can't be moved"))));
        assertThat(refused.in(FORMS, "en-US"))
                .isEqualTo("Not possible: This component can't be moved");
        assertThat(refused.in(FORMS, "zh-CN")).startsWith("无法完成：").doesNotContain("can't");
        assertThat(refused.in(BARE, "en-US"))
                .isEqualTo("Not possible: \"x\" (Field) can't be moved");
        assertThat(refused.in(Registry.EMPTY, "en-US")).isEqualTo("announcements.refused");
    }
}
