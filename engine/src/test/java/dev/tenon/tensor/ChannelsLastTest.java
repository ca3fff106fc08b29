package dev.tenon.tensor;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.UnaryOp;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Norms of tensors whose channels are last in memory against the same tensors with them first.
class ChannelsLastTest {
    /// A norm of x with weight, bias and what follows.
    @FunctionalInterface
    private interface Norm {
        Tensor of(Tensor x, Tensor weight, Tensor bias, Finish finish);
    }

    private static Map<String, Norm> norms() {
        Tensor mean = sines(Shape.of(6), 0.5, 0.2);
        Tensor variance = sines(Shape.of(6), 0.8, 0.1).add(1.5);
        Map<String, Norm> norms = new LinkedHashMap<>();
        norms.put(
                "batch norm",
                (x, w, b, f) -> BatchNormOps.batchNorm(x, BatchNormOps.moments(x), w, b, 1e-5, f));
        norms.put(
                "batch norm, evaluation",
                (x, w, b, f) -> BatchNormOps.batchNorm(x, mean, variance, w, b, 1e-5, f));
        norms.put("group norm", (x, w, b, f) -> NormOps.groupNorm(x, 2, w, b, 1e-5, f));
        norms.put("instance norm", (x, w, b, f) -> NormOps.instanceNorm(x, w, b, 1e-5, f));
        return norms;
    }

    private static Tensor sines(Shape shape, double frequency, double phase) {
        int count = Math.toIntExact(shape.count());
        return Tensor.of(Golden.sines(count, frequency, phase, 1, 0), shape.sizes());
    }

    /// Returns a view of the same elements that lie with the channels last.
    private static Tensor last(Tensor x) {
        return ChannelsLast.first(ChannelsLast.last(x).contiguous());
    }

    @Test
    void viewsSayWhereTheirChannelsAre() {
        Tensor x = sines(Shape.of(2, 3, 4, 5), 1.7, 0.3);
        assertThat(ChannelsLast.is(x)).isFalse();
        assertThat(ChannelsLast.is(last(x))).isTrue();
        assertThat(ChannelsLast.is(last(x).slice(0, 0, 1))).isTrue();
        assertThat(ChannelsLast.is(last(x).slice(1, 0, 2))).isFalse();
        assertThat(ChannelsLast.is(x.transpose(2, 3))).isFalse();
        assertThat(ChannelsLast.is(sines(Shape.of(4, 3), 1, 0).transpose(0, 1))).isFalse();
        assertThat(last(x).toDoubles()).containsExactly(x.toDoubles());
        Tensor rows = ChannelsLast.rows(last(x));
        assertThat(rows.isContiguous()).isTrue();
        assertThat(ChannelsLast.ofRows(rows, x.shape()).toDoubles()).containsExactly(x.toDoubles());
    }

    @Test
    void areWhatTheyAreWithTheChannelsFirst() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (Shape shape :
                    List.of(Shape.of(3, 6, 50), Shape.of(2, 6, 9, 7), Shape.of(2, 6, 3, 4, 5))) {
                norms().forEach((name, norm) -> {
                    for (UnaryOp op : new UnaryOp[] {null, UnaryOp.SILU}) {
                        for (boolean adds : new boolean[] {false, true}) {
                            String what = name + " " + type + " " + shape + " " + op + " " + adds;
                            compare(norm, shape, type, op, adds, what);
                        }
                    }
                });
            }
        }
    }

    private static void compare(
            Norm norm, Shape shape, DType type, @Nullable UnaryOp op, boolean adds, String what) {
        double[][] results = new double[2][];
        for (int i = 0; i < 2; i++) {
            boolean isLast = i == 1;
            Tensor x = leaf(sines(shape, 1.7, 0.3).to(type));
            Tensor weight = leaf(sines(Shape.of(6), 0.9, 0.4).add(1.5).to(type));
            Tensor bias = leaf(sines(Shape.of(6), 0.3, 0.1).to(type));
            Tensor residual = leaf(sines(shape, 0.7, 0.1).to(type));
            Finish finish = new Finish(!adds ? null : isLast ? last(residual) : residual, op);
            Tensor y = norm.of(isLast ? last(x) : x, weight, bias, finish);
            assertThat(y.isContiguous()).as(what).isEqualTo(!isLast);
            assertThat(ChannelsLast.is(y)).as(what).isEqualTo(isLast);
            Tensor upstream = sines(shape, 0.23, 0.1).to(type);
            y.backward(isLast ? last(upstream) : upstream, Autograd.Graph.KEEP);
            Tensor added = adds ? residual.gradient() : bias.gradient();
            results[i] = join(y, x.gradient(), weight.gradient(), bias.gradient(), added);
        }
        assertClose(results[1], results[0], 20, type, what);
    }

    private static Tensor leaf(Tensor x) {
        return x.requireGradient();
    }

    private static double[] join(Tensor... all) {
        return Arrays.stream(all).flatMapToDouble(t -> Arrays.stream(t.toDoubles())).toArray();
    }
}
