package dev.tenon.kernel;

/// The sizes of a normalisation: elements lie as `[samples, groups, channels, inner]` or, with the
/// channels last, as `[samples, inner, groups, channels]`; a group has one mean and one variance, a
/// channel one weight and one bias.
///
/// Group norm of images `[N, C, H, W]` is `[N, G, C / G, H * W]`; layer norm of rows is [#rows].
///
/// @param samples elements along the first axis
/// @param groups groups of neighbouring channels in one sample
/// @param channels channels in one group
/// @param inner elements in one channel
/// @param isLast whether channels are the last axis in memory
public record NormShape(int samples, int groups, int channels, int inner, boolean isLast) {
    /// @throws ArithmeticException if a sample's elements or all channels are more than an `int`
    ///   counts
    public NormShape {
        Math.multiplyExact(Math.multiplyExact(samples, groups), channels);
        Math.multiplyExact(groups, Math.multiplyExact(channels, inner));
    }

    /// The sizes where channels come before what is in them.
    ///
    /// @throws ArithmeticException if a sample's elements or all channels are more than an `int`
    ///   counts
    public NormShape(int samples, int groups, int channels, int inner) {
        this(samples, groups, channels, inner, false);
    }

    /// Returns the same sizes with the channels last: `[samples, inner, groups, channels]`.
    public NormShape channelsLast() {
        return new NormShape(samples, groups, channels, inner, true);
    }

    /// Returns `rows` rows of `size` elements: one group per row, a weight and a bias per element.
    public static NormShape rows(int rows, int size) {
        return new NormShape(rows, 1, size, 1);
    }

    /// Returns `samples` samples of `channels` channels of `inner` elements, each channel a group
    /// of its own: what the kernels that normalise channels take.
    public static NormShape channels(int samples, int channels, int inner) {
        return new NormShape(samples, channels, 1, inner);
    }

    /// Returns the elements of a group.
    public int size() {
        return channels * inner;
    }

    /// Returns the elements of a sample.
    public int width() {
        return groups * size();
    }

    /// Returns the groups of all samples: so many means there are.
    public int rows() {
        return samples * groups;
    }

    /// Returns the channels of all samples.
    public int planes() {
        return rows() * channels;
    }

    /// Returns the channels of one sample: so many weights there are.
    public int parameters() {
        return groups * channels;
    }

    /// Returns the elements that share a weight and a bias: those of a channel in all samples.
    public long perParameter() {
        return (long) samples * inner;
    }

    /// Returns where element `j` of a group is, channel by channel wherever they are.
    ///
    /// @param group below [#rows]
    /// @param j below [#size]
    public long at(long group, int j) {
        return isLast
                ? group / groups * width()
                        + (long) (j % inner) * parameters()
                        + group % groups * channels
                        + j / inner
                : group * size() + j;
    }

    /// Returns the channel, below [#parameters], that element `i` of all belongs to.
    public int channel(long i) {
        return (int) (isLast ? i % parameters() : i / inner % parameters());
    }

    /// Returns all elements.
    public long count() {
        return (long) rows() * size();
    }
}
