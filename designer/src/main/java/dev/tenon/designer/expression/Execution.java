package dev.tenon.designer.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Executes statements; the expressions in them are the [Evaluator]'s.
final class Execution {
    private final Evaluator evaluator;
    private final Targets targets;
    private final Meter meter;

    /// How a statement has ended where what follows it is not done.
    private sealed interface End {
        record Returned(Object value) implements End {}

        /// A `break` or `continue`, of the statement of that label, or of the innermost.
        record Left(boolean isBreak, @Nullable String label) implements End {}
    }

    private static final End BREAK = new End.Left(true, null);
    private static final End CONTINUE = new End.Left(false, null);

    Execution(Evaluator evaluator, Targets targets) {
        this.evaluator = evaluator;
        this.targets = targets;
        this.meter = evaluator.meter();
    }

    /// Returns what the body of a function or a script returns.
    Object result(Node body, Scope scope) {
        return execute(body, scope) instanceof End.Returned(Object value)
                ? value
                : Undefined.UNDEFINED;
    }

    private Object evaluate(Node node, Scope scope) {
        return evaluator.evaluate(node, scope);
    }

    private @Nullable End execute(Node node, Scope scope) {
        meter.steps(1);
        meter.descend();
        try {
            End end = end(node, scope);
            meter.ascend();
            return end;
        } catch (Halt e) {
            throw e.at(node.line());
        }
    }

    private @Nullable End end(Node node, Scope scope) {
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
            case Node.For loop -> loop(loop, scope, Set.of());
            case Node.ForEach loop -> forEach(loop, scope, Set.of());
            case Node.While loop -> loop(loop, scope, Set.of());
            case Node.Labelled labelled -> labelled(labelled, scope);
            case Node.Switch choice -> choice(choice, scope);
            case Node.Return end ->
                    new End.Returned(
                            end.value() == null
                                    ? Undefined.UNDEFINED
                                    : evaluate(end.value(), scope));
            case Node.Leave(boolean isBreak, @Nullable String label, _) ->
                    label != null ? new End.Left(isBreak, label) : isBreak ? BREAK : CONTINUE;
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

    private @Nullable End labelled(Node.Labelled labelled, Scope scope) {
        Set<String> labels = labelled.labels();
        meter.steps(1);
        End end =
                switch (labelled.body()) {
                    case Node.For loop -> loop(loop, scope, labels);
                    case Node.ForEach loop -> forEach(loop, scope, labels);
                    case Node.While loop -> loop(loop, scope, labels);
                    default -> execute(labelled.body(), scope);
                };
        return end instanceof End.Left(boolean isBreak, String label)
                        && isBreak
                        && label != null
                        && labels.contains(label)
                ? null
                : end;
    }

    /// Whether a loop with these labels goes on after its body has ended so.
    private static boolean goesOn(@Nullable End end, Set<String> labels) {
        return end == null
                || (end instanceof End.Left(boolean isBreak, String label)
                        && !isBreak
                        && (label == null || labels.contains(label)));
    }

    /// How a loop or switch has ended whose body has ended so.
    private static @Nullable End after(@Nullable End end) {
        return BREAK.equals(end) ? null : end;
    }

    private @Nullable End loop(Node.For loop, Scope scope, Set<String> labels) {
        Scope turn = new Scope(scope, false);
        if (loop.begin() != null) {
            if (loop.begin() instanceof Node.Declare) {
                execute(loop.begin(), turn);
            } else {
                evaluate(loop.begin(), turn);
            }
        }
        turn = next(loop, turn);
        while (loop.test() == null || Values.isTrue(evaluate(loop.test(), turn))) {
            End end = execute(loop.body(), turn);
            if (!goesOn(end, labels)) {
                return after(end);
            }
            turn = next(loop, turn);
            if (loop.step() != null) {
                evaluate(loop.step(), turn);
            }
        }
        return null;
    }

    /// Returns the scope of the next turn: one of its own where a function may keep the last.
    private Scope next(Node.For loop, Scope turn) {
        if (!loop.ownTurns()) {
            return turn;
        }
        meter.bytes(100 + 64L * turn.size());
        return turn.copy();
    }

    private @Nullable End loop(Node.While loop, Scope scope, Set<String> labels) {
        boolean goOn = loop.bodyFirst();
        while (goOn || Values.isTrue(evaluate(loop.test(), scope))) {
            goOn = false;
            End end = execute(loop.body(), scope);
            if (!goesOn(end, labels)) {
                return after(end);
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
            if (declare.kind().equals("var")
                    && target.otherwise() == null
                    && target.pattern() instanceof Node.Variable(String name, _)
                    && scope.hasInFunction(name)) {
                continue; // it keeps its value
            }
            targets.bind(declare.kind(), target, Undefined.UNDEFINED, scope);
        }
    }

    private @Nullable End block(Node.Block block, Scope outer) {
        meter.bytes(100);
        Scope scope = new Scope(outer, false);
        hoist(block.statements(), scope);
        for (Node statement : block.statements()) {
            End end = execute(statement, scope);
            if (end != null) {
                return end;
            }
        }
        return null;
    }

    private @Nullable End choice(Node.Switch choice, Scope outer) {
        Object value = evaluate(choice.value(), outer);
        meter.bytes(100);
        Scope scope = new Scope(outer, false);
        choice.cases().forEach(each -> hoist(each.statements(), scope));
        int start = start(choice.cases(), value, scope);
        for (int i = start; i < choice.cases().size(); i++) {
            for (Node statement : choice.cases().get(i).statements()) {
                End end = execute(statement, scope);
                if (end != null) {
                    return after(end);
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

    private @Nullable End forEach(Node.ForEach loop, Scope scope, Set<String> labels) {
        Object all = evaluate(loop.all(), scope);
        List<Object> values =
                loop.keys()
                        ? new ArrayList<>(Values.members(all, meter).keySet())
                        : new ArrayList<>(evaluator.each(all));
        meter.elements(values.size());
        var target = new Node.Binding(loop.pattern(), null, false);
        for (Object value : values) {
            meter.bytes(100);
            Scope inner = new Scope(scope, false);
            targets.bind(loop.kind(), target, value, inner);
            End end = execute(loop.body(), inner);
            if (!goesOn(end, labels)) {
                return after(end);
            }
        }
        return null;
    }

    private @Nullable End attempt(Node.Try attempt, Scope scope) {
        int depth = meter.depth();
        End end = null;
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
            try {
                if (attempt.caught() != null) {
                    targets.bind("let", attempt.caught(), Constructors.caught(thrown), inner);
                }
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
            End last = execute(attempt.last(), scope);
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
