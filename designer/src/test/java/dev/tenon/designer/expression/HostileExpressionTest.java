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
                "new Function('return 1')()",
                "new (x => x)()",
                "new {}.constructor()",
                "new Date().constructor('return 1')()",
                "new Date().constructor.constructor('return 1')()",
                "Date.prototype.x",
                "Date.now.call(1)",
                "new Date().getClass()",
                "new Date().getTime.call(1)",
                "(f => f())(new Date().getTime)",
                "new Date().toInstant()",
                "new Map().entries.call(1)",
                "new Map().getClass()",
                "new Promise(x => x)",
                "(() => { const r = /a/g; while (r.exec('aaa') || true) {} })()",
                "(() => { const f = function g() { return g() }; return f() })()",
                "(() => { for (;;) (1e300).toString(2) })()",
                "(() => { let a = {}; for (let i = 0; i < 90; i++) a = {a}; for (;;) JSON.stringify(a, null, 2) })()",
                "'x'.repeat(1e6).split('', 1e9).join('').repeat(1e6)",
                "(() => { for (;;) 'a'.repeat(1000).localeCompare('b'.repeat(1000)) })()",
                "(() => { for (;;) [...'a'.repeat(1000).matchAll(/a/g)] })()",
                "new WeakRef({})",
                "new ArrayBuffer(1e9)",
                "new Array(1e9)",
                "new RegExp('(')",
                "new RegExp('a'.repeat(1000))",
                "new RegExp('a', 'q')",
                "new RegExp('^(a|aa)+(b)?\\\\2c$').test('a'.repeat(60))",
                "(() => { for (;;) new RegExp('(a{1,9}){1,9}') })()",
                "(() => { for (;;) new Date('2024-05-01T00:00:00').toString() })()",
                "(() => { let m = new Map(); for (let i = 0; ; i++) m.set(i, i) })()",
                "(() => { let s = new Set(); for (let i = 0; ; i++) s.add({}) })()",
                "(() => { let m = new Map(); for (let i = 0; i < 2e4; i++) m.set(i, i);"
                        + " for (;;) [...m] })()",
                "(() => { let s = new Set([1]); for (;;) s.forEach(x => s.add(x + s.size)) })()",
                "(() => { let s = new Set(); s.add([s]); const f = x => f([...x][0][0]); f(s) })()",
                "(() => { for (;;) switch (1) { case 1: continue } })()",
                "(() => { const f = x => { switch (f(x)) { case 1: return 1 } }; return f(1) })()",
                "(() => { let e = new Error(); for (;;) e = new Error(e) })()",
                "(() => { const a = []; a.push(a); throw new Error(a) })()",
                "[].getClass()",
                "'x'.getClass()",
                "(() => { const f = []; for (let i = 0; ; i++) f.push(() => i) })()",
                "(() => { let a, b; for (;;) [a, b] = [b, a] })()",
                "(() => { let a = []; for (;;) [...a] = [1, ...a] })()",
                "(() => { let a = []; for (;;) [a] = [[a]] })()",
                "(() => { a: for (;;) { b: for (;;) { continue a } } })()",
                "(() => { let o = {}; for (let i = 0; ; i++) ({[i]: o[i] = i} = {}) })()",
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new Date(8.64e15 + 1)",
                "new Date(1e308, 1e308, 1e308, 1e308)",
                "new Date(-1e308, -1, -1, -1e300)",
                "new Date('+275760-09-13T00:00:00.001Z')",
                "new Date('2024-01-01T00:00:00+99:99')",
                "new Date(''.padEnd(1e5, '9'))",
                "new Date(8.64e15).setFullYear(1e9)",
                "new Date(8.64e15).setMilliseconds(1)",
                "new Date(-8.64e15).toString() + new Date(8.64e15).toTimeString()",
                "new Date(NaN).toDateString() + new Date(NaN).getTimezoneOffset()",
                "new Map([['__proto__', 1]]).get('__proto__')",
                "(() => { const m = new Map(); m.set(m, m); return [m, '' + m, JSON.stringify(m)] })()",
                "(() => { const s = new Set([1, 2]); s.forEach(x => s.delete(2)); return s.size })()",
                "(() => { const m = new Map([[1, 1]]); for (const [k] of m) m.set(k + 1, k); return m.size })()",
                "new RegExp('(a+)+$').test('a'.repeat(40) + 'b')",
            })
    void newThingsEndSoon(String expression) {
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
                "(",
                "[",
                "{a:",
                "!",
                "-",
                "a=>",
                "a?",
                "1+(",
                "`${",
                "x[",
                "f(",
                "a**",
                "if(a)",
                "{",
                "new ",
                "new (",
                "new a(",
                "switch(a){case ",
                "switch(a){case 1:",
                "a:",
                "[a]=",
                "({a}=",
                "[[",
                "[...",
                "for(a of "
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
