package dev.tenon.designer.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Evaluation.Value;
import dev.tenon.designer.json.JsonText;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Expressions against the values that JavaScript gives them (node, read by hand).
class ExpressionTest {
    private static final ScriptObject SCOPE =
            ScriptObject.of(
                    Map.of(
                            "$values",
                            JsonText.read(
                                    "values",
                                    "{\"a\":3,\"s\":\"text\",\"list\":[3,1,2],\"o\":{\"b\":null}}"),
                            "$deps",
                            JsonText.read("deps", "[2,\"x\"]"),
                            "add",
                            (ScriptFunction)
                                    all ->
                                            JsonText.read(
                                                    "sum", all.get(0).toString() + all.get(1))));

    static String text(Evaluation evaluation) {
        return switch (evaluation) {
            case Value(var json) -> String.valueOf(json);
            case Failure(String message, int line) -> "line " + line + ": " + message;
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '@',
            value = {
                "1 + 2 * 3 ** 2 ** 1 ~ 19",
                "'1' + 2 + true + null + undefined ~ \"12truenullundefined\"",
                "$values.a > 2 ? 'visible' : 'none' ~ \"visible\"",
                "$deps[0] > 1 && $deps[1] === 'x' ~ true",
                "$values.o?.b?.c ?? 'none' ~ \"none\"",
                "$values.missing?.x.y.z ~ null",
                "`a${$values.a + 1}b${`c`}` ~ \"a4bc\"",
                "[...$values.list, ...[4]].map((x, i) => x * i).filter(x => x) ~ [1,4,12]",
                "({...$values.o, a: 1, ['k' + 1]: [2], s() { return 1 }}) ~ {\"b\":null,\"a\":1,\"k1\":[2]}",
                "Math.max(...$values.list) ~ 3",
                "[3, 1, 2].sort((a, b) => b - a).join('-') ~ \"3-2-1\"",
                "(({a, s: [first = 0] = [], ...rest}) => rest)($values) ~ {\"list\":[3,1,2],\"o\":{\"b\":null}}",
                "((a, b = a + 1, ...c) => [a, b, c])(1) ~ [1,2,[]]",
                "0.1 + 0.2 ~ 0.30000000000000004",
                "1e21 + '' ~ \"1e+21\"",
                "1e-7 + '' ~ \"1e-7\"",
                "123456789012345680000 + '' ~ \"123456789012345680000\"",
                "(1.005).toFixed(2) ~ \"1.00\"",
                "'a-b-c'.split('-').reverse().join('') ~ \"cba\"",
                "'aBc'.replace(/b/gi, m => m + m) ~ \"aBBc\"",
                "/^1\\d{2}$/.test('123') ~ true",
                "'2024-05'.match(/(\\d+)-(\\d+)/)[2] ~ \"05\"",
                "typeof nothing + typeof 1 + typeof (x => x) ~ \"undefinednumberfunction\"",
                "null == undefined && null != 0 && '1' == 1 && NaN != NaN ~ true",
                "[] + {} ~ \"[object Object]\"",
                "!!'' || !![] ~ true",
                "-1 >>> 0 ~ 4294967295",
                "5 & 3 | 4 ^ 1 ~ 5",
                "Object.entries($values.o).length ~ 1",
                "JSON.stringify({a: [1, undefined], b: undefined}) ~ \"{\\\"a\\\":[1,null]}\"",
                "JSON.parse('[1,{\"a\":2}]')[1].a ~ 2",
                "parseInt('12px') + parseFloat('1.5em') ~ 13.5",
                "Array.from({length: 3}, (_, i) => i) ~ [0,1,2]",
                "[1, [2, [3]]].flat() ~ [1,2,[3]]",
                "$values.list.reduce((a, b) => a + b, 0) ~ 6",
                "'x' in {x: 1} ~ true",
                "{}.x ~ null",
                "[].constructor ~ null",
                "add(1, 2) ~ 12",
                "(() => { let n = 0; for (const x of [1, 2, 3]) { if (x === 2) continue; n += x } return n })() ~ 4",
                "(() => { try { null.x } catch (e) { return e.message } })() ~ \"can't read x of null\"",
                "(function f() { return 1 })() ~ 1",
                "1 / 0 ~ null",
                "a ~ line 1: a is not defined",
                "$values.a = 1 ~ line 1: can't assign a: a value from outside can't be changed. Make a copy",
                "$values.a() ~ line 1: a is not a function",
                "1 + ~ line 1: unexpected the end",
                "({get a() { return 1 }}) ~ line 1: getters and setters are not supported",
            })
    void givesWhatJavaScriptGives(String expression, String value) {
        assertThat(text(Expressions.evaluate(expression, SCOPE))).isEqualTo(value);
    }

    @Test
    void aFailureTellsItsLine() {
        assertThat(Expressions.evaluate("1 +\n  2 +\n  missing.x", SCOPE))
                .isEqualTo(new Failure("missing is not defined", 3));
        assertThat(Expressions.evaluate("[1,\n 2", SCOPE))
                .isEqualTo(new Failure("expected ,, got the end", 2));
    }

    @Test
    void scriptsReturn() {
        String script =
                """
                var sum = 0;
                for (let i = 0; i < 5; i++) {
                    if (i == 3) break;
                    sum += i;
                }
                const more = () => { sum++ };
                more();
                do sum++; while (sum < 3)
                return { sum };
                """;
        assertThat(text(Expressions.compileScript(script).evaluate(SCOPE)))
                .isEqualTo("{\"sum\":5}");
    }

    @Test
    void onlyAWholeTextIsATemplate() {
        assertThat(Expressions.body(" {{ a }}\n")).isEqualTo(" a ");
        assertThat(Expressions.body("{{a}} b")).isNull();
        assertThat(Expressions.body("{{}}")).isEmpty();
        assertThat(Expressions.body("a {{b}}")).isNull();
    }
}
