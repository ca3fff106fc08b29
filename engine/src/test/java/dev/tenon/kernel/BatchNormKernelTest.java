package dev.tenon.kernel;

import static dev.tenon.kernel.Samples.SIZES;
import static dev.tenon.kernel.Samples.normal;
import static dev.tenon.kernel.Samples.unset;
import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarNorm;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Batch norm of the backend in use against its definition.
class BatchNormKernelTest {
    private static final DType T = DType.F32;
    private static final double EPS = 1e-5;

    /// One normalisation with statistics of the batch, forward and backward, and the backward pass
    /// of one with constant statistics.
    private static final class Run {
        final MemorySegment mean;
        final MemorySegment variance;
        final MemorySegment y;
        final MemorySegment dx;
        final MemorySegment dweight;
        final MemorySegment dbias;
        final @Nullable MemorySegment dresidual;
        final MemorySegment constantDx; // with constant statistics, all gradients in one call
        final MemorySegment constantDweight;
        final MemorySegment constantDbias;
        final MemorySegment aloneDx; // with constant statistics, the one gradient asked for
        private final List<MemorySegment> around = new ArrayList<>();

        Run(NormKernel kernel, Case c) {
            this(kernel, c, 0);
        }

        /// @param margin elements that lie before and behind each result
        Run(NormKernel kernel, Case c, int margin) {
            NormShape shape = c.shape;
            int channels = shape.parameters();
            mean = unset(channels, DType.F64);
            variance = unset(channels, DType.F64);
            kernel.channelMoments(mean, variance, c.x, shape, T);
            MemorySegment rstd = unset(channels, DType.F64);
            for (int i = 0; i < channels; i++) {
                DType.F64.write(rstd, i, 1 / Math.sqrt(DType.F64.read(variance, i) + EPS));
            }
            y = within(shape.count(), margin);
            kernel.channelNormalize(y, mean, rstd, c.x, c.end, shape, T);
            dx = within(shape.count(), margin);
            dweight = within(channels, margin);
            dbias = within(channels, margin);
            dresidual = c.end.residual() == null ? null : within(shape.count(), margin);
            NormGradients all = new NormGradients(dx, dweight, dbias, dresidual);
            kernel.channelNormalizeGradient(all, c.dy, c.x, mean, rstd, true, c.end, shape, T);
            constantDx = within(shape.count(), margin);
            constantDweight = within(channels, margin);
            constantDbias = within(channels, margin);
            NormGradients three = NormGradients.of(constantDx, constantDweight, constantDbias);
            kernel.channelNormalizeGradient(three, c.dy, c.x, mean, rstd, false, c.end, shape, T);
            aloneDx = within(shape.count(), margin);
            NormGradients one = NormGradients.of(aloneDx, null, null);
            kernel.channelNormalizeGradient(one, c.dy, c.x, mean, rstd, false, c.end, shape, T);
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
            assertThat(mean.mismatch(other.mean)).as(what + " mean").isEqualTo(-1);
            assertThat(variance.mismatch(other.variance)).as(what + " variance").isEqualTo(-1);
            assertThat(y.mismatch(other.y)).as(what + " y").isEqualTo(-1);
            assertThat(dx.mismatch(other.dx)).as(what + " dx").isEqualTo(-1);
            assertThat(dweight.mismatch(other.dweight)).as(what + " dweight").isEqualTo(-1);
            assertThat(dbias.mismatch(other.dbias)).as(what + " dbias").isEqualTo(-1);
            assertThat(constantDx.mismatch(other.constantDx)).as(what + " constant").isEqualTo(-1);
            assertThat(constantDweight.mismatch(other.constantDweight))
                    .as(what + " constant dweight")
                    .isEqualTo(-1);
            assertThat(constantDbias.mismatch(other.constantDbias))
                    .as(what + " constant dbias")
                    .isEqualTo(-1);
            assertThat(aloneDx.mismatch(other.aloneDx)).as(what + " alone").isEqualTo(-1);
        }
    }

    private record Case(NormShape shape, MemorySegment x, MemorySegment dy, NormEpilogue end) {
        static Case of(Random random, int samples, int channels, int inner) {
            NormShape shape = NormShape.channels(samples, channels, inner);
            int count = Math.toIntExact(shape.count());
            boolean affine = random.nextInt(4) != 0;
            return new Case(
                    shape,
                    normal(random, count, T),
                    normal(random, count, T),
                    NormEpilogue.of(
                            affine ? normal(random, channels, T) : null,
                            affine ? normal(random, channels, T) : null));
        }

        Case then(@Nullable UnaryOp activation, boolean adds, Random random) {
            int count = Math.toIntExact(shape.count());
            MemorySegment residual = adds ? normal(random, count, T) : null;
            return new Case(
                    shape, x, dy, new NormEpilogue(end.weight(), end.bias(), residual, activation));
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

        private static @Nullable MemorySegment moved(@Nullable MemorySegment from, int elements) {
            if (from == null) {
                return null;
            }
            MemorySegment to = unset(from.byteSize() / 4 + elements, T).asSlice(4L * elements);
            return to.copyFrom(from);
        }

        void check(String what) {
            Run actual = new Run(Backend.kernels().norm(), this);
            Run expected = new Run(new ScalarNorm(), this);
            // statistics of few elements have an rstd of up to 316 that multiplies every rounding
            double scale = shape.perParameter() < 16 ? 1000 : 4;
            double sums = Math.sqrt((double) shape.perParameter()) * scale;
            long count = shape.count();
            int channels = shape.parameters();
            assertStatistics(actual.mean, expected.mean, channels, what + " mean");
            assertStatistics(actual.variance, expected.variance, channels, what + " var");
            assertClose(actual.y, expected.y, count, scale, T, what + " y");
            assertClose(actual.dx, expected.dx, count, scale, T, what + " dx");
            assertClose(actual.dweight, expected.dweight, channels, sums, T, what + " dweight");
            assertClose(actual.dbias, expected.dbias, channels, sums, T, what + " dbias");
            assertClose(
                    actual.constantDx, expected.constantDx, count, scale, T, what + " constant");
            assertClose(
                    actual.constantDweight,
                    expected.constantDweight,
                    channels,
                    sums,
                    T,
                    what + " constant dweight");
            assertClose(
                    actual.constantDbias,
                    expected.constantDbias,
                    channels,
                    sums,
                    T,
                    what + " constant dbias");
            assertClose(actual.aloneDx, expected.aloneDx, count, scale, T, what + " alone");
            if (actual.dresidual != null) {
                String name = what + " dresidual";
                assertClose(actual.dresidual, expected.dresidual, count, scale, T, name);
            }
        }
    }

    private static void assertStatistics(
            MemorySegment actual, MemorySegment expected, int channels, String what) {
        for (int i = 0; i < channels; i++) {
            double wanted = DType.F64.read(expected, i);
            assertClose(DType.F64.read(actual, i), wanted, 1, T, what);
        }
    }

    @Test
    void agreesWithItsDefinition() {
        long seed = 61;
        Random random = new Random(seed);
        for (int inner : SIZES) {
            for (int channels : new int[] {1, 3, 8, 33}) {
                for (int samples : new int[] {2, 5, 70}) {
                    if (samples * channels * inner < 200_000) {
                        Case c = Case.of(random, samples, channels, inner);
                        c.check("seed " + seed + ", " + c.shape);
                    }
                }
            }
        }
        int[][] shapes = {
            {1, 1, 40_003}, // planes that are cut
            {2, 3, 40_000},
            {1, 70, 64},
            {300, 300, 1},
            {129, 5, 16},
            {64, 2, 49},
            {3, 700, 4},
            {700, 3, 1},
            {3000, 64, 1},
            {400, 1100, 1},
            {33, 17, 63},
            {2, 1100, 64},
            {550, 120, 64}, // results of 16 MB go past the caches
            {4500, 944, 1},
            {65, 2, 32_768},
        };
        for (int[] s : shapes) {
            Case c = Case.of(random, s[0], s[1], s[2]);
            c.check("seed " + seed + ", " + c.shape);
        }
    }

    @Test
    void chainsAgreeWithTheirDefinition() {
        long seed = 62;
        Random random = new Random(seed);
        UnaryOp[] ops = {null, UnaryOp.SILU, UnaryOp.GELU_ERF, UnaryOp.TANH, UnaryOp.SIN};
        for (int inner : new int[] {1, 5, 33, 64, 207, 40_003}) {
            for (UnaryOp op : ops) {
                Case c = Case.of(random, 6, 3, inner).then(op, random.nextBoolean(), random);
                c.check("seed " + seed + ", " + c.shape + ", " + op);
            }
        }
    }

    @Test
    void bitsDependNeitherOnThreadsNorOnWhereOperandsBegin() {
        long seed = 63;
        Random random = new Random(seed);
        NormKernel kernel = Backend.kernels().norm();
        for (int[] s :
                new int[][] {
                    {300, 100, 1},
                    {130, 70, 4},
                    {9, 32, 64},
                    {9, 30, 207},
                    {2, 1, 70_001}
                }) {
            Case c =
                    Case.of(random, s[0], s[1], s[2])
                            .then(s[0] % 2 == 0 ? null : UnaryOp.SILU, s[0] > 100, random);
            String what = "seed " + seed + ", " + c.shape;
            Samples.withThreads(
                    1,
                    () -> {
                        Run one = new Run(kernel, c);
                        Samples.withThreads(2, () -> new Run(kernel, c).assertSameBits(one, what));
                        new Run(kernel, c.moved(1)).assertSameBits(one, what + ", moved");
                        Run aside = new Run(kernel, c.moved(3), 5);
                        aside.assertSameBits(one, what + ", results moved too");
                        aside.assertUntouched(what);
                    });
        }
    }

    @Test
    void notANumberAndInfinitiesAreTheDefinitions() {
        long seed = 64;
        Random random = new Random(seed);
        float[] odd = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int inner : new int[] {1, 4, 64, 100, 40_000}) {
            for (float value : odd) {
                for (int at : new int[] {0, inner, 2 * 3 * inner - 1}) {
                    String what = "seed " + seed + ", inner " + inner + ", " + value + " at " + at;
                    Case c = Case.of(random, 20, 3, inner);
                    T.write(c.x, at, value);
                    c.check(what + " in x");
                    Case d = Case.of(random, 20, 3, inner);
                    T.write(d.dy, at, value);
                    d.check(what + " in dy");
                }
            }
        }
    }

    /// Mean 1e4 and deviation 1, and a first element far from all others: neither the statistics
    /// nor the gradients may lose the digits of `x - mean`.
    @Test
    void staysAccurateFarFromZero() {
        long seed = 65;
        Random random = new Random(seed);
        for (int[] s :
                new int[][] {{200, 3, 1}, {70, 3, 16}, {10, 3, 64}, {5, 3, 207}, {2, 2, 40_003}}) {
            Case c = Case.of(random, s[0], s[1], s[2]);
            for (long i = 0; i < c.shape.count(); i++) {
                T.write(c.x, i, T.read(c.x, i) + 1e4);
            }
            c.check("seed " + seed + ", " + c.shape);
            T.write(c.x, 0, 1.1e4);
            c.check("seed " + seed + ", " + c.shape + ", an outlier first");
        }
    }

    /// Rows whose first sixteen, from which a shift may come, say nothing about the others.
    @Test
    void staysAccurateWhereSamplesMislead() {
        long seed = 67;
        Random random = new Random(seed);
        for (int[] s : new int[][] {{1600, 3, 1}, {3200, 70, 1}, {4000, 2, 20}}) {
            Case c = Case.of(random, s[0], s[1], s[2]);
            for (int sample = 0; sample < s[0]; sample += s[0] / 16) {
                for (int i = 0; i < s[1] * s[2]; i++) {
                    T.write(c.x, (long) sample * s[1] * s[2] + i, 1e5);
                }
            }
            c.check("seed " + seed + ", " + c.shape);
        }
    }

    @Test
    void nothingHasNoStatisticsAndNoGradient() {
        Random random = new Random(66);
        for (int[] s : new int[][] {{0, 3, 5}, {0, 3, 70}, {2, 0, 70}, {3, 2, 0}}) {
            Case c = Case.of(random, s[0], s[1], s[2]);
            c.check(c.shape.toString());
        }
    }
}
