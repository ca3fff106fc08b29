package dev.tenon.designer.reaction;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a [FieldPattern] says of one name of a path, or of several.
sealed interface Step {
    /// A name, or the beginning of one: `a`, `a~`.
    record Name(String text, boolean isBeginning) implements Step {
        boolean fits(String name) {
            return isBeginning ? name.startsWith(text) : name.equals(text);
        }
    }

    /// Any name, and at the end of the pattern one or more: `*`. At the end `**` fits none too.
    record Any(boolean orNone) implements Step {}

    /// A whole number from one to another, both within; at the end of the pattern, and what is
    /// below: `*[1:3]`, `*[1:]`. Any name where it has no ends: `*[]`.
    record Range(@Nullable Long from, @Nullable Long to) implements Step {
        boolean fits(String name) {
            int number = Keywords.index(name);
            return number < 0
                    ? from == null && to == null
                    : (from == null || from <= number) && (to == null || number <= to);
        }
    }

    /// One of several patterns: `*(a,b.c)`.
    record OneOf(List<List<Step>> all) implements Step {}

    /// None of several patterns, nor what these are below: `*(!a,b.c)`.
    record NoneOf(List<List<Step>> all) implements Step {}

    /// Compares one path with steps. All places where a step may end are followed at once, so that
    /// the time does not multiply with the choices.
    final class Matching {
        private final List<String> path;
        private int score;

        Matching(List<String> path) {
            this.path = path;
        }

        /// Returns how many names of the pattern were met.
        int score() {
            return score;
        }

        boolean matches(List<Step> steps) {
            return ends(steps, places(0), true).contains(path.size());
        }

        private static Set<Integer> places(int place) {
            return new TreeSet<>(List.of(place));
        }

        private Set<Integer> ends(List<Step> steps, Set<Integer> starts, boolean isLast) {
            Set<Integer> at = starts;
            for (int i = 0; i < steps.size(); i++) {
                at = ends(steps.get(i), at, isLast && i == steps.size() - 1);
            }
            return at;
        }

        private Set<Integer> ends(Step step, Set<Integer> starts, boolean isLast) {
            var ends = new TreeSet<Integer>();
            if (step instanceof OneOf(List<List<Step>> all)) {
                all.forEach(each -> ends.addAll(ends(each, starts, isLast)));
                return ends;
            }
            for (int start : starts) {
                if (start == path.size()) {
                    if (isLast && step instanceof Any(boolean orNone) && orNone) {
                        ends.add(start);
                    }
                } else if (fits(step, start, isLast)) {
                    ends.add(isLast && reachesBelow(step) ? path.size() : start + 1);
                }
            }
            score += !ends.isEmpty() && step instanceof Name ? 1 : 0;
            return ends;
        }

        private static boolean reachesBelow(Step step) {
            return switch (step) {
                case Name _ -> false;
                case Range(@Nullable Long from, @Nullable Long to) -> from != null || to != null;
                default -> true;
            };
        }

        private boolean fits(Step step, int start, boolean isLast) {
            String name = path.get(start);
            return switch (step) {
                case Name told -> told.fits(name);
                case Range range -> range.fits(name);
                case NoneOf(List<List<Step>> all) ->
                        all.stream()
                                .noneMatch(each ->
                                        isLast
                                                ? leadsTo(each, start)
                                                : ends(each, places(start), false)
                                                        .contains(start + 1));
                case Any _, OneOf _ -> true;
            };
        }

        /// Returns whether the path from `start` on is one of `steps`, or one above.
        private boolean leadsTo(List<Step> steps, int start) {
            Set<Integer> at = places(start);
            for (int i = 0; i < steps.size(); i++) {
                at = ends(steps.get(i), at, i == steps.size() - 1);
                if (at.contains(path.size())) {
                    return true;
                }
            }
            return false;
        }
    }
}
