package dev.tenon.kernel;

import static dev.tenon.kernel.Samples.SIZES;
import static dev.tenon.kernel.Samples.normal;
import static dev.tenon.kernel.Samples.unset;
import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel.Sizes;
import dev.tenon.kernel.scalar.ScalarAttention;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AttentionKernelTest {
    private static final DType T = DType.F32;

    private record Case(
            Sizes sizes,
            MemorySegment q,
            MemorySegment k,
            MemorySegment v,
            MemorySegment dy,
            double scale) {
        static Case of(Random random, int batch, int queries, int keys, int size, int valueSize) {
            return new Case(
                    new Sizes(batch, queries, keys, size, valueSize),
                    normal(random, (long) batch * queries * size, T),
                    normal(random, (long) batch * keys * size, T),
                    normal(random, (long) batch * keys * valueSize, T),
                    normal(random, (long) batch * queries * valueSize, T),
                    1 / Math.sqrt(size));
        }

        Case second() {
            return new Case(
                    new Sizes(1, sizes.queries(), sizes.keys(), sizes.size(), sizes.valueSize()),
                    AttentionKernelTest.second(q, sizes),
                    AttentionKernelTest.second(k, sizes),
                    AttentionKernelTest.second(v, sizes),
                    AttentionKernelTest.second(dy, sizes),
                    scale);
        }
    }

    /// The part of the second of the batch.
    private static MemorySegment second(MemorySegment all, Sizes sizes) {
        long size = all.byteSize() / sizes.batch();
        return all.asSlice(size, size);
    }

    private static final class Run {
        final MemorySegment y;
        final MemorySegment rows;
        final MemorySegment dq;
        final MemorySegment dk;
        final MemorySegment dv;

        Run(AttentionKernel kernel, Case c) {
            y = unset(c.dy.byteSize() / 4, T);
            rows = unset(2L * c.sizes.batch() * c.sizes.queries(), T);
            dq = unset(c.q.byteSize() / 4, T);
            dk = unset(c.k.byteSize() / 4, T);
            dv = unset(c.v.byteSize() / 4, T);
            kernel.attention(y, rows, c.q, c.k, c.v, c.sizes, c.scale, T);
            kernel.attentionGradient(dq, dk, dv, c.dy, y, rows, c.q, c.k, c.v, c.sizes, c.scale, T);
        }

        MemorySegment[] outputs() {
            return new MemorySegment[] {y, rows, dq, dk, dv};
        }
    }

    private static void check(Case c, String what) {
        Run actual = new Run(Backend.kernels().attention(), c);
        Run expected = new Run(new ScalarAttention(), c);
        Sizes s = c.sizes;
        close(actual.y, expected.y, 4, what + " y");
        close(actual.rows, expected.rows, 4, what + " rows");
        close(actual.dq, expected.dq, 4, what + " dq");
        // a key's gradient adds one term per query
        close(actual.dk, expected.dk, 4 + Math.sqrt(s.queries()), what + " dk");
        close(actual.dv, expected.dv, 4 + Math.sqrt(s.queries()), what + " dv");
    }

    private static void close(
            MemorySegment actual, MemorySegment expected, double scale, String what) {
        assertClose(actual, expected, expected.byteSize() / 4, scale, T, what);
    }

    @Test
    void agreesWithItsDefinition() {
        long seed = 41;
        Random random = new Random(seed);
        for (int size : SIZES) {
            if (size > 207) {
                continue;
            }
            String what = "seed " + seed + ", size " + size;
            check(Case.of(random, 2, size, 33, 8, 16), what + " queries");
            check(Case.of(random, 2, 5, size, 7, 9), what + " keys");
            check(Case.of(random, 2, 33, 9, size, 8), what + " of a key");
            check(Case.of(random, 2, 9, 33, 16, size), what + " of a value");
        }
        check(Case.of(random, 1, 3, 4099, 8, 8), "seed " + seed + ", 4099 keys");
        check(Case.of(random, 2, 4099, 3, 8, 8), "seed " + seed + ", 4099 queries");
        check(Case.of(random, 1, 517, 300, 16, 16), "seed " + seed + ", several runs and tiles");
        check(Case.of(random, 70, 16, 16, 8, 8), "seed " + seed + ", many small ones");
    }

    @Test
    void bitsDependNeitherOnThreadsNorOnTheBatch() {
        long seed = 42;
        Random random = new Random(seed);
        AttentionKernel kernel = Backend.kernels().attention();
        for (Case c :
                new Case[] {
                    Case.of(random, 67, 16, 17, 8, 8), Case.of(random, 3, 600, 270, 16, 12),
                }) {
            Samples.withThreads(
                    1,
                    () -> {
                        MemorySegment[] one = new Run(kernel, c).outputs();
                        MemorySegment[] alone = new Run(kernel, c.second()).outputs();
                        Samples.withThreads(
                                2,
                                () -> {
                                    MemorySegment[] two = new Run(kernel, c).outputs();
                                    for (int i = 0; i < one.length; i++) {
                                        assertThat(two[i].mismatch(one[i]))
                                                .as("seed %d, output %d", seed, i)
                                                .isEqualTo(-1);
                                        assertThat(second(one[i], c.sizes).mismatch(alone[i]))
                                                .as("seed %d, output %d of one", seed, i)
                                                .isEqualTo(-1);
                                    }
                                });
                    });
        }
    }

    /// Scores of 1e4 and more: the largest wins, nothing overflows, gradients are finite.
    @Test
    void survivesHugeScores() {
        long seed = 43;
        Random random = new Random(seed);
        Case c = Case.of(random, 1, 9, 33, 8, 8);
        Case huge = new Case(c.sizes, c.q, c.k, c.v, c.dy, 1e4);
        Run run = new Run(Backend.kernels().attention(), huge);
        for (MemorySegment output : run.outputs()) {
            for (long i = 0; i < output.byteSize() / 4; i++) {
                assertThat(T.read(output, i)).as("seed %d", seed).isFinite();
            }
        }
    }

    @Test
    void notANumberSpreadsOverItsQueryOnly() {
        Random random = new Random(44);
        Case c = Case.of(random, 1, 9, 33, 8, 8);
        T.write(c.q, 3 * 8 + 5, Double.NaN);
        Run run = new Run(Backend.kernels().attention(), c);
        for (int i = 0; i < 9 * 8; i++) {
            assertThat(Double.isNaN(T.read(run.y, i))).isEqualTo(i / 8 == 3);
        }
    }
}
