package dev.tenon.diffusion.unet;

import dev.tenon.diffusion.NoiseModel;
import dev.tenon.diffusion.TimeEmbedding;
import dev.tenon.dtype.DType;
import dev.tenon.nn.Embedding;
import dev.tenon.nn.Init;
import dev.tenon.nn.Layer;
import dev.tenon.nn.attention.SelfAttention;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The U-Net of the diffusion article (Ho et al. 2020, after Ronneberger et al. 2015) as its
/// well-known PyTorch implementation builds it: it estimates the noise eps in x_t, given t and,
/// where it has classes, the class.
///
/// Going down, each level halves the resolution; at the bottom are three double convolutions; going
/// up, each level returns to the resolution of its counterpart and takes that one's output in by
/// concatenation. Self-attention over pixels follows every level. Names of parameters are that
/// implementation's (`down1.maxpool_conv.1.double_conv.0 .weight`), for any number of levels.
///
/// @param settings what it is made of
/// @param inc the double convolution at full resolution
/// @param down the levels down
/// @param downAttention self-attention after each, empty if there is none
/// @param bottom three double convolutions at the lowest resolution
/// @param up the levels up
/// @param upAttention self-attention after each, empty if there is none
/// @param outc 1x1 convolution to the image's channels
/// @param labelEmb embedding of the classes, or null for an unconditional model
public record UNet(
        UNetSettings settings,
        DoubleConv inc,
        List<Down> down,
        List<SelfAttention> downAttention,
        List<DoubleConv> bottom,
        List<Up> up,
        List<SelfAttention> upAttention,
        Conv2d outc,
        @Nullable Embedding labelEmb)
        implements Layer, NoiseModel {
    /// Returns a new network with initial values from `init`.
    public static UNet of(UNetSettings settings, Init init) {
        int levels = settings.levels();
        int embedding = settings.timeChannels();
        DoubleConv inc = DoubleConv.of(settings.channels(), settings.width(), init);
        List<Down> down = new ArrayList<>();
        List<SelfAttention> downAttention = new ArrayList<>();
        for (int level = 1; level <= levels; level++) {
            int out = settings.channelsAt(level);
            down.add(Down.of(settings.channelsAt(level - 1), out, embedding, init));
            attend(downAttention, settings, out, init);
        }
        int deep = settings.channelsAt(levels);
        List<DoubleConv> bottom =
                List.of(
                        DoubleConv.of(deep, 2 * deep, init),
                        DoubleConv.of(2 * deep, 2 * deep, init),
                        DoubleConv.of(2 * deep, deep, init));
        List<Up> up = new ArrayList<>();
        List<SelfAttention> upAttention = new ArrayList<>();
        int current = deep;
        for (int level = levels - 1; level >= 0; level--) {
            int out = settings.channelsAt(Math.max(level - 1, 0));
            up.add(Up.of(settings.channelsAt(level) + current, out, embedding, init));
            attend(upAttention, settings, out, init);
            current = out;
        }
        Conv2d outc = Conv2d.of(current, settings.channels(), 1, init);
        Embedding labels =
                settings.classes() == 0 ? null : Embedding.of(settings.classes(), embedding, init);
        return new UNet(settings, inc, down, downAttention, bottom, up, upAttention, outc, labels);
    }

    private static void attend(
            List<SelfAttention> layers, UNetSettings settings, int channels, Init init) {
        if (settings.heads() > 0) {
            layers.add(SelfAttention.of(channels, settings.heads(), init));
        }
    }

    @Override
    public SequencedMap<String, Layer> children() {
        SequencedMap<String, Layer> children = new LinkedHashMap<>();
        children.put("inc", inc);
        int attentions = 0;
        for (int i = 0; i < down.size(); i++) {
            children.put("down" + (i + 1), down.get(i));
            if (!downAttention.isEmpty()) {
                children.put("sa" + ++attentions, downAttention.get(i));
            }
        }
        for (int i = 0; i < bottom.size(); i++) {
            children.put("bot" + (i + 1), bottom.get(i));
        }
        for (int i = 0; i < up.size(); i++) {
            children.put("up" + (i + 1), up.get(i));
            if (!upAttention.isEmpty()) {
                children.put("sa" + ++attentions, upAttention.get(i));
            }
        }
        children.put("outc", outc);
        if (labelEmb != null) {
            children.put("label_emb", labelEmb);
        }
        return children;
    }

    /// Returns the estimated noise, in the shape of x.
    ///
    /// @param x noisy images `[N, channels, H, W]`, H and W at least `2^levels`
    /// @param t the step of each
    /// @param classes the class of each, -1 for none; null for none at all
    /// @throws ShapeException if the sizes do not fit, with the path of the layer that noticed
    @Override
    public Tensor predict(Tensor x, int[] t, int @Nullable [] classes) {
        return Layer.within(
                this,
                () -> {
                    check(x, t, classes);
                    Tensor embedding = embed(t, classes, x.type());
                    List<Tensor> skips = new ArrayList<>();
                    Tensor h = inc.apply(x);
                    for (int i = 0; i < down.size(); i++) {
                        skips.add(h);
                        h = down.get(i).apply(h, embedding);
                        h = downAttention.isEmpty() ? h : downAttention.get(i).apply(h);
                    }
                    for (DoubleConv block : bottom) {
                        h = block.apply(h);
                    }
                    for (int i = 0; i < up.size(); i++) {
                        h = up.get(i).apply(h, skips.removeLast(), embedding);
                        h = upAttention.isEmpty() ? h : upAttention.get(i).apply(h);
                    }
                    return outc.apply(h);
                });
    }

    private void check(Tensor x, int[] t, int @Nullable [] classes) {
        int smallest = 1 << settings.levels();
        if (x.rank() != 4
                || x.size(1) != settings.channels()
                || x.size(2) < smallest
                || x.size(3) < smallest) {
            throw new ShapeException(
                    "unet: x must be [N, "
                            + settings.channels()
                            + ", H, W] with H and W at least "
                            + smallest
                            + "; got "
                            + x.shape());
        }
        if (t.length != x.size(0) || (classes != null && classes.length != x.size(0))) {
            throw new ShapeException(
                    "unet: each of the "
                            + x.size(0)
                            + " images needs a step and a class; got "
                            + t.length
                            + " steps"
                            + (classes == null ? "" : " and " + classes.length + " classes"));
        }
        if (classes != null) {
            for (int label : classes) {
                if (label < -1 || label >= settings.classes()) {
                    throw new ShapeException(
                            "unet: classes must be in [0, "
                                    + settings.classes()
                                    + "), or -1 for none; got "
                                    + label);
                }
            }
        }
    }

    private Tensor embed(int[] t, int @Nullable [] classes, DType type) {
        Tensor time = TimeEmbedding.of(t, settings.timeChannels(), type);
        if (classes == null || labelEmb == null) {
            return time;
        }
        long[] rows = new long[classes.length];
        double[] known =
                new double[classes.length]; // 0 hides the embedding of a sample without a class
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Math.max(classes[i], 0);
            known[i] = classes[i] < 0 ? 0 : 1;
        }
        Tensor labels = labelEmb.apply(Tensor.of(rows, rows.length));
        return time.add(labels.mul(Tensor.of(known, known.length, 1).to(type)));
    }
}
