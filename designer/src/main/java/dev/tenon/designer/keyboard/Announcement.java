package dev.tenon.designer.keyboard;

import java.util.Arrays;
import java.util.List;

/// What a live region says to those who do not see the canvas.
///
/// @param token the token of its words, `announcements.moved`, with places for arguments `{0}`,
///   `{1}`
/// @param arguments what goes there
public record Announcement(String token, List<String> arguments) {
    /// Copies the list.
    public Announcement {
        arguments = List.copyOf(arguments);
    }

    /// Returns the announcement of `token` with arguments.
    static Announcement of(String token, Object... arguments) {
        return new Announcement(token, Arrays.stream(arguments).map(String::valueOf).toList());
    }

    /// Returns `words` with the arguments in their places.
    public String in(String words) {
        String text = words;
        for (int i = 0; i < arguments.size(); i++) {
            text = text.replace("{" + i + "}", arguments.get(i));
        }
        return text;
    }
}
