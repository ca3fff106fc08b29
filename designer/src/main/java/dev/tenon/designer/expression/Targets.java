package dev.tenon.designer.expression;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives values to what stands for them: variables that are declared, variables and members that
/// are assigned, and patterns of these.
final class Targets {
    private static final String ASSIGN = "=";

    private final Evaluator evaluator;
    private final Meter meter;

    Targets(Evaluator evaluator) {
        this.evaluator = evaluator;
        this.meter = evaluator.meter();
    }

    /// Where something is assigned: the object and key of a member, or the name of a variable. They
    /// are evaluated once, also where the value before is read.
    record Place(@Nullable Object object, Object key) {}

    Place place(Node target, Scope scope) {
        if (target instanceof Node.Access member) {
            Object object = evaluator.evaluate(member.object(), scope);
            return new Place(object, evaluator.evaluate(member.key(), scope));
        }
        return new Place(null, ((Node.Variable) target).name());
    }

    Object get(Place place, Scope scope) {
        return place.object() == null
                ? evaluator.variable((String) place.key(), scope)
                : Properties.get(place.object(), place.key(), meter);
    }

    void set(Place place, Object value, Scope scope) {
        if (place.object() == null) {
            scope.set((String) place.key(), value);
        } else {
            Properties.set(place.object(), place.key(), value, evaluator);
        }
    }

    /// Assigns `value` to what is there already.
    void assign(Node.Binding target, Object value, Scope scope) {
        bind(ASSIGN, target, List.of(value), 0, scope);
    }

    /// Declares what `target` tells and gives it `value`; as [#assign] where `kind` is `=`.
    void bind(String kind, Node.Binding target, Object value, Scope scope) {
        bind(kind, target, List.of(value), 0, scope);
    }

    /// Gives `target` the value of `all` at `index`, or where it takes the rest all from there on.
    void bind(String kind, Node.Binding target, List<Object> all, int index, Scope scope) {
        Node pattern = target.pattern();
        Place place = // before the value is looked at
                kind.equals(ASSIGN) && pattern instanceof Node.Access
                        ? place(pattern, scope)
                        : null;
        Object value =
                target.rest()
                        ? rest(all, index)
                        : index < all.size() ? all.get(index) : Undefined.UNDEFINED;
        if (value instanceof Undefined && target.otherwise() != null) {
            value = evaluator.evaluate(target.otherwise(), scope);
        }
        give(kind, pattern, place, value, scope);
    }

    private void give(String kind, Node pattern, @Nullable Place place, Object value, Scope scope) {
        if (place != null) {
            set(place, value, scope);
            return;
        }
        switch (pattern) {
            case Node.Variable variable -> {
                if (kind.equals(ASSIGN)) {
                    scope.set(variable.name(), value);
                } else {
                    meter.bytes(64);
                    scope.declare(kind, variable.name(), value);
                }
            }
            case Node.ArrayPattern array -> {
                List<Object> all = new ArrayList<>(evaluator.each(value));
                meter.elements(all.size());
                for (int i = 0; i < array.targets().size(); i++) {
                    Node.Binding part = array.targets().get(i);
                    if (part != null) {
                        bind(kind, part, all, i, scope);
                    }
                }
            }
            case Node.ObjectPattern object -> give(kind, object, value, scope);
            default -> throw new IllegalStateException("no pattern: " + pattern);
        }
    }

    private void give(String kind, Node.ObjectPattern object, Object value, Scope scope) {
        if (Values.isNothing(value)) {
            throw Halt.mistake("can't take " + Values.text(value, meter) + " apart");
        }
        List<String> taken = new ArrayList<>();
        for (Node.Part part : object.parts()) {
            String key = Values.text(evaluator.evaluate(part.key(), scope), meter);
            taken.add(key);
            Node pattern = part.target().pattern();
            Place place =
                    kind.equals(ASSIGN) && pattern instanceof Node.Access
                            ? place(pattern, scope)
                            : null;
            Object member = Properties.get(value, key, meter);
            Node otherwise = part.target().otherwise();
            give(
                    kind,
                    pattern,
                    place,
                    member instanceof Undefined && otherwise != null
                            ? evaluator.evaluate(otherwise, scope)
                            : member,
                    scope);
        }
        if (object.rest() != null) {
            Place place =
                    kind.equals(ASSIGN) && object.rest() instanceof Node.Access
                            ? place(object.rest(), scope)
                            : null;
            Map<String, Object> all = new LinkedHashMap<>(Values.members(value, meter));
            meter.elements(4L * all.size());
            taken.forEach(all::remove);
            var others = new Values.Members();
            others.map.putAll(all);
            give(kind, object.rest(), place, others, scope);
        }
    }

    private Object rest(List<Object> all, int from) {
        meter.elements(all.size());
        return new Values.Elements(
                new ArrayList<>(all.subList(Math.min(from, all.size()), all.size())));
    }
}
