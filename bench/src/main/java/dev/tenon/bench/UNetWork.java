package dev.tenon.bench;

import dev.tenon.diffusion.unet.UNet;
import dev.tenon.tensor.Shape;

/// The arithmetic of a U-Net, counted from its parameters: each weight of a convolution or of a map
/// within attention does one multiply-add per pixel of its level, each weight of the embedding's
/// maps one per image; attention adds two products of `[pixels, pixels]` and `[pixels, channels]`.
///
/// Zeros around an image count as pixels, and norms, activations and biases do not count, both as
/// is customary.
final class UNetWork {
    private UNetWork() {}

    /// Returns the multiply-adds of one forward pass of one image.
    ///
    /// @param height rows of the image
    /// @param width columns of the image
    static long multiplyAdds(UNet model, int height, int width) {
        int levels = model.settings().levels();
        long[] sum = new long[1];
        model.params()
                .forEach((path, param) -> {
                    Shape shape = param.shape();
                    if (shape.rank() < 2 || path.startsWith("label_emb")) {
                        return; // a bias or norm, or a table in which rows are looked up
                    }
                    if (path.contains("emb_layer")) {
                        sum[0] += param.count();
                        return;
                    }
                    int level = level(path.substring(0, path.indexOf('.')), levels);
                    long pixels = (long) (height >> level) * (width >> level);
                    sum[0] += param.count() * pixels;
                    if (path.endsWith("in_proj_weight")) {
                        sum[0] += 2 * pixels * pixels * shape.size(1);
                    }
                });
        return sum[0];
    }

    /// Returns how often the resolution is halved where the part of this name works.
    private static int level(String part, int levels) {
        String kind = part.replaceAll("\\d+$", "");
        int number =
                kind.equals(part) ? 0 : Integer.parseInt(part, kind.length(), part.length(), 10);
        return switch (kind) {
            case "inc", "outc" -> 0;
            case "down" -> number;
            case "bot" -> levels;
            case "up" -> levels - number;
            case "sa" -> number <= levels ? number : 2 * levels - number;
            default -> throw new IllegalStateException("bench: unknown part of a U-Net: " + part);
        };
    }
}
