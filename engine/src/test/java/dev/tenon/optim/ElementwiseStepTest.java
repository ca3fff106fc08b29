package dev.tenon.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.kernel.Parallel;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Updates of many parameters together have the bytes of updates one by one, whatever the sizes and
/// the number of threads.
class ElementwiseStepTest {
    private static final int PART = ElementwiseStep.PART;
    private static final int[] SIZES = {
        1,
        7,
        31,
        4099,
        33,
        PART - 40,
        207,
        PART - 1,
        PART,
        PART + 1,
        5,
        3 * PART + 17,
        64,
        0,
        16,
        ElementwiseStep.ALONE + 1
    };
    private static final long SEED = 23;

    private static final List<ElementwiseRule> RULES =
            List.of(
                    AdamW.PYTORCH,
                    Adam.PYTORCH.withAmsgrad().withWeightDecay(0.1),
                    Adamax.KERAS,
                    RmsProp.KERAS.withMomentum(0.9).withCentered(),
                    Adagrad.KERAS,
                    Adadelta.KERAS,
                    Nadam.KERAS,
                    Lion.KERAS,
                    Ftrl.KERAS,
                    ScheduleFreeAdamW.KERAS,
                    Radam.PYTORCH,
                    Asgd.PYTORCH,
                    Sgd.PYTORCH.withMomentum(0.9));

    @Test
    void hasTheBytesOfUpdatesOneByOne() {
        int threads = Parallel.threads();
        try {
            for (ElementwiseRule rule : RULES) {
                List<UpdateRule.Update> alone = updates(rule);
                alone.forEach(update -> Autograd.noGrad(() -> rule.update(update)));
                for (int some : new int[] {1, 2, 5}) {
                    Parallel.threads(some);
                    List<UpdateRule.Update> together = updates(rule);
                    ElementwiseStep step = new ElementwiseStep();
                    together.forEach(update -> step.add(rule, update));
                    Autograd.noGrad(step::run);
                    for (int i = 0; i < SIZES.length; i++) {
                        same(together.get(i), alone.get(i), rule + ", size " + SIZES[i]);
                    }
                }
            }
        } finally {
            Parallel.threads(threads);
        }
    }

    private static void same(UpdateRule.Update actual, UpdateRule.Update expected, String what) {
        List<Tensor> tensors = new ArrayList<>(actual.slots());
        tensors.add(actual.value());
        List<Tensor> others = new ArrayList<>(expected.slots());
        others.add(expected.value());
        for (int i = 0; i < tensors.size(); i++) {
            assertThat(tensors.get(i).segment().mismatch(others.get(i).segment()))
                    .as("%s, tensor %d, seed %d", what, i, SEED)
                    .isEqualTo(-1);
        }
    }

    private static List<UpdateRule.Update> updates(ElementwiseRule rule) {
        Random random = new Random(SEED);
        List<UpdateRule.Update> updates = new ArrayList<>();
        for (int size : SIZES) {
            Tensor value = random(random, size);
            List<Tensor> slots =
                    rule.slots("w", value).stream().map(UpdateRule.Slot::start).toList();
            updates.add(new UpdateRule.Update(value, random(random, size), 0.5, slots, 0.1, 1, 1));
        }
        return updates;
    }

    private static Tensor random(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(values, size);
    }
}
