package dev.tenon.designer.reaction;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonBoolean;
import dev.tenon.designer.json.JsonNull;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonString;
import dev.tenon.designer.reactive.Computed;
import dev.tenon.designer.reactive.Reactive;
import dev.tenon.designer.reactive.Signal;
import dev.tenon.designer.reactive.SignalMap;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One field of a [Form], as Formily has it: its states are what its node's props say, with their
/// expressions evaluated, and what reactions and the program have set since.
///
/// A computed or effect that reads a state runs again when that state has another value, and not
/// when another state or field has.
///
/// - `value`: of the form's values, else `initialValue`; missing where `display` is `none`.
/// - `initialValue`: of `x-value`, else of `default`; `{}` and `[]` for a `type` `object` and
///   `array` without.
/// - `display`, `visible`, `hidden`: of `x-display`, `x-visible`, `x-hidden`, the later wins; what
///   is `none` or `hidden` of a parent holds below it.
/// - `pattern`, `editable`, `disabled`, `readOnly`, `readPretty`: of `x-pattern`, `writeOnly`,
///   `x-editable`, `x-disabled`, `readOnly`, `x-read-only`, `x-read-pretty`, the later wins; the
///   parent's where none is said; within `readPretty` all is, but what is `editable`.
/// - `dataSource`: of `enum`; a text or number `a` becomes `{label: a, value: a}`.
/// - `componentProps`, `decoratorProps`, `data`: of `x-component-props` and so on; what is set is
///   merged into what the words say.
/// - `title`, `description`, `required`, `content`, `component`, `decorator`, `validator`: of the
///   words `title`, `x-content` and so on.
/// - `loading`, `errors` and others that come from outside: what was set.
///
/// Deliberate differences from Formily: a field without a value has its initial one, also after a
/// value was taken away; what was set can be taken back; a state that there is not is refused; a
/// name with dots is one name, and `a.b` one member of the values, where Formily takes it for `b`
/// in `a` (`[[a.b]]` is one name in both).
public final class FormField {
    private static final List<String> DISPLAYS = List.of("visible", "hidden", "none");

    private static final int MOST_READ = 1000;

    private static final List<String> PATTERNS =
            List.of("editable", "disabled", "readOnly", "readPretty");

    private final Form form;
    private final TreeNode node;
    private final FieldPlace place;
    private final String address;
    private final String path;
    private final SignalMap<String, FormField> members = SignalMap.named("members");
    private final SignalMap<String, Json> overrides = SignalMap.named("overrides");
    private final FieldWords words;
    private final List<Signal<List<Problem>>> found = new ArrayList<>(0);
    private final Guarded<Optional<Json>> base;
    private final Guarded<Optional<Json>> value;
    private final Computed<Boolean> isObject;
    private final Map<String, Computed<Optional<Json>>> rest = new HashMap<>(0); // that was read
    private final Guarded<String> display;
    private final Guarded<String> pattern;
    private final List<Triggers> triggers = new ArrayList<>(0);
    private @Nullable Signal<Integer> beginnings; // made as a reaction asks
    private boolean isMoved;
    private @Nullable Signal<Integer> inputs; // made as a reaction asks

    FormField(Form form, TreeNode node, FieldPlace place) {
        this.form = form;
        this.node = node;
        this.place = place;
        this.address = String.join(".", place.names());
        this.path = String.join(".", place.keys());
        this.words = new FieldWords(this);
        base = guarded("base", Optional.empty(), this::computeBase);
        value = guarded("value", Optional.empty(), this::computeValue);
        isObject =
                Computed.named(
                        address + ".isObject",
                        () -> base().orElse(JsonArray.EMPTY) instanceof JsonObject);
        display = guarded("display", "visible", this::computeDisplay);
        pattern = guarded("pattern", "editable", this::computePattern);
    }

    private <T> Guarded<T> guarded(String name, T otherwise, Supplier<? extends T> function) {
        return new Guarded<>(form.work(), address() + "." + name, otherwise, function);
    }

    /// Returns the id of the node that made the field.
    public String id() {
        return node.id();
    }

    /// Returns where the field is among all: the names from the form down, joined by dots; a row's
    /// name is its index.
    public String address() {
        return address;
    }

    /// Returns where the field's value is: as [#address], without the void fields above it.
    public String path() {
        return path;
    }

    /// Returns whether the field has no value of its own: its `type` is `void`.
    public boolean isVoid() {
        return place.isVoid();
    }

    /// Returns the field that this one is in, or null where that is the form.
    public @Nullable FormField parent() {
        return place.parent();
    }

    Form form() {
        return form;
    }

    TreeNode node() {
        return node;
    }

    FieldPlace place() {
        return place;
    }

    SignalMap<String, FormField> members() {
        return members;
    }

    // ---- value

    /// Returns the value, or null where there is none, as where `display` is `none`.
    public @Nullable Json value() {
        return value.get().orElse(null);
    }

    @Nullable Json exactValue() {
        return value.exact().orElse(null);
    }

    /// Gives the field a value, or takes it away where that is null: the initial one holds then.
    ///
    /// @throws DesignException if the field is void
    public void setValue(@Nullable Json value) {
        form.change(() -> {
            form.work().holding().release(held("value"));
            write(value);
            if (inputs != null) {
                inputs.set(inputs.peek() + 1);
            }
        });
    }

    void write(@Nullable Json written) {
        if (isVoid()) {
            throw new DesignException("form: a void field has no value; " + address() + " is one");
        }
        FormField container = place.container();
        if (container == null) {
            form.write(place, written);
            return;
        }
        Json whole = Reactive.untracked(() -> container.base()).orElse(JsonObject.EMPTY);
        container.write(with(whole, place, written));
    }

    private Json with(Json container, FieldPlace place, @Nullable Json written) {
        String key = place.key();
        int index = Keywords.index(key);
        if (container instanceof JsonArray array && index >= 0 && index <= array.size()) {
            List<Json> values = new ArrayList<>(array.values());
            form.work().take(array.size());
            Json element = written == null ? JsonNull.NULL : written;
            if (index == values.size()) {
                values.add(element);
            } else {
                values.set(index, element);
            }
            return new JsonArray(values);
        }
        JsonObject object = container instanceof JsonObject told ? told : JsonObject.EMPTY;
        form.work().take(object.size());
        Destructuring several = place.several();
        if (several != null) {
            return several.write(object, written);
        }
        return written == null ? object.without(key) : object.with(key, written);
    }

    /// Returns how often the field has begun anew since this was asked first, for another row.
    int beginnings() {
        if (beginnings == null) {
            beginnings = Signal.named(address + ".beginnings", 0);
        }
        return beginnings.get();
    }

    /// Returns how often the field has been given a value from outside since this was asked first.
    int inputs() {
        if (inputs == null) {
            inputs = Signal.named(address + ".inputs", 0);
        }
        return inputs.get();
    }

    /// Returns whether the value is an object; read by itself, so that who asks does not depend
    /// upon what is in it.
    boolean isObject() {
        return isObject.get();
    }

    /// Returns a member of the value that no field holds, read by itself.
    @Nullable Json member(String name) {
        if (rest.size() >= MOST_READ && !rest.containsKey(name)) {
            rest.clear(); // those that are in use live on
        }
        Computed<Optional<Json>> member = rest.computeIfAbsent(name, this::computed);
        return form.work().holding().reading(() -> member.get().orElse(null));
    }

    private Computed<Optional<Json>> computed(String name) {
        return Computed.named(
                address + "." + name,
                () -> Optional.ofNullable(Keywords.member(base().orElse(null), name)));
    }

    /// The value before anything below or `display` is considered.
    Optional<Json> base() {
        return base.exact();
    }

    private Optional<Json> computeBase() {
        if (isVoid()) {
            return Optional.empty();
        }
        FormField container = place.container();
        Function<String, @Nullable Json> around = form::toldMember;
        if (container != null) {
            Json whole = container.base().orElse(null);
            around = name -> Keywords.member(whole, name);
        }
        Destructuring several = place.several();
        Json member = several == null ? around.apply(place.key()) : several.read(around);
        return member == null ? initial() : Optional.of(member);
    }

    private Optional<Json> initial() {
        Optional<Json> initial =
                Optional.ofNullable(overrides.get("initialValue"))
                        .or(() -> told("value"))
                        .or(() -> told("initialValue"));
        return switch (node.props().text("type")) {
            case "object" -> Optional.of(initial.orElse(JsonObject.EMPTY));
            case "array" -> Optional.of(initial.orElse(JsonArray.EMPTY));
            case null, default -> initial;
        };
    }

    private Optional<Json> computeValue() {
        if (isVoid() || exactDisplay().equals("none")) {
            return Optional.empty();
        }
        form.work().take(members.size());
        return base().map(whole -> Merging.joined(whole, members));
    }

    // ---- display and pattern

    /// Returns `visible`, `hidden` (the value counts) or `none` (it does not).
    public String display() {
        return display.get();
    }

    String exactDisplay() {
        return display.exact();
    }

    private String computeDisplay() {
        FormField parent = parent();
        String above = parent == null ? "visible" : parent.exactDisplay();
        String own = ownDisplay();
        return own != null && (above.equals("visible") || !own.equals("visible")) ? own : above;
    }

    private @Nullable String ownDisplay() {
        String own = overrides.get("display") instanceof JsonString(String set) ? set : null;
        if (own != null) {
            return own;
        }
        for (String state : List.of("display", "visible", "hidden")) {
            Json told = told(state).orElse(JsonNull.NULL);
            String next = told instanceof JsonNull ? null : displayOf(state, told);
            own = next == null ? own : next;
        }
        return own;
    }

    private static @Nullable String displayOf(String state, Json told) {
        return switch (state) {
            case "visible" -> told.isTruthy() ? "visible" : "none";
            case "hidden" -> told.isTruthy() ? "hidden" : "visible";
            default ->
                    told instanceof JsonString(String text) && DISPLAYS.contains(text)
                            ? text
                            : null;
        };
    }

    /// Returns `editable`, `disabled`, `readOnly` or `readPretty`.
    public String pattern() {
        return pattern.get();
    }

    private String computePattern() {
        FormField parent = parent();
        String above = parent == null ? "editable" : parent.pattern.exact();
        String own = ownPattern();
        return own != null && (!above.equals("readPretty") || own.equals("editable")) ? own : above;
    }

    private @Nullable String ownPattern() {
        String own = overrides.get("pattern") instanceof JsonString(String set) ? set : null;
        if (own != null) {
            return own;
        }
        for (String state : List.of("pattern", "editable", "disabled", "readOnly", "readPretty")) {
            Json told = told(state).orElse(JsonNull.NULL);
            String next = told instanceof JsonNull ? null : patternOf(state, told);
            own = next == null ? own : next;
        }
        return own;
    }

    private static @Nullable String patternOf(String state, Json told) {
        return switch (state) {
            case "pattern" ->
                    told instanceof JsonString(String text) && PATTERNS.contains(text)
                            ? text
                            : null;
            case "editable" -> told.isTruthy() ? "editable" : "readPretty";
            default -> told.isTruthy() ? state : "editable";
        };
    }

    // ---- states

    /// Returns the state `name`, or null where the field has none of it.
    public @Nullable Json state(String name) {
        return state(name, false);
    }

    /// Returns the state `name`, or null where the field has none of it.
    ///
    /// @throws DesignException if it is read in a circle
    @Nullable Json exactState(String name) {
        return state(name, true);
    }

    private @Nullable Json state(String name, boolean exact) {
        return switch (name) {
            case "value" -> exact ? exactValue() : value();
            case "initialValue" -> initial().orElse(null);
            case "display" -> new JsonString(exact ? exactDisplay() : display());
            case "visible", "hidden" ->
                    JsonBoolean.of((exact ? exactDisplay() : display()).equals(name));
            case "pattern" -> new JsonString(exact ? pattern.exact() : pattern());
            case "editable", "disabled", "readOnly", "readPretty" ->
                    JsonBoolean.of((exact ? pattern.exact() : pattern()).equals(name));
            case "componentProps", "decoratorProps", "data" ->
                    Merging.merged(told(name).orElse(null), overrides.get(name));
            case "address" -> new JsonString(address());
            case "path" -> new JsonString(path());
            case "required" -> {
                Json set = overrides.get(name);
                yield set != null ? set : told(name).orElse(JsonBoolean.of(false));
            }
            default -> {
                Json set = overrides.get(name);
                yield set != null ? set : told(name).orElse(null);
            }
        };
    }

    /// Gives the state `name` a value; null takes back what was set, so that the node's words hold
    /// again.
    ///
    /// @throws DesignException if there is no such state, it can't have such a value, or it is the
    ///   value of a void field
    public void setState(String name, @Nullable Json value) {
        form.change(() -> {
            form.work().holding().release(held(name));
            assign(name, value);
        });
    }

    void assign(String name, @Nullable Json value) {
        Json given = value instanceof JsonNull ? null : value;
        switch (name) {
            case "value" -> write(value);
            case "display" -> override(name, oneOf(name, given, DISPLAYS));
            case "visible", "hidden" ->
                    override("display", given == null ? null : displayOf(name, given));
            case "pattern" -> override(name, oneOf(name, given, PATTERNS));
            case "editable", "disabled", "readOnly", "readPretty" ->
                    override("pattern", given == null ? null : patternOf(name, given));
            case "componentProps", "decoratorProps", "data" -> override(name, merged(name, value));
            case "address", "path" ->
                    throw new DesignException("a field's " + name + " can't be set");
            default -> {
                if (!Keywords.isState(name)) {
                    throw new DesignException("a field's state has no " + name);
                }
                override(name, value);
            }
        }
    }

    /// Returns what the state `name` will be set to if it is assigned `value`.
    @Nullable Json merged(String name, @Nullable Json value) {
        return switch (name) {
            case "componentProps", "decoratorProps", "data" ->
                    value == null ? null : Merging.merged(overrides().get(name), value);
            default -> value;
        };
    }

    /// Returns what the form notes the size of a state as.
    String held(String state) {
        return address + "." + state;
    }

    private static @Nullable String oneOf(String name, @Nullable Json value, List<String> allowed) {
        if (value == null) {
            return null;
        }
        if (value instanceof JsonString(String text) && allowed.contains(text)) {
            return text;
        }
        throw new DesignException(
                "a field's "
                        + name
                        + " must be one of "
                        + String.join(", ", allowed)
                        + "; got "
                        + value);
    }

    private void override(String name, @Nullable String value) {
        override(name, value == null ? null : (Json) new JsonString(value));
    }

    private void override(String name, @Nullable Json value) {
        if (value == null) {
            overrides.remove(name);
        } else {
            overrides.put(name, value);
        }
    }

    private Optional<Json> told(String state) {
        return words.told(state);
    }

    // ---- rows

    /// Puts rows into an array at `index`, before what is there; at the end where that is the size.
    /// What was set on the fields of the rows after it goes on with these.
    ///
    /// @throws DesignException if the field is no array, or there is no such index
    public void insert(int index, List<? extends Json> rows) {
        form.change(() -> new RowMoves(this).insert(index, rows).apply());
    }

    /// Takes the row at `index` out of an array, with what was set on its fields.
    ///
    /// @throws DesignException if the field is no array, or there is no such row
    public void remove(int index) {
        form.change(() -> new RowMoves(this).remove(index).apply());
    }

    /// Takes the row at `from` out of an array and puts it in at `to`, counted without it, with
    /// what was set on its fields.
    ///
    /// @throws DesignException if the field is no array, or there is no such row
    public void move(int from, int to) {
        form.change(() -> new RowMoves(this).move(from, to).apply());
    }

    /// Returns what was set of the states.
    Map<String, Json> overrides() {
        return Reactive.untracked(overrides::values);
    }

    /// Takes what was set on the field of another row, and begins anew if that row is new.
    void settle(Map<String, Json> states, boolean isNew) {
        overrides.setAll(states);
        if (isNew && beginnings != null) {
            beginnings.set(beginnings.peek() + 1);
        }
    }

    /// Forgets what it kept: it is gone.
    void release() {
        words.release();
        form.work().holding().release(held("value"));
        overrides().keySet().forEach(state -> form.work().holding().release(held(state)));
    }

    /// Takes the values of the row that has come here for no change.
    void forgive() {
        triggers.forEach(Triggers::forgive);
    }

    /// Comes into being for a row that was there before.
    void come(Map<String, Json> states) {
        overrides.setAll(states);
        isMoved = true;
    }

    boolean isMoved() {
        return isMoved;
    }

    void watch(Triggers its) {
        triggers.add(its);
    }

    // ---- problems

    void watch(Signal<List<Problem>> problems) {
        found.add(problems);
    }

    /// Returns what is wrong with the field: first its expressions, then its reactions.
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>(words.problems());
        found.forEach(each -> problems.addAll(each.get()));
        return problems;
    }

    Problem problem(String path, String message) {
        return new Problem(id(), address(), Problem.around(path), Problem.brief(message));
    }

    @Override
    public String toString() {
        return address();
    }
}
