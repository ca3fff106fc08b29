package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.Memory;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private static long[] allRows(Dataset data) {
        return LongStream.range(0, data.count()).toArray();
    }

    private static long[] countPerClass(Dataset data) {
        long[] counts = new long[data.classes()];
        for (long label : data.labels(allRows(data)).toLongs()) {
            counts[(int) label]++;
        }
        return counts;
    }

    /// Each image with its label as one string, sorted.
    private static List<String> fingerprints(Dataset... parts) {
        List<String> prints = new ArrayList<>();
        for (Dataset part : parts) {
            for (long row : allRows(part)) {
                prints.add(Arrays.toString(part.images(row).toFloats()) + part.labels(row).item());
            }
        }
        prints.sort(null);
        return prints;
    }

    @Test
    void hasTheImagesThatTheRepositoryDescribes() {
        Dataset digits = Digits.all();
        assertThat(digits).hasToString("digits: 1797 images 1x8x8, 10 classes");
        assertThat(digits.maximum()).isEqualTo(16);
        assertThat(digits.attribution())
                .contains("Alpaydin", "Kaynak", "CC BY 4.0", "BSD-3-Clause");
        // the counts in the repository's description of optdigits.tes
        assertThat(countPerClass(digits))
                .containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
        Tensor images = digits.images(allRows(digits));
        assertThat(images.shape()).isEqualTo(Shape.of(1797, 1, 8, 8));
        double sum = 0;
        for (double x : images.toDoubles()) {
            sum += (x + 1) * 8;
        }
        assertThat(sum).isCloseTo(561718, within(1e-6)); // added up by awk
    }

    @Test
    void scalesPixelsToMinusOneToOne() {
        Dataset digits = Digits.all();
        Tensor first = digits.images(0);
        assertThat(first.type()).isEqualTo(DType.F32);
        // the first line of the file: 0,0,5,13,9,1,0,0,...
        assertThat(Arrays.copyOf(first.toFloats(), 8))
                .containsExactly(-1, -1, -0.375f, 0.625f, 0.125f, -0.875f, -1, -1);
        assertThat(digits.labels(0, 1, 1796).toLongs()).containsExactly(0, 1, 8);
        assertThat(digits.labels(0).type()).isEqualTo(DType.I64);
    }

    @Test
    void takesRowsInAnyOrderAndRepeated() {
        Dataset digits = Digits.all();
        float[] both = digits.images(5, 3, 5).toFloats();
        assertThat(Arrays.copyOfRange(both, 0, 64)).isEqualTo(digits.images(5).toFloats());
        assertThat(Arrays.copyOfRange(both, 64, 128)).isEqualTo(digits.images(3).toFloats());
        assertThat(Arrays.copyOfRange(both, 128, 192)).isEqualTo(digits.images(5).toFloats());
        assertThat(digits.images().shape()).isEqualTo(Shape.of(0, 1, 8, 8));
    }

    @Test
    void splitsTheSameWayEveryTimeAndLosesNothing() {
        Split split = Digits.load();
        assertThat(split.train().count()).isEqualTo(1437);
        assertThat(split.test().count()).isEqualTo(360);
        assertThat(fingerprints(split.train(), split.test())).isEqualTo(fingerprints(Digits.all()));
        assertThat(fingerprints(Digits.load().test())).isEqualTo(fingerprints(split.test()));
        for (long count : countPerClass(split.test())) {
            assertThat(count).isBetween(22L, 50L);
        }
        Split other = Digits.all().split(0.8, Rng.of(1));
        assertThat(fingerprints(other.test())).isNotEqualTo(fingerprints(split.test()));
    }

    @Test
    void outlivesTheTidyItWasLoadedIn() {
        Dataset[] kept = new Dataset[1];
        Memory.tidy(() -> kept[0] = Digits.load().test());
        assertThat(kept[0].images(7).toFloats()).hasSize(64);
    }

    @Test
    void refusesRowsAndSplitsThatAreNotThere() {
        Dataset digits = Digits.all();
        assertThatThrownBy(() -> digits.images(0, 1797))
                .isInstanceOf(DataException.class)
                .hasMessage("digits: rows must be in [0, 1797); got 1797");
        assertThatThrownBy(() -> digits.labels(-1))
                .isInstanceOf(DataException.class)
                .hasMessage("digits: rows must be in [0, 1797); got -1");
        assertThatThrownBy(() -> digits.select(5000))
                .isInstanceOf(DataException.class)
                .hasMessage("digits: rows must be in [0, 1797); got 5000");
        for (double share : new double[] {0, 1, -1, 1e-9, Double.NaN}) {
            assertThatThrownBy(() -> digits.split(share, Rng.of(0)))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "digits: split must leave at least one image on each side; got share "
                                    + share
                                    + " of 1797 images");
        }
    }

    @Test
    void refusesImagesThatDoNotFit() {
        Tensor images = Tensor.full(DType.U8, Shape.of(3, 1, 2, 2), 9);
        Tensor labels = Tensor.full(DType.U8, Shape.of(3), 4);
        assertThat(Dataset.of("toy", "", images, labels, 5, 9).images(2).toFloats())
                .containsOnly(1);
        assertThatThrownBy(() -> Dataset.of("toy", "", images, labels, 5, 8))
                .isInstanceOf(DataException.class)
                .hasMessage("toy: pixels must be at most 8; got 9 in image 0");
        assertThatThrownBy(() -> Dataset.of("toy", "", images, labels, 4, 9))
                .isInstanceOf(DataException.class)
                .hasMessage("toy: labels must be at most 3; got 4 in image 0");
        assertThatThrownBy(() -> Dataset.of("toy", "", images, labels, 257, 0))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: classes must be in [1, 256] and maximum in [1, 255]; got 257 and 0");
        assertThatThrownBy(() -> Dataset.of("toy", "", images, Tensor.zeros(4), 5, 9))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "toy: images must be U8 [count, channels, height, width] and labels U8 [count]; got U8"
                                + " [3, 1, 2, 2] and F32 [4]");
    }
}
