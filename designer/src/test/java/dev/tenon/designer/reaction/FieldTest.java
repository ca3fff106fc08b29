package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Effect;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The states of fields.
class FieldTest {
    private static String state(Form form, String field, String state) {
        return String.valueOf(form.field(field).state(state)).replace('"', '\'');
    }

    @Test
    void wordsGiveStates() {
        Form form =
                form(
                        "'a':{'title':'{{1 + 1}}','description':'d','default':3,'enum':['x',{'label':"
                                + "'Y','value':2}],'required':true,'x-content':'c','x-data':{'k':1},"
                                + "'x-component':'Input','x-component-props':{'size':'{{`s` + 1}}',"
                                + "'f':'{{() => 1}}'},'x-decorator':'FormItem',"
                                + "'x-decorator-props':{'tip':'t'},'x-validator':'email'},"
                                + "'b':{'x-value':4,'default':3}");
        assertThat(state(form, "a", "title")).isEqualTo("2");
        assertThat(state(form, "a", "description")).isEqualTo("'d'");
        assertThat(state(form, "a", "initialValue")).isEqualTo("3");
        assertThat(state(form, "a", "value")).isEqualTo("3");
        assertThat(state(form, "a", "dataSource"))
                .isEqualTo("[{'label':'x','value':'x'},{'label':'Y','value':2}]");
        assertThat(state(form, "a", "required")).isEqualTo("true");
        assertThat(state(form, "a", "content")).isEqualTo("'c'");
        assertThat(state(form, "a", "data")).isEqualTo("{'k':1}");
        assertThat(state(form, "a", "component")).isEqualTo("'Input'");
        assertThat(state(form, "a", "componentProps")).isEqualTo("{'size':'s1'}");
        assertThat(state(form, "a", "decorator")).isEqualTo("'FormItem'");
        assertThat(state(form, "a", "decoratorProps")).isEqualTo("{'tip':'t'}");
        assertThat(state(form, "a", "validator")).isEqualTo("'email'");
        assertThat(state(form, "b", "required")).isEqualTo("false");
        assertThat(state(form, "b", "value")).isEqualTo("4");
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void displayAndPatternOfWordsAndParents() {
        Form form =
                form(
                        "'v':{'x-visible':false},'h':{'x-hidden':true},'d':{'x-display':'none',"
                                + "'x-visible':true},'card':{'type':'void','x-display':'hidden','x-pattern':"
                                + "'readPretty','properties':{'in':{'default':1,'x-disabled':true},'out':{"
                                + "'x-display':'none','default':1,'x-editable':true},'shown':{'x-visible':"
                                + "true,'readOnly':true}}},'r':{'readOnly':true},'w':{'writeOnly':false}");
        assertThat(state(form, "v", "display")).isEqualTo("'none'");
        assertThat(state(form, "h", "display")).isEqualTo("'hidden'");
        assertThat(state(form, "h", "hidden")).isEqualTo("true");
        assertThat(state(form, "d", "display")).isEqualTo("'visible'");
        assertThat(state(form, "in", "display")).isEqualTo("'hidden'");
        assertThat(state(form, "out", "display")).isEqualTo("'none'");
        assertThat(state(form, "shown", "display")).isEqualTo("'hidden'");
        assertThat(state(form, "in", "pattern")).isEqualTo("'readPretty'");
        assertThat(state(form, "out", "pattern")).isEqualTo("'editable'");
        assertThat(state(form, "shown", "readPretty")).isEqualTo("true");
        assertThat(state(form, "r", "readOnly")).isEqualTo("true");
        assertThat(state(form, "w", "pattern")).isEqualTo("'readPretty'");
        assertThat(form.values()).isEqualTo(json("{'in':1}"));
        form.field("card").setState("visible", JsonBoolean.TRUE);
        assertThat(state(form, "in", "display")).isEqualTo("'visible'");
        form.field("card").setState("display", new JsonString("none"));
        assertThat(form.values()).isEqualTo(json("{}"));
        form.field("card").setState("display", null);
        assertThat(form.values()).isEqualTo(json("{'in':1}"));
    }

    @Test
    void noneLeavesTheValueOutAndGivesItBack() {
        Form form =
                form(
                        "'on':{'default':true},'a':{'default':1,'x-visible':'{{$values.on}}'},"
                                + "'o':{'type':'object','x-visible':'{{$values.on}}','properties':{"
                                + "'b':{}}}",
                        "{'o':{'b':2,'free':3},'more':4}");
        assertThat(form.values())
                .isEqualTo(json("{'on':true,'a':1,'o':{'b':2,'free':3},'more':4}"));
        form.field("a").setValue(JsonNumber.of(5));
        form.field("on").setValue(JsonBoolean.FALSE);
        assertThat(form.values()).isEqualTo(json("{'on':false,'more':4}"));
        assertThat(form.field("o.b").value()).isNull();
        form.field("on").setValue(JsonBoolean.TRUE);
        assertThat(form.values())
                .isEqualTo(json("{'on':true,'a':5,'o':{'b':2,'free':3},'more':4}"));
        form.setValues(JsonObject.EMPTY);
        assertThat(form.values()).isEqualTo(json("{'on':true,'a':1,'o':{}}"));
    }

    @Test
    void whatIsSetGoesBeforeTheWordsAndCanBeTakenBack() {
        Form form =
                form(
                        "'a':{'title':'t','x-component-props':{'x':1,'y':{'z':1}}},'v':{'type':'void'}");
        FormField a = form.field("a");
        a.setState("title", new JsonString("u"));
        a.setState("componentProps", json("{'y':{'w':2}}"));
        a.setState("componentProps", json("{'y':{'w':3}}"));
        assertThat(state(form, "a", "title")).isEqualTo("'u'");
        assertThat(a.state("componentProps")).isEqualTo(json("{'x':1,'y':{'z':1,'w':3}}"));
        a.setState("title", null);
        a.setState("componentProps", null);
        assertThat(state(form, "a", "title")).isEqualTo("'t'");
        assertThat(a.state("componentProps")).isEqualTo(json("{'x':1,'y':{'z':1}}"));
        assertThatThrownBy(() -> form.field("v").setValue(JsonNumber.of(1)))
                .hasMessage("form: a void field has no value; v is one");
        assertThatThrownBy(() -> a.setState("path", null))
                .hasMessage("a field's path can't be set");
    }

    @Test
    void rowsOfArrays() {
        Form form =
                form(
                        "'rows':{'type':'array','items':{'type':'object','properties':{"
                                + "'n':{'title':'{{`row ` + $index + ` of ` + $record.k}}'},"
                                + "'k':{'default':1},"
                                + "'sum':{'x-reactions':{'dependencies':['.n','..title','rows'],"
                                + "'fulfill':{'state':{'value':'{{$deps[0] + $record.k}}'}}}}}},"
                                + "'properties':{'title':{'type':'void'},"
                                + "'add':{'type':'void','title':'+'}}}",
                        "{'rows':[{'n':1},{'n':2,'k':5}]}");
        assertThat(form.fields().stream().map(FormField::address))
                .containsExactlyInAnyOrder(
                        "rows",
                        "rows.title",
                        "rows.add",
                        "rows.0",
                        "rows.0.n",
                        "rows.0.k",
                        "rows.0.sum",
                        "rows.1",
                        "rows.1.n",
                        "rows.1.k",
                        "rows.1.sum");
        assertThat(form.values())
                .isEqualTo(json("{'rows':[{'n':1,'k':1,'sum':2},{'n':2,'k':5,'sum':7}]}"));
        assertThat(state(form, "rows.1.n", "title")).isEqualTo("'row 1 of 5'");
        FormField first = form.field("rows.0.n");
        form.field("rows").setValue(json("[{'n':1,'k':1,'sum':2},{'n':2},{'n':9}]"));
        assertThat(form.field("rows.0.n")).isSameAs(first);
        assertThat(form.field("rows.2.sum").value()).isEqualTo(JsonNumber.of(10));
        form.field("rows.2.n").setValue(JsonNumber.of(0));
        assertThat(form.field("rows.2.sum").value()).isEqualTo(JsonNumber.of(1));
        form.field("rows").setValue(json("[]"));
        assertThat(form.fields()).hasSize(3);
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void aVoidRowLendsItsIndex() {
        Form form =
                form(
                        "'tags':{'type':'array','items':{'type':'void','properties':{"
                                + "'card':{'type':'void','properties':{'t':{'title':'{{$record}}'}}}}}}",
                        "{'tags':['x','y']}");
        FormField field = form.field("tags.1");
        assertThat(form.field("tags.1.card.t").path()).isEqualTo("tags.1");
        form.field("tags.1.card.t").setValue(new JsonString("z"));
        assertThat(form.values()).isEqualTo(json("{'tags':['x','z']}"));
        assertThat(state(form, "tags.1.card.t", "title")).isEqualTo("'z'");
        assertThat(field.isVoid()).isTrue();
    }

    @Test
    void aReaderRunsOnlyWhenWhatItReadHasChanged() {
        Form form =
                form(
                        "'a':{'default':1},'b':{'title':'{{$values.a > 2}}','x-component-props':"
                                + "{'v':'{{$values.a}}'}},'c':{'default':1}");
        List<String> seen = new ArrayList<>();
        Effect effect = Effect.of(() -> seen.add(state(form, "b", "title")));
        form.field("a").setValue(JsonNumber.of(2));
        form.field("c").setValue(JsonNumber.of(2));
        form.field("b").setState("description", new JsonString("d"));
        form.field("a").setValue(JsonNumber.of(3));
        form.field("a").setValue(JsonNumber.of(4));
        effect.dispose();
        assertThat(seen).containsExactly("false", "true");
    }
}
