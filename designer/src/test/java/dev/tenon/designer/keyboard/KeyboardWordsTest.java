package dev.tenon.designer.keyboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.behavior.Languages;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Every shortcut and every announcement has words in each language, with the same arguments.
final class KeyboardWordsTest {
    private static final Pattern PLACE = Pattern.compile("\\{\\d}");
    private final Languages languages = Languages.NONE.with(Shortcuts.locales());

    @Test
    void nothingIsUntranslated() {
        assertThat(languages.codes()).containsExactlyInAnyOrder("en-us", "zh-cn", "ko-kr");
        for (String code : languages.codes()) {
            assertThat(languages.untranslated(code)).as(code).isEmpty();
            for (Shortcut shortcut : Shortcuts.ALL) {
                assertThat(languages.text(code, shortcut.name())).isNotEqualTo(shortcut.name());
            }
        }
    }

    @Test
    void allLanguagesSayAllArguments() {
        for (String token :
                List.of("picked_up", "moved", "no_further", "dropped", "cancelled", "refused")) {
            Set<String> english = places("en-us", token);
            for (String code : languages.codes()) {
                assertThat(places(code, token)).as(code + " " + token).isEqualTo(english);
            }
        }
        assertThat(places("en-us", "dropped")).hasSize(4);
    }

    private Set<String> places(String code, String token) {
        String words = languages.text(code, "announcements." + token);
        assertThat(words).isNotEqualTo("announcements." + token);
        return new TreeSet<>(PLACE.matcher(words).results().map(MatchResult::group).toList());
    }
}
