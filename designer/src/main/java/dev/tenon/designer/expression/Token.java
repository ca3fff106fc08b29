package dev.tenon.designer.expression;

import java.util.List;

/// A word of an expression.
///
/// @param kind what it is
/// @param text its characters; of a string, those that it stands for; of a regular expression, the
///   pattern
/// @param line where it begins, from 1
/// @param parts of a template, the strings around its expressions; of a regular expression, its
///   flags
/// @param inner of a template, the words of each expression in it
/// @param lineBefore whether a line ends before it
record Token(
        Kind kind,
        String text,
        int line,
        List<String> parts,
        List<List<Token>> inner,
        boolean lineBefore) {

    enum Kind {
        NAME,
        NUMBER,
        STRING,
        TEMPLATE,
        REGEX,
        SIGN,
        END
    }

    boolean is(String sign) {
        return (kind == Kind.SIGN || kind == Kind.NAME) && text.equals(sign);
    }
}
