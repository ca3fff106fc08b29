package dev.tenon.designer.behavior;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.behavior.KindSelector.Told;
import dev.tenon.designer.json.JsonObject;
import dev.tenon.designer.tree.TreeNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// A registry that looks behaviours up by the kind of node finds those that it would find one by
/// one, in the same order.
final class KindSelectorTest {
    private static final List<String> KINDS = List.of("a", "b", "c");

    @Test
    void findsWhatEachSelectorFinds() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Behavior> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                all.add(behavior(i, random));
            }
            Registry registry = Registry.EMPTY.withBehaviors(all);
            for (String component : KINDS) {
                for (String kind : List.of("a", "b", "c", "none")) {
                    JsonObject props =
                            kind.equals("none")
                                    ? JsonObject.EMPTY
                                    : JsonObject.of("x-component", kind);
                    TreeNode node = TreeNode.of("n", component, props, List.of());
                    List<Behavior> expected =
                            all.stream().filter(each -> each.selector().test(node)).toList();
                    assertThat(registry.behaviors(node)).as("seed %d", seed).isEqualTo(expected);
                    DesignerProps merged = DesignerProps.NONE;
                    for (Behavior each : expected) {
                        merged = merged.with(each.designerProps().apply(node));
                    }
                    assertThat(registry.designerProps(node)).isEqualTo(merged);
                }
            }
        }
    }

    private static Behavior behavior(int index, Random random) {
        String kind = KINDS.get(random.nextInt(KINDS.size()));
        Predicate<TreeNode> selector =
                switch (random.nextInt(3)) {
                    case 0 -> new KindSelector(Told.COMPONENT_NAME, kind);
                    case 1 -> new KindSelector(Told.X_COMPONENT, kind);
                    default -> node -> node.props().has("x-component");
                };
        DesignerProps props =
                random.nextInt(4) == 0
                        ? DesignerProps.NONE
                        : DesignerProps.builder().about(JsonObject.of("k", index)).build();
        return new Behavior("b" + index, List.of(), selector, _ -> props, JsonObject.EMPTY);
    }
}
