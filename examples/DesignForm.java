import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Outcome;
import dev.tenon.designer.catalogue.FormCatalogue;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.json.JsonText;
import dev.tenon.designer.schema.SchemaStyle;
import dev.tenon.designer.schema.SchemaTransform;
import dev.tenon.designer.tree.TreeNode;

/// Puts a form together by actions of the designer; prints its JSON Schema. Run: ./tenon run examples/DesignForm.java
void main() {
    var engine = new Engine(FormCatalogue.load().registry());
    var form = engine.open("order", TreeNode.of("root", "Form")).operation();

    var collapse = engine.registry().resource("FormCollapse").make(engine.ids()).getFirst();
    var amount = engine.registry().resource("NumberPicker").make(engine.ids()).getFirst();
    form.act(new Action.Append("root", List.of(collapse)));
    form.act(new Action.Append(collapse.id(), List.of(amount))); // the collapse puts it into a panel
    var range = JsonObject.of("min", 1, "max", 9);
    var props = JsonObject.of("name", "amount", "title", "How many", "x-component-props", range);
    form.act(new Action.SetProps(amount.id(), props));

    switch (form.act(new Action.Append(amount.id(), List.of(TreeNode.of("x", "Field"))))) {
        case Outcome.Refused refused -> IO.println("refused: " + refused.reason());
        case Outcome.Done _ -> IO.println("a number takes children?");
    }
    form.undo();
    form.redo();
    IO.print(JsonText.indented(SchemaTransform.DEFAULT.schema(form.tree(), SchemaStyle.AS_WRITTEN).value()));
}
