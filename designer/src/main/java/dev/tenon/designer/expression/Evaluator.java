package dev.tenon.designer.expression;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Evaluates expressions, node by node; each is charged to the meter. Statements are the
/// [Execution]'s, what is assigned to the [Targets]'.
final class Evaluator {
    private final Meter meter;
    private final ScriptObject names;
    private final Clock clock;
    private final Targets targets;
    private final Execution statements;

    /// What `a?.b` gives for nothing, up to the end of its chain.
    private enum Missing {
        MISSING
    }

    Evaluator(ScriptObject names, Clock clock, Meter meter) {
        this.meter = meter;
        this.names = names;
        this.clock = clock;
        this.targets = new Targets(this);
        this.statements = new Execution(this, targets);
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
        return node instanceof Node.Block ? statements.result(node, scope) : evaluate(node, scope);
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
                Targets.Place place = targets.place(update.target(), scope);
                double before = Values.number(targets.get(place, scope), meter);
                double after = update.sign().equals("++") ? before + 1 : before - 1;
                targets.set(place, after, scope);
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

    Object variable(String name, Scope scope) {
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

    private Object assign(Node.Assign assign, Scope scope) {
        String sign = assign.sign();
        if (assign.isPattern()) {
            Object value = evaluate(assign.value(), scope);
            targets.assign(new Node.Binding(assign.target(), null, false), value, scope);
            return value;
        }
        Targets.Place place = targets.place(assign.target(), scope);
        Object value;
        if (sign.equals("=")) {
            value = evaluate(assign.value(), scope);
        } else {
            Object before = targets.get(place, scope);
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
        targets.set(place, value, scope);
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
    List<Object> each(Object value) {
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
            targets.bind("let", parameters.get(i), arguments, i, scope);
        }
        if (function.isExpression()) {
            return evaluate(function.body(), scope);
        }
        return statements.result(function.body(), scope);
    }
}
