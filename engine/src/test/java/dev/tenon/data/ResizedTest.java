package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.dtype.DType;
import dev.tenon.tensor.ResampleOps;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ResizedTest {
    private static Dataset of(int height, int width, int maximum, int... pixels) {
        int count = pixels.length / (height * width);
        Tensor images = Tensor.zeros(DType.U8, Shape.of(count, 1, height, width));
        for (int i = 0; i < pixels.length; i++) {
            images.segment().set(ValueLayout.JAVA_BYTE, i, (byte) pixels[i]);
        }
        Tensor labels = Tensor.zeros(DType.U8, Shape.of(count));
        return Dataset.of("some", "nobody", images, labels, 1, maximum);
    }

    /// The pixels of the first image, 0 to 255.
    private static double[] levels(Dataset data) {
        double[] values = data.images(0).toDoubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] + 1) / 2 * 255;
        }
        return values;
    }

    @Test
    void smallerImagesAreWeightedMeans() {
        // the triangle around the middle of pixels 0 and 1 weighs 3, 3, 1; that around 2 and 3
        // weighs 1, 3, 3
        assertThat(levels(of(1, 4, 255, 7, 70, 140, 210).resized(1, 2)))
                .containsExactly(new double[] {53, 160}, within(1e-4)); // 371/7 and 1120/7
        assertThat(levels(of(4, 1, 255, 7, 70, 140, 210).resized(2, 1)))
                .containsExactly(new double[] {53, 160}, within(1e-4));
    }

    @Test
    void largerImagesAreThoseOfTheResampleFamily() {
        Dataset digits = Digits.all().select(0, 1, 2);
        for (int size : new int[] {9, 16, 28, 32}) {
            Dataset large = digits.resized(size, size + 1);
            assertThat(large.images(0, 1, 2).shape()).isEqualTo(Shape.of(3, 1, size, size + 1));
            double[] expected =
                    ResampleOps.upsampleBilinear(digits.images(0, 1, 2), size, size + 1, false)
                            .toDoubles();
            // a level of 255 is 2/255 wide
            assertThat(large.images(0, 1, 2).toDoubles())
                    .containsExactly(expected, within(1 / 255.0 + 1e-6));
        }
    }

    @Test
    void flatImagesStayFlatAndTheBrightestStaysTheBrightest() {
        for (int size : new int[] {1, 3, 5, 7, 13}) {
            Dataset flat = of(5, 5, 16, new int[25]).resized(size, size);
            assertThat(flat.images(0).toFloats()).hasSize(size * size).containsOnly(-1f);
            int[] white = new int[25];
            java.util.Arrays.fill(white, 16);
            Dataset bright = of(5, 5, 16, white).resized(size, size);
            assertThat(bright.images(0).toFloats()).hasSize(size * size).containsOnly(1f);
        }
    }

    @Test
    void theRestOfTheDataSetStays() {
        Dataset digits = Digits.all();
        assertThat(digits.resized(8, 8)).isSameAs(digits);
        Dataset large = digits.resized(16, 16);
        assertThat(large).hasToString("digits: 1797 images 1x16x16, 10 classes");
        assertThat(large.maximum()).isEqualTo(255);
        assertThat(large.attribution()).isEqualTo(digits.attribution());
        assertThat(large.labels(5, 6, 7).toLongs()).isEqualTo(digits.labels(5, 6, 7).toLongs());
    }

    @Test
    void aSizeOfNothingIsRefused() {
        assertThatThrownBy(() -> Digits.all().resized(0, 8))
                .isInstanceOf(DataException.class)
                .hasMessage("digits: sizes must be at least 1; got 0x8");
    }
}
