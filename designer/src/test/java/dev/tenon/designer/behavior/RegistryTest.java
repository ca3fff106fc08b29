package dev.tenon.designer.behavior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.designer.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Behaviours that build on each other.
final class RegistryTest {
    private static Behavior on(String name, String... basis) {
        return new Behavior(
                name, List.of(basis), _ -> true, _ -> DesignerProps.NONE, JsonObject.EMPTY);
    }

    private static List<Behavior> chain(int length) {
        List<Behavior> chain = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            chain.add(i < length - 1 ? on("b" + i, "b" + (i + 1)) : on("b" + i));
        }
        return chain;
    }

    @Test
    void eachComesAfterItsBasis() {
        assertThat(Registry.EMPTY.withBehaviors(chain(200)).behaviors())
                .extracting(Behavior::name)
                .startsWith("b199", "b198")
                .endsWith("b0");
    }

    @Test
    void aBasisMustBeThereAndHaveAnEnd() {
        assertThatThrownBy(() -> Registry.EMPTY.withBehaviors(List.of(on("a", "b"))))
                .hasMessage("registry: No b behavior that a depends on");
        assertThatThrownBy(() -> Registry.EMPTY.withBehaviors(List.of(on("a", "b"), on("b", "a"))))
                .hasMessage("registry: a behaviour can't build on itself; got a -> b -> a");
        assertThatThrownBy(() -> Registry.EMPTY.withBehaviors(chain(20_000)))
                .hasMessage(
                        "registry: behaviours must build on each other at most 200 deep; b200 goes"
                                + " deeper");
    }
}
