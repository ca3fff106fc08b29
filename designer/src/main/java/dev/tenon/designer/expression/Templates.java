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
import org.jspecify.annotations.Nullable;

/// JSON in which strings that are a whole `{{...}}` stand for what the expression gives.
public final class Templates {
    private static final int MOST = 1_000; // expressions of one resolution
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

    /// Returns `json` with its expressions replaced; the keys of objects are left as they are. At
    /// most 1,000 expressions are evaluated, in at most 5,000,000 steps together; the others are
    /// failures.
    public static Resolved resolve(Json json, ScriptObject scope) {
        return resolve(json, scope, Clock.systemUTC());
    }

    /// Returns `json` with its expressions replaced, as the other does.
    ///
    /// @param clock tells dates the time and their zone
    public static Resolved resolve(Json json, ScriptObject scope, Clock clock) {
        var resolution = new Resolution(scope, clock);
        Json resolved = resolution.resolve(json, "");
        return new Resolved(resolved, List.copyOf(resolution.problems));
    }

    private static final class Resolution {
        private final ScriptObject scope;
        private final Clock clock;
        private final List<Problem> problems = new ArrayList<>();
        private int count;
        private long steps;

        Resolution(ScriptObject scope, Clock clock) {
            this.scope = scope;
            this.clock = clock;
        }

        private @Nullable Json resolve(Json json, String path) {
            return switch (json) {
                case JsonString string -> {
                    String body = Expressions.body(string.value());
                    yield body == null ? string : evaluate(body, path);
                }
                case JsonArray array -> {
                    List<Json> all = new ArrayList<>(array.size());
                    for (int i = 0; i < array.size(); i++) {
                        Json element = resolve(array.get(i), path + "/" + i);
                        all.add(element == null ? JsonNull.NULL : element);
                    }
                    yield new JsonArray(all);
                }
                case JsonObject object -> {
                    var all = new LinkedHashMap<String, Json>();
                    object.forEach((name, value) -> {
                        String escaped = name.replace("~", "~0").replace("/", "~1");
                        Json member = resolve(value, path + "/" + escaped);
                        if (member != null) {
                            all.put(name, member);
                        }
                    });
                    yield JsonObject.of(all);
                }
                default -> json;
            };
        }

        private Evaluation result(String body) {
            if (++count > MOST) {
                return new Failure("there are more than " + MOST + " expressions", 1);
            }
            if (steps >= MOST_STEPS) {
                return new Failure(
                        "the expressions before it take more than " + MOST_STEPS + " steps", 1);
            }
            var meter = new Meter(MOST_STEPS - steps);
            Evaluation result = Expressions.compile(body).evaluate(scope, clock, meter);
            steps += meter.taken();
            return result;
        }

        private @Nullable Json evaluate(String body, String path) {
            Evaluation result = result(body);
            return switch (result) {
                case Value(Json json) -> json;
                case Failure failure -> {
                    problems.add(new Problem(path, failure));
                    yield null;
                }
            };
        }
    }
}
