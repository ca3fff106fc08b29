package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Names fields, as `target` and the sources of `dependencies` do: by an address or a path, alone
/// or with wildcards, as Formily's paths have them.
///
/// | pattern | names |
/// |---|---|
/// | `a.b`, `a[0].b` | the field with this address, else the one with this path |
/// | `[[a.b]]`, `[a,b]` | the field of that name: signs in double brackets mean themselves |
/// | `rows.*.b` | for `*` any one name |
/// | `a.*`, `*`, `a.**` | as last `*` one name or more, `**` also `a` itself |
/// | `a~.b` | names that begin with `a` |
/// | `*(a,b.c).d` | one of the patterns |
/// | `*(!a,b).c` | any name but these; as last, all that is not these nor above them |
/// | `rows.*[1:3].b` | a number from 1 to 3; `[1:]`, `[:3]`, `[3]`; as last, what is below too |
/// | `.b`, `..b`, `..*.b` | beside the field that asks, beside its parent, ... |
/// | `..[+].b`, `..[-2].b` | beside its parent's next, and the one before the last |
///
/// Deliberate differences from Formily: what stands after `*(a,b)`, `*(!a)` and `*[1:3]` counts
/// (Formily lets `rows.*[1:3].b` fit all below the rows, and `*(a,b).c` also `a`); a target that
/// begins with a dot is seen from the field that has the reaction, as a dependency is.
record FieldPattern(String text) {
    private static final Pattern SHIFT =
            Pattern.compile("\\s*\\[\\s*(?:([+-])\\s*)?(\\d{0,7})\\s*\\]\\s*(?:\\.|$)");

    private static final int LONGEST = 10_000;
    private static final int MOST_NAMES = 100;

    /// @throws DesignException if `text` is longer than 10,000 characters
    FieldPattern {
        if (text.length() > LONGEST) {
            throw new DesignException(
                    "a path must have at most "
                            + LONGEST
                            + " characters; this one has "
                            + text.length());
        }
    }

    /// Returns the names between the dots of a plain path.
    ///
    /// @throws DesignException if there are more than 100
    static String[] names(String path) {
        String[] names = path.split("\\.", MOST_NAMES + 1);
        if (names.length > MOST_NAMES) {
            throw new DesignException("a path must have at most " + MOST_NAMES + " names");
        }
        return path.split("\\.", -1);
    }

    /// Returns the fields that it names as `self` sees them.
    ///
    /// @throws dev.tenon.designer.DesignException if it is no pattern
    List<FormField> matches(FormField self) {
        int dots = dots();
        if (dots == 0) {
            return in(self.form());
        }
        List<FormField> found = seenFrom(self, self.place().names(), dots);
        return found.isEmpty() ? seenFrom(self, self.place().keys(), dots) : found;
    }

    /// Returns the fields that it names as the form sees them: dots in front mean nothing.
    ///
    /// @throws dev.tenon.designer.DesignException if it is no pattern
    List<FormField> in(Form form) {
        int dots = dots();
        FormField named = dots > 0 ? null : form.find(text);
        return named == null ? matches(form, PatternReader.read(text, dots)) : List.of(named);
    }

    private int dots() {
        int dots = 0;
        while (dots < text.length() && text.charAt(dots) == '.') {
            dots++;
        }
        return dots;
    }

    /// Returns the name that a field has whose node says `text`: without the double brackets of
    /// `[[a.b]]`, without the spaces of `[start, end]`.
    static String name(String text) {
        boolean isBracketed = text.startsWith("[") || text.startsWith("{");
        if (text.startsWith("[[") && text.endsWith("]]") && text.length() > 4) {
            return text.substring(2, text.length() - 2).strip();
        }
        return isBracketed ? text.replaceAll("\\s", "") : text;
    }

    /// Returns the first of [#matches], or null.
    @Nullable FormField first(FormField self) {
        List<FormField> all = matches(self);
        return all.isEmpty() ? null : all.getFirst();
    }

    private List<FormField> seenFrom(FormField self, List<String> place, int dots) {
        int above = Math.max(0, place.size() - dots);
        List<Step> steps = new ArrayList<>();
        place.subList(0, above).forEach(name -> steps.add(new Step.Name(name, false)));
        Matcher shift = SHIFT.matcher(text).region(dots, text.length());
        int rest = dots;
        if (shift.lookingAt()) {
            int from = above + dots > place.size() ? -1 : Keywords.index(place.get(above));
            if (from < 0) {
                return List.of();
            }
            boolean isSigned = shift.group(1) != null;
            int by =
                    shift.group(2).isEmpty()
                            ? (isSigned ? 1 : 0)
                            : Integer.parseInt(shift.group(2));
            int row = from + ("-".equals(shift.group(1)) ? -by : by);
            steps.add(new Step.Name(String.valueOf(row), false));
            rest = shift.end();
        }
        steps.addAll(PatternReader.read(text, rest));
        return matches(self.form(), steps);
    }

    private List<FormField> matches(Form form, List<Step> steps) {
        if (steps.stream().allMatch(FieldPattern::isPlain)) {
            List<String> names = steps.stream().map(step -> ((Step.Name) step).text()).toList();
            FormField field = names.isEmpty() ? null : form.find(String.join(".", names));
            return field == null ? List.of() : List.of(field);
        }
        List<FormField> fields = form.fields();
        form.work().need(fields.size() * (8L + text.length()));
        return fields.stream().filter(field -> matches(field.place(), steps)).toList();
    }

    private static boolean isPlain(Step step) {
        return step instanceof Step.Name(_, boolean isBeginning) && !isBeginning;
    }

    /// Whether the address or the path matches. Either will do, but where one is excluded by name:
    /// then the one that more names of the pattern meet decides.
    private static boolean matches(FieldPlace place, List<Step> steps) {
        var address = new Step.Matching(place.names());
        var path = new Step.Matching(place.keys());
        boolean byAddress = address.matches(steps);
        boolean byPath = path.matches(steps);
        return byAddress == byPath
                ? byAddress
                : !excludes(steps) || (address.score() >= path.score() ? byAddress : byPath);
    }

    private static boolean excludes(List<Step> steps) {
        return steps.stream()
                .anyMatch(step ->
                        switch (step) {
                            case Step.NoneOf _ -> true;
                            case Step.OneOf(var all) ->
                                    all.stream().anyMatch(FieldPattern::excludes);
                            default -> false;
                        });
    }
}
