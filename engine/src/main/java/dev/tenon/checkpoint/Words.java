package dev.tenon.checkpoint;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/// Text from files as it may stand in a message: on one line and short, whatever the file holds.
final class Words {
    private static final int LONGEST = 200;

    private Words() {}

    /// Returns `text` with control characters replaced and its end cut off if it is long.
    static String quoted(String text) {
        String line = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        return line.codePoints().anyMatch(Words::breaksLine)
                ? line.codePoints()
                        .map(c -> breaksLine(c) ? '?' : c)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString()
                : line;
    }

    /// Returns what the JSON parser did not like and, as far as it says, where.
    static String problem(JacksonException e) {
        TokenStreamLocation where = e.getLocation();
        String place =
                where == null
                        ? ""
                        : " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
        return quoted(e.getOriginalMessage()) + place;
    }

    private static boolean breaksLine(int c) {
        return Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT
                || c == '\u2028'
                || c == '\u2029';
    }
}
