package dev.tenon.designer.expression;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A part of an expression or of a script, as the [Parser] reads it and the [Evaluator] does it.
sealed interface Node {
    /// Returns the line where it begins, from 1.
    int line();

    record Literal(Object value, int line) implements Node {}

    record Template(List<String> parts, List<Node> inner, int line) implements Node {}

    record Regex(Regexes.Regex value, int line) implements Node {}

    record Variable(String name, int line) implements Node {}

    record Access(Node object, Node key, boolean optional, int line) implements Node {}

    record Call(Node callee, List<Node> arguments, boolean optional, int line) implements Node {}

    record New(Node callee, List<Node> arguments, int line) implements Node {}

    /// Where `?.` that finds nothing ends.
    record Chain(Node inner, int line) implements Node {}

    record Unary(String sign, Node operand, int line) implements Node {}

    record Update(String sign, boolean prefix, Node target, int line) implements Node {}

    record Binary(String sign, Node left, Node right, int line) implements Node {}

    record Logical(String sign, Node left, Node right, int line) implements Node {}

    record Conditional(Node test, Node then, Node otherwise, int line) implements Node {}

    /// An assignment; with `=` to a pattern too.
    record Assign(String sign, Node target, Node value, int line) implements Node {
        boolean isPattern() {
            return target instanceof ArrayPattern || target instanceof ObjectPattern;
        }
    }

    record Sequence(List<Node> all, int line) implements Node {}

    record Spread(Node inner, int line) implements Node {}

    record ArrayNode(List<Node> elements, int line) implements Node {}

    record ObjectNode(List<Entry> entries, int line) implements Node {}

    /// A member of an object.
    ///
    /// @param key the name, or null where `value` is a [Spread]
    record Entry(@Nullable Node key, Node value) {}

    record FunctionNode(
            String name, List<Binding> parameters, Node body, boolean isExpression, int line)
            implements Node {}

    /// What a value goes to.
    ///
    /// @param pattern a [Variable], [ObjectPattern] or [ArrayPattern]; where something is assigned
    ///   also an [Access]
    record Binding(Node pattern, @Nullable Node otherwise, boolean rest) {}

    record ObjectPattern(List<Part> parts, @Nullable Node rest, int line) implements Node {}

    record Part(Node key, Binding target) {}

    record ArrayPattern(List<@Nullable Binding> targets, int line) implements Node {}

    /// Variables, or a function.
    ///
    /// @param kind `var`, `let`, `const` or `function`
    record Declare(String kind, List<Binding> targets, int line) implements Node {
        boolean isFunction() {
            return kind.equals("function");
        }
    }

    record Block(List<Node> statements, int line) implements Node {}

    record If(Node test, Node then, @Nullable Node otherwise, int line) implements Node {}

    /// A loop that counts.
    ///
    /// @param ownTurns whether each turn has variables of its own: with `let`, where a function is
    ///   made that may keep them
    record For(
            @Nullable Node begin,
            @Nullable Node test,
            @Nullable Node step,
            Node body,
            boolean ownTurns,
            int line)
            implements Node {}

    /// A loop through values or names.
    ///
    /// @param kind `var`, `let`, `const`, or `=` where `pattern` is there already
    /// @param keys whether `in` rather than `of`
    record ForEach(String kind, Node pattern, boolean keys, Node all, Node body, int line)
            implements Node {}

    record While(Node test, Node body, boolean bodyFirst, int line) implements Node {}

    record Switch(Node value, List<Case> cases, int line) implements Node {}

    /// A part of a switch.
    ///
    /// @param test what the value is compared with, or null for `default`
    record Case(@Nullable Node test, List<Node> statements) {}

    record Return(@Nullable Node value, int line) implements Node {}

    /// A statement that `break` and `continue` may name.
    record Labelled(Set<String> labels, Node body, int line) implements Node {}

    /// `break` or `continue`.
    record Leave(boolean isBreak, @Nullable String label, int line) implements Node {}

    record Throw(Node value, int line) implements Node {}

    record Try(
            Node body,
            @Nullable Binding caught,
            @Nullable Node handler,
            @Nullable Node last,
            int line)
            implements Node {}
}
