package dev.tenon.kernel;

import static dev.tenon.kernel.Samples.SIZES;
import static dev.tenon.kernel.Samples.normal;
import static dev.tenon.kernel.Samples.unset;
import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarLoss;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LossKernelTest {
    private static final DType T = DType.F32;
    private static final LossKernel DEFINITION = new ScalarLoss();

    /// What all pair kernels make of the same numbers.
    private static List<MemorySegment> pairs(
            LossKernel kernel,
            PairLoss loss,
            MemorySegment x,
            MemorySegment target,
            @Nullable MemorySegment dy) {
        int count = (int) (x.byteSize() / 4);
        MemorySegment y = unset(count, T);
        MemorySegment dx = unset(count, T);
        MemorySegment dtarget = unset(count, T);
        MemorySegment sum = unset(1, DType.F64);
        kernel.pair(y, x, target, count, loss, T);
        kernel.pairGradient(dx, dy, 0.7, x, target, count, loss, T);
        kernel.pairTargetGradient(dtarget, dy, 0.7, x, target, count, loss, T);
        DType.F64.write(sum, 0, kernel.pairSum(x, target, count, loss, T));
        return List.of(y, dx, dtarget, sum);
    }

    /// Elements strictly between 0 and 1.
    private static MemorySegment probabilities(Random random, int count) {
        MemorySegment p = unset(count, T);
        for (int i = 0; i < count; i++) {
            T.write(p, i, random.nextDouble(0.01, 0.99));
        }
        return p;
    }

    @Test
    void pairLossesAgreeWithTheirDefinition() {
        long seed = 51;
        Random random = new Random(seed);
        for (PairLoss loss : PairLoss.values()) {
            for (int size : SIZES) {
                boolean ofProbability = loss == PairLoss.BINARY_CROSS_ENTROPY;
                MemorySegment x =
                        ofProbability ? probabilities(random, size) : normal(random, size, T);
                MemorySegment target = probabilities(random, size);
                MemorySegment dy = random.nextBoolean() ? normal(random, size, T) : null;
                var actual = pairs(Backend.kernels().loss(), loss, x, target, dy);
                var expected = pairs(DEFINITION, loss, x, target, dy);
                String what = "seed " + seed + ", " + loss + ", size " + size + ", output ";
                for (int i = 0; i < 3; i++) {
                    assertClose(actual.get(i), expected.get(i), size, 1, T, what + i);
                }
                double sum = DType.F64.read(actual.get(3), 0);
                assertClose(sum, DType.F64.read(expected.get(3), 0), 1, T, what + "sum");
            }
        }
    }

    private record Classes(MemorySegment logits, MemorySegment labels, int outer, int c, int n) {
        static Classes of(Random random, int outer, int classes, int inner) {
            MemorySegment labels = unset((long) outer * inner, DType.I64);
            for (long i = 0; i < (long) outer * inner; i++) {
                DType.I64.writeLong(labels, i, random.nextInt(classes));
            }
            MemorySegment logits = normal(random, (long) outer * classes * inner, T);
            return new Classes(logits, labels, outer, classes, inner);
        }

        List<MemorySegment> run(LossKernel kernel, @Nullable MemorySegment dy) {
            MemorySegment losses = unset((long) outer * n, DType.F64);
            MemorySegment logSumExp = unset((long) outer * n, DType.F64);
            MemorySegment dlogits = unset((long) outer * c * n, T);
            kernel.crossEntropy(losses, logSumExp, logits, labels, outer, c, n, T);
            kernel.crossEntropyGradient(
                    dlogits, dy, 0.7, logSumExp, logits, labels, outer, c, n, T);
            return List.of(losses, logSumExp, dlogits);
        }
    }

    @Test
    void crossEntropyAgreesWithItsDefinition() {
        long seed = 52;
        Random random = new Random(seed);
        for (int classes : SIZES) {
            for (int inner : new int[] {1, 7}) {
                for (int outer : new int[] {1, 33}) {
                    if (outer * classes * inner > 200_000) {
                        continue;
                    }
                    Classes c = Classes.of(random, outer, classes, inner);
                    MemorySegment dy =
                            random.nextBoolean() ? normal(random, outer * inner, T) : null;
                    var actual = c.run(Backend.kernels().loss(), dy);
                    var expected = c.run(DEFINITION, dy);
                    String what =
                            "seed "
                                    + seed
                                    + ", classes "
                                    + classes
                                    + ", inner "
                                    + inner
                                    + ", outer "
                                    + outer
                                    + ", output ";
                    for (int i = 0; i < 2; i++) { // F64, but computed from F32 exponentials
                        for (int at = 0; at < outer * inner; at++) {
                            assertClose(
                                    DType.F64.read(actual.get(i), at),
                                    DType.F64.read(expected.get(i), at),
                                    1,
                                    T,
                                    what + i);
                        }
                    }
                    long count = (long) outer * classes * inner;
                    assertClose(actual.get(2), expected.get(2), count, 1, T, what + 2);
                }
            }
        }
    }

    @Test
    void bitsDoNotDependOnThreads() {
        long seed = 53;
        Random random = new Random(seed);
        LossKernel kernel = Backend.kernels().loss();
        int count = 70_001;
        MemorySegment x = probabilities(random, count);
        MemorySegment target = probabilities(random, count);
        Classes many = Classes.of(random, 700, 207, 1);
        Classes few = Classes.of(random, 700, 10, 7);
        List<List<MemorySegment>> runs = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            Samples.withThreads(
                    threads,
                    () -> {
                        List<MemorySegment> outputs = new ArrayList<>();
                        for (PairLoss loss : PairLoss.values()) {
                            outputs.addAll(pairs(kernel, loss, x, target, null));
                        }
                        outputs.addAll(many.run(kernel, null));
                        outputs.addAll(few.run(kernel, null));
                        runs.add(outputs);
                    });
        }
        for (int i = 0; i < runs.get(0).size(); i++) {
            assertThat(runs.get(0).get(i).mismatch(runs.get(1).get(i)))
                    .as("seed %d, output %d", seed, i)
                    .isEqualTo(-1);
        }
    }

    @Test
    void crossEntropyOfHugeScoresIsFinite() {
        Classes c = Classes.of(new Random(54), 3, 33, 1);
        for (int i = 0; i < 99; i++) {
            T.write(c.logits, i, T.read(c.logits, i) * 1e4);
        }
        for (MemorySegment output : c.run(Backend.kernels().loss(), null).subList(2, 3)) {
            for (int i = 0; i < 99; i++) {
                assertThat(T.read(output, i)).isBetween(-0.71, 0.71);
            }
        }
    }
}
