package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Token.Kind;
import dev.tenon.designer.json.JsonNull;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads expressions: JavaScript's, without classes, generators, `async`, getters, tagged templates
/// and `this`.
final class Parser {
    private static final int DEEPEST = 150;

    private final List<Token> tokens;
    private int at;
    int depth;
    boolean noIn; // in the head of a for
    int functions; // that were read
    private @Nullable Token cover; // `=` after a name in braces, which only a pattern may have
    private final Statements statements = new Statements(this);
    private final PatternParser patterns = new PatternParser(this);

    private Parser(List<Token> tokens, int depth) {
        this.tokens = tokens;
        this.depth = depth;
    }

    /// Reads one expression, up to the end.
    static Node expression(String text) {
        return new Parser(Lexer.words(text), 0).wholeExpression();
    }

    /// Reads statements, up to the end.
    static Node script(String text) {
        var parser = new Parser(Lexer.words(text), 0);
        List<Node> all = new ArrayList<>();
        while (parser.peek().kind() != Kind.END) {
            all.add(parser.statements.statement());
        }
        return new Node.Block(all, 1);
    }

    private Node wholeExpression() {
        Node node = sequence();
        if (peek().kind() != Kind.END) {
            throw unexpected();
        }
        return node;
    }

    // ---- words

    Token peek() {
        return tokens.get(at);
    }

    private Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token take() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean taken(String sign) {
        if (peek().is(sign)) {
            at++;
            return true;
        }
        return false;
    }

    Token expect(String sign) {
        if (!peek().is(sign)) {
            throw Halt.syntax(
                    "expected " + sign + ", got " + Numbers.brief(peek().text()), peek().line());
        }
        return take();
    }

    Halt unexpected() {
        Token token = peek();
        String text = Numbers.brief(token.text());
        return Halt.syntax(
                token.kind() == Kind.NAME && Words.RESERVED.contains(text)
                        ? text + " is not supported"
                        : "unexpected " + text,
                token.line());
    }

    void descend() {
        if (++depth > DEEPEST) {
            throw Halt.syntax("it is nested deeper than " + DEEPEST, peek().line());
        }
    }

    /// Returns whether a word comes that may be a name.
    boolean isName() {
        Token token = peek();
        return token.kind() == Kind.NAME
                && !Words.RESERVED.contains(token.text())
                && !Words.KEYWORDS.contains(token.text());
    }

    boolean isLabel() {
        return isName() && peek(1).kind() == Kind.SIGN && peek(1).is(":");
    }

    String name() {
        if (!isName()) {
            throw unexpected();
        }
        return take().text();
    }

    // ---- expressions

    Node sequence() {
        return sequence(assignment());
    }

    private Node sequence(Node first) {
        if (!peek().is(",")) {
            return first;
        }
        List<Node> all = new ArrayList<>(List.of(first));
        while (taken(",")) {
            all.add(assignment());
        }
        return new Node.Sequence(all, first.line());
    }

    Node assignment() {
        Token outer = cover;
        cover = null;
        Node node = assignmentOrPattern();
        checkCover();
        cover = outer;
        return node;
    }

    /// Reads what a `for` begins with: an expression, or a target where `of` or `in` follows.
    Node head() {
        Token outer = cover;
        cover = null;
        Node first = assignmentOrPattern();
        if (peek().is("of") || peek().is("in")) {
            cover = outer;
            return patterns.assigned(first);
        }
        checkCover();
        cover = outer;
        return sequence(first);
    }

    private void checkCover() {
        if (cover != null) {
            throw Halt.syntax("unexpected =", cover.line());
        }
    }

    /// Reads an assignment, or what may turn out to be a part of a pattern: `{a = 1}`.
    private Node assignmentOrPattern() {
        descend();
        try {
            if (isArrow()) {
                return arrow();
            }
            Token outer = cover;
            cover = null;
            Node left = conditional();
            Token sign = peek();
            boolean isPattern = left instanceof Node.ArrayNode || left instanceof Node.ObjectNode;
            if (!isPattern) {
                checkCover();
            }
            if (sign.kind() != Kind.SIGN || !Words.ASSIGN.contains(sign.text())) {
                cover = outer == null ? cover : outer;
                return left;
            }
            take();
            Node target = isPattern && sign.is("=") ? patterns.assigned(left) : target(left, sign);
            cover = outer;
            return new Node.Assign(sign.text(), target, assignment(), left.line());
        } finally {
            depth--;
        }
    }

    /// Returns whether an arrow function begins here: `x =>` or `(...) =>`.
    private boolean isArrow() {
        if (peek().kind() == Kind.NAME && peek(1).is("=>") && peek(1).kind() == Kind.SIGN) {
            return true;
        }
        if (peek().kind() != Kind.SIGN || !peek().is("(")) {
            return false;
        }
        int open = 0;
        for (int i = at; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.kind() == Kind.SIGN) {
                switch (token.text()) {
                    case "(", "[", "{" -> open++;
                    case ")", "]", "}" -> open--;
                    default -> {}
                }
                if (open == 0) {
                    return i + 1 < tokens.size() && tokens.get(i + 1).is("=>");
                }
            }
        }
        return false;
    }

    private Node arrow() {
        int line = peek().line();
        List<Node.Binding> parameters =
                peek().kind() == Kind.NAME
                        ? List.of(new Node.Binding(variable(), null, false))
                        : parameters();
        expect("=>");
        boolean isBlock = peek().is("{");
        boolean outer = noIn;
        noIn &= !isBlock;
        functions++;
        Node body = isBlock ? statements.body() : assignment();
        noIn = outer;
        return new Node.FunctionNode("", parameters, body, !isBlock, line);
    }

    Node variable() {
        int line = peek().line();
        return new Node.Variable(name(), line);
    }

    private List<Node.Binding> parameters() {
        expect("(");
        List<Node.Binding> all = new ArrayList<>();
        while (!taken(")")) {
            boolean rest = taken("...");
            all.add(parameter(rest));
            if (!peek().is(")")) {
                expect(",");
            }
        }
        return all;
    }

    Node.Binding parameter(boolean rest) {
        return patterns.declared(rest);
    }

    private Node conditional() {
        Node test = binary(1);
        if (!taken("?")) {
            return test;
        }
        boolean outer = noIn;
        noIn = false;
        Node then = assignment();
        noIn = outer;
        expect(":");
        return new Node.Conditional(test, then, assignment(), test.line());
    }

    private Node binary(int level) {
        Node left = unary();
        while (true) {
            Token sign = peek();
            Integer its =
                    sign.kind() == Kind.SIGN || (sign.is("in") && !noIn) || sign.is("instanceof")
                            ? Words.LEVELS.get(sign.text())
                            : null;
            if (its == null || its < level) {
                return left;
            }
            take();
            descend();
            Node right = binary(sign.is("**") ? its : its + 1);
            depth--;
            left =
                    Words.LOGICAL.contains(sign.text())
                            ? new Node.Logical(sign.text(), left, right, sign.line())
                            : new Node.Binary(sign.text(), left, right, sign.line());
            checkHeight(left);
        }
    }

    /// `a + b + c ...` is as deep as it is long, though reading it is not.
    private void checkHeight(Node node) {
        int height = 0;
        for (Node n = node; n != null; n = leftOf(n)) {
            height++;
        }
        if (height > 4 * DEEPEST) {
            throw Halt.syntax("it has more than " + 4 * DEEPEST + " parts in a row", node.line());
        }
    }

    private static @Nullable Node leftOf(Node node) {
        return switch (node) {
            case Node.Binary(_, Node left, _, _) -> left;
            case Node.Logical(_, Node left, _, _) -> left;
            case Node.Access(Node object, _, _, _) -> object;
            case Node.Call(Node callee, _, _, _) -> callee;
            default -> null;
        };
    }

    private Node unary() {
        Token sign = peek();
        boolean isUpdate = sign.kind() == Kind.SIGN && (sign.is("++") || sign.is("--"));
        boolean isUnary =
                sign.kind() != Kind.STRING
                        && Words.UNARY.contains(sign.text())
                        && (sign.kind() == Kind.SIGN || sign.kind() == Kind.NAME);
        if (!isUpdate && !isUnary) {
            return postfix();
        }
        take();
        descend();
        Node operand = unary();
        depth--;
        return isUpdate
                ? new Node.Update(sign.text(), true, target(operand, sign), sign.line())
                : new Node.Unary(sign.text(), operand, sign.line());
    }

    private static Node target(Node node, Token sign) {
        if (node instanceof Node.Variable || node instanceof Node.Access) {
            return node;
        }
        throw Halt.syntax("can't assign to this", sign.line());
    }

    private Node postfix() {
        Node node = chain();
        Token sign = peek();
        if (sign.kind() == Kind.SIGN && !sign.lineBefore() && (sign.is("++") || sign.is("--"))) {
            take();
            return new Node.Update(sign.text(), false, target(node, sign), sign.line());
        }
        return node;
    }

    private Node chain() {
        Node node = primary();
        boolean optional = false;
        while (peek().kind() == Kind.SIGN || peek().kind() == Kind.TEMPLATE) {
            int line = peek().line();
            if (peek().kind() == Kind.TEMPLATE) {
                throw Halt.syntax("tagged templates are not supported", line);
            }
            boolean maybe = taken("?.");
            optional |= maybe;
            if (taken("[")) {
                node = new Node.Access(node, inBrackets("]"), maybe, line);
            } else if (taken("(")) {
                node = new Node.Call(node, elements(")"), maybe, line);
            } else if (maybe || taken(".")) {
                Token key = take();
                if (key.kind() != Kind.NAME) {
                    at -= key.kind() == Kind.END ? 0 : 1;
                    throw unexpected();
                }
                node = new Node.Access(node, new Node.Literal(key.text(), line), maybe, line);
            } else {
                break;
            }
            checkHeight(node);
        }
        return optional ? new Node.Chain(node, node.line()) : node;
    }

    Node inBrackets(String end) {
        boolean outer = noIn;
        noIn = false;
        Node inner = sequence();
        noIn = outer;
        expect(end);
        return inner;
    }

    private List<Node> elements(String end) {
        boolean outer = noIn;
        noIn = false;
        List<Node> all = new ArrayList<>();
        while (!taken(end)) {
            int line = peek().line();
            if (taken("...")) {
                Node inner = end.equals("]") ? assignmentOrPattern() : assignment();
                boolean isLast = !peek().is(","); // else it is no rest of a pattern
                all.add(
                        new Node.Spread(
                                isLast ? inner : new Node.Sequence(List.of(inner), line), line));
            } else if (peek().is(",") && end.equals("]")) {
                all.add(new Node.Literal(Undefined.UNDEFINED, line));
            } else {
                all.add(end.equals("]") ? assignmentOrPattern() : assignment());
            }
            if (!peek().is(end)) {
                expect(",");
            }
        }
        noIn = outer;
        return all;
    }

    private Node primary() {
        Token token = peek();
        int line = token.line();
        switch (token.kind()) {
            case NUMBER -> {
                return new Node.Literal(Numbers.parse(take().text()), line);
            }
            case STRING -> {
                return new Node.Literal(take().text(), line);
            }
            case TEMPLATE -> {
                take();
                descend();
                List<Node> inner = new ArrayList<>();
                for (List<Token> words : token.inner()) {
                    var parser = new Parser(words, depth);
                    inner.add(parser.wholeExpression());
                    functions += parser.functions;
                }
                depth--;
                return new Node.Template(token.parts(), inner, line);
            }
            case REGEX -> {
                take();
                String flags = token.parts().getFirst();
                return new Node.Regex(new Regexes.Regex(token.text(), flags, line), line);
            }
            case NAME -> {
                return word(token);
            }
            default -> {}
        }
        if (taken("(")) {
            Node inner = inBrackets(")");
            return switch (inner) { // what is no longer so in brackets: a chain, a pattern
                case Node.Chain _, Node.ArrayNode _, Node.ObjectNode _, Node.Assign _ ->
                        new Node.Sequence(List.of(inner), line);
                default -> inner;
            };
        }
        if (taken("[")) {
            return new Node.ArrayNode(elements("]"), line);
        }
        if (taken("{")) {
            return object(line);
        }
        throw unexpected();
    }

    private Node word(Token token) {
        int line = token.line();
        if (token.is("function")) {
            take();
            return function(line);
        }
        if (token.is("new")) {
            take();
            return made(line);
        }
        if (token.is("true") || token.is("false") || token.is("null")) {
            take();
            return new Node.Literal(
                    token.is("null") ? JsonNull.NULL : (Object) token.is("true"), line);
        }
        return variable();
    }

    /// Reads what follows `new`: a name, or members of one, and arguments.
    private Node made(int line) {
        descend();
        Node callee = primary();
        depth--;
        while (taken(".")) {
            Token key = take();
            if (key.kind() != Kind.NAME) {
                at -= key.kind() == Kind.END ? 0 : 1;
                throw unexpected();
            }
            callee = new Node.Access(callee, new Node.Literal(key.text(), line), false, line);
            checkHeight(callee);
        }
        return new Node.New(callee, taken("(") ? elements(")") : List.of(), line);
    }

    Node.FunctionNode function(int line) {
        functions++;
        String name = peek().is("(") ? "" : name();
        List<Node.Binding> parameters = parameters();
        return new Node.FunctionNode(name, parameters, statements.body(), false, line);
    }

    private Node object(int line) {
        boolean outer = noIn;
        noIn = false;
        List<Node.Entry> entries = new ArrayList<>();
        while (!taken("}")) {
            entries.add(entry());
            if (!peek().is("}")) {
                expect(",");
            }
        }
        noIn = outer;
        return new Node.ObjectNode(entries, line);
    }

    /// Reads the name of a member: a name, a text, a number or `[...]`.
    Node key() {
        Token token = take();
        if (token.is("[") && token.kind() == Kind.SIGN) {
            return inBrackets("]");
        }
        if (token.kind() == Kind.NUMBER) {
            return new Node.Literal(Numbers.text(Numbers.parse(token.text())), token.line());
        }
        if (token.kind() == Kind.NAME || token.kind() == Kind.STRING) {
            return new Node.Literal(token.text(), token.line());
        }
        at -= token.kind() == Kind.END ? 0 : 1;
        throw unexpected();
    }

    void back() {
        at--;
    }

    private Node.Entry entry() {
        Token token = take();
        int line = token.line();
        if (token.is("...")) {
            return new Node.Entry(null, new Node.Spread(assignmentOrPattern(), line));
        }
        if ((token.is("get") || token.is("set"))
                && !peek().is(":")
                && !peek().is(",")
                && !peek().is("}")
                && !peek().is("(")) {
            throw Halt.syntax("getters and setters are not supported", line);
        }
        at -= token.kind() == Kind.END ? 0 : 1;
        Node key = key();
        if (peek().is("(")) {
            functions++;
            List<Node.Binding> parameters = parameters();
            return new Node.Entry(
                    key, new Node.FunctionNode("", parameters, statements.body(), false, line));
        }
        if (taken(":")) {
            return new Node.Entry(key, assignmentOrPattern());
        }
        back();
        Node name = variable();
        Token sign = peek();
        if (!taken("=")) {
            return new Node.Entry(key, name);
        }
        cover = cover == null ? sign : cover;
        return new Node.Entry(key, new Node.Assign("=", name, assignment(), line));
    }
}
