package dev.tenon.designer.reaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.Golden;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.tree.Tree;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Forms with reactions.
class FormTest {
    static Form form(String properties) {
        return form(properties, "{}");
    }

    static Form form(String properties, String values) {
        String document = "{'schema':{'properties':{" + properties + "}}}";
        Tree tree = SchemaTransform.DEFAULT.treeByPlace(json(document)).value();
        return Form.of(tree, (JsonObject) json(values));
    }

    static Json json(String text) {
        return JsonText.read("text", text.replace('\'', '"'));
    }

    private static String state(Form form, String field, String state) {
        return String.valueOf(form.field(field).state(state));
    }

    private static List<String> problems(Form form) {
        return form.problems().stream().map(Problem::toString).toList();
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
        form.field("a").setValue(JsonNumber.of(5));
        assertThat(state(form, "b", "display")).isEqualTo("\"visible\"");
        assertThat(state(form, "b", "title")).isEqualTo("\"more than 5\"");
        assertThat(form.problems()).isEmpty();
        assertThat(form.values()).hasToString("{\"a\":5}");
        form.close();
        form.field("a").setValue(JsonNumber.of(0));
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
        form.field("b").setValue(JsonNumber.of(7));
        assertThat(form.values()).hasToString("{\"b\":7,\"c\":2}"); // as Formily: a tells when
        form.field("a").setValue(JsonNumber.of(1));
        assertThat(form.values()).hasToString("{\"a\":1,\"b\":7,\"c\":8}");
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
        assertThat(state(form, "b", "required")).isEqualTo("false");
        form.field("a").setValue(JsonNumber.of(2));
        assertThat(state(form, "b", "required")).isEqualTo("true");
    }

    @Test
    void mistakesShowAtTheirField() {
        Form form =
                form(
                        "'a':{'title':'{{missing}}','x-component-props':{'s':['{{$self.x.y}}']},"
                                + "'x-reactions':['no','{{1 +}}',{'target':'nowhere'},"
                                + "{'when':'{{$self.value.x}}','fulfill':{'state':{'good':1,"
                                + "'pattern':'odd'},'schema':{'x-y':1}}},"
                                + "{'dependencies':['b.c',1,{}],'target':'a[[b]]'},"
                                + "{'fulfill':{'run':'await 1'}}]},"
                                + "'b':{'title':'well'}");
        assertThat(problems(form))
                .containsExactly(
                        "a/title: missing is not defined (line 1)",
                        "a/x-component-props/s/0: can't read y of undefined (line 1)",
                        "a/x-reactions/0: a reaction must be an object or {{...}}",
                        "a/x-reactions/1: unexpected the end (line 1)",
                        "a/x-reactions/2/target: there is no field nowhere for target",
                        "a/x-reactions/3/when: can't read x of undefined (line 1)",
                        "a/x-reactions/4/target: a path must be names with dots between, where * stands"
                                + " for any name, *(a,b) for one of them, *(!a) for another, *[1:3] for a"
                                + " number, a~ for what begins so, [[a]] for a as it is; got a[[b]],"
                                + " which is none from character 3",
                        "a/x-reactions/4/dependencies/0: there is no field b.c to depend upon",
                        "a/x-reactions/4/dependencies/1: a dependency must be text or an object",
                        "a/x-reactions/4/dependencies/2: a dependency must name a field as its"
                                + " source",
                        "a/x-reactions/5/fulfill/run: await is not supported (line 1)");
        assertThat(form.problems().getFirst().id()).isEqualTo("/schema/properties/a");
        form.field("a").setValue(JsonObject.of("x", 1));
        assertThat(problems(form))
                .contains(
                        "a/x-reactions/3/fulfill/state/good: a field's state has no good",
                        "a/x-reactions/3/fulfill/state/pattern: a field's pattern must be one of"
                                + " editable, disabled, readOnly, readPretty; got \"odd\"",
                        "a/x-reactions/3/fulfill/schema/x-y: the word x-y gives no state")
                .doesNotContain("a/x-reactions/3/when: can't read x of undefined (line 1)");
        assertThat(state(form, "b", "title")).isEqualTo("\"well\"");
        assertThatThrownBy(() -> form.field("z")).hasMessage("form: there is no field z");
    }

    @Test
    void reactionsInACircleAreStopped() {
        Form form =
                form(
                        "'on':{'default':false},"
                                + "'a':{'x-reactions':'{{$values.on && ($self.value = ($values.b || 0) + 1)}}'},"
                                + "'b':{'x-reactions':'{{$values.on && ($self.value = ($values.a || 0) + 1)}}'}");
        assertThat(form.problems()).isEmpty();
        form.field("on").setValue(JsonBoolean.TRUE);
        String stopped =
                "reactions must come to rest; this one is stopped after 50 runs, since it changes"
                        + " what it or another reads";
        assertThat(problems(form))
                .isNotEmpty()
                .isSubsetOf("a/x-reactions: " + stopped, "b/x-reactions: " + stopped);
        form.field("on").setValue(JsonBoolean.FALSE);
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void statesInACircleShow() {
        Form form =
                form(
                        "'a':{'default':1,'x-visible':'{{$values.b}}'},"
                                + "'b':{'default':1,'x-visible':'{{$values.a}}'},'c':{'default':2}");
        assertThat(problems(form)).hasSize(1).first().asString().contains("depend upon itself");
        assertThat(form.values().get("c")).isEqualTo(JsonNumber.of(2));
    }

    @Test
    void theReferencesExpressions() throws IOException {
        Json input = Golden.read("transformer/14-expressions-and-json/input.json");
        Tree tree = SchemaTransform.DEFAULT.treeByPlace(input).value();
        Form form = Form.of(tree, JsonObject.EMPTY);
        assertThat(form.field("e").value()).isEqualTo(JsonNumber.of(1));
        assertThat(state(form, "e", "dataSource"))
                .isEqualTo(
                        "[{\"label\":\"a\",\"value\":\"a\"},{\"label\":\"b\",\"value\":\"b\"},"
                                + "{\"label\":null,\"value\":null},{\"label\":\"\",\"value\":\"\"}]");
        assertThat(state(form, "e", "pattern")).isEqualTo("\"editable\"");
        assertThat(form.problems())
                .containsExactly(
                        new Problem(
                                "e0000000001", "e", "/x-visible", "$deps is not defined (line 1)"),
                        new Problem(
                                "e0000000001",
                                "e",
                                "/x-reactions/1/target",
                                "there is no field .x for target"));
    }

    /// Names of nothing but dots come from anywhere and break nothing.
    @Test
    void dotsNameNothing() {
        for (String dots : List.of(".", "..", "...", "a#.", "#", "*.", "")) {
            Form form =
                    form(
                            "'a':{'type':'string'},'b':{'x-reactions':{'dependencies':['"
                                    + dots
                                    + "'],'target':'"
                                    + dots
                                    + "','fulfill':{'state':{'"
                                    + dots
                                    + "':1,'title':'t'}}}},'c':{'x-reactions':{'fulfill':"
                                    + "{'state':{'"
                                    + dots
                                    + "':1,'title':'t'}}}}");
            assertThat(form.values()).isNotNull();
            assertThat(state(form, "c", "title")).isEqualTo("\"t\"");
        }
    }
}
