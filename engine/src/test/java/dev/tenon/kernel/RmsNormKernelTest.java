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
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Root mean square norm of the backend in use against its definition.
class RmsNormKernelTest {
    private static final DType T = DType.F32;
    private static final double EPS = 1e-6;

    private record Case(
            int rows, int size, MemorySegment x, MemorySegment dy, @Nullable MemorySegment weight) {
        static Case of(Random random, int rows, int size) {
            return new Case(
                    rows,
                    size,
                    normal(random, rows * size, T),
                    normal(random, rows * size, T),
                    random.nextInt(4) == 0 ? null : normal(random, size, T));
        }

        Case row(int row) {
            return new Case(1, size, row(x, row), row(dy, row), weight);
        }

        private MemorySegment row(MemorySegment all, int row) {
            return all.asSlice(4L * row * size, 4L * size);
        }

        void check(String what) {
            Run actual = new Run(Backend.kernels().norm(), this);
            Run expected = new Run(new ScalarNorm(), this);
            double scale = size < 8 ? 1000 : 4; // a lone element may be close to 0
            int count = rows * size;
            assertClose(actual.y, expected.y, count, scale, T, what + " y");
            assertClose(actual.dx, expected.dx, count, scale, T, what + " dx");
            double sums = Math.sqrt(rows) * scale;
            assertClose(actual.dweight, expected.dweight, size, sums, T, what + " dweight");
        }
    }

    private static final class Run {
        final MemorySegment y;
        final MemorySegment dx;
        final MemorySegment dweight;

        Run(NormKernel kernel, Case c) {
            MemorySegment rstd = unset(c.rows, DType.F64);
            y = unset((long) c.rows * c.size, T);
            dx = unset((long) c.rows * c.size, T);
            dweight = unset(c.size, T);
            kernel.rmsNormalize(y, rstd, c.x, c.weight, c.rows, c.size, EPS, T);
            kernel.rmsNormalizeGradient(dx, dweight, c.dy, c.x, rstd, c.weight, c.rows, c.size, T);
        }
    }

    @Test
    void agreesWithItsDefinition() {
        long seed = 71;
        Random random = new Random(seed);
        for (int size : SIZES) {
            for (int rows : new int[] {0, 1, 3, 33, 70}) {
                Case.of(random, rows, size).check("seed " + seed + ", " + rows + " of " + size);
            }
        }
        Case.of(random, 3, 20_000).check("seed " + seed + ", long rows");
        Case.of(random, 2000, 48).check("seed " + seed + ", many rows");
    }

    @Test
    void bitsDependNeitherOnThreadsNorOnOtherRows() {
        long seed = 72;
        Random random = new Random(seed);
        NormKernel kernel = Backend.kernels().norm();
        Case c = Case.of(random, 300, 207);
        Samples.withThreads(
                1,
                () -> {
                    Run one = new Run(kernel, c);
                    Samples.withThreads(
                            2,
                            () -> {
                                Run two = new Run(kernel, c);
                                assertThat(two.y.mismatch(one.y)).isEqualTo(-1);
                                assertThat(two.dx.mismatch(one.dx)).isEqualTo(-1);
                                assertThat(two.dweight.mismatch(one.dweight)).isEqualTo(-1);
                            });
                    Run alone = new Run(kernel, c.row(100));
                    assertThat(alone.y.mismatch(c.row(one.y, 100))).isEqualTo(-1);
                    assertThat(alone.dx.mismatch(c.row(one.dx, 100))).isEqualTo(-1);
                });
    }

    @Test
    void notANumberAndInfinitiesAreTheDefinitions() {
        long seed = 73;
        Random random = new Random(seed);
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Case c = Case.of(random, 5, 100);
            T.write(c.x, 207, value);
            c.check("seed " + seed + ", " + value + " in x");
            Case d = Case.of(random, 5, 100);
            T.write(d.dy, 207, value);
            d.check("seed " + seed + ", " + value + " in dy");
        }
    }
}
