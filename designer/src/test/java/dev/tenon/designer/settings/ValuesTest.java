package dev.tenon.designer.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.settings.css.CssSides;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Values that setters take apart: of several kinds, options, checks and reactions.
final class ValuesTest {
    private static Json json(String text) {
        return JsonText.read("test", text.replace('\'', '"'));
    }

    @Test
    void kindsOfValues() {
        assertThat(ValueKind.of(new JsonString("{{a}}"), List.of(ValueKind.values())))
                .isEqualTo(ValueKind.EXPRESSION);
        assertThat(ValueKind.of(new JsonString("a {{b}}"), List.of(ValueKind.values())))
                .isEqualTo(ValueKind.TEXT);
        assertThat(ValueKind.of(JsonNumber.of(1), List.of(ValueKind.values())))
                .isEqualTo(ValueKind.NUMBER);
        assertThat(ValueKind.of(JsonBoolean.TRUE, List.of(ValueKind.TEXT)))
                .isEqualTo(ValueKind.TEXT);
        assertThat(ValueKind.of(null, List.of(ValueKind.NUMBER))).isEqualTo(ValueKind.NUMBER);
        assertThat(ValueKind.EXPRESSION.input(new JsonString("{{ a + b }}"))).isEqualTo(" a + b ");
        assertThat(ValueKind.EXPRESSION.value(" a + b ")).isEqualTo(new JsonString("{{ a + b }}"));
        assertThat(ValueKind.EXPRESSION.value(" ")).isNull();
        assertThat(ValueKind.NUMBER.value(" -1.50 ")).isEqualTo(json("-1.5"));
        assertThat(ValueKind.NUMBER.value("1e999999999")).isNull();
        assertThat(ValueKind.NUMBER.value("one")).isNull();
        assertThat(ValueKind.BOOLEAN.value("true")).isEqualTo(JsonBoolean.TRUE);
        assertThat(ValueKind.BOOLEAN.value("yes")).isNull();
        assertThatThrownBy(() -> ValueKind.of(null, List.of()))
                .hasMessage("ValueKind: a field must allow at least one kind");
        for (String value : List.of("'a'", "'{{a}}'", "true", "-0.5", "''", "'{{a\\nb}}'")) {
            Json told = json(value);
            ValueKind kind = ValueKind.of(told, List.of(ValueKind.values()));
            assertThat(kind.value(kind.input(told))).isEqualTo(told);
        }
    }

    @Test
    void theButtonGoesThroughTheKindsAndRemembersEach() {
        PolyInput input = PolyInput.of(JsonObject.EMPTY, new JsonString("text"));
        assertThat(input.kinds()).containsExactly(ValueKind.values());
        PolyInput expression = input.next().enter("a > 1");
        assertThat(expression.value()).isEqualTo(new JsonString("{{a > 1}}"));
        assertThat(expression.input()).isEqualTo("a > 1");
        PolyInput number = expression.next().next();
        assertThat(number.kind()).isEqualTo(ValueKind.NUMBER);
        assertThat(number.value()).isNull();
        assertThat(number.next().value()).isEqualTo(new JsonString("text"));
        assertThat(number.next().next().input()).isEqualTo("a > 1");
        JsonObject two = (JsonObject) json("{'include':['BOOLEAN','EXPRESSION']}");
        assertThat(PolyInput.of(two, null).kinds())
                .containsExactly(ValueKind.EXPRESSION, ValueKind.BOOLEAN);
        JsonObject not = (JsonObject) json("{'exclude':['TEXT']}");
        assertThat(PolyInput.of(not, null).kind()).isEqualTo(ValueKind.EXPRESSION);
    }

    @Test
    void options() {
        for (String source :
                List.of(
                        "[]",
                        "['a',1,true,null]",
                        "[{'label':'A','value':1,'disabled':true}]",
                        "[{'value':{'deep':1}},{'label':'B'},{'value':1},{}]",
                        "[{'label':'A','children':[{'label':'B','value':2}],'key':'k'}]",
                        "[{'label':'A','children':[]},{'children':'{{later}}'}]",
                        "[[1,2]]")) {
            List<DataOption> options = Objects.requireNonNull(DataOption.read(json(source)));
            assertThat(DataOption.write(options)).isEqualTo(json(source));
        }
        assertThat(DataOption.read(json("'{{options}}'"))).isNull();
        assertThat(DataOption.write(List.of(DataOption.of("A", JsonNumber.of(1)))))
                .isEqualTo(json("[{'label':'A','value':1}]"));
    }

    @Test
    void checks() {
        assertThat(ValidatorRule.read(null)).isEmpty();
        List<ValidatorRule> format = ValidatorRule.read(json("'email'"));
        assertThat(format.getFirst().format()).isEqualTo("email");
        assertThat(ValidatorRule.write(format)).isEqualTo(json("'email'"));
        assertThat(format.getFirst().with("message", new JsonString("no")).told())
                .isEqualTo(json("{'format':'email','message':'no'}"));
        for (String rules :
                List.of(
                        "[{'format':'url','more':[1]},'{{check}}',{'max':3}]",
                        "['email','url']",
                        "[]")) {
            assertThat(ValidatorRule.write(ValidatorRule.read(json(rules)))).isEqualTo(json(rules));
        }
        ValidatorRule max = new ValidatorRule(json("{'max':3,'odd':1}"));
        assertThat(max.condition("max")).isEqualTo(JsonNumber.of(3));
        assertThat(max.with("max", null).told()).isEqualTo(json("{'odd':1}"));
        assertThat(new ValidatorRule(json("'{{f}}'")).with("len", JsonNumber.of(1)).told())
                .isEqualTo(json("{'validator':'{{f}}','len':1}"));
    }

    @Test
    void reactions() {
        String text =
                "{'dependencies':[{'source':'a','property':'value','name':'x','type':'any','odd':1}],"
                        + "'fulfill':{'state':{'visible':'{{$deps.x}}'},'run':'go()','schema':{}},"
                        + "'when':'{{w}}'}";
        List<Reaction> reactions = Objects.requireNonNull(Reaction.read(json(text)));
        Reaction reaction = reactions.getFirst();
        assertThat(reaction.dependencies())
                .containsExactly(new Reaction.Dependency("a", "value", "x", "any"));
        assertThat(reaction.run()).isEqualTo("go()");
        for (String each :
                List.of(
                        text,
                        "{}",
                        "{'target':'b','fulfill':{}}",
                        "{'dependencies':[],'fulfill':{'state':{}}}",
                        "{'dependencies':[{}]}",
                        "{'dependencies':[{'source':5}]}")) {
            List<Reaction> read = Objects.requireNonNull(Reaction.read(json(each)));
            assertThat(new JsonArray(read.stream().<Json>map(Reaction::write).toList()))
                    .isEqualTo(json("[" + each + "]"));
        }
        for (String other :
                List.of(
                        "'{{(field) => 1}}'",
                        "{'dependencies':{'a':'b'}}",
                        "{'dependencies':['a']}",
                        "{'fulfill':'{{f}}'}",
                        "{'fulfill':{'state':'{{s}}'}}",
                        "{'fulfill':{'run':1}}")) {
            assertThat(Reaction.read(json(other))).as(other).isNull();
        }
        assertThat(reaction.with("visible", null).with("title", new JsonString("{{t}}")).state())
                .isEqualTo(json("{'title':'{{t}}'}"));
        assertThat(Reaction.read(null)).isEmpty();
    }

    /// What the setter does not show stays with its dependency.
    @Test
    void aDependencyThatIsTakenAwayLeavesNothingBehind() {
        Reaction two =
                Objects.requireNonNull(
                                Reaction.read(
                                        json(
                                                "{'dependencies':[{'source':'a','odd':1},{'source':'b','even':2}]}")))
                        .getFirst();
        Reaction.Dependency a = two.dependencies().getFirst();
        Reaction.Dependency b = two.dependencies().getLast();
        Reaction.Dependency named = new Reaction.Dependency("b", null, "x", null);
        assertThat(with(two, b)).isEqualTo(json("[{'source':'b','even':2}]"));
        assertThat(with(two, b, a))
                .isEqualTo(json("[{'source':'b','even':2},{'source':'a','odd':1}]"));
        assertThat(with(two, a, named))
                .isEqualTo(json("[{'source':'a','odd':1},{'source':'b','even':2,'name':'x'}]"));
        assertThat(with(two, named, a, b))
                .isEqualTo(
                        json(
                                "[{'source':'b','name':'x'},{'source':'a','odd':1},{'source':'b','even':2}]"));
    }

    private static Json with(Reaction reaction, Reaction.Dependency... dependencies) {
        var changed =
                new Reaction(
                        List.of(dependencies), reaction.state(), reaction.run(), reaction.told());
        return Objects.requireNonNull(changed.write().get("dependencies"));
    }

    @Test
    void corners() {
        for (Corner corner : Corner.values()) {
            assertThat(Corner.read(corner.write())).isEqualTo(corner);
        }
        assertThat(Corner.read(new JsonString("topLeft"))).isEqualTo(Corner.TOP_LEFT);
        assertThat(Corner.read(new JsonString("all"))).isEqualTo(Corner.ALL);
        for (String other : List.of("'TopLeft'", "''", "0", "null")) {
            assertThat(Corner.read(json(other))).as(other).isNull();
        }
        CssSides radii = new CssSides("1px", "2px", "3px", "4px");
        assertThat(Corner.BOTTOM_RIGHT.of(radii)).isEqualTo("3px");
        assertThat(Corner.BOTTOM_LEFT.in(radii, "9px"))
                .isEqualTo(new CssSides("1px", "2px", "3px", "9px"));
        assertThat(Corner.ALL.of(radii)).isNull();
        assertThat(Corner.ALL.of(Corner.ALL.in(radii, "5px"))).isEqualTo("5px");
    }

    private static CodeInput code(String language, @Nullable String value) {
        JsonObject props = JsonObject.of("language", language);
        return CodeInput.of(props, value == null ? null : json(value));
    }

    @Test
    void code() {
        CodeInput expression = code("javascript.expression", "'a > 1'");
        assertThat(expression)
                .isEqualTo(new CodeInput(CodeInput.Language.JAVASCRIPT, true, true, "a > 1"));
        assertThat(expression.value()).isEqualTo(json("'a > 1'"));
        assertThat(expression.problem()).isNull();
        assertThat(expression.enter("a >").problem()).endsWith(" (line 1)");
        assertThat(expression.enter("return 1").problem()).isNotBlank();
        assertThat(code("javascript", "'return 1'").problem()).isNull();
        assertThat(code("typescript", "'let a: number = 1'").problem()).isNull();
        assertThat(code("Other", null).language()).isEqualTo(CodeInput.Language.JAVASCRIPT);
        assertThat(CodeInput.of(JsonObject.EMPTY, null).value()).isNull();
        assertThat(expression.enter(" \n").value()).isNull();
    }

    @Test
    void codeThatIsJson() {
        CodeInput text = code("json", "'[1'");
        assertThat(text.problem()).startsWith("the text: must be JSON; ");
        assertThat(text.value()).isEqualTo(json("'[1'"));
        for (String value : List.of("{'a':[1,{}]}", "[]", "0.10", "false", "null")) {
            CodeInput told = code("javascript", value);
            assertThat(told.language()).isEqualTo(CodeInput.Language.JSON);
            assertThat(told.value()).isEqualTo(json(value));
        }
        CodeInput object = code("json", "{'a':1}");
        assertThat(object.text()).isEqualTo("{\n  \"a\" : 1\n}");
        assertThat(object.enter("{").value()).isNull();
        assertThat(object.enter("{}").value()).isEqualTo(JsonObject.EMPTY);
    }

    @Test
    void theFormItem() {
        assertThat(FormItemSwitch.isOn(new JsonString("FormItem"))).isTrue();
        assertThat(FormItemSwitch.isOn(null)).isFalse();
        assertThat(FormItemSwitch.value(true)).isEqualTo(new JsonString("FormItem"));
        assertThat(FormItemSwitch.value(false)).isNull();
    }

    @Test
    void conditions() {
        JsonObject values = (JsonObject) json("{'a':'x','b':''}");
        assertThat(Expressions.CONDITIONS.evaluate("!!$form.values[\"a\"]", values))
                .isEqualTo(JsonBoolean.TRUE);
        assertThat(Expressions.CONDITIONS.evaluate("! $form.values[\"b\"]", values))
                .isEqualTo(JsonBoolean.TRUE);
        assertThat(Expressions.CONDITIONS.evaluate("$form.values[\"a\"] === \"x\"", values))
                .isEqualTo(JsonBoolean.TRUE);
        assertThat(Expressions.CONDITIONS.evaluate("$form.values[\"c\"] !== \"x\"", values))
                .isEqualTo(JsonBoolean.TRUE);
        assertThat(Expressions.CONDITIONS.evaluate("$values.a.length > 9 || !$values.c", values))
                .isEqualTo(JsonBoolean.TRUE);
        assertThat(Expressions.CONDITIONS.evaluate("alert(1)", values)).isNull();
    }
}
