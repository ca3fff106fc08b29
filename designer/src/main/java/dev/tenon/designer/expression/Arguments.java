package dev.tenon.designer.expression;

import java.util.List;

/// What a built-in function was called with.
record Arguments(Evaluator evaluator, Object self, List<Object> all) {
    /// A built-in function.
    interface Body {
        Object call(Arguments arguments);
    }

    static Callable callable(Body body) {
        return (evaluator, self, all) -> body.call(new Arguments(evaluator, self, all));
    }

    Meter meter() {
        return evaluator.meter();
    }

    Object get(int index) {
        return index < all.size() ? all.get(index) : Undefined.UNDEFINED;
    }

    boolean has(int index) {
        return !(get(index) instanceof Undefined);
    }

    String text(int index) {
        return Values.text(get(index), meter());
    }

    double number(int index) {
        return Values.number(get(index), meter());
    }

    int integer(int index, int otherwise) {
        return has(index) ? Values.integer(get(index), meter()) : otherwise;
    }

    /// Returns the argument as an index into `size`, counted from the end where it is negative.
    int index(int index, int size, int otherwise) {
        long at = integer(index, otherwise);
        return Math.clamp(at < 0 ? at + size : at, 0, size);
    }

    Callable function(int index) {
        if (get(index) instanceof Callable callable) {
            return callable;
        }
        throw Halt.mistake(Values.typeOf(get(index)) + " is not a function");
    }

    Object call(Callable function, Object... arguments) {
        return evaluator.call(function, Undefined.UNDEFINED, List.of(arguments));
    }

    /// Returns `text`, charged.
    String made(String text) {
        meter().text(text.length());
        return text;
    }

    /// Returns an array of `list`, charged.
    Object made(List<Object> list) {
        meter().elements(list.size());
        return new Values.Elements(list);
    }
}
