package dev.tenon.diffusion.image;

import dev.tenon.checkpoint.AtomicFile;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/// Pictures for people: images of a tensor laid out as a grid, saved as PNG, and a series of them
/// as an animated GIF.
public final class Picture {
    private static final int BACKGROUND =
            0x26262b; // dark grey: black and white digits both stand out against it
    private static final int LEVELS = 255;
    private static final IndexColorModel GREYS = greys();

    private Picture() {}

    /// Lays images out in rows from the left, each pixel drawn as a square.
    ///
    /// @param images `[N, C, H, W]` with values in [-1, 1] (values outside are clamped), C is 1
    ///   (grey) or 3 (RGB)
    /// @param columns images per row, at least 1
    /// @param scale screen pixels per image pixel, at least 1
    /// @param gap screen pixels between images and around them, at least 0
    /// @throws ShapeException if there are not four axes or neither 1 nor 3 channels
    public static BufferedImage grid(Tensor images, int columns, int scale, int gap) {
        if (images.rank() != 4 || (images.size(1) != 1 && images.size(1) != 3)) {
            throw new ShapeException(
                    "picture: images must be [N, 1 or 3, H, W]; got " + images.shape());
        }
        int count = images.size(0);
        int channels = images.size(1);
        int height = images.size(2);
        int width = images.size(3);
        int rows = (count + columns - 1) / columns;
        float[] values = images.toFloats();
        BufferedImage picture =
                new BufferedImage(
                        gap + columns * (width * scale + gap),
                        gap + rows * (height * scale + gap),
                        BufferedImage.TYPE_INT_RGB);
        var canvas = picture.createGraphics();
        canvas.setColor(new java.awt.Color(BACKGROUND));
        canvas.fillRect(0, 0, picture.getWidth(), picture.getHeight());
        canvas.dispose();
        int plane = height * width;
        for (int n = 0; n < count; n++) {
            int left = gap + n % columns * (width * scale + gap);
            int top = gap + n / columns * (height * scale + gap);
            for (int y = 0; y < height * scale; y++) {
                for (int x = 0; x < width * scale; x++) {
                    int pixel = n * channels * plane + y / scale * width + x / scale;
                    picture.setRGB(left + x, top + y, colour(values, pixel, plane, channels));
                }
            }
        }
        return picture;
    }

    private static int colour(float[] values, int pixel, int plane, int channels) {
        int red = level(values[pixel]);
        int green = channels == 1 ? red : level(values[pixel + plane]);
        int blue = channels == 1 ? red : level(values[pixel + 2 * plane]);
        return red << 16 | green << 8 | blue;
    }

    private static int level(float value) {
        return Math.round((Math.clamp(value, -1f, 1f) + 1) * 127.5f);
    }

    /// Writes `picture` as a PNG file, whole or not at all.
    public static void writePng(Path file, BufferedImage picture) {
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory: cannot happen
        }
        AtomicFile.write(file, bytes.toByteArray());
    }

    /// Writes `frames` as an animated GIF file that repeats for ever, whole or not at all.
    ///
    /// @param frames pictures of one size, at least one
    /// @param milliseconds how long each is shown, in steps of 10
    /// @param lastMilliseconds how long the last is shown
    public static void writeGif(
            Path file, List<BufferedImage> frames, int milliseconds, int lastMilliseconds) {
        var bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < frames.size(); i++) {
                BufferedImage grey = indexed(frames.get(i));
                int shown = i == frames.size() - 1 ? lastMilliseconds : milliseconds;
                writer.writeToSequence(
                        new IIOImage(grey, null, frameData(writer, grey, shown, i == 0)), null);
            }
            writer.endWriteSequence();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // into memory: cannot happen
        } finally {
            writer.dispose();
        }
        AtomicFile.write(file, bytes.toByteArray());
    }

    /// Returns the picture with a palette: greys and the background where it has nothing else,
    /// which is exact and packs well; else Java's 216 colours.
    private static BufferedImage indexed(BufferedImage picture) {
        int width = picture.getWidth();
        int height = picture.getHeight();
        BufferedImage grey =
                new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, GREYS);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int colour = picture.getRGB(x, y) & 0xffffff;
                int level = colour & 0xff;
                if (colour != BACKGROUND && colour != level * 0x010101) {
                    return inColour(picture);
                }
                int index = colour == BACKGROUND ? LEVELS : Math.round(level * (LEVELS - 1) / 255f);
                grey.getRaster().setSample(x, y, 0, index);
            }
        }
        return grey;
    }

    private static BufferedImage inColour(BufferedImage picture) {
        BufferedImage colours =
                new BufferedImage(
                        picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_INDEXED);
        var canvas = colours.createGraphics();
        canvas.drawImage(picture, 0, 0, null);
        canvas.dispose();
        return colours;
    }

    /// 255 levels of grey and, last, the background.
    private static IndexColorModel greys() {
        int[] colours = new int[LEVELS + 1];
        for (int i = 0; i < LEVELS; i++) {
            colours[i] = Math.round(i * 255f / (LEVELS - 1)) * 0x010101;
        }
        colours[LEVELS] = BACKGROUND;
        return new IndexColorModel(8, colours.length, colours, 0, false, -1, DataBuffer.TYPE_BYTE);
    }

    private static IIOMetadata frameData(
            ImageWriter writer, BufferedImage frame, int milliseconds, boolean first)
            throws IOException {
        IIOMetadata data =
                writer.getDefaultImageMetadata(
                        ImageTypeSpecifier.createFromRenderedImage(frame), null);
        String format = data.getNativeMetadataFormatName();
        var root = (IIOMetadataNode) data.getAsTree(format);
        var control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("delayTime", Integer.toString(milliseconds / 10));
        control.setAttribute("transparentColorIndex", "0");
        var previous = root.getElementsByTagName("GraphicControlExtension");
        if (previous.getLength() > 0) {
            root.removeChild(previous.item(0));
        }
        root.appendChild(control);
        if (first) {
            var extensions = new IIOMetadataNode("ApplicationExtensions");
            var loop = new IIOMetadataNode("ApplicationExtension");
            loop.setAttribute("applicationID", "NETSCAPE");
            loop.setAttribute("authenticationCode", "2.0");
            loop.setUserObject(new byte[] {1, 0, 0}); // block 1: repeat count, 0 = for ever
            extensions.appendChild(loop);
            root.appendChild(extensions);
        }
        data.setFromTree(format, root);
        return data;
    }
}
