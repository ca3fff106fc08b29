package dev.tenon.designer.expression;

import dev.tenon.designer.DesignException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values on their way to the outside and back.
final class Lending {
    private Lending() {}

    /// Returns the value as the outside knows it: JSON, what it lent, a function, or null.
    static @Nullable Object out(Object value, Evaluator evaluator) {
        return switch (value) {
            case ScriptObject object -> object;
            case Callable callable ->
                    (ScriptFunction)
                            arguments -> {
                                List<Object> in = new ArrayList<>();
                                arguments.forEach(argument -> in.add(Values.of(argument)));
                                return out(
                                        evaluator.call(callable, Undefined.UNDEFINED, in),
                                        evaluator);
                            };
            default -> Values.json(value, evaluator.meter());
        };
    }

    /// Calls a function that the outside lent.
    static Object call(ScriptFunction function, List<Object> arguments, Evaluator evaluator) {
        evaluator.meter().outside();
        List<@Nullable Object> out = new ArrayList<>();
        arguments.forEach(argument -> out.add(out(argument, evaluator)));
        try {
            return Values.of(function.call(out));
        } catch (DesignException e) {
            throw Halt.refusal(e);
        }
    }
}
