package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Names fields, as `target` does: by an address or a path, alone or with wildcards.
///
/// | pattern | names |
/// |---|---|
/// | `a.b` | the field with this address, else the one with this path |
/// | `.b`, `..b` | beside the field that asks, beside its parent; first by address, then by path |
/// | `rows.*.b` | for `*` any one name |
/// | `a.*`, `*` | as last `*` one name or more |
/// | `*(a,b).c` | one of the names |
///
/// Formily's other patterns, `*[1:3]`, `*(!a)`, `a~`, `[[a]]` and destructuring, are refused.
record FieldPattern(String text) {
    private static final Pattern PLAIN = Pattern.compile("[^*~!()\\[\\]]*");
    private static final Pattern WILD = Pattern.compile("\\*|\\*\\([^*()!]+\\)|[^*~!()\\[\\]]*");

    static FieldPattern of(String text) {
        if (!PLAIN.matcher(text).matches() && !isWild(text)) {
            throw new DesignException(
                    "a target must be a path, with * for any name or *(a,b) for one of them; got "
                            + text);
        }
        return new FieldPattern(text);
    }

    private static boolean isWild(String text) {
        return !text.startsWith(".")
                && List.of(text.split("\\.", -1)).stream()
                        .allMatch(name -> WILD.matcher(name).matches());
    }

    /// Returns the fields that it names as `self` sees them.
    List<FormField> matches(FormField self) {
        if (PLAIN.matcher(text).matches()) {
            FormField field = find(self, text);
            return field == null ? List.of() : List.of(field);
        }
        Pattern pattern = Pattern.compile(regex());
        List<FormField> matching = new ArrayList<>();
        for (FormField field : self.form().fields()) {
            if (pattern.matcher(field.address()).matches()
                    || pattern.matcher(field.path()).matches()) {
                matching.add(field);
            }
        }
        return matching;
    }

    private String regex() {
        StringBuilder regex = new StringBuilder();
        String[] names = text.split("\\.", -1);
        for (int i = 0; i < names.length; i++) {
            String name = names[i];
            regex.append(i == 0 ? "" : "\\.");
            if (name.equals("*")) {
                regex.append(i == names.length - 1 ? ".+" : "[^.]+");
            } else if (name.startsWith("*")) {
                List<String> quoted =
                        List.of(name.substring(2, name.length() - 1).split(",")).stream()
                                .map(each -> Pattern.quote(each.strip()))
                                .toList();
                regex.append("(?:").append(String.join("|", quoted)).append(')');
            } else {
                regex.append(Pattern.quote(name));
            }
        }
        return regex.toString();
    }

    /// Returns the field that a plain pattern names as `self` sees it, or null.
    static @Nullable FormField find(FormField self, String text) {
        int dots = 0;
        while (dots < text.length() && text.charAt(dots) == '.') {
            dots++;
        }
        if (dots == 0) {
            return self.form().find(text);
        }
        String name = text.substring(dots);
        FormField found = find(self, self.address(), dots, name);
        return found == null ? find(self, self.path(), dots, name) : found;
    }

    private static @Nullable FormField find(FormField self, String from, int dots, String name) {
        String base = from;
        for (int i = 0; i < dots; i++) {
            int end = base.lastIndexOf('.');
            if (end < 0 && i < dots - 1) {
                return null;
            }
            base = end < 0 ? "" : base.substring(0, end);
        }
        return self.form().find(base.isEmpty() ? name : name.isEmpty() ? base : base + "." + name);
    }
}
