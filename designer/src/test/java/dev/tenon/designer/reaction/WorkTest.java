package dev.tenon.designer.reaction;

import static dev.tenon.designer.reaction.FormTest.form;
import static dev.tenon.designer.reaction.FormTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.tree.Tree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What all expressions and reactions of a form may take together.
class WorkTest {
    private static final String LEFT_OUT =
            "the expressions and reactions of a form may take 50000000 steps together after one"
                    + " change; this one is left out, since others took them. The form's own problem"
                    + " names the costliest; the next change tries again";
    private static final String FULL =
            "what the expressions and reactions of a form make and it keeps may take 64 MB together;"
                    + " this one is left out, since it would take more. Make less; the next change"
                    + " tries again";

    /// 700,000 steps or so, most of what one expression may take.
    private static final String LOOP =
            "(() => { let s = 0; for (let i = 0; i < 90000; i++) s += i; return s })() + $values.f0";

    private static String fields(int count, IntFunction<String> field) {
        return IntStream.range(0, count)
                .mapToObj(i -> "'f" + i + "':{" + (i == 0 ? "" : field.apply(i)) + "}")
                .collect(Collectors.joining(","));
    }

    private static List<String> titles(Form form) {
        return form.fields().stream().map(field -> String.valueOf(field.state("title"))).toList();
    }

    private static long found(Form form, String message) {
        return form.problems().stream().filter(each -> each.message().startsWith(message)).count();
    }

    /// What a form shows after `change`: how much was left out, and that it was not long.
    private static long leftOut(Form form, Runnable change) {
        long time = System.nanoTime();
        change.run();
        titles(form);
        form.values();
        long leftOut = found(form, LEFT_OUT) + found(form, FULL);
        assertThat(System.nanoTime() - time).as("ns").isLessThan(30_000_000_000L);
        return leftOut;
    }

    private static void set(Form form, int value) {
        form.field("f0").setValue(JsonNumber.of(value));
    }

    @Test
    void expressionsShareTheirSteps() {
        Form form = form(fields(300, i -> "'title':'{{" + LOOP + "}}'"), "{'f0':1}");
        long first = leftOut(form, () -> {});
        assertThat(first).isBetween(200L, 260L);
        Problem whole = form.problems().getFirst();
        assertThat(whole.address()).isEmpty();
        assertThat(whole.message())
                .startsWith(
                        "the expressions and reactions of a form may take 50000000 steps together"
                                + " after one change; these need more, and some are left out. The"
                                + " costliest are f1/title (")
                .endsWith("). Make these cheaper");
        Problem last = form.problems().getLast();
        assertThat(last).hasToString("f299/title: " + LEFT_OUT);
        assertThat(form.field("f1").state("title")).hasToString("4049955001");
        assertThat(form.field("f299").state("title")).isNull();
        Form same = form(fields(300, i -> "'title':'{{" + LOOP + "}}'"), "{'f0':1}");
        assertThat(titles(same)).isEqualTo(titles(form));
        assertThat(same.problems()).isEqualTo(form.problems());
    }

    /// Each change does as much again: what stands is kept, what was left out comes.
    @Test
    void theNextChangeTriesAgain() {
        Form form = form("'other':{}," + fields(120, i -> "'title':'{{" + LOOP + "}}'"));
        long before = leftOut(form, () -> {});
        assertThat(before).isPositive();
        for (int i = 0; before > 0; i++) {
            int value = i;
            long now = leftOut(form, () -> form.field("other").setValue(JsonNumber.of(value)));
            assertThat(now).isLessThan(before);
            before = now;
        }
        assertThat(form.problems()).isEmpty();
        assertThat(form.field("f119").state("title")).isNotNull();
    }

    @Test
    void reactionsShareThemToo() {
        Form form =
                form(
                        fields(
                                200,
                                i ->
                                        "'x-reactions':[{'fulfill':{'state':{'title':'{{"
                                                + LOOP
                                                + "}}'}}},{'effects':['onFieldInit'],'fulfill':"
                                                + "{'state':{'content':'here'}}}]"));
        long before = leftOut(form, () -> {});
        assertThat(before).isPositive();
        assertThat(form.field("f1").state("content")).hasToString("\"here\"");
        assertThat(form.field("f199").state("content")).isNull();
        while (before > 0) { // f0 is read by all: the same ones take the steps each time
            int value = (int) before;
            long now = leftOut(form, () -> form.field("f199").setState("required", json("true")));
            assertThat(now).as("left out").isLessThan(value);
            before = now;
        }
        assertThat(form.field("f199").state("content")).hasToString("\"here\"");
        assertThat(form.problems()).isEmpty();
    }

    /// n fields that each set all n, by script, by pattern and by values; and one that sets the
    /// next, round and round.
    @Test
    void fansAndChainsEnd() {
        for (String reaction :
                List.of(
                        "'{{$form.query(`*`).forEach(f => { f.title = $values.f0 })}}'",
                        "{'target':'*','fulfill':{'state':{'value':'{{$form.values.f0}}'}}}",
                        "{'target':'*','fulfill':{'state':{'title':'x','description':'y'}}}")) {
            Form form = form(fields(2000, i -> "'x-reactions':" + reaction));
            assertThat(leftOut(form, () -> {})).as(reaction).isPositive();
            assertThat(leftOut(form, () -> set(form, 1))).as(reaction).isPositive();
        }
        Form chain =
                form(
                        fields(
                                1500,
                                i ->
                                        "'x-reactions':'{{$form.setFieldState(`f"
                                                + (i % 1499 + 1)
                                                + "`, f => { f.value = ($self.value || 0) + 1 })}}'"));
        leftOut(chain, () -> {});
        leftOut(chain, () -> chain.field("f1").setValue(JsonNumber.of(7)));
        assertThat(chain.problems()).isNotEmpty();
    }

    @Test
    void rowsShareThem() {
        Form form =
                form(
                        "'f0':{},'t':{'type':'array','items':{'properties':{'a':{'title':'{{"
                                + LOOP
                                + "}}'},'b':{'x-reactions':'{{$self.value = "
                                + LOOP
                                + "}}'}}}}",
                        "{'t':" + new JsonArray(Collections.nCopies(3000, JsonNumber.of(1))) + "}");
        assertThat(leftOut(form, () -> {})).isPositive();
        assertThat(found(form, LEFT_OUT)).isPositive();
        form.field("t").setValue(JsonArray.EMPTY);
        assertThat(form.problems()).isEmpty();
        assertThat(form.fields()).hasSize(2);
    }

    /// A view's effect that writes while a change settles does not make it another.
    @Test
    void anEffectFromOutsideWritesWithinTheChange() {
        Form form = form(fields(200, i -> "'x-reactions':'{{$self.title = " + LOOP + "}}'"));
        try (Effect view =
                Effect.of(() -> {
                    Json value = form.field("f0").state("value");
                    form.field("f199")
                            .setState("data", JsonObject.of("seen", String.valueOf(value)));
                })) {
            long left = leftOut(form, () -> set(form, 1));
            assertThat(left).isPositive();
            assertThat(form.field("f199").state("data")).hasToString("{\"seen\":\"1\"}");
            assertThat(view.isDisposed()).isFalse();
        }
    }

    /// The second time, a word that has changed looks first at what it read: itself among them.
    @Test
    void wordsInACircleFailWhereTheyStand() {
        Form form =
                form(
                        fields(
                                5,
                                i ->
                                        "'title':'{{$form.query(`*`).map(f => f.title).length"
                                                + " + $values.f0}}'"));
        assertThat(titles(form)).contains("null");
        set(form, 1);
        assertThat(titles(form)).contains("null");
        assertThat(form.problems()).isNotEmpty().allMatch(each -> each.path().equals("/title"));
    }

    @Test
    void tooManyRowsAreForgottenWithThem() {
        Form form = form("'t':{'type':'array','items':{}}");
        form.field("t").setValue(new JsonArray(Collections.nCopies(9000, JsonNumber.of(1))));
        assertThat(form.problems()).hasToString("[t: at most 8192 rows are shown; there are more]");
        form.field("t").setValue(JsonArray.of(JsonNumber.of(1)));
        assertThat(form.problems()).isEmpty();
    }

    // ---- memory

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void whatIsKeptIsBounded() {
        for (String field :
                List.of(
                        "'title':'{{`x`.repeat(4e5) + $self.address + $values.f0}}'",
                        "'x-reactions':'{{$self.title = `x`.repeat(4e5) + $values.f0}}'",
                        "'x-reactions':'{{$values[`k` + $self.address + $values.f0] = `x`.repeat(4e5)}}'",
                        "'title':'{{$form.query(`*`).map(f => f.description).length + $values.f0}}'",
                        "'title':'{{Array(10000).fill(1).map((x, i) => $values[$self.address + i]).length}}'")) {
            long before = used();
            Form form = form(fields(1500, i -> field));
            for (int i = 0; i < 8; i++) {
                int value = i;
                leftOut(form, () -> set(form, value));
            }
            assertThat(used() - before).as(field).isLessThan(200L << 20);
            assertThat(found(form, FULL)).as(field).isPositive();
            assertThat(form.field("f1").display()).isEqualTo("visible");
        }
    }

    /// What there was before takes no more memory where it is given on, whatever it would take.
    @Test
    void whatIsSharedIsNotCounted() {
        String options =
                IntStream.range(0, 2000)
                        .mapToObj(i -> "{'label':'option " + i + "','value':" + i + "}")
                        .collect(Collectors.joining(",", "[", "]"));
        Form form =
                form(
                        "'all':{'enum':"
                                + options
                                + "},"
                                + fields(
                                        1000,
                                        i ->
                                                "'enum':'{{$form.query(`all`).get(`dataSource`)}}','x-reactions':"
                                                        + "{'fulfill':{'state':{'data':{'all':"
                                                        + "'{{$form.query(`all`).get(`dataSource`)}}'}}}}"));
        assertThat(form.field("f999").state("dataSource")).isEqualTo(json(options));
        assertThat(form.problems()).isEmpty();
    }

    @Test
    void valuesDoNotGrowDeepForEver() {
        Form form =
                form(
                        fields(
                                2,
                                i ->
                                        "'x-reactions':'{{$self.value = {a: [$self.value, $values.f0]}}}'"));
        for (int i = 0; i < 60; i++) {
            set(form, i);
        }
        assertThat(form.problems())
                .anyMatch(each ->
                        each.message()
                                .startsWith(
                                        "a value must be nested at most 500 deep; this one is deeper"));
        assertThat(form.values().toString()).isNotEmpty();
    }

    @Test
    void longNamesAreFew() {
        String name = "n".repeat(15_000);
        Form form =
                form(
                        "'f0':{},'"
                                + name
                                + "':{'type':'object','properties':{"
                                + fields(2000, i -> "'title':'t'")
                                + "}}");
        assertThat(form.fields()).hasSizeLessThan(270);
        assertThat(form.problems().getFirst().message())
                .isEqualTo(
                        "the addresses of a preview's fields have at most 4000000 characters together;"
                                + " those of this form have more. Shorten the names");
    }

    @Test
    void longMistakesAreToldInShort() {
        String path = "x".repeat(30_000);
        Form form =
                form(
                        "'a':{'x-reactions':[{'target':'"
                                + path
                                + "'},{'fulfill':{'state':{'value"
                                + ".a".repeat(500)
                                + "':1,'"
                                + path
                                + "':1}}}]}");
        assertThat(form.problems())
                .hasSize(3)
                .allMatch(each -> each.message().length() < 1100 && each.path().length() < 1100)
                .anyMatch(each ->
                        each.message()
                                .equals(
                                        "a path must have at most 10000 characters; this one has 30000"))
                .anyMatch(each -> each.message().equals("a path must have at most 100 names"));
    }

    // ---- the design around it

    /// The canvas is the tree's: it can be edited while its form is left out, and undone.
    @Test
    void aHostileDesignIsEditedAndUndone() {
        String document =
                "{'schema':{'properties':{"
                        + fields(200, i -> "'title':'{{" + LOOP + "}}'")
                        + "}}}";
        Tree tree = SchemaTransform.DEFAULT.treeByPlace(json(document)).value();
        Operation operation = new Engine(Registry.EMPTY).open("form", tree.root()).operation();
        Form before = Form.of(operation.tree(), JsonObject.EMPTY);
        assertThat(leftOut(before, () -> {})).isPositive();
        List<String> gone = new ArrayList<>();
        for (int i = 1; i < 190; i++) {
            gone.add("/schema/properties/f" + i);
        }
        operation.act(new Action.Remove(gone));
        Form without = Form.of(operation.tree(), JsonObject.EMPTY);
        assertThat(leftOut(without, () -> {})).isZero();
        assertThat(without.field("f199").state("title")).isNotNull();
        operation.undo();
        Form again = Form.of(operation.tree(), JsonObject.EMPTY);
        assertThat(titles(again)).isEqualTo(titles(Form.of(tree, JsonObject.EMPTY)));
        assertThat(leftOut(again, () -> {})).isPositive();
        assertThat(again.field("f0").state("title")).isNull();
        again.field("f199").setState("title", new JsonString("by hand"));
        assertThat(again.field("f199").state("title")).hasToString("\"by hand\"");
    }

    /// Ten thousand fields, each with an expression, a reaction and a value, are far from the
    /// bound.
    @Test
    void aLargeFormIsNotNearIt() {
        Form form =
                form(
                        fields(
                                10_000,
                                i ->
                                        "'title':'{{`Field ${$self.address} of ${$values.f0}`}}','x-visible':"
                                                + "'{{$values.f0 !== 7}}','x-reactions':{'dependencies':['f"
                                                + i / 10
                                                + "'],'when':'{{$deps[0] > 3}}','fulfill':{'state':{'value':"
                                                + "'{{$deps[0] + 1}}'}},"
                                                + "'otherwise':{'state':{'value':'{{$self.value}}'}}}"));
        for (int value : new int[] {5, 1, 9}) {
            set(form, value);
            titles(form);
            form.values();
            assertThat(form.problems()).isEmpty();
            assertThat(form.work().budget().taken()).isLessThan(Work.MOST_STEPS / 5);
        }
        assertThat(form.field("f9999").value()).isEqualTo(JsonNumber.of(13));
    }
}
