package dev.tenon.nn.attention;

import dev.tenon.nn.Formula;
import dev.tenon.nn.Init;
import dev.tenon.nn.Layer;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Param;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.tensor.AttentionOps;
import dev.tenon.tensor.MatmulOps;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;

/// Attention by several heads, each over its share of the channels, joined by a linear map; batch
/// first.
///
/// | name | shape |
/// |---|---|
/// | x | [N, L, C]; L is any length |
/// | in_proj_weight | [3C, C]: the maps to query, key and value, one below the other |
/// | in_proj_bias | [3C] |
/// | out_proj.weight, out_proj.bias | [C, C], [C] |
/// | y | [N, L, C] |
///
/// Source: Vaswani et al. 2017, arXiv:1706.03762; torch.nn.MultiheadAttention(batch_first=True),
/// whose names and initial values it has.
///
/// @param inProjWeight the maps to query, key and value
/// @param inProjBias their biases
/// @param outProj the map that joins the heads
/// @param heads h, a divisor of C
public record MultiHeadAttention(Param inProjWeight, Param inProjBias, Linear outProj, int heads)
        implements UnaryLayer {
    /// The formula.
    public static final Formula FORMULA =
            Formula.of(
                    "y = \\left[\\operatorname{softmax}\\left(\\frac{q_i k_i^\\top}{\\sqrt{C/h}}\\right)"
                            + " v_i\\right]_{i=1}^{h} W_o^\\top + b_o,"
                            + "\\quad [q\\,k\\,v] = x W^\\top + b",
                    "Vaswani et al. 2017, arXiv:1706.03762; torch.nn.MultiheadAttention",
                    "x",
                    "the input, one row per position",
                    "W, b",
                    "in_proj_weight and in_proj_bias",
                    "q, k, v",
                    "query, key and value; index i takes the i-th share of their columns",
                    "h",
                    "the number of heads",
                    "C",
                    "the number of channels",
                    "W_o, b_o",
                    "out_proj",
                    "y",
                    "the result");

    /// Checks that the heads divide the channels.
    ///
    /// @throws ShapeException if they do not
    public MultiHeadAttention {
        int channels = inProjWeight.shape().size(1);
        if (heads < 1 || channels % heads != 0) {
            throw new ShapeException(
                    "MultiHeadAttention: the channels must be divisible by the heads; got "
                            + channels
                            + " channels and "
                            + heads
                            + " heads");
        }
    }

    /// Returns a layer.
    ///
    /// @param channels C
    /// @param heads h, a divisor of C
    /// @param init where the values come from, PyTorch's defaults: in_proj_weight uniform in
    ///   ±sqrt(6 / (C + 3C)) (Xavier), out_proj.weight uniform in ±1/sqrt(C), biases 0
    public static MultiHeadAttention of(int channels, int heads, Init init) {
        return new MultiHeadAttention(
                init.uniform(Math.sqrt(6.0 / (4.0 * channels)), 3 * channels, channels),
                init.zeros(3 * channels),
                new Linear(
                        init.uniform(1 / Math.sqrt(channels), channels, channels),
                        init.zeros(channels)),
                heads);
    }

    /// Computes self-attention: queries, keys and values all from `x` [N, L, C].
    @Override
    public Tensor forward(Tensor x) {
        check("x", x);
        int channels = channels();
        Tensor projected = MatmulOps.linear(x, inProjWeight.value(), inProjBias.value());
        return join(
                projected.slice(2, 0, channels),
                projected.slice(2, channels, 2 * channels),
                projected.slice(2, 2 * channels, 3 * channels));
    }

    /// Computes attention from one sequence to another.
    ///
    /// @param query what asks, [N, L, C]
    /// @param key what is asked, [N, S, C]
    /// @param value what it answers, [N, S, C]
    /// @return [N, L, C]
    public Tensor attend(Tensor query, Tensor key, Tensor value) {
        return Layer.within(
                this,
                () -> {
                    check("query", query);
                    check("key", key);
                    check("value", value);
                    return join(project(query, 0), project(key, 1), project(value, 2));
                });
    }

    private Tensor project(Tensor x, int part) {
        int from = part * channels();
        int to = from + channels();
        return MatmulOps.linear(
                x, inProjWeight.value().slice(0, from, to), inProjBias.value().slice(0, from, to));
    }

    private Tensor join(Tensor query, Tensor key, Tensor value) {
        double scale = 1 / Math.sqrt(channels() / (double) heads);
        Tensor y = AttentionOps.attention(split(query), split(key), split(value), scale);
        return outProj.apply(y.transpose(1, 2).reshape(y.size(0), y.size(2), channels()));
    }

    private Tensor split(Tensor x) { // [N, L, C] -> [N, h, L, C/h]
        return x.reshape(x.size(0), x.size(1), heads, channels() / heads).transpose(1, 2);
    }

    private void check(String name, Tensor x) {
        if (x.rank() != 3 || x.size(2) != channels()) {
            throw new ShapeException(
                    "multi_head_attention: "
                            + name
                            + " must be [N, L, "
                            + channels()
                            + "]; got "
                            + x.shape());
        }
    }

    private int channels() {
        return inProjWeight.shape().size(1);
    }

    @Override
    public Formula formula() {
        return FORMULA;
    }
}
