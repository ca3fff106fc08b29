package dev.tenon.designer.expression;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The variables of a block or function, within those around it.
final class Scope {
    private final @Nullable Scope outer;
    private final boolean isFunction;
    private final Map<String, Variable> variables = new HashMap<>(4);

    private static final class Variable {
        private Object value;
        private final boolean isConstant;

        Variable(Object value, boolean isConstant) {
            this.value = value;
            this.isConstant = isConstant;
        }
    }

    Scope(@Nullable Scope outer, boolean isFunction) {
        this.outer = outer;
        this.isFunction = isFunction;
    }

    /// Returns whether the function has a variable `name` outside its blocks.
    boolean hasInFunction(String name) {
        return function().variables.containsKey(name);
    }

    private Scope function() {
        Scope scope = this;
        while (!scope.isFunction && scope.outer != null) {
            scope = scope.outer;
        }
        return scope;
    }

    void declare(String kind, String name, Object value) {
        Scope scope = kind.equals("var") ? function() : this;
        scope.variables.put(name, new Variable(value, kind.equals("const")));
    }

    int size() {
        return variables.size();
    }

    /// Returns a scope within the same with variables of its own, whose values are those of now.
    Scope copy() {
        var copy = new Scope(outer, isFunction);
        variables.forEach((name, variable) ->
                copy.variables.put(name, new Variable(variable.value, variable.isConstant)));
        return copy;
    }

    private @Nullable Variable find(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Variable variable = scope.variables.get(name);
            if (variable != null) {
                return variable;
            }
        }
        return null;
    }

    /// Returns the value of `name`, or null where it is not declared.
    @Nullable Object get(String name) {
        Variable variable = find(name);
        return variable == null ? null : variable.value;
    }

    void set(String name, Object value) {
        Variable variable = find(name);
        if (variable == null) {
            throw Halt.mistake(name + " is not declared; it can't be assigned");
        }
        if (variable.isConstant) {
            throw Halt.mistake(name + " is a constant; it can't be assigned");
        }
        variable.value = value;
    }
}
