package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Evaluation.Value;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// JSON in which strings that are a whole `{{...}}` stand for what the expression gives.
public final class Templates {
    private static final int MOST = 1_000; // expressions of one resolution
    private static final int MOST_FAILURES = 10_000;
    private static final long MOST_STEPS = 5 * Meter.MOST_STEPS; // of all together

    private Templates() {}

    /// What became of a value with expressions in it.
    ///
    /// @param json the value with each expression replaced by what it gives; members that give
    ///   nothing or fail are left out, elements are null; null where the whole is such a one
    /// @param failures those that failed, in order
    public record Resolved(@Nullable Json json, List<Problem> failures) {}

    /// An expression that failed.
    ///
    /// @param path where it stands, as a JSON pointer (RFC 6901): `/style/width`, empty for the
    ///   whole
    /// @param failure why
    public record Problem(String path, Failure failure) {}

    /// Returns `json` with its expressions replaced; the keys of objects are left as they are, and
    /// `json` itself is returned where it has none. At most 1,000 expressions are evaluated, in at
    /// most 5,000,000 steps together; the others are failures. At most 10,000 failures are told.
    public static Resolved resolve(Json json, ScriptObject scope) {
        return resolve(json, scope, Clock.systemUTC());
    }

    /// Returns `json` with its expressions replaced, as the other does.
    ///
    /// @param clock tells dates the time and their zone
    public static Resolved resolve(Json json, ScriptObject scope, Clock clock) {
        return resolve(json, scope, clock, Budget.unlimited());
    }

    /// Returns `json` with its expressions replaced, as the other does.
    ///
    /// @param clock tells dates the time and their zone
    /// @param budget what the expressions share with others; where it is spent before the last of
    ///   them, all of `json` is left out and that is the one failure, with an empty path
    public static Resolved resolve(Json json, ScriptObject scope, Clock clock, Budget budget) {
        var resolution = new Resolution(scope, clock, budget);
        Json resolved = resolution.resolve(json);
        Failure end = resolution.end;
        return end == null
                ? new Resolved(resolved, List.copyOf(resolution.problems))
                : new Resolved(null, List.of(new Problem("", end)));
    }

    private static final class Resolution {
        private final ScriptObject scope;
        private final Clock clock;
        private final Budget budget;
        private final List<Problem> problems = new ArrayList<>();
        private final List<String> path = new ArrayList<>(); // joined where something failed
        private @Nullable Failure end; // of the budget
        private int count;
        private long steps;

        Resolution(ScriptObject scope, Clock clock, Budget budget) {
            this.scope = scope;
            this.clock = clock;
            this.budget = budget;
        }

        private @Nullable Json resolve(Json json) {
            if (end != null) {
                return null;
            }
            budget.take(1);
            return switch (json) {
                case JsonString string -> {
                    String body = Expressions.body(string.value());
                    yield body == null ? string : evaluate(body);
                }
                case JsonArray array -> array(array);
                case JsonObject object -> object(object);
                default -> json;
            };
        }

        private JsonArray array(JsonArray array) {
            List<Json> all = new ArrayList<>(array.size());
            boolean isSame = true;
            for (int i = 0; i < array.size(); i++) {
                path.add(String.valueOf(i));
                Json element = resolve(array.get(i));
                path.removeLast();
                isSame &= isIdentical(element, array.get(i));
                all.add(element == null ? JsonNull.NULL : element);
            }
            return isSame ? array : made(new JsonArray(all), all.size());
        }

        private JsonObject object(JsonObject object) {
            var all = new LinkedHashMap<String, Json>();
            boolean isSame = true;
            for (Map.Entry<String, Json> entry : object.entries()) {
                path.add(entry.getKey());
                Json member = resolve(entry.getValue());
                path.removeLast();
                isSame &= isIdentical(member, entry.getValue());
                if (member != null) {
                    all.put(entry.getKey(), member);
                }
            }
            return isSame ? object : made(JsonObject.of(all), 4L * all.size());
        }

        @SuppressWarnings("ReferenceEquality") // what is equal and another was made
        private static boolean isIdentical(@Nullable Json a, Json b) {
            return a == b;
        }

        private <T extends Json> T made(T json, long size) {
            budget.make(40 + 16 * size);
            return json;
        }

        private Evaluation result(String body) {
            if (++count > MOST) {
                return new Failure("there are more than " + MOST + " expressions", 1);
            }
            if (steps >= MOST_STEPS) {
                return new Failure(
                        "the expressions before it take more than " + MOST_STEPS + " steps", 1);
            }
            var meter = new Meter(MOST_STEPS - steps, budget);
            Evaluation result = budget.expression(body).evaluate(scope, clock, meter);
            steps += meter.taken();
            return result;
        }

        private @Nullable Json evaluate(String body) {
            Evaluation result = result(body);
            return switch (result) {
                case Value(Json json) -> json;
                case Failure failure -> {
                    if (budget.isSpent()) {
                        end = failure;
                    } else if (problems.size() < MOST_FAILURES) {
                        var pointer = new StringBuilder();
                        for (String name : path) {
                            pointer.append('/').append(name.replace("~", "~0").replace("/", "~1"));
                        }
                        budget.make(100 + 2L * pointer.length());
                        problems.add(new Problem(pointer.toString(), failure));
                    }
                    yield null;
                }
            };
        }
    }
}
