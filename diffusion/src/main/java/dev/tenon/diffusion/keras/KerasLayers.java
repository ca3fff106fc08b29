package dev.tenon.diffusion.keras;

import dev.tenon.checkpoint.CheckpointException;
import dev.tenon.diffusion.keras.KerasChain.Link;
import dev.tenon.kernel.Conv2dSettings;
import dev.tenon.nn.Dropout;
import dev.tenon.nn.Linear;
import dev.tenon.nn.Param;
import dev.tenon.nn.Running;
import dev.tenon.nn.Sequential;
import dev.tenon.nn.UnaryLayer;
import dev.tenon.nn.activation.GELU;
import dev.tenon.nn.activation.LeakyReLU;
import dev.tenon.nn.activation.ReLU;
import dev.tenon.nn.activation.SiLU;
import dev.tenon.nn.activation.Sigmoid;
import dev.tenon.nn.activation.Softmax;
import dev.tenon.nn.activation.Tanh;
import dev.tenon.nn.conv.AvgPool2d;
import dev.tenon.nn.conv.Conv2d;
import dev.tenon.nn.conv.Conv2dSame;
import dev.tenon.nn.conv.MaxPool2d;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.tensor.SameConv;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes layers of a Keras model's, one after the other, and follows the shape between them.
///
/// Keras's images are [H, W, C], ours [C, H, W]; a kernel [height, width, in, out] becomes [out,
/// in, height, width], a dense one [in, out] becomes [out, in].
final class KerasLayers {
    private static final String SUPPORTED =
            "InputLayer, Rescaling, Conv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D,"
                    + " Flatten, Reshape, Dense, Dropout, BatchNormalization, Activation, ReLU, LeakyReLU,"
                    + " Softmax";
    private static final String ACTIVATIONS =
            "linear, relu, leaky_relu, sigmoid, tanh, softmax, gelu, silu, swish";
    private static final double LEAK = 0.2; // of Keras's activation leaky_relu

    private final KerasWeights weights;
    private final List<UnaryLayer> layers = new ArrayList<>();
    private @Nullable Shape input;
    private Shape shape = Shape.of(); // of one sample in Keras, after the layers so far

    KerasLayers(KerasWeights weights) {
        this.weights = weights;
    }

    KerasModel model() {
        Shape first = input;
        if (first == null || layers.isEmpty()) {
            throw new CheckpointException("a model must have an input and layers; got none");
        }
        return new KerasModel(new Sequential(layers), first);
    }

    void add(Link link) {
        if (input == null) {
            input = inputOf(link.config());
            shape = input;
        }
        KerasConfig config = link.config();
        switch (link.type()) {
            case "InputLayer" -> {}
            case "Rescaling" ->
                    layers.add(new Rescaling(config.number("scale"), config.number("offset", 0)));
            case "Conv2D" -> conv(link);
            case "MaxPooling2D", "AveragePooling2D" -> pool(link);
            case "GlobalAveragePooling2D" -> {
                image(config);
                config.only("keepdims", false);
                layers.add(new ImageMean());
                shape = Shape.of(shape.size(2));
            }
            case "Flatten" -> {
                channelsLast(config);
                if (shape.count() > Integer.MAX_VALUE) {
                    throw new CheckpointException(
                            config.where()
                                    + ": its result may have at most "
                                    + Integer.MAX_VALUE
                                    + " elements; got "
                                    + shape);
                }
                layers.add(new ToRows());
                shape = Shape.of(Math.toIntExact(shape.count()));
            }
            case "Reshape" -> reshape(config);
            case "Dense" -> dense(link);
            case "Dropout" -> {
                config.only("noise_shape", "null");
                layers.add(new Dropout(config.number("rate")));
            }
            case "BatchNormalization" -> batchNorm(link);
            case "Activation" -> activation(config);
            case "ReLU" -> {
                config.only("max_value", "null");
                config.only("negative_slope", 0.0);
                config.only("threshold", 0.0);
                layers.add(new ReLU());
            }
            case "LeakyReLU" ->
                    layers.add(
                            new LeakyReLU(
                                    config.number(
                                            config.get("alpha") == null
                                                    ? "negative_slope"
                                                    : "alpha")));
            case "Softmax" -> {
                config.only("axis", -1L);
                layers.add(softmax());
            }
            default ->
                    throw new CheckpointException(
                            config.where()
                                    + ": layers of class "
                                    + link.type()
                                    + " are not supported; supported: "
                                    + SUPPORTED);
        }
    }

    /// The shape that the first layer says the input has: `batch_shape` in Keras 3,
    /// `batch_input_shape` in Keras 2.
    private static Shape inputOf(KerasConfig config) {
        String name = config.get("batch_shape") == null ? "batch_input_shape" : "batch_shape";
        List<?> sizes = config.list(name);
        int[] found = new int[Math.max(0, sizes.size() - 1)];
        boolean fixed = found.length >= 1 && found.length <= 3;
        for (int i = 0; i < found.length; i++) {
            boolean whole = sizes.get(i + 1) instanceof Long n && n >= 1 && n <= Integer.MAX_VALUE;
            fixed &= whole;
            found[i] = whole && sizes.get(i + 1) instanceof Long n ? Math.toIntExact(n) : 0;
        }
        if (!fixed) {
            List<Object> shown = new ArrayList<>();
            sizes.forEach(size -> shown.add(size instanceof Optional<?> ? "null" : size));
            throw config.refused(name, "[null, H, W, C], [null, H, W] or [null, n]", shown);
        }
        return Shape.of(found);
    }

    private static void channelsLast(KerasConfig config) {
        config.only("data_format", "channels_last");
    }

    private void image(KerasConfig config) {
        channelsLast(config);
        if (shape.rank() != 3) {
            throw new CheckpointException(
                    config.where() + ": its input must be [H, W, C]; got " + shape);
        }
    }

    private void rows(KerasConfig config) {
        if (shape.rank() != 1) {
            throw new CheckpointException(config.where() + ": its input must be [n]; got " + shape);
        }
    }

    private void conv(Link link) {
        KerasConfig config = link.config();
        image(config);
        int groups = config.get("groups") == null ? 1 : config.size("groups");
        int in = shape.size(2);
        int out = config.size("filters");
        if (in % groups != 0 || out % groups != 0) {
            throw config.refused("groups", "a divisor of " + in + " and " + out, groups);
        }
        int[] kernel = config.pair("kernel_size");
        int[] stride = config.pair("strides");
        int[] dilation =
                config.get("dilation_rate") == null
                        ? new int[] {1, 1}
                        : config.pair("dilation_rate");
        boolean biased = config.flag("use_bias", true);
        Map<String, Tensor> own =
                weights.of(link, biased ? List.of("kernel", "bias") : List.of("kernel"));
        int[] sizes = {kernel[0], kernel[1], in / groups, out};
        Param weight = KerasWeights.param(link, "kernel", own, sizes, 3, 2, 0, 1);
        Param bias = biased ? KerasWeights.param(link, "bias", own, new int[] {out}, 0) : null;
        int[] after = new int[2];
        if (same(config)) {
            SameConv settings =
                    new SameConv(
                            config.square("strides"),
                            equal(config, "dilation_rate", dilation),
                            groups);
            layers.add(new Conv2dSame(weight, bias, settings));
            for (int i = 0; i < 2; i++) {
                after[i] = Math.ceilDiv(shape.size(i), stride[i]);
            }
        } else {
            layers.add(
                    new Conv2d(
                            weight,
                            bias,
                            new Conv2dSettings(
                                    stride[0], stride[1], 0, 0, dilation[0], dilation[1], groups)));
            for (int i = 0; i < 2; i++) {
                after[i] =
                        windows(
                                config,
                                shape.size(i),
                                (long) dilation[i] * (kernel[i] - 1) + 1,
                                stride[i]);
            }
        }
        shape = Shape.of(after[0], after[1], out);
        activation(config);
    }

    private static int equal(KerasConfig config, String name, int[] pair) {
        return config.get(name) == null ? pair[0] : config.square(name);
    }

    private static int windows(KerasConfig config, int size, long window, int stride) {
        if (window > size) {
            throw new CheckpointException(
                    config.where() + ": a window of " + window + " must fit; got " + size);
        }
        return Math.toIntExact((size - window) / stride + 1);
    }

    private static boolean same(KerasConfig config) {
        String padding = config.text("padding");
        if (!padding.equals("same") && !padding.equals("valid")) {
            throw config.refused("padding", "valid or same", padding);
        }
        return padding.equals("same");
    }

    private void pool(Link link) {
        KerasConfig config = link.config();
        image(config);
        int kernel = config.square("pool_size");
        int stride = config.get("strides") == null ? kernel : config.square("strides");
        boolean whole = shape.size(0) % stride == 0 && shape.size(1) % stride == 0;
        if (same(config) && !(kernel == stride && whole)) {
            throw config.refused(
                    "padding", "valid where windows do not fill the image", "same for " + shape);
        }
        layers.add(
                link.type().startsWith("Max")
                        ? new MaxPool2d(kernel, stride)
                        : new AvgPool2d(kernel, stride));
        shape =
                Shape.of(
                        windows(config, shape.size(0), kernel, stride),
                        windows(config, shape.size(1), kernel, stride),
                        shape.size(2));
    }

    private void reshape(KerasConfig config) {
        List<?> target = config.list("target_shape");
        long[] sizes = target.stream().mapToLong(n -> n instanceof Long size ? size : 0).toArray();
        long count = 1;
        for (long size : sizes) {
            count *= Math.clamp(size, 0, Integer.MAX_VALUE);
        }
        boolean fits = sizes.length == 3 || sizes.length == 1;
        if (!fits || count != shape.count()) {
            throw config.refused(
                    "target_shape",
                    "[H, W, C] or [n] of the " + shape.count() + " elements before",
                    target);
        }
        layers.add(new ToRows());
        if (sizes.length == 3) {
            layers.add(new ToImages((int) sizes[0], (int) sizes[1], (int) sizes[2]));
        }
        shape = Shape.of(java.util.Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray());
    }

    private void dense(Link link) {
        KerasConfig config = link.config();
        rows(config);
        int units = config.size("units");
        boolean biased = config.flag("use_bias", true);
        Map<String, Tensor> own =
                weights.of(link, biased ? List.of("kernel", "bias") : List.of("kernel"));
        int[] sizes = {shape.size(0), units};
        layers.add(
                new Linear(
                        KerasWeights.param(link, "kernel", own, sizes, 1, 0),
                        biased
                                ? KerasWeights.param(link, "bias", own, new int[] {units}, 0)
                                : null));
        shape = Shape.of(units);
        activation(config);
    }

    private void batchNorm(Link link) {
        KerasConfig config = link.config();
        Object axis = config.get("axis");
        Object given = axis instanceof List<?> list && list.size() == 1 ? list.getFirst() : axis;
        if (shape.rank() == 2 || !(given instanceof Long a && (a == -1 || a == shape.rank()))) {
            throw config.refused("axis", "the channels' (-1) of [H, W, C] or [n]", axis);
        }
        boolean scale = config.flag("scale", true);
        boolean center = config.flag("center", true);
        List<String> names = new ArrayList<>();
        if (scale) {
            names.add("gamma");
        }
        if (center) {
            names.add("beta");
        }
        names.addAll(List.of("moving_mean", "moving_variance"));
        Map<String, Tensor> own = weights.of(link, names);
        int features = shape.size(shape.rank() - 1);
        int[] sizes = {features};
        Param weight = scale ? KerasWeights.param(link, "gamma", own, sizes, 0) : null;
        Param bias = center ? KerasWeights.param(link, "beta", own, sizes, 0) : null;
        Running mean = Running.of(KerasWeights.checked(link, "moving_mean", own, sizes));
        Running variance = Running.of(KerasWeights.checked(link, "moving_variance", own, sizes));
        double eps = config.number("epsilon");
        double momentum = 1 - config.number("momentum"); // Keras's is the part that stays
        layers.add(
                shape.rank() == 1
                        ? new BatchNorm1d(
                                weight,
                                bias,
                                mean,
                                variance,
                                Running.count(),
                                features,
                                eps,
                                momentum,
                                true)
                        : new BatchNorm2d(
                                weight,
                                bias,
                                mean,
                                variance,
                                Running.count(),
                                features,
                                eps,
                                momentum,
                                true));
    }

    private void activation(KerasConfig config) {
        Object named = config.get("activation");
        String name = named == null ? "linear" : named instanceof String text ? text : "";
        switch (name) {
            case "linear" -> {}
            case "relu" -> layers.add(new ReLU());
            case "leaky_relu" -> layers.add(new LeakyReLU(LEAK));
            case "sigmoid" -> layers.add(new Sigmoid());
            case "tanh" -> layers.add(new Tanh());
            case "softmax" -> layers.add(softmax());
            case "gelu" -> layers.add(GELU.erf());
            case "silu", "swish" -> layers.add(new SiLU());
            default -> throw config.refused("activation", "one of " + ACTIVATIONS, named);
        }
    }

    private Softmax softmax() {
        return new Softmax(shape.rank() == 3 ? 1 : -1); // over channels
    }
}
