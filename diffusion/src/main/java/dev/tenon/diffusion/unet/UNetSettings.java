package dev.tenon.diffusion.unet;

import dev.tenon.tensor.TenonException;

/// What a [UNet] is made of.
///
/// @param channels channels of the images, 1 for grey and 3 for colour
/// @param width channels at full resolution, even and up to 1024; twice as many at half, four times
///   at a quarter and below. The article's implementation has 64
/// @param levels how often the resolution is halved, 1 to 6; the article's implementation has 3
/// @param heads attention heads, a divisor of width; 0 leaves self-attention out. The article's
///   implementation has 4
/// @param timeChannels size of the embedding of time and class, even; the article's implementation
///   has 256
/// @param classes number of classes, or 0 for an unconditional model
public record UNetSettings(
        int channels, int width, int levels, int heads, int timeChannels, int classes) {
    /// @throws TenonException if a value is outside its range
    public UNetSettings {
        require(channels >= 1 && channels <= 16, "channels must be 1 to 16", channels);
        require(
                width >= 2 && width <= 1024 && width % 2 == 0,
                "width must be even and 2 to 1024",
                width);
        require(levels >= 1 && levels <= 6, "levels must be 1 to 6", levels);
        require(heads >= 0, "heads must be at least 0", heads);
        require(heads == 0 || width % heads == 0, "heads must divide the width " + width, heads);
        require(
                timeChannels >= 2 && timeChannels <= 8192 && timeChannels % 2 == 0,
                "time channels must be even and 2 to 8192",
                timeChannels);
        require(classes >= 0 && classes <= 65536, "classes must be 0 to 65536", classes);
    }

    private static void require(boolean holds, String rule, int value) {
        if (!holds) {
            throw new TenonException("unet: " + rule + "; got " + value);
        }
    }

    /// Returns the settings of the article's well-known implementation: 3 levels of 64, 128 and 256
    /// channels.
    ///
    /// @param classes number of classes, or 0 for the unconditional model
    public static UNetSettings article(int classes) {
        return new UNetSettings(3, 64, 3, 4, 256, classes);
    }

    /// Returns the channels at `level`, 0 for full resolution: doubled twice at most, and the
    /// deepest level keeps those of the one above.
    int channelsAt(int level) {
        int doublings = Math.min(Math.min(level, levels - 1), 2);
        return width << doublings;
    }
}
