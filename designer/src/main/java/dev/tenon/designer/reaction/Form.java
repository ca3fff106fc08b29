package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonNumber;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Computed;
import dev.tenon.designer.reactive.Effect;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import dev.tenon.designer.reactive.SignalMap;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.tree.Tree;
import dev.tenon.designer.tree.TreeNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A form as a preview runs it: the fields that a tree tells, their values and states, kept up by
/// the expressions and `x-reactions` of the nodes. Nothing that is wrong with a node stops the
/// rest: it is told by [#problems].
///
/// Rows of an array are fields too, named by their index. What was set on them goes with them where
/// [FormField#insert], [FormField#remove] and [FormField#move] change the array, and stays with the
/// index where the array is given another value. Not done: validation, asynchronous code.
///
/// Bounds: 20,000 fields, 8,192 rows of one array, 8 arrays in each other; after one write from
/// outside 50 runs of one reaction, and 50 times that reactions make one array longer. After one
/// write from outside, or one batch of them, all expressions and reactions together take at most
/// 50,000,000 steps, and what they make and the form keeps takes at most 64 MB. What would take
/// more is left out and told of; the next change tries it again. Steps are counted, not time, so
/// that it is the same everywhere. A form belongs to one thread at a time.
public final class Form implements AutoCloseable {
    private static final int MOST_FIELDS = 20_000;
    private static final long ROW = 300; // steps, in which one is made
    private static final long MOST_ADDRESSES = 4_000_000;

    /// What the sizes of values without a field are noted as, before their names.
    static final String HELD = "$values/";

    private final JsonObject settings;
    private final SignalMap<String, Json> told = SignalMap.named("values");
    private final Work work;
    private final SignalMap<String, FormField> fields = SignalMap.named("fields");
    private final SignalMap<String, FormField> paths = SignalMap.named("paths");
    private final SignalMap<String, FormField> voids = SignalMap.named("void paths");
    private final SignalMap<String, FormField> members = SignalMap.named("members");
    private final Guarded<JsonObject> values;
    private final Computed<List<Problem>> problems;
    private final Effect building;
    private final Signal<String> full = Signal.named("form.full", "");
    private final Map<String, Map<String, Json>> coming = new HashMap<>();
    private int count;
    private long addresses; // characters of all
    private long round;

    private Form(TreeNode form, JsonObject values, Clock clock) {
        this.work = new Work(clock);
        this.settings = form.props();
        values.forEach(told::put);
        this.values =
                new Guarded<>(
                        work,
                        "form.values",
                        JsonObject.EMPTY,
                        () -> {
                            JsonObject all = told();
                            work.take(all.size() + members.size());
                            return (JsonObject) Merging.joined(all, members);
                        });
        this.problems = Computed.named("form.problems", () -> computeProblems(form));
        this.building =
                Effect.named(
                        "form",
                        () ->
                                Reactive.untracked(() -> {
                                    List<FormField> made = new ArrayList<>();
                                    form.children().forEach(node -> build(node, null, -1, made));
                                    return start(made);
                                }));
    }

    /// Returns the form of `tree`: of its first node that is a form, else of its root.
    ///
    /// @param values the values to begin with
    public static Form of(Tree tree, JsonObject values) {
        return of(tree, values, Clock.systemUTC());
    }

    /// Returns the form of `tree`, as the other does.
    ///
    /// @param values the values to begin with
    /// @param clock tells the expressions the time, when they are evaluated, and its zone
    public static Form of(Tree tree, JsonObject values, Clock clock) {
        List<TreeNode> forms = new ArrayList<>();
        tree.root()
                .forEach(node -> {
                    if (forms.isEmpty()
                            && node.componentName().equals(SchemaTransform.DEFAULT.formName())) {
                        forms.add(node);
                    }
                });
        return new Form(forms.isEmpty() ? tree.root() : forms.getFirst(), values, clock);
    }

    private List<Problem> computeProblems(TreeNode form) {
        List<Problem> all = new ArrayList<>();
        if (!full.get().isEmpty()) {
            all.add(new Problem(form.id(), "", "", full.get()));
        }
        fields.values().values().forEach(field -> all.addAll(field.problems()));
        String together = work.problem(); // known now that all expressions are evaluated
        if (together != null) {
            all.addFirst(new Problem(form.id(), "", "", together));
        }
        return all;
    }

    // ---- building

    private void build(TreeNode node, @Nullable FormField parent, int row, List<FormField> made) {
        if (!node.componentName().equals(SchemaTransform.DEFAULT.fieldName())) {
            return;
        }
        String name = row >= 0 ? String.valueOf(row) : nameOf(node);
        long length = name.length() + (parent == null ? 0 : parent.address().length() + 1L);
        if (count >= MOST_FIELDS) {
            full.set("a preview has at most " + MOST_FIELDS + " fields; this form has more");
            return;
        }
        if (addresses + length > MOST_ADDRESSES) {
            full.set(
                    "the addresses of a preview's fields have at most "
                            + MOST_ADDRESSES
                            + " characters together; those of this form have more. Shorten the"
                            + " names");
            return;
        }
        count++;
        addresses += length;
        boolean isVoid = "void".equals(node.props().text("type"));
        FormField field = new FormField(this, node, FieldPlace.of(parent, name, isVoid, row));
        Map<String, Json> states = coming.remove(field.address());
        if (states != null) {
            field.come(states);
        }
        fields.put(field.address(), field);
        (isVoid ? voids : paths).put(field.path(), field);
        if (!isVoid) {
            members(field).put(field.place().key(), field);
        }
        made.add(field);
        boolean isArray = "array".equals(node.props().text("type"));
        int first = isArray ? 1 : 0; // an array's first child is what a row is made of
        for (int i = first; i < node.children().size(); i++) {
            build(node.children().get(i), field, -1, made);
        }
    }

    private static String nameOf(TreeNode node) {
        return switch (node.props().get("name")) {
            case JsonString(String text) when !text.isEmpty() -> FieldPattern.name(text);
            case JsonNumber number -> number.toString();
            case null, default -> node.id();
        };
    }

    private SignalMap<String, FormField> members(FormField field) {
        FormField container = field.place().container();
        return container == null ? members : container.members();
    }

    private List<FormField> start(List<FormField> made) {
        for (FormField field : made) {
            rows(field);
            Reaction.start(field);
        }
        return made;
    }

    private void rows(FormField field) {
        TreeNode node = field.node();
        if (!"array".equals(node.props().text("type")) || node.children().isEmpty()) {
            return;
        }
        new Rows(this, field).start();
    }

    /// Makes a row as a part of the current effect, with which it goes.
    void row(FormField array, int index) {
        work.take(ROW);
        List<FormField> made = new ArrayList<>();
        build(array.node().children().getFirst(), array, index, made);
        Reactive.onCleanup(() -> made.reversed().forEach(this::remove));
        start(made);
    }

    private void remove(FormField field) {
        count--;
        addresses -= field.address().length();
        field.release();
        fields.remove(field.address());
        (field.isVoid() ? voids : paths).remove(field.path());
        if (!field.isVoid()) {
            members(field).remove(field.place().key());
        }
    }

    // ---- fields

    /// Returns all fields, a field before those in it, rows in the order in which they came.
    public List<FormField> fields() {
        return List.copyOf(fields.values().values());
    }

    int count() {
        return count;
    }

    /// Returns the field at an address or a path, or null.
    public @Nullable FormField find(String addressOrPath) {
        FormField field = fields.get(addressOrPath);
        field = field == null ? paths.get(addressOrPath) : field;
        return field == null ? voids.get(addressOrPath) : field;
    }

    /// Returns the field at an address or a path.
    ///
    /// @throws DesignException if there is none
    public FormField field(String addressOrPath) {
        FormField field = find(addressOrPath);
        if (field == null) {
            throw new DesignException("form: there is no field " + addressOrPath);
        }
        return field;
    }

    /// What was set on the fields of rows that are about to be made at these addresses.
    Map<String, Map<String, Json>> coming() {
        return coming;
    }

    @Nullable FormField member(String name) {
        return members.get(name);
    }

    // ---- values

    /// Returns the values of the form, without those of fields whose `display` is `none`.
    public JsonObject values() {
        return values.get();
    }

    JsonObject exactValues() {
        return values.exact();
    }

    /// Gives the form all its values: what `values` lacks is initial again.
    public void setValues(JsonObject values) {
        change(() -> {
            fields.values().values().forEach(field -> work.holding().release(field.held("value")));
            work.holding().releaseAll(HELD);
            var all = new LinkedHashMap<String, Json>();
            values.forEach(all::put);
            told.setAll(all);
        });
    }

    JsonObject told() {
        return JsonObject.of(told.values());
    }

    /// Returns a value that was told, read by itself: who asks does not depend upon others.
    @Nullable Json toldMember(String name) {
        return work.holding().reading(() -> told.get(name));
    }

    void write(FieldPlace place, @Nullable Json value) {
        Destructuring several = place.several();
        if (several == null) {
            write(place.key(), value);
        } else {
            several.names().keySet().forEach(name -> write(name, several.member(value, name)));
        }
    }

    void write(String name, @Nullable Json value) {
        if (value == null) {
            told.remove(name);
        } else {
            told.put(name, value);
        }
    }

    Work work() {
        return work;
    }

    /// Returns the form's own properties.
    JsonObject settings() {
        return settings;
    }

    /// Does what somebody from outside does: reactions run anew, as often and as much as they may.
    void change(Runnable work) {
        Reactive.batch(() -> {
            round++;
            coming.clear();
            this.work.renew();
            work.run();
        });
    }

    long round() {
        return round;
    }

    /// Returns what is wrong with the nodes, field by field.
    public List<Problem> problems() {
        return problems.get();
    }

    /// Ends the reactions; what is read stays as it is.
    @Override
    public void close() {
        building.close();
    }
}
