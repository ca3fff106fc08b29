package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Rows that come, go and move, and the states of their fields.
class RowsTest {
    private static final String ROWS =
            "'rows':{'type':'array','items':{'type':'object','properties':{'n':{},'total':{"
                    + "'x-reactions':{'dependencies':['.n'],'fulfill':{'state':{'value':"
                    + "'{{$deps[0] * 2}}'}}}},'k':{'x-reactions':{'effects':['onFieldValueChange'],"
                    + "'fulfill':{'run':'$self.setData({ran: true})'}}},'of':{'x-reactions':{"
                    + "'effects':['onFieldInit'],'fulfill':{'state':{'title':'{{`at ` + $index}}'}}}},"
                    + "'sub':{'type':'array','items':{'type':'object','properties':{'m':{}}}}}}}";

    private static List<String> titles(Form form, String field) {
        List<String> titles = new ArrayList<>();
        for (int i = 0; form.find("rows." + i) != null; i++) {
            Json title = form.field("rows." + i + field).state("title");
            titles.add(title instanceof JsonString(String text) ? text : "-");
        }
        return titles;
    }

    private static JsonObject row(int n) {
        return JsonObject.of("n", n);
    }

    private static Form three() {
        Form form = form(ROWS, "{'rows':[{'n':1,'k':'a'},{'n':3,'k':'b'},{'n':5,'k':'c'}]}");
        for (int i = 0; i < 3; i++) {
            form.field("rows." + i + ".n").setState("title", new JsonString("T" + i));
        }
        return form;
    }

    /// The values and titles that @formily/core 2.3.7 gives for the same steps.
    @Test
    void asFormilysArrayFields() {
        Form form = three();
        FormField rows = form.field("rows");
        form.field("rows.1.total").setValue(JsonNumber.of(9));
        rows.remove(0);
        assertThat(titles(form, ".n")).containsExactly("T1", "T2");
        assertThat(values(form)).isEqualTo("3/b/6 5/c/10");
        rows.insert(0, List.of(JsonObject.of("n", 7, "k", "z")));
        assertThat(titles(form, ".n")).containsExactly("-", "T1", "T2");
        assertThat(values(form)).isEqualTo("7/z/14 3/b/6 5/c/10");
        rows.move(0, 2);
        assertThat(titles(form, ".n")).containsExactly("T1", "T2", "-");
        assertThat(values(form)).isEqualTo("3/b/6 5/c/10 7/z/14");
        assertThat(form.fields().stream().filter(f -> f.state("data") != null)).isEmpty();
        rows.move(2, 0);
        rows.insert(3, List.of(JsonObject.of("n", 8, "k", "y")));
        assertThat(titles(form, ".n")).containsExactly("-", "T1", "T2", "-");
        form.field("rows.1.k").setValue(new JsonString("new"));
        assertThat(form.field("rows.1.k").state("data")).isEqualTo(json("{'ran':true}"));
        assertThat(form.problems()).isEmpty();
    }

    private static String values(Form form) {
        List<String> rows = new ArrayList<>();
        ((JsonArray) form.values().get("rows"))
                .forEach(row -> {
                    var object = (JsonObject) row;
                    rows.add(object.get("n") + "/" + object.text("k") + "/" + object.get("total"));
                });
        return String.join(" ", rows);
    }

    /// What a reaction did as a row came goes with it, and is done for one that is new.
    @Test
    void aNewRowBeginsAnew() {
        Form form = three();
        form.field("rows").insert(1, List.of(row(2)));
        assertThat(titles(form, ".of")).containsExactly("at 0", "at 1", "at 1", "at 2");
        form.field("rows").remove(0);
        assertThat(titles(form, ".of")).containsExactly("at 1", "at 1", "at 2");
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void anArrayOfAnotherValueKeepsStatesWhereTheyAre() {
        Form form = three();
        form.field("rows").setValue(json("[{'n':5},{'n':3}]"));
        assertThat(titles(form, ".n")).containsExactly("T0", "T1");
    }

    /// Rows are known by a number and hold a list; each field is titled after its row.
    @Test
    void statesStayWithTheirRows() {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        System.out.println("RowsTest: seed " + seed + " (-Dtenon.seed)");
        Random random = new Random(seed);
        for (int run = 0; run < 20; run++) {
            Form form = form(ROWS);
            FormField rows = form.field("rows");
            int next = 0;
            List<String> wanted = new ArrayList<>();
            for (int step = 0; step < 30; step++) {
                int size = wanted.size();
                switch (size == 0 ? 0 : random.nextInt(3)) {
                    case 0 -> {
                        int at = random.nextInt(size + 1);
                        List<Json> added = new ArrayList<>();
                        for (int i = random.nextInt(1, 3); i > 0; i--) {
                            added.add(row(next).with("sub", subs(random.nextInt(3), next)));
                            wanted.add(at + added.size() - 1, "" + next++);
                        }
                        rows.insert(at, added);
                        for (int i = at; i < at + added.size(); i++) {
                            title(form, i, wanted.get(i));
                        }
                    }
                    case 1 -> {
                        int at = random.nextInt(size);
                        rows.remove(at);
                        wanted.remove(at);
                    }
                    default -> {
                        int from = random.nextInt(size);
                        int to = random.nextInt(size);
                        rows.move(from, to);
                        wanted.add(to, wanted.remove(from));
                    }
                }
                assertThat(titles(form, ".n")).isEqualTo(wanted);
                for (int i = 0; i < wanted.size(); i++) {
                    assertThat(form.field("rows." + i + ".n").value()).hasToString(wanted.get(i));
                    for (int j = 0; form.find("rows." + i + ".sub." + j) != null; j++) {
                        FormField inner = form.field("rows." + i + ".sub." + j + ".m");
                        assertThat(inner.value()).hasToString(wanted.get(i));
                        assertThat(inner.state("title"))
                                .isEqualTo(new JsonString(wanted.get(i) + "/" + j));
                    }
                }
                assertThat(form.problems()).isEmpty();
            }
        }
    }

    private static JsonArray subs(int count, int row) {
        List<Json> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(JsonObject.of("m", row));
        }
        return new JsonArray(all);
    }

    private static void title(Form form, int row, String title) {
        form.field("rows." + row + ".n").setState("title", new JsonString(title));
        for (int j = 0; form.find("rows." + row + ".sub." + j) != null; j++) {
            form.field("rows." + row + ".sub." + j + ".m")
                    .setState("title", new JsonString(title + "/" + j));
        }
    }

    @Test
    void scriptsMoveRows() {
        Form form =
                form(
                        "'do':{'x-reactions':{'effects':['onFieldValueChange'],'fulfill':{'run':'"
                                + "const rows = $form.query(`rows`).take();"
                                + " switch ($self.value) { case 1: rows.push({n: 9}); break;"
                                + " case 2: rows.moveUp(0); break; case 3: rows.moveDown(3); break;"
                                + " case 4: rows.shift(); break; case 5: rows.pop(); break;"
                                + " case 6: rows.unshift({n: 0}); break; case 7: rows.insert(1, {n: 4},"
                                + " {n: 6}); break; case 8: rows.move(0, 1); break;"
                                + " case 9: rows.remove(0); break; default: rows.remove(99) }'}}},"
                                + ROWS,
                        "{'rows':[{'n':1},{'n':3},{'n':5}]}");
        for (int i = 0; i < 3; i++) {
            form.field("rows." + i + ".n").setState("title", new JsonString("T" + i));
        }
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            form.field("do").setValue(JsonNumber.of(i));
            all.add(String.join(" ", titles(form, ".n")));
        }
        assertThat(all)
                .containsExactly(
                        "T0 T1 T2 -",
                        "T1 T2 - T0",
                        "T0 T1 T2 -",
                        "T1 T2 -",
                        "T1 T2",
                        "- T1 T2",
                        "- - - T1 T2",
                        "- - - T1 T2",
                        "- - T1 T2");
        assertThat(form.problems()).isEmpty();
        form.field("do").setValue(JsonBoolean.TRUE);
        assertThat(form.problems().stream().map(Problem::message))
                .containsExactly("form: a row of rows must be from 0 to 3; got 99 (line 1)");
    }

    @Test
    void refusals() {
        Form form = three();
        FormField rows = form.field("rows");
        assertThatThrownBy(() -> rows.remove(3))
                .hasMessage("form: a row of rows must be from 0 to 2; got 3");
        assertThatThrownBy(() -> rows.insert(4, List.of()))
                .hasMessage("form: a row of rows must be from 0 to 3; got 4");
        assertThatThrownBy(() -> rows.move(0, -1))
                .hasMessage("form: a row of rows must be from 0 to 2; got -1");
        assertThatThrownBy(() -> form.field("rows.0.n").remove(0))
                .hasMessage("form: rows.0.n is no array; it has no rows");
        assertThat(titles(form, ".n")).containsExactly("T0", "T1", "T2");
    }
}
