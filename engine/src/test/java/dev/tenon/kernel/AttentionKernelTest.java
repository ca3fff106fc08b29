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
import java.lang.foreign.ValueLayout;
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

        Case onHeap() {
            return new Case(
                    sizes,
                    MemorySegment.ofArray(q.toArray(ValueLayout.JAVA_FLOAT)),
                    MemorySegment.ofArray(k.toArray(ValueLayout.JAVA_FLOAT)),
                    MemorySegment.ofArray(v.toArray(ValueLayout.JAVA_FLOAT)),
                    MemorySegment.ofArray(dy.toArray(ValueLayout.JAVA_FLOAT)),
                    scale);
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
        check(Case.of(random, 1, 20, 1100, 70, 130), "seed " + seed + ", runs of keys, wide");
        check(Case.of(random, 2, 9, 40, 300, 280), "seed " + seed + ", wider than 256");
        Case c = Case.of(random, 2, 40, 70, 12, 20);
        Case negative = new Case(c.sizes, c.q, c.k, c.v, c.dy, -c.scale);
        check(negative, "seed " + seed + ", negative scale");
        check(c.onHeap(), "seed " + seed + ", operands on the heap");
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

    /// Operands at odd addresses between numbers that are not: one read too many shows as NaN, one
    /// written too many as a number.
    @Test
    void keepsToItsBuffersAtAnyAddress() {
        long seed = 45;
        Random random = new Random(seed);
        AttentionKernel kernel = Backend.kernels().attention();
        for (int round = 0; round < 60; round++) {
            Case c =
                    Case.of(
                            random,
                            1 + random.nextInt(3),
                            1 + random.nextInt(90),
                            1 + random.nextInt(150),
                            1 + random.nextInt(40),
                            1 + random.nextInt(40));
            Case moved =
                    new Case(
                            c.sizes,
                            apart(c.q, random),
                            apart(c.k, random),
                            apart(c.v, random),
                            apart(c.dy, random),
                            c.scale);
            MemorySegment[] expected = new Run(kernel, c).outputs();
            MemorySegment[] rooms = new MemorySegment[expected.length];
            MemorySegment[] actual = new MemorySegment[expected.length];
            for (int i = 0; i < actual.length; i++) {
                rooms[i] = unset(expected[i].byteSize() / 4 + 2 * MARGIN, T);
                actual[i] = rooms[i].asSlice(4 * MARGIN, expected[i].byteSize());
            }
            kernel.attention(actual[0], actual[1], moved.q, moved.k, moved.v, c.sizes, c.scale, T);
            kernel.attentionGradient(
                    actual[2], actual[3], actual[4], moved.dy, actual[0], actual[1], moved.q,
                    moved.k, moved.v, c.sizes, c.scale, T);
            for (int i = 0; i < actual.length; i++) {
                assertThat(actual[i].mismatch(expected[i]))
                        .as("seed %d, round %d, %s, output %d", seed, round, c.sizes, i)
                        .isEqualTo(-1);
                for (long j = 0; j < MARGIN; j++) {
                    long end = rooms[i].byteSize() / 4 - 1;
                    assertThat(T.read(rooms[i], j)).as("before output %d", i).isNaN();
                    assertThat(T.read(rooms[i], end - j)).as("after output %d", i).isNaN();
                }
            }
        }
    }

    private static final long MARGIN = 17;

    /// Returns a copy at an address that no four bytes divide, NaN on both sides.
    private static MemorySegment apart(MemorySegment x, Random random) {
        MemorySegment room = unset(x.byteSize() / 4 + 2 * MARGIN, T);
        return room.asSlice(4 * MARGIN - 1 - random.nextInt(3), x.byteSize()).copyFrom(x);
    }

    @Test
    void treatsInfinitiesAndNaNAsTheDefinitionDoes() {
        long seed = 46;
        Random random = new Random(seed);
        double[] specials = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e30};
        for (int round = 0; round < 80; round++) {
            Case c = Case.of(random, 2, 1 + random.nextInt(40), 1 + random.nextInt(150), 6, 5);
            MemorySegment[] operands = {c.q, c.k, c.v, c.dy};
            boolean huge = false;
            for (int i = 0; i <= round % 3; i++) {
                MemorySegment operand = operands[random.nextInt(operands.length)];
                double special = specials[random.nextInt(specials.length)];
                huge |= special == 1e30;
                T.write(operand, random.nextInt((int) (operand.byteSize() / 4)), special);
            }
            Run actual = new Run(Backend.kernels().attention(), c);
            Run expected = new Run(new ScalarAttention(), c);
            sameKinds(actual.y, expected.y, "seed " + seed + ", round " + round + " y");
            if (huge) { // rows in F32 are then too coarse for the definition's gradient
                continue;
            }
            sameKinds(actual.dq, expected.dq, "seed " + seed + ", round " + round + " dq");
            sameKinds(actual.dk, expected.dk, "seed " + seed + ", round " + round + " dk");
            sameKinds(actual.dv, expected.dv, "seed " + seed + ", round " + round + " dv");
        }
    }

    /// What is a number is one, what is none is none.
    private static void sameKinds(MemorySegment actual, MemorySegment expected, String what) {
        for (long i = 0; i < expected.byteSize() / 4; i++) {
            double x = T.read(expected, i);
            boolean same = Double.isFinite(x) == Double.isFinite(T.read(actual, i));
            assertThat(same)
                    .as("%s, element %d: %s, expected %s", what, i, T.read(actual, i), x)
                    .isTrue();
        }
    }
}
