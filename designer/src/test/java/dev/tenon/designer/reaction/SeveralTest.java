package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import org.junit.jupiter.api.Test;

/// Fields whose value is several members of the object around, as @formily/core 2.3.7 has them.
class SeveralTest {
    @Test
    void anArray() {
        Form form = form("'[start, end]':{}", "{'start':1,'end':2,'more':3}");
        FormField field = form.field("[start,end]");
        assertThat(field.value()).isEqualTo(json("[1,2]"));
        field.setValue(json("[5,6]"));
        assertThat(form.values()).isEqualTo(json("{'start':5,'end':6,'more':3}"));
        field.setState("display", new JsonString("none"));
        assertThat(form.values()).isEqualTo(json("{'more':3}"));
        field.setState("display", new JsonString("visible"));
        field.setValue(json("[7]"));
        assertThat(form.values()).isEqualTo(json("{'start':7,'more':3}"));
        field.setValue(null);
        assertThat(form.values()).isEqualTo(json("{'more':3}"));
        form.setValues((JsonObject) json("{'end':9}"));
        assertThat(field.value()).isEqualTo(json("[null,9]"));
        assertThat(form.values()).isEqualTo(json("{'end':9}"));
    }

    @Test
    void anInitialValue() {
        Form form = form("'[start,end]':{'default':[1,2]},'a':{'title':'{{$values.start}}'}");
        assertThat(form.values()).isEqualTo(json("{'start':1,'end':2}"));
        form.field("[start,end]").setValue(json("[3,4]"));
        assertThat(form.values()).isEqualTo(json("{'start':3,'end':4}"));
        assertThat(form.field("a").state("title")).hasToString("3");
    }

    @Test
    void anObjectAndWithin() {
        Form form =
                form(
                        "'{from:x,b}':{},'o':{'type':'object','properties':{'[start,end]':{"
                                + "'x-reactions':{'dependencies':['.[start,end]'],'fulfill':{'state':"
                                + "{'title':'{{$deps[0][1]}}'}}}}}}",
                        "{'from':1,'b':2,'o':{'start':1}}");
        assertThat(form.field("{from:x,b}").value()).isEqualTo(json("{'b':2}"));
        form.field("{from:x,b}").setValue(json("{'from':7,'b':8}"));
        FormField within = form.field("o.[start,end]");
        assertThat(within.value()).isEqualTo(json("[1,null]"));
        within.setValue(json("[3,4]"));
        assertThat(form.values()).isEqualTo(json("{'x':7,'b':8,'from':1,'o':{'start':3,'end':4}}"));
        assertThat(within.state("title")).hasToString("4");
        assertThat(form.problems()).isEmpty();
    }

    /// Patterns within patterns are names like others.
    @Test
    void whatIsNoListOfNamesIsAName() {
        Form form = form("'[[a],b]':{'default':1},'[]':{'default':2}");
        assertThat(form.values()).isEqualTo(json("{'[[a],b]':1,'[]':2}"));
    }

    /// A deliberate difference: Formily has `{a: {b: 1}}` for the first, as for the last.
    @Test
    void aNameWithDotsIsOneName() {
        Form form =
                form(
                        "'a.b':{'default':1},'[[c.d]]':{'default':2},'card':{'type':'void','properties':"
                                + "{'e.f':{'title':'{{$values[`a.b`] + $values[`c.d`]}}'}}},"
                                + "'o':{'type':'object','properties':{'p':{'default':3}}}");
        assertThat(form.values()).isEqualTo(json("{'a.b':1,'c.d':2,'o':{'p':3}}"));
        assertThat(form.field("card.e.f")).isSameAs(form.field("e.f"));
        assertThat(form.field("e.f").state("title")).hasToString("3");
        form.field("a.b").setValue(json("5"));
        assertThat(form.values()).isEqualTo(json("{'a.b':5,'c.d':2,'o':{'p':3}}"));
        assertThat(form.field("e.f").state("title")).hasToString("7");
    }
}
