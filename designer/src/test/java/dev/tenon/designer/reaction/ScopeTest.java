package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.expression.Expressions;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.schema.SchemaTransform;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The names that expressions of a field see.
class ScopeTest {
    private static String state(Form form, String field, String state) {
        return String.valueOf(form.field(field).state(state)).replace('"', '\'');
    }

    private static List<String> problems(Form form) {
        return form.problems().stream().map(Problem::toString).toList();
    }

    /// As @formily/json-schema 2.3.7 gives them; `$lookup` in a row as RecordScope does.
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '@',
            value = {
                "a ~ $index ~ -1",
                "a ~ $records ~ null",
                "a ~ $record.b ~ 5",
                "a ~ $record.$index ~ -1",
                "a ~ $record.$lookup.b ~ 5",
                "a ~ $lookup.b ~ 5",
                "o.p ~ [$record.q, $index, $lookup.b] ~ [2,-1,5]",
                "card.c ~ $record.b ~ 5",
                "rows.1.n ~ [$index, $record.m, $records.length, $lookup.b] ~ [1,4,2,5]",
                "rows.1.n ~ [$record.$index, $record.$lookup.b] ~ [1,5]",
                "rows.1.in.x ~ [$record.m, $index] ~ [4,1]",
                "rows.0.sub.1.s ~ [$index, $record.t, $lookup.m, $lookup.$index] ~ [1,8,2,0]",
                "rows.0.sub.1.s ~ $record.$lookup.$lookup.b ~ 5",
                "tags.1 ~ [$record, $index, $records] ~ ['y',1,['x','y']]",
                "rows.0.n ~ Object.keys({...$record}).sort() ~ ['in','m','sub']",
                "a ~ Object.keys($values).sort() ~ ['b','o','rows','tags']",
                "rows.0.n ~ $self.record.m + $self.index ~ 2",
                "rows.0.n ~ $self.parent.address ~ 'rows.0'",
                "a ~ $self.form.values.b ~ 5",
                "a ~ $self.query('b').value() ~ 5",
                "a ~ $self.query('b').get('value') ~ 5",
                "a ~ $self.query('b').getIn('componentProps.w') ~ 7",
                "a ~ $self.query('nowhere').take()?.value ~ null",
                "a ~ $form.query('*(b,o.q)').map(f => f.value) ~ [5,2]",
                "a ~ $form.query('b').take(f => f.value + 1) ~ 6",
                "a ~ $form.getFieldState('b', s => s.value) ~ 5",
                "a ~ $form.getValuesIn('o.q') ~ 2",
                "a ~ $form.getValuesIn('rows.1.m') ~ 4",
                "a ~ typeof $observable ~ 'function'",
            })
    void ofTheLanguage(String field, String expression, String value) {
        Form form =
                form(
                        "'a':{},'b':{'x-component-props':{'w':7}},'o':{'type':'object','properties':"
                                + "{'p':{},'q':{}}},'card':{'type':'void','properties':{'c':{}}},"
                                + "'tags':{'type':'array','items':{'type':'string'}},"
                                + "'rows':{'type':'array','items':{'type':'object','properties':{'n':{},"
                                + "'in':{'type':'object','properties':{'x':{}}},'sub':{'type':'array',"
                                + "'items':{'type':'object','properties':{'s':{}}}}}}}",
                        "{'b':5,'o':{'q':2},'tags':['x','y'],'rows':[{'m':2,'sub':[{},{'t':8}]},"
                                + "{'m':4}]}");
        FormField self = form.field(field);
        var found = Expressions.evaluate(expression, new FieldScope(self));
        assertThat(found.toString().replace('"', '\'')).isEqualTo("Value[json=" + value + "]");
    }

    @Test
    void whatKeepsStateRefuses() {
        Form form =
                form(
                        "'a':{'title':'{{$observable({})}}','description':'{{$props({w: 1})}}',"
                                + "'x-content':'{{$self.setTitle(`t`)}}'}");
        assertThat(problems(form))
                .containsExactly(
                        "a/title: $observable is not done here: an expression keeps nothing from one"
                                + " run to the next. Keep it in a field's data (line 1)",
                        "a/description: componentProps can't be assigned (line 1)",
                        "a/x-content: title can't be assigned (line 1)");
    }

    @Test
    void scriptsSetStates() {
        Form form =
                form(
                        "'a':{'x-component-props':{'x':1,'style':{'c':1}},'x-reactions':{'fulfill':{'run':'"
                                + "$props({w: 1}); $self.setTitle(`t`); $self.componentProps.h = 2;"
                                + " $self.componentProps.style.d = 3;"
                                + " $self.setState({description: `d`}); $self.setDataSource([{label: 1}]);"
                                + " $self.query(`.b`).take(f => f.setState(s => { s.required = true }));"
                                + " $form.query(`*(b,c)`).forEach(f => f.setDisplay(`hidden`));"
                                + " $form.setFieldState(`*(b,c)`, {content: `x`});"
                                + " $form.setValues({c: 3}); $form.setValuesIn(`o.d`, 4);"
                                + " $form.setValuesIn(`free.e`, 5); $values.o.f = 6; $record.g = 7'}}},"
                                + "'b':{},'c':{},'o':{'type':'object','properties':{'d':{}}}");
        assertThat(problems(form)).isEmpty();
        assertThat(state(form, "a", "componentProps"))
                .isEqualTo("{'x':1,'style':{'c':1,'d':3},'w':1,'h':2}");
        assertThat(state(form, "a", "title")).isEqualTo("'t'");
        assertThat(state(form, "a", "description")).isEqualTo("'d'");
        assertThat(state(form, "a", "dataSource")).isEqualTo("[{'label':1}]");
        assertThat(state(form, "b", "required")).isEqualTo("true");
        assertThat(state(form, "c", "display")).isEqualTo("'hidden'");
        assertThat(state(form, "c", "content")).isEqualTo("'x'");
        assertThat(form.values()).isEqualTo(json("{'c':3,'o':{'d':4,'f':6},'free':{'e':5},'g':7}"));
    }

    @Test
    void dependenciesAreAnArray() {
        Form form =
                form(
                        "'a':{'default':1},'b':{'default':2},'c':{'x-reactions':{'dependencies':['a',"
                                + "'b'],'fulfill':{'state':{'title':'{{(([x, y]) => [x + y,"
                                + " Math.max(...$deps), $deps.every(z => z), Array.isArray($deps),"
                                + " $deps.map(z => z * 2), $deps.length, $deps])($deps)}}'}}}},"
                                + "'d':{'x-reactions':{'dependencies':[{'source':'a','name':'n'},'b'],"
                                + "'fulfill':{'state':{'title':'{{[$deps[0], $deps.n]}}'}}}},"
                                + "'e':{'x-reactions':{'dependencies':['*(x,b)','.a#value'],"
                                + "'fulfill':{'state':{'title':'{{$deps}}'}}}}");
        assertThat(state(form, "c", "title")).isEqualTo("[3,2,true,true,[2,4],2,[1,2]]");
        assertThat(state(form, "d", "title")).isEqualTo("[2,1]"); // as Formily numbers texts
        assertThat(state(form, "e", "title")).isEqualTo("[2,1]");
        assertThat(problems(form)).isEmpty();
    }

    @Test
    void aReactionMayBeAFunctionOrGiveOne() {
        Form form =
                form(
                        "'a':{'default':1,'x-reactions':['{{field => { field.title = `t` + field.value }"
                                + " }}','{{({fulfill: {state: {description: $self.value + 1}}})}}']}");
        assertThat(state(form, "a", "title")).isEqualTo("'t1'");
        assertThat(state(form, "a", "description")).isEqualTo("2");
        form.field("a").setValue(JsonNumber.of(5));
        assertThat(state(form, "a", "title")).isEqualTo("'t5'");
        assertThat(state(form, "a", "description")).isEqualTo("6");
        assertThat(problems(form)).isEmpty();
    }

    /// A reaction that reads one member of a record is left alone when another changes.
    @Test
    void aRecordIsReadMemberByMember() {
        String fields =
                "'a':{'default':1},'b':{'x-reactions':'{{$self.value = $record.a + $record.x}}'}";
        Form form =
                form(
                        "'rows':{'type':'array','items':{'type':'object','properties':{"
                                + fields
                                + "}}},"
                                + "'o':{'type':'object','properties':{"
                                + fields
                                + "}},"
                                + fields,
                        "{'x':1,'o':{'x':1},'rows':[{'x':1}]}");
        for (String at : List.of("", "o.", "rows.0.")) {
            assertThat(form.field(at + "b").value()).isEqualTo(JsonNumber.of(2));
            form.field(at + "b").setValue(JsonNumber.of(9));
            assertThat(form.field(at + "b").value()).isEqualTo(JsonNumber.of(9));
            form.field(at + "a").setValue(JsonNumber.of(3));
            assertThat(form.field(at + "b").value()).isEqualTo(JsonNumber.of(4));
        }
        assertThat(problems(form)).isEmpty();
    }

    @Test
    void aCircleThroughAllValuesShowsAtItsField() {
        Form form =
                form(
                        "'a':{'default':1,'x-visible':'{{JSON.stringify($values) != 1}}','title':"
                                + "'{{{...$values}.b}}'},'b':{'default':2}");
        assertThat(form.values().get("b")).isEqualTo(JsonNumber.of(2));
        assertThat(problems(form)).hasSize(1);
        assertThat(problems(form).getFirst())
                .startsWith("a/x-visible: reactive: a computed must not depend upon itself");
        assertThat(state(form, "a", "title")).isEqualTo("2");
    }

    @Test
    void theClockIsTheForms() {
        var tree =
                SchemaTransform.DEFAULT
                        .treeByPlace(
                                json(
                                        "{'schema':{'properties':{'d':{'title':'{{new Date().getHours()}}',"
                                                + "'x-reactions':{'fulfill':{'state':{'description':"
                                                + "'{{new Date().getDate()}}'},'run':'$self.value ="
                                                + " Date.now()'}}}}}}"))
                        .value();
        Clock clock = Clock.fixed(Instant.parse("2026-11-27T20:00:00Z"), ZoneId.of("Asia/Tokyo"));
        Form form = Form.of(tree, JsonObject.EMPTY, clock);
        assertThat(state(form, "d", "title")).isEqualTo("5");
        assertThat(state(form, "d", "description")).isEqualTo("28");
        assertThat(form.field("d").value()).isEqualTo(JsonNumber.of(clock.millis()));
        form.field("d").setState("title", new JsonString("set"));
        assertThat(state(form, "d", "title")).isEqualTo("'set'");
    }

    /// What the form does for a script is not counted in steps, but its time is.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "for (;;) $form.query(`*(x,y).*(z,w).q`)",
                "for (let i = 0; ; i++) $self.setTitle(`t` + i)",
                "for (;;) JSON.stringify($values)",
            })
    void loopsOverTheFormEndSoon(String script) {
        String rows = "{'rows':[" + "{'a':1},".repeat(1999) + "{'a':1}]}";
        long time = System.nanoTime();
        Form form =
                form(
                        "'s':{'x-reactions':{'effects':['onFieldValueChange'],'fulfill':{'run':'"
                                + script
                                + "'}}},'rows':{'type':'array','items':{'type':'object',"
                                + "'properties':{'a':{},'b':{}}}}",
                        rows);
        long made = System.nanoTime();
        form.field("s").setValue(JsonNumber.of(1));
        assertThat(System.nanoTime() - made).as("ns").isLessThan(4_000_000_000L);
        assertThat(problems(form))
                .hasSize(1)
                .first()
                .asString()
                .containsPattern("it (takes|makes) ");
        assertThat(made - time).as("ns").isLessThan(20_000_000_000L);
    }
}
