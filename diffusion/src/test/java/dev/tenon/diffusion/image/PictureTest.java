package dev.tenon.diffusion.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
    private static final Tensor TWO =
            Tensor.of(new float[] {-1, 1, 0, 3, 1, 1, -1, -1}, 2, 1, 2, 2);

    @Test
    void laysImagesOutInRows() {
        BufferedImage grid = Picture.grid(TWO, 2, 3, 1);
        assertThat(grid.getWidth()).isEqualTo(1 + 2 * (2 * 3 + 1));
        assertThat(grid.getHeight()).isEqualTo(1 + 2 * 3 + 1);
        assertThat(grid.getRGB(1, 1) & 0xffffff).isEqualTo(0x000000); // -1 is black
        assertThat(grid.getRGB(4, 3) & 0xffffff)
                .isEqualTo(0xffffff); // 1 is white, three pixels each way
        assertThat(grid.getRGB(1, 4) & 0xffffff).isEqualTo(0x808080);
        assertThat(grid.getRGB(6, 6) & 0xffffff).isEqualTo(0xffffff); // 3 is cut off at white
        assertThat(grid.getRGB(8, 1) & 0xffffff).isEqualTo(0xffffff); // the second image
    }

    @Test
    void drawsColours() {
        Tensor red = Tensor.of(new float[] {1, -1, -1}, 1, 3, 1, 1);
        assertThat(Picture.grid(red, 1, 1, 0).getRGB(0, 0) & 0xffffff).isEqualTo(0xff0000);
    }

    @Test
    void writesWhatCanBeReadAgain(@TempDir Path folder) throws IOException {
        BufferedImage grid = Picture.grid(TWO, 2, 3, 1);
        Picture.writePng(folder.resolve("a.png"), grid);
        BufferedImage back = ImageIO.read(folder.resolve("a.png").toFile());
        assertThat(back.getRGB(4, 3)).isEqualTo(grid.getRGB(4, 3));
        Picture.writeGif(folder.resolve("a.gif"), List.of(grid, grid, grid), 100, 2000);
        var reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (var in = ImageIO.createImageInputStream(folder.resolve("a.gif").toFile())) {
            reader.setInput(in);
            assertThat(reader.getNumImages(true)).isEqualTo(3);
            assertThat(reader.read(1).getRGB(4, 3))
                    .isEqualTo(grid.getRGB(4, 3)); // greys stay what they are
            assertThat(reader.read(1).getRGB(0, 0))
                    .isEqualTo(grid.getRGB(0, 0)); // and so does the background
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("a.png", "a.gif");
    }

    @Test
    void refusesWhatIsNoImage() {
        assertThatThrownBy(() -> Picture.grid(Tensor.zeros(1, 2, 4, 4), 1, 1, 0))
                .hasMessage("picture: images must be [N, 1 or 3, H, W]; got [1, 2, 4, 4]");
    }
}
