package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.diffusion.unet.UNet;
import dev.tenon.diffusion.unet.UNetSettings;
import dev.tenon.nn.Init;
import dev.tenon.tensor.Rng;
import org.junit.jupiter.api.Test;

/// Counted by hand for one level, 2 channels and images of 4x4: 16 pixels above, 4 below.
final class UNetWorkTest {
    private static final long INC = 16 * (1 * 2 + 2 * 2) * 9;
    private static final long DOWN = 4 * (4 * 2 * 2) * 9 + 4 * 2; // and the embedding's map
    private static final long BOTTOM = 4 * (2 * 4 + 4 * 4 + 2 * 4 * 4 + 4 * 2 + 2 * 2) * 9;
    private static final long UP = 16 * (2 * 4 * 4 + 4 * 2 + 2 * 2) * 9 + 4 * 2;
    private static final long OUT = 16 * 2;
    private static final long CONVOLUTIONS = INC + DOWN + BOTTOM + UP + OUT;

    /// Maps of pixels to query, key, value, out and twice through the small network, six of 2x2.
    private static final long ATTENTION_BELOW = 4 * (6 * 2 * 2) + 2 * 4 * 4 * 2;

    private static final long ATTENTION_ABOVE = 16 * (6 * 2 * 2) + 2 * 16 * 16 * 2;

    @Test
    void withoutAttentionConvolutionsAndTheEmbeddingsMapsCount() {
        assertThat(count(0, 0)).isEqualTo(CONVOLUTIONS);
    }

    @Test
    void attentionCountsPerPixelAndPerPairOfPixels() {
        assertThat(count(1, 0)).isEqualTo(CONVOLUTIONS + ATTENTION_BELOW + ATTENTION_ABOVE);
    }

    @Test
    void lookingUpAClassIsNoArithmetic() {
        assertThat(count(0, 10)).isEqualTo(CONVOLUTIONS);
    }

    private static long count(int heads, int classes) {
        UNetSettings settings = new UNetSettings(1, 2, 1, heads, 4, classes);
        return UNetWork.multiplyAdds(UNet.of(settings, Init.of(Rng.of(0))), 4, 4);
    }
}
