package dev.tenon.designer.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.designer.action.Action;
import dev.tenon.designer.action.Boxes;
import dev.tenon.designer.action.Checking;
import dev.tenon.designer.behavior.Rules;
import dev.tenon.designer.drag.Viewport;
import dev.tenon.designer.driver.Input;
import dev.tenon.designer.engine.Cursor;
import dev.tenon.designer.engine.Engine;
import dev.tenon.designer.engine.Operation;
import dev.tenon.designer.event.HistoryEvent;
import dev.tenon.designer.event.PointerTarget.Area;
import dev.tenon.designer.geometry.Rect;
import dev.tenon.designer.tree.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Someone who presses, drags and types at random: nothing throws, no rule is broken, and all can
/// be undone.
final class DesignerFuzzTest {
    private static final int INPUTS = Integer.getInteger("tenon.fuzz", 5000);

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void anythingGoes(int seed) {
        Random random = new Random(seed);
        AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);
        Engine engine = new Engine(Boxes.REGISTRY, Ids.of(random), time::get);
        Designer designer = new Designer(engine);
        Operation operation = engine.open("w", RandomInputs.start()).operation();
        Viewport canvas = designer.viewport("w", Area.CANVAS);
        canvas.bounds(new Rect(0, 0, 400, 600));
        List<String> steps = new ArrayList<>();
        engine.events().on(HistoryEvent.HistoryPush.class, push -> steps.add(push.entry()));
        for (int i = 0; i < INPUTS; i++) {
            if (operation.tree().size() > 150 || operation.tree().size() < 5) {
                operation.act(new Action.Load(RandomInputs.start()));
            }
            RandomInputs.draw(canvas, operation.tree());
            time.set(time.get().plusMillis(random.nextInt(20)));
            designer.feed(RandomInputs.next(random, operation.tree()));
            assertThat(Checking.violations(operation.tree(), new Rules(Boxes.REGISTRY)))
                    .as("seed %d, input %d", seed, i)
                    .isEmpty();
            assertThat(operation.selection().ids()).allMatch(operation.tree()::contains);
        }
        designer.feed(new Input.PointerCancel(1));
        assertThat(designer.drag()).isNull();
        assertThat(designer.aids()).isEqualTo(Aids.NONE);
        assertThat(designer.cursor().drag()).isEqualTo(Cursor.Drag.NONE);
        assertThat(steps).as("something was done").hasSizeGreaterThan(INPUTS / 500);
        assertThat(steps)
                .anyMatch(step -> step.startsWith("insert:") || step.equals("append:node"));
        operation.goTo(0);
        assertThat(operation.history().entries().getFirst().tree()).isSameAs(operation.tree());
    }
}
