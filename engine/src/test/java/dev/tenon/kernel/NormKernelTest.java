package dev.tenon.kernel;

import static dev.tenon.kernel.Samples.SIZES;
import static dev.tenon.kernel.Samples.normal;
import static dev.tenon.kernel.Samples.unset;
import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarNorm;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NormKernelTest {
    private static final DType T = DType.F32;
    private static final double EPS = 1e-5;

    /// One normalisation, forward and backward, with all its outputs.
    private static final class Run {
        final MemorySegment y;
        final MemorySegment mean;
        final MemorySegment rstd;
        final MemorySegment dx;
        final MemorySegment dweight;
        final MemorySegment dbias;
        final @Nullable MemorySegment dresidual;
        private final List<MemorySegment> around = new ArrayList<>();

        Run(NormKernel kernel, Case c) {
            this(kernel, c, 0);
        }

        /// @param margin elements that lie before and behind each result
        Run(NormKernel kernel, Case c, int margin) {
            NormShape shape = c.shape;
            y = within(shape.count(), margin);
            mean = unset(shape.rows(), DType.F64);
            rstd = unset(shape.rows(), DType.F64);
            dx = within(shape.count(), margin);
            dweight = within(shape.parameters(), margin);
            dbias = within(shape.parameters(), margin);
            kernel.normalize(y, mean, rstd, c.x, c.end, shape, EPS, T);
            dresidual = c.end.residual() == null ? null : within(shape.count(), margin);
            NormGradients all = new NormGradients(dx, dweight, dbias, dresidual);
            kernel.normalizeGradient(all, c.dy, c.x, mean, rstd, c.end, shape, T);
        }

        private MemorySegment within(long count, int margin) {
            MemorySegment all = unset(count + 2L * margin, T);
            around.add(all.asSlice(0, 4L * margin));
            around.add(all.asSlice(4 * (count + margin)));
            return all.asSlice(4L * margin, 4 * count);
        }

        void assertUntouched(String what) {
            for (MemorySegment edge : around) {
                MemorySegment fresh = unset(edge.byteSize() / 4, T);
                assertThat(edge.mismatch(fresh)).as(what + " around a result").isEqualTo(-1);
            }
        }

        void assertSameBits(Run other, String what) {
            assertThat(y.mismatch(other.y)).as(what + " y").isEqualTo(-1);
            assertThat(dx.mismatch(other.dx)).as(what + " dx").isEqualTo(-1);
            assertThat(dweight.mismatch(other.dweight)).as(what + " dweight").isEqualTo(-1);
            assertThat(dbias.mismatch(other.dbias)).as(what + " dbias").isEqualTo(-1);
            if (dresidual != null) {
                assertThat(dresidual.mismatch(other.dresidual))
                        .as(what + " dresidual")
                        .isEqualTo(-1);
            }
        }
    }

    private record Case(NormShape shape, MemorySegment x, MemorySegment dy, NormEpilogue end) {
        static Case of(Random random, int samples, int groups, int channels, int inner) {
            NormShape shape = new NormShape(samples, groups, channels, inner);
            int count = Math.toIntExact(shape.count());
            boolean affine = random.nextInt(4) != 0;
            return new Case(
                    shape,
                    normal(random, count, T),
                    normal(random, count, T),
                    NormEpilogue.of(
                            affine ? normal(random, shape.parameters(), T) : null,
                            affine ? normal(random, shape.parameters(), T) : null));
        }

        /// Returns this with an activation, or null for none, and perhaps a residual.
        Case then(@Nullable UnaryOp activation, @Nullable Random residual) {
            int count = Math.toIntExact(shape.count());
            MemorySegment added = residual == null ? null : normal(residual, count, T);
            return new Case(
                    shape, x, dy, new NormEpilogue(end.weight(), end.bias(), added, activation));
        }

        /// Returns this with the same numbers taken for channels that are last.
        Case last() {
            return new Case(shape.channelsLast(), x, dy, end);
        }

        Case sample(int from, int to) {
            return new Case(
                    new NormShape(
                            to - from,
                            shape.groups(),
                            shape.channels(),
                            shape.inner(),
                            shape.isLast()),
                    part(x, from, to),
                    part(dy, from, to),
                    new NormEpilogue(
                            end.weight(),
                            end.bias(),
                            part(end.residual(), from, to),
                            end.activation()));
        }

        private MemorySegment part(@Nullable MemorySegment all, int from, int to) {
            long bytes = T.bytes(shape.width());
            return all == null ? null : all.asSlice(from * bytes, (to - from) * bytes);
        }

        /// Returns this with operands that begin `elements` later than a vector may.
        Case moved(int elements) {
            return new Case(
                    shape,
                    moved(x, elements),
                    moved(dy, elements),
                    new NormEpilogue(
                            moved(end.weight(), elements),
                            moved(end.bias(), elements),
                            moved(end.residual(), elements),
                            end.activation()));
        }

        private static MemorySegment moved(@Nullable MemorySegment from, int elements) {
            if (from == null) {
                return null;
            }
            MemorySegment to = unset(from.byteSize() / 4 + elements, T).asSlice(4L * elements);
            return to.copyFrom(from);
        }

        void checkForward(String what) {
            Run actual = new Run(Backend.kernels().norm(), this);
            Run expected = new Run(new ScalarNorm(), this);
            assertClose(actual.y, expected.y, actual.y.byteSize() / 4, 4, T, what + " y");
        }

        void check(String what) {
            Run actual = new Run(Backend.kernels().norm(), this);
            Run expected = new Run(new ScalarNorm(), this);
            // groups of one element or of two nearly equal ones have an rstd of up to 316 that
            // multiplies every rounding
            double scale = shape.size() < 8 ? 1000 : 4;
            long count = shape.count();
            double sums = Math.sqrt((double) shape.samples() * shape.inner()) * scale;
            assertClose(actual.y, expected.y, count, scale, T, what + " y");
            assertClose(actual.dx, expected.dx, count, scale, T, what + " dx");
            int parameters = shape.parameters();
            assertClose(actual.dweight, expected.dweight, parameters, sums, T, what + " dweight");
            assertClose(actual.dbias, expected.dbias, parameters, sums, T, what + " dbias");
            if (actual.dresidual != null) {
                String name = what + " dresidual";
                assertClose(actual.dresidual, expected.dresidual, count, scale, T, name);
            }
        }
    }

    @Test
    void layerNormAgreesWithItsDefinition() {
        long seed = 31;
        Random random = new Random(seed);
        int[] sizes =
                IntStream.concat(IntStream.of(SIZES), IntStream.rangeClosed(2, 140)).toArray();
        for (int size : sizes) {
            for (int rows : new int[] {1, 3, 33, 70}) {
                if (rows * size < 100_000) {
                    Case c = Case.of(random, rows, 1, size, 1);
                    c.check("seed " + seed + ", rows " + rows + ", size " + size);
                }
            }
        }
    }

    @Test
    void groupNormAgreesWithItsDefinition() {
        long seed = 32;
        Random random = new Random(seed);
        for (int inner : SIZES) {
            for (int groups = 1; groups <= 3; groups++) {
                for (int channels = 1; channels <= 4; channels += 3) {
                    int samples = 1 + random.nextInt(3);
                    Case c = Case.of(random, samples, groups, channels, inner);
                    c.check(
                            "seed "
                                    + seed
                                    + ", samples "
                                    + samples
                                    + ", groups "
                                    + groups
                                    + ", channels "
                                    + channels
                                    + ", inner "
                                    + inner);
                }
            }
        }
        Case.of(random, 70, 2, 3, 4).check("seed " + seed + ", many short samples");
        Case.of(random, 2, 1, 17, 4099).check("seed " + seed + ", groups that are cut");
        Case.of(random, 2, 2, 3, 40_003).check("seed " + seed + ", planes that are cut");
        Case.of(random, 1, 2, 1100, 64).check("seed " + seed + ", some planes at a time");
        Case.of(random, 3, 1, 5000, 33).check("seed " + seed + ", long rows");
        for (int[] n : new int[][] {{1, 16_384}, {3, 20_001}, {70, 17_000}}) {
            Case c = Case.of(random, n[0], 1, n[1], 1);
            c.check("seed " + seed + ", long rows " + Arrays.toString(n));
            c.then(UnaryOp.SILU, random).check("seed " + seed + ", chain of " + c.shape);
        }
    }

    @Test
    void channelsLastAgreeWithTheirDefinition() {
        long seed = 51;
        Random random = new Random(seed);
        for (int inner : SIZES) {
            for (int groups : new int[] {1, 3}) {
                for (int channels : new int[] {1, 5, 11, 24}) {
                    if (inner < 1000 || channels < 10) {
                        int samples = 1 + random.nextInt(11);
                        Case c = Case.of(random, samples, groups, channels, inner).last();
                        c.check("seed " + seed + ", " + c.shape);
                    }
                }
            }
        }
        int[][] shapes = {
            {1, 1, 1100, 70}, // more columns than a table has
            {2, 3, 700, 9},
            {9, 2, 600, 50},
            {1, 2, 8, 5000},
            {9, 8, 8, 1024},
            {2, 8, 8, 1100},
            {3, 64, 1, 100}
        };
        for (int[] s : shapes) {
            Case c = Case.of(random, s[0], s[1], s[2], s[3]).last();
            c.check("seed " + seed + ", " + c.shape);
            Case chain = c.then(UnaryOp.SILU, perhaps(random));
            chain.check("seed " + seed + ", " + c.shape + ", a chain");
        }
    }

    @Test
    void channelsLastDependNeitherOnThreadsNorOnTheBatchNorOnWhereTheyBegin() {
        long seed = 52;
        Random random = new Random(seed);
        NormKernel kernel = Backend.kernels().norm();
        Case[] cases = {
            Case.of(random, 9, 2, 16, 300).last(),
            Case.of(random, 9, 1, 3, 1000).last().then(UnaryOp.SILU, random),
            Case.of(random, 8, 4, 300, 40).last(),
            Case.of(random, 3, 2, 40, 2000).last().then(null, random),
        };
        for (Case c : cases) {
            String what = "seed " + seed + ", " + c.shape;
            assertBitsAreTheSame(c, what);
            Run run = new Run(kernel, c);
            Run aside = new Run(kernel, c.moved(3), 5);
            aside.assertSameBits(run, what + ", moved");
            aside.assertUntouched(what);
        }
    }

    @Test
    void channelsLastPassOnNotANumberAndInfinities() {
        long seed = 53;
        Random random = new Random(seed);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int channels : new int[] {1, 35, 1100}) {
            for (float value : odd) {
                String what = "seed " + seed + ", channels " + channels + ", " + value;
                for (boolean inX : new boolean[] {true, false}) {
                    Case c = Case.of(random, 3, 2, channels, 30).last();
                    int size = 60 * channels;
                    T.write(inX ? c.x : c.dy, size + random.nextInt(size), value);
                    c.check(what + (inX ? " in x" : " in dy"));
                }
            }
        }
    }

    @Test
    void channelsLastStayAccurateFarFromZero() {
        long seed = 54;
        Random random = new Random(seed);
        for (int[] s : new int[][] {{2, 3, 5, 400}, {9, 1, 64, 70}, {1, 32, 1, 3000}}) {
            Case c = Case.of(random, s[0], s[1], s[2], s[3]).last();
            for (long i = 0; i < c.shape.count(); i++) {
                T.write(c.x, i, T.read(c.x, i) + 1e4);
            }
            c.check("seed " + seed + ", " + c.shape);
            T.write(c.x, 0, 1.1e4);
            c.check("seed " + seed + ", " + c.shape + ", an outlier first");
        }
    }

    /// Operands may begin at any element, and what lies around a result stays as it was.
    @Test
    void operandsBeginAnywhereAndNothingElseIsWritten() {
        long seed = 36;
        Random random = new Random(seed);
        NormKernel kernel = Backend.kernels().norm();
        for (int inner : new int[] {1, 5, 33, 64, 77, 1030}) {
            for (int channels : new int[] {3, 32, 70}) {
                int groups = inner == 1 && channels < 70 ? 1 : 2;
                Case c = Case.of(random, 3, groups, channels, inner);
                String what = "seed " + seed + ", channels " + channels + ", inner " + inner;
                Run run = new Run(kernel, c);
                Run moved = new Run(kernel, c.moved(1));
                moved.assertSameBits(run, what + ", moved");
                Run aside = new Run(kernel, c.moved(3), 5);
                aside.assertSameBits(run, what + ", results moved too");
                aside.assertUntouched(what);
            }
        }
    }

    @Test
    void nothingHasNoGradient() {
        Random random = new Random(38);
        for (int[] n : new int[][] {{0, 1, 5, 1}, {0, 2, 3, 70}, {2, 0, 3, 70}, {3, 2, 4, 0}}) {
            Case.of(random, n[0], n[1], n[2], n[3]).check("sizes " + Arrays.toString(n));
        }
    }

    /// NaN and infinities in one sample stay there, but for the gradients of weights.
    @Test
    void notANumberAndInfinitiesAreTheDefinitions() {
        long seed = 37;
        Random random = new Random(seed);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int inner : new int[] {1, 4, 64, 100, 40_000}) {
            for (float value : odd) {
                String what = "seed " + seed + ", inner " + inner + ", " + value;
                Case c = Case.of(random, 3, 1, 35, inner);
                long size = 35L * inner;
                T.write(c.x, size + random.nextInt((int) size), value);
                c.check(what + " in x");
                Case d = Case.of(random, 3, 1, 35, inner);
                T.write(d.dy, size + random.nextInt((int) size), value);
                d.check(what + " in dy");
                if (d.end.weight() != null) {
                    T.write(d.end.weight(), 7, value);
                    d.checkForward(what + " in the weight");
                }
            }
        }
    }

    @Test
    void bitsDependNeitherOnThreadsNorOnTheBatch() {
        long seed = 33;
        Random random = new Random(seed);
        Case[] cases = {
            Case.of(random, 600, 1, 100, 1),
            Case.of(random, 70, 2, 33, 7),
            Case.of(random, 9, 4, 8, 207),
            Case.of(random, 3, 1, 17, 4099),
        };
        for (Case c : cases) {
            assertBitsAreTheSame(c, "seed " + seed + ", " + c.shape);
        }
    }

    private static void assertBitsAreTheSame(Case c, String what) {
        NormKernel kernel = Backend.kernels().norm();
        Samples.withThreads(
                1,
                () -> {
                    Run one = new Run(kernel, c);
                    Samples.withThreads(2, () -> new Run(kernel, c).assertSameBits(one, what));
                    Run alone = new Run(kernel, c.sample(1, 2));
                    long size = alone.y.byteSize();
                    assertThat(one.y.asSlice(size, size).mismatch(alone.y))
                            .as(what + " y of one sample")
                            .isEqualTo(-1);
                    assertThat(one.dx.asSlice(size, size).mismatch(alone.dx))
                            .as(what + " dx of one sample")
                            .isEqualTo(-1);
                });
    }

    /// Mean 1e4 and deviation 1: the gradients too must not lose the digits of `x - mean`.
    @Test
    void gradientsStayAccurateFarFromZero() {
        long seed = 34;
        Random random = new Random(seed);
        Case c = Case.of(random, 1, 1, 4, 4099);
        for (long i = 0; i < c.x.byteSize() / 4; i++) {
            T.write(c.x, i, T.read(c.x, i) + 1e4);
        }
        c.check("seed " + seed);
        Case rows =
                new Case(
                        NormShape.rows(4, 4099),
                        c.x,
                        c.dy,
                        NormEpilogue.of(normal(random, 4099, T), null));
        rows.check("seed " + seed + ", rows");
        for (int size : new int[] {12, 16, 31, 48, 64, 100, 128}) {
            int count = 16_384 / size;
            NormEpilogue weighted = NormEpilogue.of(normal(random, size, T), null);
            Case short1 = new Case(NormShape.rows(count, size), c.x, c.dy, weighted);
            short1.check("seed " + seed + ", rows of " + size);
        }
    }

    @Test
    void computesOnlyWhatIsAskedFor() {
        Random random = new Random(35);
        for (int inner : new int[] {1, 33}) {
            Case c = Case.of(random, 2, 2, 4, inner);
            NormKernel kernel = Backend.kernels().norm();
            Run all = new Run(kernel, c);
            MemorySegment dx = unset(2L * 2 * 4 * inner, T);
            gradient(c, all, new NormGradients(dx, null, null, null));
            assertThat(dx.mismatch(all.dx)).isEqualTo(-1);
            MemorySegment dweight = unset(8, T);
            gradient(c, all, new NormGradients(null, dweight, null, null));
            assertThat(dweight.mismatch(all.dweight)).isEqualTo(-1);
        }
    }

    private static void gradient(Case c, Run known, NormGradients wanted) {
        Backend.kernels()
                .norm()
                .normalizeGradient(wanted, c.dy, c.x, known.mean, known.rstd, c.end, c.shape, T);
    }

    // ---- chains: a residual added, an activation applied

    private static final UnaryOp[] SMOOTH = {
        UnaryOp.SILU,
        UnaryOp.GELU_ERF,
        UnaryOp.GELU_TANH,
        UnaryOp.TANH,
        UnaryOp.SIGMOID,
        UnaryOp.SIN
    };

    private static @Nullable Random perhaps(Random random) {
        return random.nextBoolean() ? random : null;
    }

    @Test
    void chainsAgreeWithTheirDefinition() {
        long seed = 41;
        Random random = new Random(seed);
        for (int inner : SIZES) {
            for (UnaryOp activation : SMOOTH) {
                int samples = 1 + random.nextInt(3);
                int groups = 1 + random.nextInt(3);
                Case c =
                        Case.of(random, samples, groups, 3, inner)
                                .then(activation, perhaps(random));
                c.check("seed " + seed + ", " + c.shape + ", " + activation);
                Case rows = Case.of(random, 5, 1, inner, 1).then(activation, perhaps(random));
                rows.check("seed " + seed + ", " + rows.shape + ", " + activation);
            }
            Case sum = Case.of(random, 2, 2, 3, inner).then(null, random);
            sum.check("seed " + seed + ", " + sum.shape + ", a residual alone");
        }
        for (UnaryOp activation : SMOOTH) {
            String what = "seed " + seed + ", " + activation;
            Case.of(random, 70, 2, 3, 4).then(activation, random).check(what + ", many samples");
            Case.of(random, 2, 1, 17, 4099).then(activation, random).check(what + ", cut groups");
            Case.of(random, 1, 2, 3, 40_003).then(activation, null).check(what + ", cut planes");
            Case.of(random, 1, 2, 1100, 64).then(activation, random).check(what + ", some planes");
        }
    }

    /// Functions with a kink, where numbers of their argument's type may fall on either side: none
    /// of these does.
    @Test
    void chainsWithAKinkAgreeWithTheirDefinition() {
        long seed = 42;
        Random random = new Random(seed);
        for (UnaryOp activation : new UnaryOp[] {UnaryOp.RELU, UnaryOp.ABS, UnaryOp.NEG}) {
            for (int inner : new int[] {1, 8, 33, 64, 207}) {
                Case c = Case.of(random, 3, 2, 5, inner).then(activation, perhaps(random));
                c.check("seed " + seed + ", " + c.shape + ", " + activation);
            }
        }
    }

    @Test
    void chainsBeginAnywhereAndWriteNothingElse() {
        long seed = 43;
        Random random = new Random(seed);
        NormKernel kernel = Backend.kernels().norm();
        for (int inner : new int[] {1, 5, 33, 64, 77, 1030}) {
            Case c = Case.of(random, 3, 2, 35, inner).then(UnaryOp.SILU, random);
            String what = "seed " + seed + ", inner " + inner;
            Run run = new Run(kernel, c);
            Run aside = new Run(kernel, c.moved(3), 5);
            aside.assertSameBits(run, what);
            aside.assertUntouched(what);
        }
    }

    @Test
    void chainsPassOnNotANumberAndInfinities() {
        long seed = 44;
        Random random = new Random(seed);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int inner : new int[] {1, 4, 64, 40_000}) {
            for (float value : odd) {
                String what = "seed " + seed + ", inner " + inner + ", " + value;
                Case c = Case.of(random, 3, 1, 35, inner).then(UnaryOp.SIGMOID, random);
                long size = 35L * inner;
                T.write(c.x, size + random.nextInt((int) size), value);
                c.check(what + " in x");
                Case d = Case.of(random, 3, 1, 35, inner).then(UnaryOp.SIGMOID, random);
                T.write(d.dy, size + random.nextInt((int) size), value);
                d.check(what + " in dy");
                Case e = Case.of(random, 3, 1, 35, inner).then(UnaryOp.SIGMOID, random);
                T.write(e.end.residual(), size + random.nextInt((int) size), value);
                e.check(what + " in the residual");
            }
        }
    }

    @Test
    void bitsOfChainsDependNeitherOnThreadsNorOnTheBatch() {
        long seed = 45;
        Random random = new Random(seed);
        Case[] cases = {
            Case.of(random, 600, 1, 100, 1).then(UnaryOp.GELU_ERF, random),
            Case.of(random, 70, 2, 33, 7).then(UnaryOp.SILU, null),
            Case.of(random, 9, 4, 8, 207).then(UnaryOp.SILU, random),
            Case.of(random, 3, 1, 17, 4099).then(UnaryOp.GELU_ERF, random),
        };
        for (Case c : cases) {
            assertBitsAreTheSame(c, "seed " + seed + ", " + c.shape);
        }
    }

    @Test
    void chainsComputeOnlyWhatIsAskedFor() {
        Random random = new Random(46);
        for (int inner : new int[] {1, 33, 64, 40_003}) {
            Case c = Case.of(random, 2, 2, 4, inner).then(UnaryOp.SILU, random);
            Run all = new Run(Backend.kernels().norm(), c);
            MemorySegment dx = unset(c.shape.count(), T);
            gradient(c, all, new NormGradients(dx, null, null, null));
            assertThat(dx.mismatch(all.dx)).isEqualTo(-1);
            MemorySegment dweight = unset(8, T);
            gradient(c, all, new NormGradients(null, dweight, null, null));
            assertThat(dweight.mismatch(all.dweight)).isEqualTo(-1);
            MemorySegment dresidual = unset(c.shape.count(), T);
            gradient(c, all, new NormGradients(null, null, null, dresidual));
            assertThat(dresidual.mismatch(all.dresidual)).isEqualTo(-1);
        }
    }

    @Test
    void refusesActivationsWithSettings() {
        assertThatThrownBy(() -> new NormEpilogue(null, null, null, UnaryOp.CLAMP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("norm: the activation must be an op without settings; got CLAMP");
    }
}
