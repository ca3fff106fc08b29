package dev.tenon.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images in zip files, by class.
class ImageArchiveTest {
    @TempDir Path folder;

    private static byte[] png(int width, int height, int rgb) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, rgb);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    /// Writes a zip of names and contents, in turns.
    private Path zip(Object... entries) throws IOException {
        Path file = folder.resolve("images.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < entries.length; i += 2) {
                out.putNextEntry(new ZipEntry((String) entries[i]));
                out.write((byte[]) entries[i + 1]);
            }
        }
        return file;
    }

    private static void refused(Path file, String message) {
        assertThatThrownBy(() -> ImageArchive.read(file, "some", "nobody"))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    @Test
    void numbersClassesByTheirNames() throws IOException {
        Path file =
                zip(
                        "test/dog/2.png",
                        png(3, 2, 0x0000FF),
                        "test/cat/1.PNG",
                        png(3, 2, 0xFF0000),
                        "README",
                        new byte[9],
                        "test/dog/1.png",
                        png(3, 2, 0x00FF00));
        Dataset data = ImageArchive.read(file, "some", "nobody");
        assertThat(data.classes()).isEqualTo(2);
        assertThat(data.labels(0, 1, 2).toLongs()).containsExactly(0, 1, 1);
        assertThat(data.images(0, 1, 2).shape().sizes()).containsExactly(3, 3, 2, 3);
        assertThat(data.images(1).slice(1, 1, 2).toFloats()).containsOnly(1);
        assertThat(data.images(1).slice(1, 2, 3).toFloats()).containsOnly(-1);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Path none = folder.resolve("none.zip");
        refused(none, "images: the archive must exist; got " + none);
        Path text = Files.writeString(folder.resolve("text.zip"), "not a zip");
        assertThatThrownBy(() -> ImageArchive.read(text, "some", "nobody"))
                .hasMessageStartingWith("images: the archive must be a readable zip; got " + text);
        Path empty = zip("README", new byte[3], "alone.png", png(1, 1, 0));
        refused(
                empty,
                "images: the archive must have images in the folders of 1 to 256 classes; got 0 images of 0"
                        + " classes in "
                        + empty);
        Path sizes = zip("a/1.png", png(3, 2, 0), "a/2.png", png(2, 3, 0));
        refused(
                sizes,
                "images: all must be readable and of one size; got a/2.png in "
                        + sizes
                        + ": 2 x 3 where the first has 3 x 2");
        Path broken = zip("a/1.png", new byte[] {1, 2, 3});
        refused(
                broken,
                "images: all must be readable and of one size; got a/1.png in "
                        + broken
                        + ": no image of at most 16 MB");
    }
}
