package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/// Reads the statements of functions and scripts; the expressions in them are the [Parser]'s.
final class Statements {
    private final Parser parser;

    Statements(Parser parser) {
        this.parser = parser;
    }

    Node block() {
        int line = parser.expect("{").line();
        boolean outer = parser.noIn;
        parser.noIn = false;
        List<Node> all = new ArrayList<>();
        while (!parser.taken("}")) {
            all.add(statement());
        }
        parser.noIn = outer;
        return new Node.Block(all, line);
    }

    Node statement() {
        parser.descend();
        try {
            return statement(parser.peek());
        } finally {
            parser.depth--;
        }
    }

    private Node statement(Token token) {
        int line = token.line();
        if (token.kind() == Kind.END) {
            throw parser.unexpected();
        }
        if (parser.taken(";")) {
            return new Node.Block(List.of(), line);
        }
        if (token.kind() == Kind.SIGN && token.is("{")) {
            return block();
        }
        if (token.kind() == Kind.NAME) {
            switch (token.text()) {
                case "var", "let", "const" -> {
                    Node declaration = declaration();
                    end();
                    return declaration;
                }
                case "function" -> {
                    parser.take();
                    Node.FunctionNode function = parser.function(line);
                    Node name = new Node.Variable(function.name(), line);
                    return new Node.Declare(
                            "function", List.of(new Node.Binding(name, function, false)), line);
                }
                case "if" -> {
                    parser.take();
                    Node test = condition();
                    Node then = statement();
                    return new Node.If(test, then, parser.taken("else") ? statement() : null, line);
                }
                case "for" -> {
                    return loop();
                }
                case "while" -> {
                    parser.take();
                    return new Node.While(condition(), statement(), false, line);
                }
                case "do" -> {
                    parser.take();
                    Node body = statement();
                    parser.expect("while");
                    Node test = condition();
                    parser.taken(";");
                    return new Node.While(test, body, true, line);
                }
                case "return" -> {
                    parser.take();
                    boolean bare =
                            parser.peek().is(";")
                                    || parser.peek().is("}")
                                    || parser.peek().lineBefore()
                                    || parser.peek().kind() == Kind.END;
                    Node value = bare ? null : parser.sequence();
                    end();
                    return new Node.Return(value, line);
                }
                case "break", "continue" -> {
                    parser.take();
                    end();
                    return new Node.Leave(token.is("break"), line);
                }
                case "throw" -> {
                    parser.take();
                    Node value = parser.sequence();
                    end();
                    return new Node.Throw(value, line);
                }
                case "try" -> {
                    return attempt();
                }
                case "switch" -> {
                    return choice();
                }
                default -> {}
            }
        }
        Node expression = parser.sequence();
        end();
        return expression;
    }

    private void end() {
        if (!parser.taken(";")
                && !parser.peek().is("}")
                && !parser.peek().lineBefore()
                && parser.peek().kind() != Kind.END) {
            throw parser.unexpected();
        }
    }

    private Node condition() {
        parser.expect("(");
        return parser.inBrackets(")");
    }

    private Node.Declare declaration() {
        Token kind = parser.take();
        List<Node.Binding> targets = new ArrayList<>();
        do {
            targets.add(parser.parameter(false));
        } while (parser.taken(","));
        return new Node.Declare(kind.text(), targets, kind.line());
    }

    private Node loop() {
        int line = parser.take().line();
        parser.expect("(");
        parser.noIn = true;
        Node begin =
                parser.peek().is(";")
                        ? null
                        : parser.peek().is("var")
                                        || parser.peek().is("let")
                                        || parser.peek().is("const")
                                ? declaration()
                                : parser.sequence();
        parser.noIn = false;
        if (begin instanceof Node.Declare(String kind, List<Node.Binding> targets, _)
                && targets.size() == 1
                && (parser.peek().is("of") || parser.peek().is("in"))) {
            boolean keys = parser.take().is("in");
            Node all = parser.inBrackets(")");
            return new Node.ForEach(
                    kind, targets.getFirst().pattern(), keys, all, statement(), line);
        }
        parser.expect(";");
        Node test = parser.peek().is(";") ? null : parser.sequence();
        parser.expect(";");
        Node step = parser.peek().is(")") ? null : parser.sequence();
        parser.expect(")");
        return new Node.For(begin, test, step, statement(), line);
    }

    private Node choice() {
        int line = parser.take().line();
        Node value = condition();
        parser.expect("{");
        List<Node.Case> cases = new ArrayList<>();
        boolean hasDefault = false;
        while (!parser.taken("}")) {
            Node test = null;
            if (parser.peek().is("default") && !hasDefault) {
                parser.take();
                hasDefault = true;
            } else {
                parser.expect("case");
                test = parser.sequence();
            }
            parser.expect(":");
            List<Node> statements = new ArrayList<>();
            while (!parser.peek().is("case")
                    && !parser.peek().is("default")
                    && !parser.peek().is("}")) {
                statements.add(statement());
            }
            cases.add(new Node.Case(test, statements));
        }
        return new Node.Switch(value, cases, line);
    }

    private Node attempt() {
        int line = parser.take().line();
        Node body = block();
        String name = null;
        Node handler = null;
        if (parser.taken("catch")) {
            if (parser.taken("(")) {
                name = parser.name();
                parser.expect(")");
            }
            handler = block();
        }
        Node last = parser.taken("finally") ? block() : null;
        if (handler == null && last == null) {
            throw parser.unexpected();
        }
        return new Node.Try(body, name, handler, last, line);
    }
}
