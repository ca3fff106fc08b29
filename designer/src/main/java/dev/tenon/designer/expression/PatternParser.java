package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads patterns: of declarations and parameters as they come, of assignments out of the array or
/// object that was read before its `=` came.
final class PatternParser {
    private final Parser parser;

    PatternParser(Parser parser) {
        this.parser = parser;
    }

    // ---- declared

    /// Reads a name or pattern with its default, which the rest has none of.
    Node.Binding declared(boolean rest) {
        Node pattern = pattern();
        boolean hasDefault = !rest && parser.taken("=");
        return new Node.Binding(pattern, hasDefault ? parser.assignment() : null, rest);
    }

    private Node pattern() {
        parser.descend();
        try {
            int line = parser.peek().line();
            if (parser.taken("[")) {
                return array(line);
            }
            return parser.taken("{") ? object(line) : parser.variable();
        } finally {
            parser.depth--;
        }
    }

    private Node array(int line) {
        List<Node.@Nullable Binding> targets = new ArrayList<>();
        while (!parser.taken("]")) {
            boolean rest = parser.taken("...");
            targets.add(!rest && parser.peek().is(",") ? null : declared(rest));
            if (rest || !parser.peek().is("]")) {
                parser.expect(rest ? "]" : ",");
            }
            if (rest) {
                break;
            }
        }
        return new Node.ArrayPattern(targets, line);
    }

    private Node object(int line) {
        List<Node.Part> parts = new ArrayList<>();
        Node rest = null;
        while (!parser.taken("}")) {
            if (parser.taken("...")) {
                rest = parser.variable();
                parser.expect("}");
                break;
            }
            boolean isName = parser.peek().kind() == Kind.NAME;
            Node key = parser.key();
            if (parser.taken(":")) {
                parts.add(new Node.Part(key, declared(false)));
            } else if (isName) {
                parser.back();
                parts.add(new Node.Part(key, declared(false)));
            } else {
                throw parser.unexpected();
            }
            if (!parser.peek().is("}")) {
                parser.expect(",");
            }
        }
        return new Node.ObjectPattern(parts, rest, line);
    }

    // ---- assigned

    /// Returns what `node` says as the target of an assignment.
    Node assigned(Node node) {
        return switch (node) {
            case Node.Variable _, Node.Access _ -> node;
            case Node.ArrayNode(List<Node> elements, int line) -> array(elements, line);
            case Node.ObjectNode(List<Node.Entry> entries, int line) -> object(entries, line);
            default -> throw Halt.syntax("can't assign to this", node.line());
        };
    }

    private Node.Binding binding(Node node) {
        return node instanceof Node.Assign assign && assign.sign().equals("=")
                ? new Node.Binding(assign.target(), assign.value(), false)
                : new Node.Binding(assigned(node), null, false);
    }

    private Node array(List<Node> elements, int line) {
        List<Node.@Nullable Binding> targets = new ArrayList<>();
        for (Node element : elements) {
            targets.add(
                    switch (element) {
                        case Node.Spread(Node inner, _) ->
                                new Node.Binding(assigned(inner), null, true);
                        case Node.Literal(Object value, _) when value instanceof Undefined ->
                                null; // a hole
                        default -> binding(element);
                    });
        }
        return new Node.ArrayPattern(targets, line);
    }

    private Node object(List<Node.Entry> entries, int line) {
        List<Node.Part> parts = new ArrayList<>();
        Node rest = null;
        for (Node.Entry entry : entries) {
            if (rest != null) {
                throw Halt.syntax("a rest must be the last of its pattern", line);
            }
            if (entry.key() != null) {
                parts.add(new Node.Part(entry.key(), binding(entry.value())));
            } else if (entry.value() instanceof Node.Spread(Node inner, _)
                    && (inner instanceof Node.Variable || inner instanceof Node.Access)) {
                rest = inner;
            } else {
                throw Halt.syntax("can't assign to this", line);
            }
        }
        return new Node.ObjectPattern(parts, rest, line);
    }
}
