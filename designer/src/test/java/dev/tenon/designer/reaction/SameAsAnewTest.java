package dev.tenon.designer.reaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A form that was changed step by step is as one made anew with its values.
class SameAsAnewTest {
    private static final int SOURCES = 4;
    private static final List<String> STATES =
            List.of("title", "display", "pattern", "required", "componentProps", "value");

    /// Sources hold numbers; the others follow from sources and from those before them, by words
    /// and by reactions of which both branches give the same states.
    private static String schema(Random random) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < SOURCES; i++) {
            fields.add("'s" + i + "':{'default':" + random.nextInt(4) + "}");
        }
        for (int i = 0; i < 8; i++) {
            String of = i > 0 && random.nextBoolean() ? "f" + random.nextInt(i) : source(random);
            String field =
                    "'f%d':{'title':'{{$values.%s + `!`}}','x-visible':'{{$values.%s > %d}}',"
                                    .formatted(i, of, source(random), random.nextInt(3))
                            + "'x-component-props':{'p':['{{$values.%s}}']},"
                                    .formatted(source(random))
                            + "'x-reactions':{'dependencies':['%s','%s#visible'],'when':'{{$deps[1]}}',"
                                    .formatted(of, of)
                            + "'fulfill':{'state':{'value':'{{($deps[0] || 0) + 1}}','pattern':'disabled'}},"
                            + "'otherwise':{'state':{'value':'{{-1}}','pattern':'readOnly'}}}}";
            fields.add(field);
        }
        fields.add(
                "'rows':{'type':'array','items':{'type':'object','properties':{'n':{'default':1},"
                        + "'m':{'x-visible':'{{$record.n > 1}}','title':'{{$index + $values.%s}}',"
                                .formatted(source(random))
                        + "'x-reactions':{'dependencies':['.n','s0'],'fulfill':{'state':{'value':"
                        + "'{{$deps[0] + $deps[1]}}'}}}}}}}");
        return String.join(",", fields);
    }

    private static String source(Random random) {
        return "s" + random.nextInt(SOURCES);
    }

    private static Map<String, Json> states(Form form) {
        var states = new LinkedHashMap<String, Json>();
        form.fields().stream()
                .sorted((a, b) -> a.address().compareTo(b.address()))
                .forEach(field ->
                        STATES.forEach(state -> {
                            Json value = field.state(state);
                            if (value != null) {
                                states.put(field.address() + "#" + state, value);
                            }
                        }));
        return states;
    }

    private static void change(Form form, Random random) {
        int length = ((JsonArray) form.field("rows").value()).size();
        int kind = random.nextInt(4);
        switch (kind == 1 && length == 0 ? 2 : kind) {
            case 0 -> {
                Json told =
                        form.told().get("rows"); // what a reaction gave stays, as a user's would
                List<Json> all = told instanceof JsonArray array ? array.values() : List.of();
                boolean shorter = random.nextBoolean();
                int kept = shorter ? random.nextInt(all.size() + 1) : all.size();
                List<Json> rows = new ArrayList<>(all.subList(0, kept));
                for (int i = shorter ? 0 : random.nextInt(4); i > 0; i--) {
                    rows.add(JsonObject.of("n", random.nextInt(3)));
                }
                form.field("rows").setValue(new JsonArray(rows));
            }
            case 1 ->
                    form.field("rows." + random.nextInt(length) + ".n")
                            .setValue(JsonNumber.of(random.nextInt(3)));
            default -> form.field(source(random)).setValue(JsonNumber.of(random.nextInt(4)));
        }
    }

    @Test
    void afterEveryChange() {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        System.out.println("SameAsAnewTest: seed " + seed + " (-Dtenon.seed)");
        Random seeds = new Random(seed);
        for (int run = 0; run < 40; run++) {
            Random random = new Random(seeds.nextLong());
            String schema = schema(random);
            Form form = FormTest.form(schema);
            for (int step = 0; step < 25; step++) {
                change(form, random);
                Form anew = FormTest.form(schema, form.told().toString());
                assertThat(states(form)).isEqualTo(states(anew));
                assertThat(form.values()).isEqualTo(anew.values());
                assertThat(form.problems()).isEmpty();
            }
        }
    }
}
