package dev.tenon.designer.expression;

import dev.tenon.designer.expression.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Cuts an expression into words.
final class Lexer {
    private static final String[] SIGNS = {
        ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==",
        "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=",
        "|=", "^=", "<<", ">>", "**", "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-",
        "*", "/", "%", "&", "|", "^", "!", "~", "?", ":", "=", "."
    };
    private static final Set<String> BEFORE_REGEX =
            Set.of("return", "typeof", "case", "in", "of", "void", "delete", "throw", "else");
    private static final int DEEPEST = 20; // templates within templates

    private final String text;
    private final int depth;
    private int at;
    private int line;
    private boolean lineBefore;
    private final List<Token> tokens = new ArrayList<>();

    private Lexer(String text, int line, int depth) {
        this.text = text;
        this.line = line;
        this.depth = depth;
        if (depth > DEEPEST) {
            throw Halt.syntax("templates are nested deeper than " + DEEPEST, line);
        }
    }

    static List<Token> words(String text) {
        return new Lexer(text, 1, 0).all();
    }

    private List<Token> all() {
        for (skip(); at < text.length(); skip()) {
            next();
            lineBefore = false;
        }
        add(Kind.END, "the end");
        return tokens;
    }

    private void skip() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                lineBefore = true;
            }
            if (Character.isWhitespace(c) || c == '\u00a0' || c == '\ufeff') {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw Halt.syntax("a comment does not end", line);
                }
                for (; at < end; at++) {
                    countLine(text.charAt(at));
                }
                at = end + 2;
            } else {
                return;
            }
        }
    }

    private void countLine(char c) {
        if (c == '\n') {
            line++;
        }
    }

    private void add(Kind kind, String word) {
        tokens.add(new Token(kind, word, line, List.of(), List.of(), lineBefore));
    }

    private void next() {
        char c = text.charAt(at);
        if (Character.isJavaIdentifierStart(c)) {
            int start = at;
            while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
                at++;
            }
            add(Kind.NAME, text.substring(start, at));
        } else if (isDigit(c)
                || (c == '.' && at + 1 < text.length() && isDigit(text.charAt(at + 1)))) {
            number();
        } else if (c == '"' || c == '\'') {
            string(c);
        } else if (c == '`') {
            template();
        } else if (c == '/' && regexMayFollow()) {
            regex();
        } else {
            for (String sign : SIGNS) {
                boolean isThis = text.startsWith(sign, at);
                if (isThis && sign.equals("?.") && at + 2 < text.length()) {
                    isThis = !isDigit(text.charAt(at + 2)); // a ?.5 : b
                }
                if (isThis) {
                    at += sign.length();
                    add(Kind.SIGN, sign);
                    return;
                }
            }
            throw Halt.syntax("unexpected character " + c, line);
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private boolean regexMayFollow() {
        if (tokens.isEmpty()) {
            return true;
        }
        Token last = tokens.getLast();
        return switch (last.kind()) {
            case NAME -> BEFORE_REGEX.contains(last.text());
            case SIGN -> !Set.of(")", "]", "}").contains(last.text());
            default -> false;
        };
    }

    private void number() {
        int start = at;
        boolean prefixed =
                text.charAt(at) == '0'
                        && at + 1 < text.length()
                        && "xXbBoO".indexOf(text.charAt(at + 1)) >= 0;
        boolean hasPoint = prefixed;
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean sign =
                    (c == '+' || c == '-')
                            && !prefixed
                            && at > start
                            && Character.toLowerCase(text.charAt(at - 1)) == 'e';
            if (c == '.' && hasPoint) {
                break; // 0.5.toFixed(1)
            }
            hasPoint |= c == '.' || c == 'e' || c == 'E';
            if (!Character.isLetterOrDigit(c) && c != '.' && c != '_' && !sign) {
                break;
            }
            at++;
        }
        String digits = text.substring(start, at).replace("_", "");
        if (digits.length() > 100 || Double.isNaN(Numbers.parse(digits))) {
            throw Halt.syntax("no number: " + Numbers.brief(digits), line);
        }
        add(Kind.NUMBER, digits);
    }

    private void string(char quote) {
        int begin = line;
        var out = new StringBuilder();
        at++;
        while (true) {
            if (at >= text.length() || text.charAt(at) == '\n') {
                throw Halt.syntax("a string does not end", begin);
            }
            char c = text.charAt(at++);
            if (c == quote) {
                break;
            }
            if (c == '\\') {
                escape(out);
            } else {
                out.append(c);
            }
        }
        add(Kind.STRING, out.toString());
    }

    private void escape(StringBuilder out) {
        if (at >= text.length()) {
            throw Halt.syntax("a string does not end", line);
        }
        char c = text.charAt(at++);
        countLine(c);
        switch (c) {
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'v' -> out.append('\u000b');
            case '0' -> out.append('\0');
            case '\n' -> {}
            case 'x' -> out.append((char) hex(2));
            case 'u' -> {
                if (at < text.length() && text.charAt(at) == '{') {
                    int end = text.indexOf('}', at);
                    int length = end - at - 1;
                    if (end < 0 || length < 1 || length > 6) {
                        throw Halt.syntax("a bad escape", line);
                    }
                    at++;
                    int point = hex(length);
                    at++;
                    if (!Character.isValidCodePoint(point)) {
                        throw Halt.syntax("a bad escape", line);
                    }
                    out.appendCodePoint(point);
                } else {
                    out.append((char) hex(4));
                }
            }
            default -> out.append(c);
        }
    }

    private int hex(int digits) {
        try {
            int value =
                    Integer.parseUnsignedInt(text, at, Math.min(text.length(), at + digits), 16);
            at += digits;
            return value;
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw Halt.syntax("a bad escape", line);
        }
    }

    private void template() {
        int begin = line;
        List<String> parts = new ArrayList<>();
        List<List<Token>> inner = new ArrayList<>();
        var out = new StringBuilder();
        at++;
        while (true) {
            if (at >= text.length()) {
                throw Halt.syntax("a template does not end", begin);
            }
            char c = text.charAt(at++);
            if (c == '`') {
                break;
            } else if (c == '\\') {
                escape(out);
            } else if (c == '$' && at < text.length() && text.charAt(at) == '{') {
                parts.add(out.toString());
                out.setLength(0);
                at++;
                inner.add(innerWords());
            } else {
                countLine(c);
                out.append(c);
            }
        }
        parts.add(out.toString());
        tokens.add(new Token(Kind.TEMPLATE, "template", begin, parts, inner, lineBefore));
    }

    /// Reads words up to the brace that closes the expression in a template.
    private List<Token> innerWords() {
        var words = new Lexer(text, line, depth + 1);
        words.at = at;
        int open = 0;
        for (words.skip(); words.at < text.length(); words.skip()) {
            char c = text.charAt(words.at);
            if (c == '}' && open == 0) {
                at = words.at + 1;
                line = words.line;
                words.add(Kind.END, "}");
                return words.tokens;
            }
            open += c == '{' ? 1 : c == '}' ? -1 : 0;
            words.next();
            words.lineBefore = false;
        }
        throw Halt.syntax("a template does not end", line);
    }

    private void regex() {
        int start = ++at;
        boolean inClass = false;
        for (; ; at++) {
            if (at >= text.length() || text.charAt(at) == '\n') {
                throw Halt.syntax("a regular expression does not end", line);
            }
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
            } else if (c == '[') {
                inClass = true;
            } else if (c == ']') {
                inClass = false;
            } else if (c == '/' && !inClass) {
                break;
            }
        }
        String pattern = text.substring(start, at++);
        int flags = at;
        while (at < text.length() && Character.isLetter(text.charAt(at))) {
            at++;
        }
        tokens.add(
                new Token(
                        Kind.REGEX,
                        pattern,
                        line,
                        List.of(text.substring(flags, at)),
                        List.of(),
                        lineBefore));
    }
}
