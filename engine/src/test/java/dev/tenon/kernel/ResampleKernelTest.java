package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ResampleKernel.Scaling;
import dev.tenon.kernel.ResampleKernel.Window;
import dev.tenon.kernel.scalar.ScalarResample;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResampleKernelTest {
    private static final long SEED = 20_251_118L;
    private static final int THREADS = Parallel.threads();
    private static final DType T = DType.F32;
    private static final ResampleKernel SCALAR = new ScalarResample();
    private static final ResampleKernel VECTOR = Backend.kernels().resample();
    private static final List<Window> WINDOWS =
            List.of(
                    new Window(1, 1, 1, 1, 1),
                    new Window(3, 7, 8, 2, 2),
                    new Window(2, 31, 33, 3, 2),
                    new Window(5, 32, 32, 2, 2),
                    new Window(2, 8, 207, 3, 1),
                    new Window(3, 33, 9, 2, 3),
                    new Window(1, 16, 16, 16, 16),
                    new Window(40, 64, 64, 2, 2));
    private static final List<Scaling> SCALINGS =
            List.of(
                    new Scaling(1, 1, 1, 3, 2, false),
                    new Scaling(3, 4, 4, 8, 8, false),
                    new Scaling(3, 4, 4, 8, 8, true),
                    new Scaling(2, 7, 33, 31, 32, false),
                    new Scaling(2, 7, 33, 31, 32, true),
                    new Scaling(2, 33, 31, 8, 7, false),
                    new Scaling(2, 33, 31, 8, 7, true),
                    new Scaling(1, 5, 207, 9, 4099, false),
                    new Scaling(40, 32, 32, 64, 64, true));

    @AfterEach
    void restoreThreads() {
        Parallel.threads(THREADS);
    }

    private static MemorySegment random(long count) {
        Random random = new Random(SEED);
        MemorySegment data = empty(count);
        for (long i = 0; i < count; i++) {
            // steps of 1/8 make equal maxima common
            T.write(data, i, Math.round(random.nextGaussian() * 8) / 8.0);
        }
        return data;
    }

    private static MemorySegment empty(long count) {
        MemorySegment data = Arena.ofAuto().allocate(T.bytes(count), 64);
        data.fill((byte) 0x7f); // NaN: an element that is not written shows
        return data;
    }

    private static void close(MemorySegment actual, MemorySegment expected, Object of) {
        Tolerances.assertClose(
                actual, expected, actual.byteSize() / 4, 4, T, of + ", seed " + SEED);
    }

    @Test
    void pooledVectorsAgreeWithTheDefinition() {
        for (Window w : WINDOWS) {
            long in = (long) w.planes() * w.height() * w.width();
            long out = (long) w.planes() * w.outHeight() * w.outWidth();
            MemorySegment x = random(in);
            MemorySegment dy = random(out);
            MemorySegment[] y = {empty(out), empty(out)};
            MemorySegment[] at = {empty(out), empty(out)};
            MemorySegment[] dx = {empty(in), empty(in)};
            SCALAR.maxPool(y[0], at[0], x, w, T);
            VECTOR.maxPool(y[1], at[1], x, w, T);
            assertThat(y[1].mismatch(y[0])).as("max of %s, seed %d", w, SEED).isEqualTo(-1);
            assertThat(at[1].mismatch(at[0])).as("places of %s, seed %d", w, SEED).isEqualTo(-1);
            SCALAR.maxPoolGradient(dx[0], dy, at[0], w, T);
            VECTOR.maxPoolGradient(dx[1], dy, at[1], w, T);
            close(dx[1], dx[0], w);
            SCALAR.avgPool(y[0], x, w, T);
            VECTOR.avgPool(y[1], x, w, T);
            close(y[1], y[0], w);
            SCALAR.avgPoolGradient(dx[0], dy, w, T);
            VECTOR.avgPoolGradient(dx[1], dy, w, T);
            close(dx[1], dx[0], w);
        }
    }

    @Test
    void scaledVectorsAgreeWithTheDefinition() {
        for (Scaling s : SCALINGS) {
            long in = (long) s.planes() * s.inHeight() * s.inWidth();
            long out = (long) s.planes() * s.outHeight() * s.outWidth();
            MemorySegment x = random(in);
            MemorySegment dy = random(out);
            MemorySegment[] y = {empty(out), empty(out)};
            MemorySegment[] dx = {empty(in), empty(in)};
            SCALAR.nearest(y[0], x, s, T);
            VECTOR.nearest(y[1], x, s, T);
            assertThat(y[1].mismatch(y[0])).as("nearest %s, seed %d", s, SEED).isEqualTo(-1);
            SCALAR.nearestGradient(dx[0], dy, s, T);
            VECTOR.nearestGradient(dx[1], dy, s, T);
            close(dx[1], dx[0], s);
            SCALAR.bilinear(y[0], x, s, T);
            VECTOR.bilinear(y[1], x, s, T);
            close(y[1], y[0], s);
            SCALAR.bilinearGradient(dx[0], dy, s, T);
            VECTOR.bilinearGradient(dx[1], dy, s, T);
            close(dx[1], dx[0], s);
        }
    }

    @Test
    void aPlaneGetsTheSameBitsForAnyThreadsAndBatch() {
        Scaling s = new Scaling(40, 32, 32, 64, 64, true);
        Scaling one = new Scaling(1, 32, 32, 64, 64, true);
        MemorySegment x = random(40 * 32 * 32);
        MemorySegment y = empty(40 * 64 * 64);
        Parallel.threads(4);
        VECTOR.bilinear(y, x, s, T);
        MemorySegment again = empty(40 * 64 * 64);
        Parallel.threads(1);
        VECTOR.bilinear(again, x, s, T);
        assertThat(again.mismatch(y)).isEqualTo(-1);
        MemorySegment plane = empty(64 * 64);
        VECTOR.bilinear(plane, x.asSlice(17 * 32 * 32 * 4, 32 * 32 * 4), one, T);
        assertThat(plane.mismatch(y.asSlice(17 * 64 * 64 * 4, 64 * 64 * 4))).isEqualTo(-1);
    }

    @Test
    void maxPoolLetsNotANumberWin() {
        MemorySegment x = random(4);
        T.write(x, 1, Double.NaN);
        T.write(x, 2, Double.NaN);
        for (ResampleKernel kernel : List.of(SCALAR, VECTOR)) {
            MemorySegment y = empty(1);
            MemorySegment at = empty(1);
            kernel.maxPool(y, at, x, new Window(1, 2, 2, 2, 2), T);
            assertThat(T.read(y, 0)).isNaN();
            assertThat(DType.I32.readLong(at, 0)).isEqualTo(1);
        }
    }
}
