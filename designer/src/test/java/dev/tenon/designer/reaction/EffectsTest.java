package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import org.junit.jupiter.api.Test;

/// Reactions that tell when they run, as @formily/json-schema 2.3.7 runs them.
class EffectsTest {
    private static final JsonNumber TWO = JsonNumber.of(2);

    private static Form counting(String effects) {
        return form(
                "'a':{'default':1,'x-reactions':{'effects':"
                        + effects
                        + ",'fulfill':{'run':'$self.setData({n: ($self.data.n || 0) + 1, b:"
                        + " $values.b})'}}},'b':{'default':1}");
    }

    private static String data(Form form) {
        return String.valueOf(form.field("a").state("data")).replace('"', '\'');
    }

    @Test
    void onInit() {
        Form form = counting("['onFieldInit']");
        assertThat(data(form)).isEqualTo("{'n':1,'b':1}");
        form.field("b").setValue(TWO);
        form.field("a").setValue(TWO);
        assertThat(data(form)).isEqualTo("{'n':1,'b':1}");
        assertThat(data(counting("['onFieldMount']"))).isEqualTo("{'n':1,'b':1}");
    }

    @Test
    void onValueChange() {
        Form form = counting("['onFieldValueChange']");
        assertThat(data(form)).isEqualTo("null");
        form.field("b").setValue(TWO);
        assertThat(data(form)).isEqualTo("null");
        form.field("a").setValue(TWO);
        form.field("a").setValue(TWO);
        assertThat(data(form)).isEqualTo("{'n':1,'b':2}");
        form.setValues((JsonObject) json("{'a':7,'b':8}"));
        assertThat(data(form)).isEqualTo("{'n':2,'b':8}");
    }

    @Test
    void onInitialValueAndInput() {
        Form form = counting("['onFieldInitialValueChange']");
        form.field("a").setValue(TWO);
        assertThat(data(form)).isEqualTo("null");
        form.field("a").setState("initialValue", TWO);
        assertThat(data(form)).isEqualTo("{'n':1,'b':1}");
        form = counting("['onFieldInputValueChange']");
        form.setValues((JsonObject) json("{'a':7}"));
        assertThat(data(form)).isEqualTo("null");
        form.field("a").setValue(TWO);
        form.field("a").setValue(TWO);
        assertThat(data(form)).isEqualTo("{'n':2,'b':1}");
    }

    @Test
    void noneAndUnknown() {
        Form form = counting("[]");
        form.field("a").setValue(TWO);
        assertThat(data(form)).isEqualTo("null");
        form = counting("['onFieldValidateStart','onFieldInit']");
        assertThat(data(form)).isEqualTo("{'n':1,'b':1}");
        assertThat(form.problems().stream().map(Problem::toString))
                .containsExactly(
                        "a/x-reactions/effects/0: an effect must be one of onFieldInit,"
                                + " onFieldInitialValueChange, onFieldInputValueChange, onFieldMount,"
                                + " onFieldValueChange; got \"onFieldValidateStart\"");
    }

    /// A reaction with a target runs on the field's own changes; what it names and comes later is
    /// given the same.
    @Test
    void ofATarget() {
        Form form =
                form(
                        "'a':{'default':1,'x-reactions':{'target':'rows.*.n','fulfill':{'state':{'title':"
                                + "'{{$self.value + `/` + $values.b}}'}}}},'b':{'default':1},"
                                + "'rows':{'type':'array','items':{'type':'object','properties':{"
                                + "'n':{}}}}",
                        "{'rows':[{}]}");
        assertThat(form.field("rows.0.n").state("title")).hasToString("\"1/1\"");
        form.field("b").setValue(TWO);
        assertThat(form.field("rows.0.n").state("title")).hasToString("\"1/1\"");
        form.field("rows").setValue(json("[{},{}]"));
        assertThat(form.field("rows.0.n").state("title")).hasToString("\"1/1\"");
        assertThat(form.field("rows.1.n").state("title")).hasToString("\"1/2\"");
        form.field("a").setValue(TWO);
        assertThat(form.field("rows.0.n").state("title")).hasToString("\"2/2\"");
        form.field("rows").setValue(json("[]"));
        assertThat(form.problems().stream().map(Problem::toString))
                .containsExactly("a/x-reactions/target: there is no field rows.*.n for target");
        form.field("rows").setValue(json("[{}]"));
        assertThat(form.field("rows.0.n").state("title")).hasToString("\"2/2\"");
        assertThat(form.problems()).isEmpty();
    }

    /// The commonest use: a choice that empties another field, and leaves it to the user after.
    @Test
    void aChangeEmptiesAnotherField() {
        Form form =
                form(
                        "'kind':{'x-reactions':{'target':'text','effects':['onFieldValueChange'],"
                                + "'fulfill':{'state':{'value':''}}}},'text':{}",
                        "{'kind':'x','text':'kept'}");
        assertThat(form.values()).isEqualTo(json("{'kind':'x','text':'kept'}"));
        form.field("kind").setValue(TWO);
        assertThat(form.values()).isEqualTo(json("{'kind':2,'text':''}"));
        form.field("text").setValue(TWO);
        assertThat(form.values()).isEqualTo(json("{'kind':2,'text':2}"));
    }
}
