package dev.tenon.designer.expression;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Does an expression, node by node; each is charged to the meter.
final class Evaluator {
    private final Meter meter;
    private final ScriptObject names;
    private final Clock clock;

    /// What a statement does to those around it.
    private enum Leave {
        BREAK,
        CONTINUE
    }

    private record Returned(Object value) {}

    /// What `a?.b` gives for nothing, up to the end of its chain.
    private enum Missing {
        MISSING
    }

    Evaluator(ScriptObject names, Clock clock, Meter meter) {
        this.meter = meter;
        this.names = names;
        this.clock = clock;
    }

    Meter meter() {
        return meter;
    }

    Clock clock() {
        return clock;
    }

    /// Returns the value of an expression, or what a script returns.
    Object run(Node node) {
        Scope scope = new Scope(null, true);
        if (node instanceof Node.Block) {
            return execute(node, scope) instanceof Returned(Object value)
                    ? value
                    : Undefined.UNDEFINED;
        }
        return evaluate(node, scope);
    }

    Object evaluate(Node node, Scope scope) {
        meter.steps(1);
        meter.descend();
        try {
            Object value = value(node, scope);
            meter.ascend();
            return value;
        } catch (Halt e) {
            throw e.at(node.line());
        }
    }

    private Object value(Node node, Scope scope) {
        return switch (node) {
            case Node.Literal literal -> literal.value();
            case Node.Variable variable -> variable(variable.name(), scope);
            case Node.Access member -> {
                Object object = evaluate(member.object(), scope);
                yield isMissing(object, member.optional())
                        ? Missing.MISSING
                        : Properties.get(object, evaluate(member.key(), scope), meter);
            }
            case Node.Call call -> call(call, scope);
            case Node.New made -> {
                Object callee = evaluate(made.callee(), scope);
                List<Object> all = all(made.arguments(), scope);
                yield Constructors.make(callee, new Arguments(this, Undefined.UNDEFINED, all));
            }
            case Node.Chain chain -> {
                Object value = evaluate(chain.inner(), scope);
                yield value instanceof Missing ? Undefined.UNDEFINED : value;
            }
            case Node.Unary unary -> unary(unary, scope);
            case Node.Update update -> {
                Place place = place(update.target(), scope);
                double before = Values.number(get(place, scope), meter);
                double after = update.sign().equals("++") ? before + 1 : before - 1;
                set(place, after, scope);
                yield update.prefix() ? after : before;
            }
            case Node.Binary binary -> {
                Object left = evaluate(binary.left(), scope);
                Object right = evaluate(binary.right(), scope);
                yield Operators.apply(binary.sign(), left, right, meter);
            }
            case Node.Logical logical -> {
                Object left = evaluate(logical.left(), scope);
                yield isDecided(logical.sign(), left) ? left : evaluate(logical.right(), scope);
            }
            case Node.Conditional conditional ->
                    evaluate(
                            Values.isTrue(evaluate(conditional.test(), scope))
                                    ? conditional.then()
                                    : conditional.otherwise(),
                            scope);
            case Node.Assign assign -> assign(assign, scope);
            case Node.Sequence sequence -> {
                Object last = Undefined.UNDEFINED;
                for (Node each : sequence.all()) {
                    last = evaluate(each, scope);
                }
                yield last;
            }
            case Node.ArrayNode array -> new Values.Elements(all(array.elements(), scope));
            case Node.ObjectNode object -> object(object, scope);
            case Node.Template template -> template(template, scope);
            case Node.Regex regex -> {
                meter.bytes(50);
                yield regex.value().copy();
            }
            case Node.FunctionNode function -> function(function, scope);
            default -> throw new IllegalStateException("no expression: " + node);
        };
    }

    private Callable function(Node.FunctionNode function, Scope outer) {
        meter.bytes(100);
        if (function.name().isEmpty()) {
            return (_, _, arguments) -> enter(function, arguments, outer);
        }
        meter.bytes(100);
        Scope scope = new Scope(outer, false); // where it knows itself
        Callable itself = (_, _, arguments) -> enter(function, arguments, scope);
        scope.declare("let", function.name(), itself);
        return itself;
    }

    private static boolean isMissing(Object value, boolean optional) {
        return value instanceof Missing || (optional && Values.isNothing(value));
    }

    private static boolean isDecided(String sign, Object left) {
        return switch (sign) {
            case "&&", "&&=" -> !Values.isTrue(left);
            case "||", "||=" -> Values.isTrue(left);
            default -> !Values.isNothing(left);
        };
    }

    private Object variable(String name, Scope scope) {
        Object value = known(name, scope);
        if (value == null) {
            throw Halt.mistake(Numbers.brief(name) + " is not defined");
        }
        return value;
    }

    private @Nullable Object known(String name, Scope scope) {
        Object value = scope.get(name);
        if (value == null) {
            Object outside = Properties.callGet(names, name);
            value = outside instanceof Undefined ? Globals.NAMES.get(name) : outside;
        }
        return value;
    }

    private Object unary(Node.Unary unary, Scope scope) {
        if (unary.sign().equals("typeof") && unary.operand() instanceof Node.Variable variable) {
            Object value = known(variable.name(), scope);
            return value == null ? "undefined" : Values.typeOf(value);
        }
        if (unary.sign().equals("delete")) {
            if (unary.operand() instanceof Node.Access member) {
                Properties.remove(
                        evaluate(member.object(), scope),
                        Values.text(evaluate(member.key(), scope), meter));
            }
            return true;
        }
        Object value = evaluate(unary.operand(), scope);
        return switch (unary.sign()) {
            case "!" -> !Values.isTrue(value);
            case "-" -> -Values.number(value, meter);
            case "+" -> Values.number(value, meter);
            case "~" -> (double) ~Values.bits(value, meter);
            case "typeof" -> Values.typeOf(value);
            default -> Undefined.UNDEFINED; // void
        };
    }

    /// Where something is assigned: the object and key of a member, or the name of a variable. They
    /// are evaluated once, also where the value before is read.
    private record Place(@Nullable Object object, Object key) {}

    private Place place(Node target, Scope scope) {
        if (target instanceof Node.Access member) {
            Object object = evaluate(member.object(), scope);
            return new Place(object, evaluate(member.key(), scope));
        }
        return new Place(null, ((Node.Variable) target).name());
    }

    private Object get(Place place, Scope scope) {
        return place.object() == null
                ? variable((String) place.key(), scope)
                : Properties.get(place.object(), place.key(), meter);
    }

    private void set(Place place, Object value, Scope scope) {
        if (place.object() == null) {
            scope.set((String) place.key(), value);
        } else {
            Properties.set(place.object(), place.key(), value, this);
        }
    }

    private Object assign(Node.Assign assign, Scope scope) {
        String sign = assign.sign();
        Place place = place(assign.target(), scope);
        Object value;
        if (sign.equals("=")) {
            value = evaluate(assign.value(), scope);
        } else {
            Object before = get(place, scope);
            if (sign.equals("&&=") || sign.equals("||=") || sign.equals("??=")) {
                if (isDecided(sign, before)) {
                    return before;
                }
                value = evaluate(assign.value(), scope);
            } else {
                value =
                        Operators.apply(
                                sign.substring(0, sign.length() - 1),
                                before,
                                evaluate(assign.value(), scope),
                                meter);
            }
        }
        set(place, value, scope);
        return value;
    }

    private List<Object> all(List<Node> nodes, Scope scope) {
        List<Object> all = new ArrayList<>(nodes.size());
        meter.elements(nodes.size());
        for (Node node : nodes) {
            if (node instanceof Node.Spread spread) {
                List<Object> more = each(evaluate(spread.inner(), scope));
                meter.elements(more.size());
                all.addAll(more);
            } else {
                all.add(evaluate(node, scope));
            }
        }
        return all;
    }

    /// Returns what a spread or a loop goes through.
    private List<Object> each(Object value) {
        return Values.each(value, meter);
    }

    private Object object(Node.ObjectNode node, Scope scope) {
        var object = new Values.Members();
        meter.elements(4L * node.entries().size());
        for (Node.Entry entry : node.entries()) {
            if (entry.value() instanceof Node.Spread spread) {
                Map<String, Object> more = Values.members(evaluate(spread.inner(), scope), meter);
                meter.elements(4L * more.size());
                object.map.putAll(more);
            } else if (entry.key() != null) {
                Object key = evaluate(entry.key(), scope);
                object.map.put(Values.text(key, meter), evaluate(entry.value(), scope));
            }
        }
        return object;
    }

    private Object template(Node.Template template, Scope scope) {
        Object text = template.parts().getFirst();
        for (int i = 0; i < template.inner().size(); i++) {
            String inner = Values.text(evaluate(template.inner().get(i), scope), meter);
            text = Operators.plus(text, inner, meter);
            text = Operators.plus(text, template.parts().get(i + 1), meter);
        }
        return text;
    }

    private Object call(Node.Call call, Scope scope) {
        Object self = Undefined.UNDEFINED;
        Object function;
        if (call.callee() instanceof Node.Access member) {
            self = evaluate(member.object(), scope);
            if (isMissing(self, member.optional())) {
                return Missing.MISSING;
            }
            function = Properties.get(self, evaluate(member.key(), scope), meter);
        } else {
            function = evaluate(call.callee(), scope);
        }
        if (isMissing(function, call.optional())) {
            return Missing.MISSING;
        }
        if (!(function instanceof Callable callable)) {
            throw Halt.mistake(name(call.callee()) + " is not a function");
        }
        return call(callable, self, all(call.arguments(), scope));
    }

    private static String name(Node callee) {
        return switch (callee) {
            case Node.Variable variable -> variable.name();
            case Node.Access(_, Node.Literal(String name, _), _, _) -> Numbers.brief(name);
            default -> "this";
        };
    }

    Object call(Callable function, Object self, List<Object> arguments) {
        meter.steps(1);
        meter.descend();
        Object value = function.call(this, self, arguments);
        meter.ascend();
        return value;
    }

    private Object enter(Node.FunctionNode function, List<Object> arguments, Scope outer) {
        meter.bytes(100);
        Scope scope = new Scope(outer, true);
        List<Node.Binding> parameters = function.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            Node.Binding parameter = parameters.get(i);
            Object argument =
                    parameter.rest()
                            ? rest(arguments, i)
                            : i < arguments.size() ? arguments.get(i) : Undefined.UNDEFINED;
            bind("let", parameter, argument, scope);
        }
        if (function.isExpression()) {
            return evaluate(function.body(), scope);
        }
        return execute(function.body(), scope) instanceof Returned(Object value)
                ? value
                : Undefined.UNDEFINED;
    }

    private Object rest(List<Object> all, int from) {
        meter.elements(all.size());
        return new Values.Elements(
                new ArrayList<>(all.subList(Math.min(from, all.size()), all.size())));
    }

    private void bind(String kind, Node.Binding target, Object given, Scope scope) {
        Object value =
                given instanceof Undefined && target.otherwise() != null
                        ? evaluate(target.otherwise(), scope)
                        : given;
        switch (target.pattern()) {
            case Node.Variable variable -> {
                meter.bytes(64);
                scope.declare(kind, variable.name(), value);
            }
            case Node.ArrayPattern array -> {
                List<Object> all = each(value);
                for (int i = 0; i < array.targets().size(); i++) {
                    Node.Binding part = array.targets().get(i);
                    if (part != null) {
                        Object element = i < all.size() ? all.get(i) : Undefined.UNDEFINED;
                        bind(kind, part, part.rest() ? rest(all, i) : element, scope);
                    }
                }
            }
            case Node.ObjectPattern object -> bind(kind, object, value, scope);
            default -> throw new IllegalStateException("no pattern: " + target);
        }
    }

    private void bind(String kind, Node.ObjectPattern object, Object value, Scope scope) {
        for (Node.Part part : object.parts()) {
            bind(kind, part.target(), Properties.get(value, part.key(), meter), scope);
        }
        if (object.rest() != null) {
            var others = new Values.Members();
            Map<String, Object> all = new LinkedHashMap<>(Values.members(value, meter));
            meter.elements(4L * all.size());
            object.parts().forEach(part -> all.remove(part.key()));
            others.map.putAll(all);
            scope.declare(kind, object.rest(), others);
        }
    }

    // ---- statements: null, a Leave or a Returned

    private @Nullable Object execute(Node node, Scope scope) {
        meter.steps(1);
        meter.descend();
        try {
            Object end = end(node, scope);
            meter.ascend();
            return end;
        } catch (Halt e) {
            throw e.at(node.line());
        }
    }

    private @Nullable Object end(Node node, Scope scope) {
        return switch (node) {
            case Node.Block block -> block(block, scope);
            case Node.Declare declare -> {
                if (!declare.isFunction()) { // those are there from the beginning
                    declare(declare, scope);
                }
                yield null;
            }
            case Node.If test -> {
                Node next =
                        Values.isTrue(evaluate(test.test(), scope))
                                ? test.then()
                                : test.otherwise();
                yield next == null ? null : execute(next, scope);
            }
            case Node.For loop -> loop(loop, scope);
            case Node.ForEach loop -> forEach(loop, scope);
            case Node.While loop -> loop(loop, scope);
            case Node.Switch choice -> choice(choice, scope);
            case Node.Return end ->
                    new Returned(
                            end.value() == null
                                    ? Undefined.UNDEFINED
                                    : evaluate(end.value(), scope));
            case Node.Leave leave -> leave.loop() ? Leave.BREAK : Leave.CONTINUE;
            case Node.Throw thrown -> {
                Object value = evaluate(thrown.value(), scope);
                Object told =
                        value instanceof Values.Members error && error.map.containsKey("message")
                                ? error.map.getOrDefault("message", "")
                                : value;
                throw Halt.thrown(value, Values.text(told, meter));
            }
            case Node.Try attempt -> attempt(attempt, scope);
            default -> {
                evaluate(node, scope);
                yield null;
            }
        };
    }

    private @Nullable Object loop(Node.For loop, Scope scope) {
        Scope inner = new Scope(scope, false);
        if (loop.begin() != null) {
            if (loop.begin() instanceof Node.Declare) {
                execute(loop.begin(), inner);
            } else {
                evaluate(loop.begin(), inner);
            }
        }
        while (loop.test() == null || Values.isTrue(evaluate(loop.test(), inner))) {
            Object end = execute(loop.body(), inner);
            if (end != null && end != Leave.CONTINUE) {
                return end == Leave.BREAK ? null : end;
            }
            if (loop.step() != null) {
                evaluate(loop.step(), inner);
            }
        }
        return null;
    }

    private @Nullable Object loop(Node.While loop, Scope scope) {
        boolean goOn = loop.bodyFirst();
        while (goOn || Values.isTrue(evaluate(loop.test(), scope))) {
            goOn = false;
            Object end = execute(loop.body(), scope);
            if (end != null && end != Leave.CONTINUE) {
                return end == Leave.BREAK ? null : end;
            }
        }
        return null;
    }

    /// Declares the functions of a block before anything else is done in it.
    private void hoist(List<Node> statements, Scope scope) {
        for (Node statement : statements) {
            if (statement instanceof Node.Declare declare && declare.isFunction()) {
                declare(declare, scope);
            }
        }
    }

    private void declare(Node.Declare declare, Scope scope) {
        for (Node.Binding target : declare.targets()) {
            bind(declare.kind(), target, Undefined.UNDEFINED, scope);
        }
    }

    private @Nullable Object block(Node.Block block, Scope outer) {
        meter.bytes(100);
        Scope scope = new Scope(outer, false);
        hoist(block.statements(), scope);
        for (Node statement : block.statements()) {
            Object end = execute(statement, scope);
            if (end != null) {
                return end;
            }
        }
        return null;
    }

    private @Nullable Object choice(Node.Switch choice, Scope outer) {
        Object value = evaluate(choice.value(), outer);
        meter.bytes(100);
        Scope scope = new Scope(outer, false);
        choice.cases().forEach(each -> hoist(each.statements(), scope));
        int start = start(choice.cases(), value, scope);
        for (int i = start; i < choice.cases().size(); i++) {
            for (Node statement : choice.cases().get(i).statements()) {
                Object end = execute(statement, scope);
                if (end != null) {
                    return end == Leave.BREAK ? null : end;
                }
            }
        }
        return null;
    }

    private int start(List<Node.Case> cases, Object value, Scope scope) {
        int start = cases.size();
        for (int i = 0; i < cases.size(); i++) {
            Node test = cases.get(i).test();
            if (test == null) {
                start = i;
            } else if (Values.same(value, evaluate(test, scope), meter)) {
                return i;
            }
        }
        return start;
    }

    private @Nullable Object forEach(Node.ForEach loop, Scope scope) {
        Object all = evaluate(loop.all(), scope);
        List<Object> values =
                loop.keys()
                        ? new ArrayList<>(Values.members(all, meter).keySet())
                        : new ArrayList<>(each(all));
        meter.elements(values.size());
        for (Object value : values) {
            meter.bytes(100);
            Scope inner = new Scope(scope, false);
            bind(loop.kind(), new Node.Binding(loop.pattern(), null, false), value, inner);
            Object end = execute(loop.body(), inner);
            if (end != null && end != Leave.CONTINUE) {
                return end == Leave.BREAK ? null : end;
            }
        }
        return null;
    }

    private @Nullable Object attempt(Node.Try attempt, Scope scope) {
        int depth = meter.depth();
        Object end = null;
        Halt thrown = null;
        try {
            end = execute(attempt.body(), scope);
        } catch (Halt e) {
            if (!e.isCatchable()) {
                throw e;
            }
            meter.ascendTo(depth);
            thrown = e;
        }
        if (thrown != null && attempt.handler() != null) {
            Scope inner = new Scope(scope, false);
            if (attempt.name() != null) {
                inner.declare("let", attempt.name(), Constructors.caught(thrown));
            }
            try {
                end = execute(attempt.handler(), inner);
                thrown = null;
            } catch (Halt e) {
                if (!e.isCatchable()) {
                    throw e;
                }
                meter.ascendTo(depth);
                thrown = e;
            }
        }
        if (attempt.last() != null) {
            Object last = execute(attempt.last(), scope);
            if (last != null) {
                return last;
            }
        }
        if (thrown != null) {
            throw thrown;
        }
        return end;
    }
}
