package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads the statements of functions and scripts; the expressions in them are the [Parser]'s.
final class Statements {
    private final Parser parser;
    private List<Label> labels = new ArrayList<>(); // of the statements around
    private int loops; // around
    private int switches;

    private record Label(String name, boolean isLoop) {}

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

    /// Reads the block of a function, whose `break` can't leave what is around it.
    Node body() {
        List<Label> labelsAround = labels;
        int loopsAround = loops;
        int switchesAround = switches;
        labels = new ArrayList<>();
        loops = 0;
        switches = 0;
        Node body = block();
        labels = labelsAround;
        loops = loopsAround;
        switches = switchesAround;
        return body;
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
            if (parser.isLabel()) {
                return labelled(line);
            }
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
                    return new Node.While(condition(), inLoop(), false, line);
                }
                case "do" -> {
                    parser.take();
                    Node body = inLoop();
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
                    return leave(parser.take());
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

    private Node inLoop() {
        loops++;
        Node body = statement();
        loops--;
        return body;
    }

    private Node labelled(int line) {
        Set<String> names = new LinkedHashSet<>();
        while (parser.isLabel()) {
            String name = parser.name();
            parser.expect(":");
            if (labels.stream().anyMatch(label -> label.name().equals(name)) || !names.add(name)) {
                throw Halt.syntax("the label " + Numbers.brief(name) + " is there twice", line);
            }
        }
        Token next = parser.peek();
        boolean isLoop =
                next.kind() == Kind.NAME && (next.is("for") || next.is("while") || next.is("do"));
        List<Label> around = labels;
        labels = new ArrayList<>(around);
        names.forEach(name -> labels.add(new Label(name, isLoop)));
        Node body = statement();
        labels = around;
        return new Node.Labelled(names, body, line);
    }

    private Node leave(Token word) {
        boolean isBreak = word.is("break");
        Token next = parser.peek();
        String label =
                next.kind() == Kind.NAME && !next.lineBefore() && parser.isName()
                        ? parser.name()
                        : null;
        end();
        boolean isThere =
                label == null
                        ? loops > 0 || (isBreak && switches > 0)
                        : labels.stream()
                                .anyMatch(each ->
                                        each.name().equals(label) && (isBreak || each.isLoop()));
        if (!isThere) {
            throw Halt.syntax(
                    label == null
                            ? word.text() + " has nothing to leave here"
                            : word.text()
                                    + " "
                                    + Numbers.brief(label)
                                    + " is in no "
                                    + (isBreak ? "statement" : "loop")
                                    + " of that label",
                    word.line());
        }
        return new Node.Leave(isBreak, label, word.line());
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
        int functions = parser.functions;
        parser.expect("(");
        parser.noIn = true;
        Node begin =
                parser.peek().is(";")
                        ? null
                        : parser.peek().is("var")
                                        || parser.peek().is("let")
                                        || parser.peek().is("const")
                                ? declaration()
                                : parser.head();
        parser.noIn = false;
        if (begin != null && (parser.peek().is("of") || parser.peek().is("in"))) {
            return forEach(begin, line);
        }
        parser.expect(";");
        Node test = parser.peek().is(";") ? null : parser.sequence();
        parser.expect(";");
        Node step = parser.peek().is(")") ? null : parser.sequence();
        parser.expect(")");
        Node body = inLoop();
        boolean ownTurns =
                parser.functions > functions
                        && begin instanceof Node.Declare declare
                        && declare.kind().equals("let");
        return new Node.For(begin, test, step, body, ownTurns, line);
    }

    private Node forEach(Node begin, int line) {
        boolean keys = parser.peek().is("in");
        String kind = "=";
        Node target = begin;
        if (begin instanceof Node.Declare declare) {
            kind = declare.kind();
            Node.Binding first = declare.targets().getFirst();
            if (declare.targets().size() > 1 || first.otherwise() != null) {
                throw parser.unexpected();
            }
            target = first.pattern();
        }
        parser.take();
        Node all = parser.inBrackets(")");
        return new Node.ForEach(kind, target, keys, all, inLoop(), line);
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
            switches++;
            while (!parser.peek().is("case")
                    && !parser.peek().is("default")
                    && !parser.peek().is("}")) {
                statements.add(statement());
            }
            switches--;
            cases.add(new Node.Case(test, statements));
        }
        return new Node.Switch(value, cases, line);
    }

    private Node attempt() {
        int line = parser.take().line();
        Node body = block();
        Node.Binding caught = null;
        Node handler = null;
        if (parser.taken("catch")) {
            if (parser.taken("(")) {
                caught = new Node.Binding(parser.parameter(false).pattern(), null, false);
                parser.expect(")");
            }
            handler = block();
        }
        Node last = parser.taken("finally") ? block() : null;
        if (handler == null && last == null) {
            throw parser.unexpected();
        }
        return new Node.Try(body, caught, handler, last, line);
    }
}
