package dev.tenon.peers;

import dev.tenon.bench.peer.Task;
import dev.tenon.diffusion.unet.UNetSettings;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// The U-Net of dev.tenon.diffusion.unet in libtorch's operations, with fused attention, the
/// fastest that PyTorch has.
final class TorchUNet {
    private static final double EPS = 1e-5;
    private static final long[] ONE = {1, 1};
    private static final long[] NONE = {0, 0};

    private final UNetSettings settings;
    private final Map<String, Tensor> weights = new HashMap<>();
    private final Tensor frequencies;
    private final Tensor times;
    private final @Nullable Tensor classes;
    private final @Nullable Tensor known;

    /// @param weights the tensors of the parameters, by name
    TorchUNet(Task.UNetStep task, Map<String, Tensor> weights) {
        settings = task.settings();
        this.weights.putAll(weights);
        int half = settings.timeChannels() / 2;
        float[] rates = new float[half];
        for (int k = 0; k < half; k++) {
            rates[k] = (float) Math.pow(10000, -(double) k / half);
        }
        frequencies = torch.tensor(rates);
        int[] t = task.t();
        float[] steps = new float[t.length];
        for (int i = 0; i < t.length; i++) {
            steps[i] = t[i];
        }
        times = torch.tensor(steps).unsqueeze(1);
        int[] labels = task.classes();
        if (labels == null) {
            classes = null;
            known = null;
        } else {
            long[] rows = new long[labels.length];
            float[] given = new float[labels.length];
            for (int i = 0; i < labels.length; i++) {
                rows[i] = Math.max(labels[i], 0);
                given[i] = labels[i] < 0 ? 0 : 1;
            }
            classes = torch.tensor(rows);
            known = torch.tensor(given).unsqueeze(1);
        }
    }

    /// Returns the estimate for noisy images.
    Tensor forward(Tensor x) {
        Tensor embedding = embedding();
        int levels = settings.levels();
        int attentions = 0;
        Deque<Tensor> skips = new ArrayDeque<>();
        Tensor h = doubleConv("inc", x, false);
        for (int level = 1; level <= levels; level++) {
            skips.push(h);
            h = down("down" + level, h, embedding);
            h = attend("sa" + ++attentions, h);
        }
        for (int i = 1; i <= 3; i++) {
            h = doubleConv("bot" + i, h, false);
        }
        for (int level = 1; level <= levels; level++) {
            h = up("up" + level, h, skips.pop(), embedding);
            h = attend("sa" + ++attentions, h);
        }
        return torch.conv2d(h, weight("outc.weight"), optional("outc.bias"), ONE, NONE, ONE, 1);
    }

    private Tensor embedding() {
        Tensor angles = times.mul(frequencies);
        Tensor embedding = torch.cat(new TensorVector(angles.sin(), angles.cos()), 1);
        if (classes == null) {
            return embedding;
        }
        Tensor labels = torch.embedding(weight("label_emb.weight"), classes);
        return embedding.add(labels.mul(Objects.requireNonNull(known)));
    }

    private Tensor down(String name, Tensor x, Tensor embedding) {
        Tensor h = torch.max_pool2d(x, 2);
        h = doubleConv(name + ".maxpool_conv.1", h, true);
        h = doubleConv(name + ".maxpool_conv.2", h, false);
        return h.add(perChannel(name, embedding));
    }

    private Tensor up(String name, Tensor x, Tensor skip, Tensor embedding) {
        long[] size = {skip.size(2), skip.size(3)};
        Tensor enlarged =
                torch.upsample_bilinear2d(
                        x, size, true, new DoubleOptional(), new DoubleOptional());
        Tensor h = torch.cat(new TensorVector(skip, enlarged), 1);
        h = doubleConv(name + ".conv.0", h, true);
        h = doubleConv(name + ".conv.1", h, false);
        return h.add(perChannel(name, embedding));
    }

    private Tensor perChannel(String name, Tensor embedding) {
        Tensor e = linear(name + ".emb_layer.1", torch.silu(embedding));
        return e.view(e.size(0), e.size(1), 1, 1);
    }

    private Tensor doubleConv(String name, Tensor x, boolean residual) {
        String at = name + ".double_conv.";
        Tensor h = groupNorm(at + 1, conv(at + 0, x));
        h = groupNorm(at + 4, conv(at + 3, torch.gelu(h)));
        return residual ? torch.gelu(x.add(h)) : h;
    }

    private Tensor conv(String name, Tensor x) {
        return torch.conv2d(x, weight(name + ".weight"), new TensorOptional(), ONE, ONE, ONE, 1);
    }

    private Tensor groupNorm(String name, Tensor x) {
        return torch.group_norm(
                x, 1, optional(name + ".weight"), optional(name + ".bias"), EPS, false);
    }

    private Tensor attend(String name, Tensor x) {
        if (settings.heads() == 0) {
            return x;
        }
        long n = x.size(0);
        long channels = x.size(1);
        long height = x.size(2);
        long width = x.size(3);
        Tensor pixels = x.view(n, channels, height * width).transpose(1, 2);
        Tensor attended = pixels.add(heads(name + ".mha", layerNorm(name + ".ln", pixels)));
        Tensor h = linear(name + ".ff_self.1", layerNorm(name + ".ff_self.0", attended));
        h = attended.add(linear(name + ".ff_self.3", torch.gelu(h)));
        return h.transpose(1, 2).reshape(n, channels, height, width);
    }

    private Tensor heads(String name, Tensor x) {
        long n = x.size(0);
        long length = x.size(1);
        long channels = x.size(2);
        long heads = settings.heads();
        TensorVector parts =
                torch.linear(x, weight(name + ".in_proj_weight"), optional(name + ".in_proj_bias"))
                        .chunk(3, -1);
        Tensor[] qkv = new Tensor[3];
        for (int i = 0; i < 3; i++) {
            qkv[i] = parts.get(i).view(n, length, heads, channels / heads).transpose(1, 2);
        }
        Tensor y = torch.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
        return linear(name + ".out_proj", y.transpose(1, 2).reshape(n, length, channels));
    }

    private Tensor layerNorm(String name, Tensor x) {
        long[] size = {x.size(2)};
        return torch.layer_norm(
                x, size, optional(name + ".weight"), optional(name + ".bias"), EPS, false);
    }

    private Tensor linear(String name, Tensor x) {
        return torch.linear(x, weight(name + ".weight"), optional(name + ".bias"));
    }

    private Tensor weight(String name) {
        Tensor weight = weights.get(name);
        if (weight == null) {
            throw new IllegalStateException("libtorch: the U-Net has no parameter " + name);
        }
        return weight;
    }

    private TensorOptional optional(String name) {
        return new TensorOptional(weight(name));
    }
}
