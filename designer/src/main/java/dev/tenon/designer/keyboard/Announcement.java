package dev.tenon.designer.keyboard;

import dev.tenon.designer.behavior.Languages;
import dev.tenon.designer.behavior.Refusal;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.tree.TreeNode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a live region says to those who do not see the canvas. It is a value without a language:
/// [#in] says it in one.
///
/// @param token the token of its words, `announcements.moved`, with places for arguments `{0}`,
///   `{1}`
/// @param arguments what goes there
public record Announcement(String token, List<Argument> arguments) {
    private static final Pattern PLACE = Pattern.compile("\\{(\\d)}");

    /// Copies the list.
    public Announcement {
        arguments = List.copyOf(arguments);
    }

    /// Something that is spoken of.
    public sealed interface Argument {}

    /// A number.
    ///
    /// @param value how many, or which
    public record Count(int value) implements Argument {}

    /// A node, by what people call it: its title, else its component's in their language, else the
    /// component's name.
    ///
    /// @param node the node
    public record Called(TreeNode node) implements Argument {}

    /// Why something may not be done: the words for the rule, else the refusal's own.
    ///
    /// @param refusal the reason
    public record Because(Refusal refusal) implements Argument {}

    /// Returns the announcement in `language`, in the words of `registry`; the token where it has
    /// no words for it.
    public String in(Registry registry, String language) {
        List<String> texts = texts(registry, language);
        return PLACE.matcher(registry.languages().text(language, token))
                .replaceAll(place -> {
                    int index = Integer.parseInt(place.group(1));
                    return Matcher.quoteReplacement(
                            index < texts.size() ? texts.get(index) : place.group());
                });
    }

    /// Returns the arguments in `language`, in the words of `registry`.
    public List<String> texts(Registry registry, String language) {
        return arguments.stream().map(argument -> text(argument, registry, language)).toList();
    }

    private static String text(Argument argument, Registry registry, String language) {
        return switch (argument) {
            case Count count -> Integer.toString(count.value);
            case Called called -> title(called.node, registry.languages(called.node), language);
            case Because because -> {
                Refusal refusal = because.refusal;
                String token = "refusals." + refusal.rule().name().toLowerCase(Locale.ROOT);
                yield registry.languages().find(language, token) instanceof JsonString words
                        ? words.value()
                        : refusal.message();
            }
        };
    }

    private static String title(TreeNode node, Languages languages, String language) {
        String title = node.props().text("title");
        if (title != null && !title.isBlank()) {
            return title;
        }
        return languages.find(language, "title") instanceof JsonString words
                ? words.value()
                : node.componentName();
    }
}
