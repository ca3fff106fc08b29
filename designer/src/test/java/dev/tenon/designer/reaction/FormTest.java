package dev.tenon.designer.reaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.Golden;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.json.JsonText;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Forms with reactions.
class FormTest {
    private static Form form(String properties) {
        var schema =
                (JsonObject)
                        JsonText.read(
                                "schema",
                                ("{'properties':{" + properties + "}}").replace('\'', '"'));
        return Form.of(JsonObject.EMPTY, schema);
    }

    private static String state(Form form, String field, String property) {
        return String.valueOf(form.field(field).get(property));
    }

    @Test
    void aFieldFollowsItsDependencies() {
        Form form =
                form(
                        "'a':{'type':'number','default':1},'b':{'type':'string','x-reactions':{"
                                + "'dependencies':['a',{'source':'.a','property':'display'}],"
                                + "'when':'{{$deps[0] > 3}}',"
                                + "'fulfill':{'state':{'visible':true,'title':'{{`more than ${$deps[0]}`}}'}},"
                                + "'otherwise':{'state':{'visible':false},'schema':{'x-component-props':"
                                + "{'max':'{{$deps[0]}}'}}}}}");
        assertThat(state(form, "b", "display")).isEqualTo("\"none\"");
        assertThat(state(form, "b", "componentProps")).isEqualTo("{\"max\":1}");
        form.set("a", "value", JsonNumber.of(5));
        assertThat(state(form, "b", "display")).isEqualTo("\"visible\"");
        assertThat(state(form, "b", "title")).isEqualTo("\"more than 5\"");
        assertThat(form.problems()).isEmpty();
        assertThat(form.values()).hasToString("{\"a\":5}");
        form.close();
        form.set("a", "value", JsonNumber.of(0));
        assertThat(state(form, "b", "display")).isEqualTo("\"visible\"");
    }

    @Test
    void namedDependenciesAndTargets() {
        Form form =
                form(
                        "'a':{'x-reactions':{'dependencies':[{'source':'b#value','name':'bee'}],"
                                + "'target':'c','fulfill':{'state':{'value':'{{$deps.bee + 1}}'}}}},"
                                + "'b':{'x-value':1},'c':{}");
        assertThat(form.values()).hasToString("{\"b\":1,\"c\":2}");
        form.set("b", "value", JsonNumber.of(7));
        assertThat(form.values()).hasToString("{\"b\":7,\"c\":8}");
    }

    @Test
    void voidNodesAreNotInThePath() {
        Form form =
                form(
                        "'card':{'type':'void','properties':{'o':{'type':'object','properties':"
                                + "{'x':{'default':2,'x-reactions':'{{$self.title = $form.values.o.x}}'}}}}}");
        FormField field = form.field("o.x");
        assertThat(field.address()).isEqualTo("card.o.x");
        assertThat(field.path()).isEqualTo("o.x");
        assertThat(form.field("card.o.x")).isSameAs(field);
        assertThat(state(form, "o.x", "title")).isEqualTo("2");
        assertThat(form.values()).hasToString("{\"o\":{\"x\":2}}");
    }

    @Test
    void scriptsRun() {
        Form form =
                form(
                        "'a':{'default':1,'x-reactions':{'fulfill':{'run':"
                                + "'if ($self.value > 1) { $form.setFieldState(`b`, state => { state.required = true })"
                                + " }'}}},'b':{}");
        assertThat(state(form, "b", "required")).isEqualTo("null");
        form.set("a", "value", JsonNumber.of(2));
        assertThat(state(form, "b", "required")).isEqualTo("true");
    }

    @Test
    void mistakesShowAtTheirField() {
        Form form =
                form(
                        "'a':{'title':'{{missing}}','x-pattern':'odd','x-reactions':['no','{{1 +}}',"
                                + "{'target':'nowhere'},{'when':'{{$self.value.x}}','fulfill':{'state':{'good':1}}}]},"
                                + "'b':{'title':'well'}");
        assertThat(form.problems())
                .containsExactlyInAnyOrder(
                        new Problem("a", "title", "missing is not defined (line 1)"),
                        new Problem(
                                "a",
                                "x-pattern",
                                "a field's pattern must be one of disabled, editable, readOnly,"
                                        + " readPretty; got \"odd\""),
                        new Problem(
                                "a", "x-reactions[0]", "a reaction must be an object or {{...}}"),
                        new Problem("a", "x-reactions[1]", "unexpected the end (line 1)"),
                        new Problem("a", "x-reactions[2]", "there is no field nowhere for target"),
                        new Problem(
                                "a", "x-reactions[3].when", "can't read x of undefined (line 1)"));
        form.set("a", "value", JsonObject.of("x", 1));
        assertThat(form.problems())
                .contains(
                        new Problem(
                                "a",
                                "x-reactions[3].fulfill.state.good",
                                "a field's state has no good"))
                .doesNotContain(
                        new Problem(
                                "a", "x-reactions[3].when", "can't read x of undefined (line 1)"));
        assertThat(state(form, "b", "title")).isEqualTo("\"well\"");
        assertThatThrownBy(() -> form.set("z", "value", JsonNumber.of(1)))
                .hasMessage("form: there is no field z");
    }

    @Test
    void reactionsInACircleAreStopped() {
        Form form =
                form(
                        "'on':{'default':false},"
                                + "'a':{'x-reactions':'{{$values.on && ($self.value = ($values.b || 0) + 1)}}'},"
                                + "'b':{'x-reactions':'{{$values.on && ($self.value = ($values.a || 0) + 1)}}'}");
        assertThat(form.problems()).isEmpty();
        form.set("on", "value", JsonBoolean.TRUE);
        assertThat(form.problems()).isNotEmpty();
        assertThat(form.problems().getFirst().message())
                .startsWith("reactive: effects must come to rest; after 100 runs in one batch")
                .contains("a x-reactions[0]", "b x-reactions[0]");
    }

    @Test
    void theReferencesExpressions() throws IOException {
        var input = (JsonObject) Golden.read("transformer/14-expressions-and-json/input.json");
        Form form = Form.of(input.object("form"), input.object("schema"));
        assertThat(form.field("e").get("value")).isEqualTo(JsonNumber.of(1));
        assertThat(form.field("e").get("display")).isEqualTo(new JsonString("none"));
        assertThat(form.problems())
                .containsExactly(
                        new Problem("e", "x-reactions[1]", "there is no field .x for target"));
    }
}
