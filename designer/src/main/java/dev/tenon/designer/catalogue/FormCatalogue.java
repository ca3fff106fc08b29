package dev.tenon.designer.catalogue;

import dev.tenon.designer.behavior.Behavior;
import dev.tenon.designer.behavior.DesignerProps;
import dev.tenon.designer.behavior.Registry;
import dev.tenon.designer.behavior.Resource;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.keyboard.Shortcuts;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;

/// The components of forms, by the names that Formily's documents use for Ant Design's.
///
/// | group | components |
/// |---|---|
/// | Inputs of texts and numbers | Input, Input.TextArea, Password, NumberPicker, Rate, Slider |
/// | Inputs that choose | Select, TreeSelect, Cascader, Transfer, Checkbox.Group, Radio.Group, Switch |
/// | Other inputs | DatePicker, TimePicker, Upload, Object |
/// | Layouts | Card, FormGrid, FormTab, FormLayout, FormCollapse, FormStep, Space |
/// | Arrays | ArrayCards, ArrayTable, ArrayItems, ArrayCollapse |
/// | Displays | Text |
///
/// Beyond the reference's catalogue: FormStep, ArrayItems, ArrayCollapse and the sort handle of a
/// table have behaviours; their rules, and those of arrays, hold in the model.
///
/// @param registry behaviours, resources, icons and languages, the words of shortcuts and of drags
///   by keys among them
/// @param actions the buttons that components show while they are selected
public record FormCatalogue(Registry registry, List<ComponentAction> actions) {
    /// Copies the list.
    public FormCatalogue {
        actions = List.copyOf(actions);
    }

    /// Returns the catalogue; reads its words and icons anew, so keep it.
    public static FormCatalogue load() {
        Words words = Words.load();
        List<Behavior> behaviors = new ArrayList<>();
        behaviors.add(form());
        behaviors.add(field());
        behaviors.addAll(Inputs.behaviors());
        behaviors.addAll(Layouts.behaviors());
        behaviors.addAll(ArrayFields.behaviors());
        behaviors.add(
                Fields.behavior(
                        "Text",
                        Panels.layout(
                                Setting.longText("content"),
                                Setting.choice("mode", "h1", "h2", "h3", "p", "normal")
                                        .ofDefault("normal")),
                        rules -> rules));
        List<Resource> resources = new ArrayList<>();
        resources.addAll(Inputs.resources());
        resources.addAll(Layouts.resources());
        resources.addAll(ArrayFields.resources());
        resources.add(
                Fields.resource(
                        "Displays",
                        "Text",
                        JsonObject.of("type", "string", "x-component", "Text")));
        Registry registry =
                words.in(Registry.EMPTY.withLocales(Shortcuts.locales()))
                        .withBehaviors(behaviors.stream().map(words::named).toList())
                        .withResources(resources);
        List<ComponentAction> actions = new ArrayList<>(Layouts.actions());
        actions.addAll(ArrayFields.actions());
        return new FormCatalogue(registry, actions);
    }

    /// The form: as the root it can't be moved, copied or removed, as no root can.
    private static Behavior form() {
        return Behavior.of(
                "Form",
                DesignerProps.builder()
                        .droppable(true)
                        .propsSchema(Panels.form())
                        .defaultProps(JsonObject.of("labelCol", 6, "wrapperCol", 12))
                        .build());
    }

    private static Behavior field() {
        return Behavior.of(Fields.FIELD, DesignerProps.NONE);
    }

    /// Returns the buttons of `node`.
    public List<ComponentAction> actions(TreeNode node) {
        return actions.stream().filter(action -> action.about().test(node)).toList();
    }
}
