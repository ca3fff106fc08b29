package dev.tenon.designer.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.expression.Evaluation.Failure;
import dev.tenon.designer.expression.Evaluation.Value;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Expressions that try to hang, to fill the memory, or to get out.
class HostileExpressionTest {
    private static final ScriptObject EMPTY = ScriptObject.of(Map.of());

    private static Evaluation bounded(Expression expression) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long time = System.nanoTime();
        Evaluation result = expression.evaluate(EMPTY);
        assertThat(System.nanoTime() - time).as("ns").isLessThan(3_000_000_000L);
        assertThat(threads.getCurrentThreadAllocatedBytes() - bytes)
                .as("bytes")
                .isLessThan(512L << 20);
        return result;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(() => { while (true) {} })()",
                "(() => { for (;;); })()",
                "(() => { const f = () => f(); return f() })()",
                "(() => { const f = n => 1 + f(n + 1); return f(0) })()",
                "'x'.repeat(1e9)",
                "'x'.padEnd(1e9)",
                "'x'.padStart(2147483647, 'ab')",
                "Array(1e9).fill()",
                "Array.from({length: 1e9})",
                "(() => { let a = []; a.length = 4e9; return a })()",
                "(() => { let a = []; a[4e9] = 1; return a })()",
                "(() => { let a = []; for (;;) a.push(1) })()",
                "(() => { let a = [1]; for (;;) a = a.concat(a) })()",
                "(() => { let a = [1]; for (;;) a = [...a, ...a] })()",
                "(() => { let a = [1]; for (const x of a) a.push(x); return a.forEach(y => a.push(y)) })()",
                "/^(a|aa)+(b)?\\2c$/.test('a'.repeat(60))",
                "/(x|y)*z/.test('x'.repeat(1e6))",
                "(() => { let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return JSON.stringify(a) })()",
                "(() => { let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return '' + a })()",
                "(() => { let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return a.flat(100) })()",
                "(() => { let a = []; for (let i = 0; i < 40; i++) a = [a, a]; return a })()",
                "(() => { let a = {}; a.a = a; return JSON.stringify(a) })()",
                "(() => { let a = []; a.push(a); return a })()",
                "(() => { let a = []; a.push(a); return '' + a })()",
                "(() => { let a = []; for (let i = 0; i < 90000; i++) a[i] = i;"
                        + " return a.sort(() => Math.max(1, 1)) })()",
                "(() => { for (;;) { try { throw 1 } catch (e) {} } })()",
                "(() => { const f = () => { try { f() } finally { f() } }; f() })()",
                "'ab'.split('').map(x => 'ab'.replaceAll('', 'x'.repeat(1e5)).replaceAll('x', 'y'.repeat(1e5)))",
                "constructor.constructor('return this')()",
                "(x => x).constructor('return this')()",
                "[].map.constructor('return 1')()",
                "''.constructor.prototype.x",
                "java.lang.System.exit(1)",
                "Packages.java.lang.Runtime",
                "eval('1')",
                "Function('return 1')()",
                "globalThis",
                "this",
                "import('x')",
                "({}).toString.call(1)",
                "Math.random()",
                "Reflect.ownKeys(1)",
                "new Proxy({}, {})",
                "[].getClass()",
                "'x'.getClass()",
            })
    void endsWithAFailure(String expression) {
        assertThat(bounded(Expressions.compile(expression))).isInstanceOf(Failure.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/^(a|aa)+$/.test('a'.repeat(60) + 'b')",
                "/^(\\w+\\s?)*!$/.test('aaaa '.repeat(40) + '?')",
                "/(a+)+$/.test('a'.repeat(40) + 'b')",
                "/^(a|a)*$/.test('a'.repeat(40) + 'b')",
                "'a'.repeat(40).replace(/(a*)*b/g, '')",
            })
    void endsSoon(String expression) {
        bounded(Expressions.compile(expression));
    }

    @Test
    void doublingEndsThoughThereIsNoLoop() {
        String expression = "(() => { let s = 'x';" + "s += s;".repeat(60) + "return s.length })()";
        assertThat(bounded(Expressions.compile(expression)))
                .isEqualTo(new Failure("it makes more than 16 MB of values", 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(", "[", "{a:", "!", "-", "a=>", "a?", "1+(", "`${", "x[", "f(", "a**", "if(a)",
                "{"
            })
    void deepTextIsRefused(String piece) {
        String text = piece.repeat(20_000 / piece.length());
        assertThat(Expressions.compile(text).failure()).isNotNull();
        assertThat(Expressions.compileScript(text).failure()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+1", ".a", "[0]", "()", "&&1", ",1", "?.a"})
    void longTextIsRefusedOrBounded(String piece) {
        bounded(Expressions.compile("a" + piece.repeat(19_000 / piece.length())));
    }

    @Test
    void tooLongATextIsRefused() {
        assertThat(Expressions.compile(" ".repeat(20_001)).failure())
                .isEqualTo(new Failure("it must have at most 20000 characters; it has 20001", 1));
    }

    @Test
    void nothingLeaksIntoTheNextEvaluation() {
        for (String write :
                new String[] {
                    "({}).__proto__.leak = 1",
                    "(() => { let o = {}; o.__proto__ = {leak: 1}; return 1 })()",
                    "Object.assign({}, JSON.parse('{\"__proto__\": {\"leak\": 1}}'))",
                    "(() => { Math.leak = 1 })()",
                    "(() => { leak = 1 })()",
                    "(() => { [].push.leak = 1 })()",
                }) {
            bounded(Expressions.compile(write));
        }
        assertThat(bounded(Expressions.compile("[({}).leak, typeof leak, Math.leak, [].leak]")))
                .extracting(value -> ((Value) value).json().toString())
                .isEqualTo("[null,\"undefined\",null,null]");
    }

    @Test
    void noiseIsReadOrRefused() {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        System.out.println("HostileExpressionTest: seed " + seed + " (-Dtenon.seed)");
        var random = new SplittableRandom(seed);
        String[] words = {
            "a",
            "1",
            "'s'",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "=>",
            "=",
            "+",
            "++",
            "?",
            ":",
            ".",
            "?.",
            ",",
            "...",
            "`x${",
            "}`",
            "/",
            "!",
            "typeof ",
            "function ",
            "let ",
            "for",
            "of ",
            "in ",
            "return ",
            "try",
            "catch",
            "\n",
            ";",
            "x",
            "null",
            "??",
            "if",
            "else ",
            "\\",
            "\"",
            "while"
        };
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(1, 25); n > 0; n--) {
                text.append(words[random.nextInt(words.length)]);
            }
            bounded(Expressions.compile(text.toString()));
            bounded(Expressions.compileScript(text.toString()));
        }
    }
}
