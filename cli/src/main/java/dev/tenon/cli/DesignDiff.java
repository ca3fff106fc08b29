package dev.tenon.cli;

import dev.tenon.designer.DesignException;
import dev.tenon.designer.document.EditJson;
import dev.tenon.designer.json.Json;
import dev.tenon.designer.json.JsonArray;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.tree.Difference;
import dev.tenon.designer.tree.Edit;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tenon design diff`: what leads from one design to another.
@Command(
        name = "diff",
        description = {
            "Says which edits lead from one design to another, one line each, in the order in which they apply.",
            "A node is the same node as long as it has the same id; one without an id is named by its place."
        },
        footer = {"", "Example: tenon design diff before.json after.json"})
final class DesignDiff implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "A",
            description = "The design before; - for standard input.")
    String before;

    @Parameters(
            index = "1",
            paramLabel = "B",
            description = "The design after; - for standard input.")
    String after;

    @Option(names = "--json", description = "Print the edits as a JSON array.")
    boolean json;

    @Override
    public Integer call() {
        if (before.equals("-") && after.equals("-")) {
            throw new DesignException("only one of A and B may be standard input; got - twice");
        }
        PrintWriter out = spec.commandLine().getOut();
        Difference difference =
                Difference.between(
                        DesignInput.read(before).sound(true).value().tree(),
                        DesignInput.read(after).sound(true).value().tree());
        if (json) {
            out.print(
                    JsonText.indented(
                            new JsonArray(
                                    difference.edits().stream()
                                            .<Json>map(EditJson::json)
                                            .toList())));
            out.flush();
            return 0;
        }
        difference.edits().forEach(edit -> out.println(line(edit)));
        int count = difference.edits().size();
        out.println(count + (count == 1 ? " edit" : " edits"));
        return 0;
    }

    private static String line(Edit edit) {
        return switch (edit) {
            case Edit.Insert(var parent, var index, var node) ->
                    "insert \"%s\" (%s) into \"%s\" at %d"
                            .formatted(node.id(), node.componentName(), parent, index);
            case Edit.Delete(var parent, var index, var node) ->
                    "delete \"%s\" (%s) from \"%s\" at %d"
                            .formatted(node.id(), node.componentName(), parent, index);
            case Edit.Move(var id, var from, var fromIndex, var to, var toIndex) ->
                    "move \"%s\" from \"%s\" at %d to \"%s\" at %d"
                            .formatted(id, from, fromIndex, to, toIndex);
            case Edit.Props(var id, var was, var will) ->
                    "set the props of \"%s\" to %s".formatted(id, JsonText.compact(will));
            case Edit.Rename(var id, var was, var will) ->
                    "make \"%s\" a %s instead of a %s".formatted(id, will, was);
            case Edit.Hide(var id, var was, var will) ->
                    (will ? "hide \"%s\"" : "show \"%s\"").formatted(id);
            case Edit.Replace(var was, var will) ->
                    "replace the whole by \"%s\" (%s)".formatted(will.id(), will.componentName());
        };
    }
}
