package dev.tenon.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.scalar.ScalarConv;
import dev.tenon.tensor.Backend;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvKernelTest {
    private static final long SEED = 42;
    private static final ConvKernel DEFINITION = new ScalarConv();
    private final ConvKernel fast = Backend.kernels().conv();
    private final int threads = Parallel.threads();

    @AfterEach
    void restoreThreads() {
        Parallel.threads(threads);
    }

    /// Sizes of a convolution with `c` channels in and `o` out.
    private static Conv2dSizes sizes(
            int batch, int c, int h, int w, int o, int kh, int kw, Conv2dSettings s) {
        int outH = (h + 2 * s.paddingH() - s.dilationH() * (kh - 1) - 1) / s.strideH() + 1;
        int outW = (w + 2 * s.paddingW() - s.dilationW() * (kw - 1) - 1) / s.strideW() + 1;
        return new Conv2dSizes(batch, c, h, w, o, outH, outW, kh, kw, s);
    }

    /// The padding "same" of Keras: windows reach beyond the end further than beyond the beginning.
    private static Conv2dSizes same(
            int batch, int c, int h, int w, int o, int kernel, Conv2dSettings s) {
        int outH = (h + s.strideH() - 1) / s.strideH();
        int outW = (w + s.strideW() - 1) / s.strideW();
        return new Conv2dSizes(batch, c, h, w, o, outH, outW, kernel, kernel, s);
    }

    static Stream<Conv2dSizes> shapes() {
        Conv2dSettings same = Conv2dSettings.same(3);
        return Stream.of(
                sizes(1, 1, 1, 1, 1, 1, 1, Conv2dSettings.DEFAULT),
                sizes(2, 3, 8, 8, 5, 3, 3, same),
                sizes(70, 4, 2, 2, 7, 3, 3, same), // several images to a panel, several blocks
                sizes(19, 5, 4, 4, 16, 3, 3, same),
                sizes(3, 33, 7, 7, 9, 3, 3, same), // more than one pass over the depth
                sizes(2, 8, 14, 14, 6, 3, 3, same),
                sizes(1, 2, 28, 28, 13, 3, 3, same),
                sizes(2, 1, 32, 32, 8, 5, 5, Conv2dSettings.same(5)),
                sizes(1, 1, 3, 300, 2, 3, 3, same), // a row wider than a block
                sizes(1, 31, 8, 8, 32, 1, 1, Conv2dSettings.DEFAULT),
                same(2, 3, 28, 28, 32, 3, Conv2dSettings.of(2, 0)),
                same(2, 9, 28, 28, 5, 5, Conv2dSettings.of(2, 1)),
                same(33, 8, 7, 6, 8, 4, Conv2dSettings.of(1, 1)),
                sizes(2, 3, 9, 7, 4, 3, 2, new Conv2dSettings(1, 1, 0, 1, 1, 1, 1)),
                sizes(2, 3, 9, 10, 4, 3, 3, Conv2dSettings.of(2, 1)),
                sizes(2, 3, 8, 8, 4, 4, 4, Conv2dSettings.of(2, 1)),
                sizes(2, 2, 11, 13, 3, 2, 3, new Conv2dSettings(3, 2, 1, 0, 1, 1, 1)),
                sizes(1, 2, 10, 10, 3, 1, 1, Conv2dSettings.of(3, 0)), // phases without a tap
                sizes(2, 3, 12, 12, 4, 3, 3, Conv2dSettings.of(1, 2).withDilation(2)),
                sizes(2, 3, 15, 15, 4, 3, 3, Conv2dSettings.of(2, 3).withDilation(3)),
                sizes(2, 3, 9, 9, 4, 2, 2, Conv2dSettings.of(1, 4)), // padding beyond the window
                sizes(2, 6, 6, 6, 4, 3, 3, same.withGroups(2)),
                sizes(2, 7, 6, 6, 7, 3, 3, same.withGroups(7)),
                sizes(2, 6, 9, 9, 9, 3, 3, Conv2dSettings.of(2, 1).withGroups(3)),
                sizes(130, 2, 5, 5, 3, 3, 3, same), // several chunks of the weights' gradient
                sizes(0, 2, 5, 5, 3, 3, 3, same),
                // around the tiles of machine code: 8 or 4 channels by up to 8 vectors of 16 or 8
                // places
                sizes(2, 9, 4, 11, 8, 3, 3, same),
                sizes(2, 17, 3, 47, 17, 3, 3, same),
                sizes(1, 29, 12, 12, 12, 3, 3, same),
                sizes(1, 64, 6, 33, 20, 3, 3, same), // chains of unequal length
                sizes(2, 300, 3, 3, 5, 1, 1, Conv2dSettings.DEFAULT),
                sizes(1, 5, 70, 70, 9, 3, 3, same), // several blocks of rows
                sizes(3, 16, 5, 2100, 3, 1, 1, Conv2dSettings.DEFAULT),
                sizes(1, 2, 20, 20, 3, 17, 17, Conv2dSettings.same(17)), // too many taps
                sizes(1, 3, 9, 9, 3, 7, 7, Conv2dSettings.same(7)),
                sizes(2, 20, 9, 40, 7, 5, 5, Conv2dSettings.same(5)),
                // an image in each lane
                sizes(33, 8, 8, 8, 8, 3, 3, same),
                sizes(64, 32, 2, 2, 32, 3, 3, same),
                sizes(70, 40, 4, 4, 13, 3, 3, same),
                sizes(37, 3, 7, 5, 3, 3, 3, same),
                sizes(35, 4, 8, 8, 6, 3, 3, Conv2dSettings.of(2, 1)),
                sizes(34, 6, 7, 7, 9, 3, 2, new Conv2dSettings(2, 3, 1, 2, 2, 1, 3)),
                sizes(32, 5, 1, 1, 3, 1, 1, Conv2dSettings.DEFAULT),
                sizes(33, 2, 4, 4, 2, 3, 3, Conv2dSettings.same(3).withGroups(2)),
                // each channel on its own
                sizes(2, 16, 20, 20, 16, 3, 3, same.withGroups(16)),
                sizes(2, 5, 33, 17, 10, 3, 3, Conv2dSettings.of(2, 1).withGroups(5)),
                sizes(
                        3,
                        4,
                        14,
                        14,
                        4,
                        5,
                        5,
                        Conv2dSettings.of(1, 4).withDilation(2).withGroups(4)));
    }

    private static MemorySegment random(Random random, DType type, long count) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(count), 64);
        for (long i = 0; i < count; i++) {
            type.write(data, i, random.nextDouble(-1, 1));
        }
        return data;
    }

    private static long xCount(Conv2dSizes s) {
        return (long) s.batch() * s.channels() * s.plane();
    }

    private static long yCount(Conv2dSizes s) {
        return (long) s.batch() * s.outChannels() * s.outPlane();
    }

    private static long weightCount(Conv2dSizes s) {
        return (long) s.outChannels() * s.groupChannels() * s.window();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void agreesWithTheDefinition(Conv2dSizes s) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Random random = new Random(SEED);
            String what = "seed " + SEED + ", " + type + " " + s;
            MemorySegment x = random(random, type, xCount(s));
            MemorySegment weight = random(random, type, weightCount(s));
            MemorySegment bias = random(random, type, s.outChannels());
            MemorySegment dy = random(random, type, yCount(s));
            MemorySegment y = random(random, type, yCount(s));
            MemorySegment expected = random(random, type, yCount(s));
            double terms = Math.max(1, s.groupChannels() * s.window() / 8.0);
            fast.forward(y, x, weight, null, s, type);
            DEFINITION.forward(expected, x, weight, null, s, type);
            Tolerances.assertClose(y, expected, yCount(s), terms, type, what + ", forward");
            fast.forward(y, x, weight, bias, s, type);
            DEFINITION.forward(expected, x, weight, bias, s, type);
            Tolerances.assertClose(y, expected, yCount(s), terms, type, what + ", with bias");
            MemorySegment db = random(random, type, s.outChannels());
            MemorySegment dbExpected = random(random, type, s.outChannels());
            fast.biasGradient(db, dy, s.batch(), s.outChannels(), s.outPlane(), type);
            DEFINITION.biasGradient(dbExpected, dy, s.batch(), s.outChannels(), s.outPlane(), type);
            terms = Math.max(1, s.batch() * s.outPlane() / 8.0);
            Tolerances.assertClose(db, dbExpected, s.outChannels(), terms, type, what + ", bias");
            MemorySegment dw = random(random, type, weightCount(s));
            MemorySegment dwExpected = random(random, type, weightCount(s));
            fast.weightGradient(dw, x, dy, s, type);
            DEFINITION.weightGradient(dwExpected, x, dy, s, type);
            Tolerances.assertClose(dw, dwExpected, weightCount(s), terms, type, what + ", weight");
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theGradientOfTheImageAgreesWithTheDefinition(Conv2dSizes s) {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Random random = new Random(SEED);
            String what = "seed " + SEED + ", " + type + " " + s;
            MemorySegment weight = random(random, type, weightCount(s));
            MemorySegment bias = random(random, type, s.channels());
            MemorySegment dy = random(random, type, yCount(s));
            MemorySegment dx = random(random, type, xCount(s));
            MemorySegment expected = random(random, type, xCount(s));
            double terms = Math.max(1, s.groupOutChannels() * s.window() / 8.0);
            fast.dataGradient(dx, dy, weight, null, s, type);
            DEFINITION.dataGradient(expected, dy, weight, null, s, type);
            Tolerances.assertClose(dx, expected, xCount(s), terms, type, what);
            fast.dataGradient(dx, dy, weight, bias, s, type);
            DEFINITION.dataGradient(expected, dy, weight, bias, s, type);
            Tolerances.assertClose(dx, expected, xCount(s), terms, type, what + ", with bias");
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void givesTheSameBytesForAnyThreadCount(Conv2dSizes s) {
        MemorySegment[] one = all(s, 1);
        MemorySegment[] two = all(s, 2);
        for (int i = 0; i < one.length; i++) {
            assertThat(two[i].mismatch(one[i])).isEqualTo(-1);
        }
    }

    private MemorySegment[] all(Conv2dSizes s, int threadCount) {
        Parallel.threads(threadCount);
        Random random = new Random(SEED);
        MemorySegment x = random(random, DType.F32, xCount(s));
        MemorySegment weight = random(random, DType.F32, weightCount(s));
        MemorySegment dy = random(random, DType.F32, yCount(s));
        MemorySegment y = random(random, DType.F32, yCount(s));
        MemorySegment dx = random(random, DType.F32, xCount(s));
        MemorySegment dw = random(random, DType.F32, weightCount(s));
        MemorySegment db = random(random, DType.F32, s.outChannels());
        fast.forward(y, x, weight, null, s, DType.F32);
        fast.dataGradient(dx, dy, weight, null, s, DType.F32);
        fast.weightGradient(dw, x, dy, s, DType.F32);
        fast.biasGradient(db, dy, s.batch(), s.outChannels(), s.outPlane(), DType.F32);
        return new MemorySegment[] {y, dx, dw, db};
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void readsAndWritesNothingAroundItsOperandsAtAnyAddress(Conv2dSizes s) {
        Random random = new Random(SEED);
        Framed x = new Framed(random, xCount(s));
        Framed weight = new Framed(random, weightCount(s));
        Framed bias = new Framed(random, s.outChannels());
        Framed dy = new Framed(random, yCount(s));
        Framed y = new Framed(random, yCount(s));
        Framed dx = new Framed(random, xCount(s));
        Framed dw = new Framed(random, weightCount(s));
        Framed db = new Framed(random, s.outChannels());
        fast.forward(y.data, x.data, weight.data, bias.data, s, DType.F32);
        fast.dataGradient(dx.data, dy.data, weight.data, null, s, DType.F32);
        fast.weightGradient(dw.data, x.data, dy.data, s, DType.F32);
        fast.biasGradient(db.data, dy.data, s.batch(), s.outChannels(), s.outPlane(), DType.F32);
        for (Framed result : new Framed[] {y, dx, dw, db}) {
            for (long i = 0; i < result.count; i++) {
                assertThat(DType.F32.read(result.data, i)).isFinite(); // nothing of the frames
            }
            assertThat(result.frameMismatch()).isEqualTo(-1);
        }
    }

    /// Numbers four bytes off any alignment of vectors, with NaN on either side.
    private static final class Framed {
        private static final int FRAME = 1023; // elements: an odd number
        private final long count;
        private final MemorySegment all;
        private final MemorySegment data;

        Framed(Random random, long count) {
            this.count = count;
            all = random(random, DType.F32, count + 2 * FRAME);
            for (int i = 0; i < FRAME; i++) {
                DType.F32.write(all, i, Double.NaN);
                DType.F32.write(all, FRAME + count + i, Double.NaN);
            }
            data = all.asSlice(4 * FRAME, 4 * count);
        }

        /// Returns where the frames were written to, or -1.
        long frameMismatch() {
            for (int i = 0; i < FRAME; i++) {
                if (!Double.isNaN(DType.F32.read(all, i))
                        || !Double.isNaN(DType.F32.read(all, FRAME + count + i))) {
                    return i;
                }
            }
            return -1;
        }
    }

    @Test
    void keepsNanAndInfinityToTheWindowsThatMeetThem() {
        for (Conv2dSizes s :
                new Conv2dSizes[] {
                    sizes(2, 5, 9, 20, 9, 3, 3, Conv2dSettings.same(3)),
                    sizes(40, 5, 4, 4, 9, 3, 3, Conv2dSettings.same(3)),
                    sizes(2, 4, 11, 12, 5, 3, 3, Conv2dSettings.of(2, 1))
                }) {
            Random random = new Random(SEED);
            MemorySegment x = random(random, DType.F32, xCount(s));
            MemorySegment weight = random(random, DType.F32, weightCount(s));
            MemorySegment dy = random(random, DType.F32, yCount(s));
            MemorySegment y = random(random, DType.F32, yCount(s));
            MemorySegment dx = random(random, DType.F32, xCount(s));
            DType.F32.write(x, 7, Double.NaN);
            DType.F32.write(x, xCount(s) - 1, Double.POSITIVE_INFINITY);
            DType.F32.write(dy, 0, Double.NEGATIVE_INFINITY);
            DType.F32.write(dy, yCount(s) - 3, Double.NaN);
            MemorySegment expected = random(random, DType.F32, Math.max(xCount(s), yCount(s)));
            fast.forward(y, x, weight, null, s, DType.F32);
            DEFINITION.forward(expected, x, weight, null, s, DType.F32);
            Tolerances.assertClose(y, expected, yCount(s), 6, DType.F32, s + ", forward");
            fast.dataGradient(dx, dy, weight, null, s, DType.F32);
            DEFINITION.dataGradient(expected, dy, weight, null, s, DType.F32);
            Tolerances.assertClose(dx, expected, xCount(s), 11, DType.F32, s + ", image");
        }
    }

    @Test
    void anImageHasTheSameBytesWhateverIsAroundIt() {
        for (int size : new int[] {2, 3, 4, 8, 17}) {
            Conv2dSizes many = sizes(67, 5, size, size, 7, 3, 3, Conv2dSettings.same(3));
            Conv2dSizes alone = sizes(1, 5, size, size, 7, 3, 3, Conv2dSettings.same(3));
            Random random = new Random(SEED);
            MemorySegment x = random(random, DType.F32, xCount(many));
            MemorySegment weight = random(random, DType.F32, weightCount(many));
            MemorySegment y = random(random, DType.F32, yCount(many));
            MemorySegment one = random(random, DType.F32, yCount(alone));
            MemorySegment turned = random(random, DType.F32, xCount(many) / 5 * 7);
            MemorySegment dx = random(random, DType.F32, xCount(many));
            MemorySegment oneDx = random(random, DType.F32, xCount(alone));
            fast.forward(y, x, weight, null, many, DType.F32);
            fast.dataGradient(dx, turned, weight, null, many, DType.F32);
            for (int image : new int[] {0, 1, 33, 66}) {
                MemorySegment source = x.asSlice(4 * image * xCount(alone), 4 * xCount(alone));
                fast.forward(one, source, weight, null, alone, DType.F32);
                assertThat(y.asSlice(4 * image * yCount(alone), 4 * yCount(alone)).mismatch(one))
                        .isEqualTo(-1);
                long count = yCount(alone);
                MemorySegment dy = turned.asSlice(4 * image * count, 4 * count);
                fast.dataGradient(oneDx, dy, weight, null, alone, DType.F32);
                long at = 4 * image * xCount(alone);
                assertThat(dx.asSlice(at, 4 * xCount(alone)).mismatch(oneDx)).isEqualTo(-1);
            }
        }
    }
}
