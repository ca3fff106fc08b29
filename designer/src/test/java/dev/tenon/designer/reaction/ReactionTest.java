package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The forms that reactions come in.
class ReactionTest {
    private static String state(Form form, String field, String state) {
        return String.valueOf(form.field(field).state(state)).replace('"', '\'');
    }

    private static List<String> problems(Form form) {
        return form.problems().stream().map(Problem::toString).toList();
    }

    @Test
    void dependenciesByIndexAndName() {
        Form form =
                form(
                        "'a':{'default':1,'title':'A','x-component-props':{'size':{'w':7}}},'b':{"
                                + "'x-reactions':{'dependencies':['a','a#title',{'source':'.a',"
                                + "'property':'componentProps.size.w','name':'width','type':'number'},"
                                + "{'source':'a#visible','name':'seen'}],'fulfill':{'state':{'title':"
                                + "'{{[$deps[0], $deps[1], $deps[2], $deps.width, $deps.seen,"
                                + " $dependencies[3], $deps.length]}}'}}}},"
                                + "'c':{'x-reactions':{'dependencies':{'one':'a','two':'a#title'},"
                                + "'fulfill':{'state':{'title':'{{$deps.one + $deps.two}}'}}}}");
        assertThat(state(form, "b", "title")).isEqualTo("[1,'A',7,7,true,true,4]");
        assertThat(state(form, "c", "title")).isEqualTo("'1A'");
        form.field("a").setState("title", new JsonString("B"));
        assertThat(state(form, "c", "title")).isEqualTo("'1B'");
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void whenChoosesABranch() {
        Form form =
                form(
                        "'a':{'default':1},'b':{'x-reactions':[{'dependencies':['a'],'when':"
                                + "'{{$deps[0] > 1}}','fulfill':{'schema':{'title':'many','enum':['x'],"
                                + "'x-disabled':true}},'otherwise':{'schema':{'title':'few',"
                                + "'x-pattern':'readOnly'},'state':{'componentProps.size.w':1}}},"
                                + "{'when':'{{false}}','fulfill':{'state':{'description':'never'}}},"
                                + "{'when':'','fulfill':{'state':{'content':'always'}}}]}");
        assertThat(state(form, "b", "title")).isEqualTo("'few'");
        assertThat(state(form, "b", "pattern")).isEqualTo("'readOnly'");
        assertThat(state(form, "b", "componentProps")).isEqualTo("{'size':{'w':1}}");
        assertThat(state(form, "b", "description")).isEqualTo("null");
        assertThat(state(form, "b", "content")).isEqualTo("'always'");
        form.field("a").setValue(JsonNumber.of(2));
        assertThat(state(form, "b", "title")).isEqualTo("'many'");
        assertThat(state(form, "b", "pattern")).isEqualTo("'disabled'");
        assertThat(state(form, "b", "dataSource")).isEqualTo("[{'label':'x','value':'x'}]");
    }

    @Test
    void aWhenThatFailsTakesNoBranch() {
        Form form =
                form(
                        "'b':{'title':'t','x-reactions':{'when':'{{$self.value.x}}','fulfill':{'state'"
                                + ":{'title':'f'}},'otherwise':{'state':{'title':'o'}}}}");
        assertThat(state(form, "b", "title")).isEqualTo("'t'");
        assertThat(problems(form))
                .containsExactly("b/x-reactions/when: can't read x of undefined (line 1)");
        form.field("b").setValue(json("{'x':0}"));
        assertThat(state(form, "b", "title")).isEqualTo("'o'");
        assertThat(form.problems()).isEmpty();
    }

    /// As `when ? compiledWhen : true` of the reference has it.
    @ParameterizedTest
    @ValueSource(strings = {"false", "0", "''", "null", "true", "'{{true}}'"})
    void onlyAnExpressionSaysNo(String when) {
        Form form =
                form(
                        "'b':{'x-reactions':{'when':"
                                + when
                                + ",'fulfill':{'state':{'title':'f'}},"
                                + "'otherwise':{'state':{'title':'o'}}}}");
        assertThat(state(form, "b", "title")).isEqualTo("'f'");
    }

    @Test
    void targetsByPathPatternAndRow() {
        Form form =
                form(
                        "'a':{'default':1,'x-reactions':[{'target':'o.*','fulfill':{'state':{'title':"
                                + "'{{$target.path + $self.value}}'}}},{'target':'*(p,q)','fulfill':"
                                + "{'state':{'required':true}}},{'target':'rows.*.n','fulfill':{'state':"
                                + "{'description':'{{$target.address}}'}}}]},"
                                + "'o':{'type':'object','properties':{'x':{},'y':{}}},'p':{},'q':{},"
                                + "'r':{},'rows':{'type':'array','items':{'type':'object','properties':"
                                + "{'n':{}}}}");
        form.field("a").setValue(JsonNumber.of(2));
        assertThat(state(form, "o.x", "title")).isEqualTo("'o.x2'");
        assertThat(state(form, "o.y", "title")).isEqualTo("'o.y2'");
        assertThat(state(form, "o", "title")).isEqualTo("null");
        assertThat(state(form, "q", "required")).isEqualTo("true");
        assertThat(state(form, "r", "required")).isEqualTo("false");
        assertThat(problems(form))
                .containsExactly("a/x-reactions/2/target: there is no field rows.*.n for target");
        form.field("rows").setValue(json("[{},{}]"));
        assertThat(state(form, "rows.1.n", "description")).isEqualTo("'rows.1.n'");
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void expressionsAssign() {
        Form form =
                form(
                        "'a':{'default':1,'x-reactions':['{{$form.values.b = $self.value + 1}}',"
                                + "'{{$values.free = [$self.value]}}']},'b':{},"
                                + "'t':{'title':'{{$self.description = 1}}'}");
        assertThat(form.values()).isEqualTo(json("{'a':1,'b':2,'free':[1]}"));
        form.field("a").setValue(JsonNumber.of(4));
        assertThat(form.values()).isEqualTo(json("{'a':4,'b':5,'free':[4]}"));
        assertThat(problems(form))
                .containsExactly("t/title: description can't be assigned (line 1)");
    }

    @Test
    void aUsersChangeStaysUntilTheReactionRunsAgain() {
        Form form =
                form(
                        "'a':{'default':1},'c':{},'b':{'x-reactions':{'dependencies':['a'],'fulfill':"
                                + "{'state':{'value':'{{$deps[0] * 2}}'}}}}");
        form.field("b").setValue(JsonNumber.of(9));
        form.field("c").setValue(JsonNumber.of(1));
        assertThat(form.field("b").value()).isEqualTo(JsonNumber.of(9));
        form.field("a").setValue(JsonNumber.of(3));
        assertThat(form.field("b").value()).isEqualTo(JsonNumber.of(6));
    }

    @Test
    void aReactionInARowSeesItsRow() {
        Form form =
                form(
                        "'rows':{'type':'array','items':{'type':'object','properties':{"
                                + "'kind':{},'text':{'x-visible':'{{$record.kind === `t`}}'},"
                                + "'no':{'x-reactions':'{{$self.value = $index + 1}}'}}}}",
                        "{'rows':[{'kind':'t','text':'x'},{'kind':'n','text':'y'}]}");
        assertThat(form.values())
                .isEqualTo(json("{'rows':[{'kind':'t','text':'x','no':1},{'kind':'n','no':2}]}"));
        form.field("rows.1.kind").setValue(new JsonString("t"));
        assertThat(form.field("rows.1.text").value()).isEqualTo(new JsonString("y"));
    }

    @Test
    void aReactionThatChangesWhatItReadsIsStopped() {
        Form form =
                form(
                        "'a':{'x-reactions':'{{$self.value = ($self.value || 0) + 1}}'},'b':{'title':'b'}");
        assertThat(form.field("a").value()).isEqualTo(JsonNumber.of(50));
        assertThat(problems(form)).hasSize(1).first().asString().contains("stopped after 50 runs");
        form.field("a").setValue(JsonNumber.of(100));
        assertThat(form.field("a").value()).isEqualTo(JsonNumber.of(150));
        assertThat(state(form, "b", "title")).isEqualTo("'b'");
    }

    @Test
    void aListThatFeedsItselfIsStopped() {
        Form form =
                form(
                        "'rows':{'type':'array','items':{'type':'object','properties':{'n':{"
                                + "'x-reactions':'{{$values.rows = [...$values.rows, {}]}}'}}}}",
                        "{'rows':[{}]}");
        assertThat(form.problems()).isNotEmpty();
        assertThat(form.field("rows").value()).isNotNull();
    }
}
