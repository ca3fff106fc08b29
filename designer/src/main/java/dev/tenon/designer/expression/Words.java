package dev.tenon.designer.expression;

import java.util.Map;
import java.util.Set;

/// The operators and the words of the language.
final class Words {
    private Words() {}

    /// How tightly an operator of two operands binds.
    static final Map<String, Integer> LEVELS =
            Map.ofEntries(
                    Map.entry("??", 1),
                    Map.entry("||", 2),
                    Map.entry("&&", 3),
                    Map.entry("|", 4),
                    Map.entry("^", 5),
                    Map.entry("&", 6),
                    Map.entry("==", 7),
                    Map.entry("!=", 7),
                    Map.entry("===", 7),
                    Map.entry("!==", 7),
                    Map.entry("<", 8),
                    Map.entry(">", 8),
                    Map.entry("<=", 8),
                    Map.entry(">=", 8),
                    Map.entry("in", 8),
                    Map.entry("instanceof", 8),
                    Map.entry("<<", 9),
                    Map.entry(">>", 9),
                    Map.entry(">>>", 9),
                    Map.entry("+", 10),
                    Map.entry("-", 10),
                    Map.entry("*", 11),
                    Map.entry("/", 11),
                    Map.entry("%", 11),
                    Map.entry("**", 12));

    static final Set<String> ASSIGN =
            Set.of(
                    "=", "+=", "-=", "*=", "/=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>=",
                    ">>>=", "&&=", "||=", "??=");

    static final Set<String> UNARY = Set.of("!", "-", "+", "~", "typeof", "void", "delete");

    static final Set<String> LOGICAL = Set.of("&&", "||", "??");

    /// Words of what expressions do not have.
    static final Set<String> RESERVED =
            Set.of(
                    "class",
                    "async",
                    "await",
                    "yield",
                    "import",
                    "export",
                    "super",
                    "with",
                    "debugger",
                    "this",
                    "enum",
                    "extends");

    /// Words that are no names.
    static final Set<String> KEYWORDS =
            Set.of(
                    "if",
                    "else",
                    "for",
                    "while",
                    "do",
                    "return",
                    "break",
                    "continue",
                    "throw",
                    "try",
                    "catch",
                    "finally",
                    "var",
                    "const",
                    "function",
                    "in",
                    "instanceof",
                    "new",
                    "switch",
                    "typeof",
                    "void",
                    "delete",
                    "case",
                    "default");
}
