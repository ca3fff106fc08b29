package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.Golden;
import dev.tenon.dtype.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexOpsTest {
    private static Tensor sines(double phase, int... sizes) {
        int count = (int) Shape.of(sizes).count();
        return Tensor.of(Golden.sines(count, 0.37, phase, 1, 0), sizes);
    }

    private static Tensor count(int... sizes) {
        double[] values = new double[(int) Shape.of(sizes).count()];
        Arrays.setAll(values, i -> i);
        return Tensor.of(values, sizes);
    }

    private static Tensor index(int[] sizes, long... values) {
        return Tensor.of(values, sizes);
    }

    @Test
    void embeddingLooksRowsUp() {
        Tensor y = IndexOps.embedding(count(4, 2), index(new int[] {2, 2}, 3, 0, 0, 1));
        assertThat(y.shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(y.toDoubles()).containsExactly(6, 7, 0, 1, 0, 1, 2, 3);
        Tensor narrow = Tensor.of(new long[] {1}).to(DType.I32);
        assertThat(IndexOps.embedding(count(4, 2), narrow).toDoubles()).containsExactly(2, 3);
    }

    @Test
    void embeddingAddsGradientsInTheOrderOfTheIndices() {
        Tensor weight = Tensor.zeros(2, 1).requireGradient();
        float big = 1 << 24; // big + 1 rounds to big, 1 + 1 + big does not
        Tensor y = IndexOps.embedding(weight, Tensor.of(new long[] {0, 0, 0, 1, 1, 1}));
        y.backward(Tensor.of(new float[] {big, 1, 1, 1, 1, big}, 6, 1), Autograd.Graph.FREE);
        assertThat(weight.gradient().toFloats()).containsExactly(big, big + 2);
    }

    @Test
    void takeWorksForAnyRankAndType() {
        Tensor x = count(3, 2, 2).to(DType.U8);
        Tensor y = IndexOps.take(x, Tensor.of(new long[] {2, 0}));
        assertThat(y.type()).isEqualTo(DType.U8);
        assertThat(y.toLongs()).containsExactly(8, 9, 10, 11, 0, 1, 2, 3);
        assertThat(IndexOps.take(count(5), Tensor.scalar(DType.I64, 3)).item()).isEqualTo(3);
    }

    @Test
    void gatherPicksAlongAnAxis() {
        Tensor x = count(2, 3);
        assertThat(IndexOps.gather(x, 1, index(new int[] {2, 2}, 2, 0, 1, 1)).toDoubles())
                .containsExactly(2, 0, 4, 4);
        assertThat(IndexOps.gather(x, 0, index(new int[] {1, 3}, 1, 0, 1)).toDoubles())
                .containsExactly(3, 1, 5);
        assertThat(IndexOps.gather(x, -1, index(new int[] {1, 1}, 2)).toDoubles())
                .containsExactly(2);
    }

    @Test
    void gradientsAgreeWithDifferences() {
        Tensor index = index(new int[] {2, 3}, 1, 0, 3, 3, 3, 2);
        GradientCheck.check(in -> IndexOps.embedding(in.get(0), index), List.of(sines(0, 4, 3)));
        GradientCheck.check(in -> IndexOps.take(in.get(0), index), List.of(sines(0, 4, 2, 2)));
        GradientCheck.check(in -> IndexOps.gather(in.get(0), 1, index), List.of(sines(0, 3, 4)));
        GradientCheck.check(in -> IndexOps.gather(in.get(0), 0, index), List.of(sines(0, 4, 3)));
        GradientCheck.check(
                in -> IndexOps.cat(in, 1), List.of(sines(0, 2, 3, 2), sines(1, 2, 1, 2)));
        GradientCheck.check(
                in -> IndexOps.cat(List.of(in.get(0), in.get(0)), 0), List.of(sines(0, 3)));
        GradientCheck.check(in -> IndexOps.stack(in, -1), List.of(sines(0, 2, 3), sines(1, 2, 3)));
        GradientCheck.check(
                in -> {
                    List<Tensor> parts = IndexOps.split(in.get(0), 1, 2, 3);
                    return ElementwiseOps.mul(parts.get(0), parts.get(1).slice(1, 1, 3));
                },
                List.of(sines(0, 2, 5)));
        GradientCheck.check(
                in -> IndexOps.pad(in.get(0), 7, 1, 2, 0, 3), List.of(sines(0, 2, 2, 3)));
    }

    @Test
    void catJoinsAndSplitCutsAgain() {
        Tensor a = count(2, 1, 3);
        Tensor b = sines(1, 2, 4, 3);
        Tensor y = IndexOps.cat(List.of(a, b.permute(0, 2, 1).permute(0, 2, 1)), 1);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 5, 3));
        List<Tensor> parts = IndexOps.split(y, -2, 1, 4);
        assertThat(parts.get(0).toDoubles()).containsExactly(a.toDoubles());
        assertThat(parts.get(1).toDoubles()).containsExactly(b.toDoubles());
        assertThat(parts.get(1).storage()).isSameAs(y.storage());
    }

    @Test
    void catTakesViews() {
        Tensor x = count(2, 3);
        assertThat(IndexOps.cat(List.of(x.transpose(0, 1), x.transpose(0, 1)), 1).toDoubles())
                .containsExactly(0, 3, 0, 3, 1, 4, 1, 4, 2, 5, 2, 5);
    }

    @Test
    void stackMakesAnAxis() {
        Tensor a = count(2);
        Tensor b = a.add(10);
        assertThat(IndexOps.stack(List.of(a, b), 0).toDoubles()).containsExactly(0, 1, 10, 11);
        Tensor last = IndexOps.stack(List.of(a, b), -1);
        assertThat(last.shape()).isEqualTo(Shape.of(2, 2));
        assertThat(last.toDoubles()).containsExactly(0, 10, 1, 11);
    }

    @Test
    void padCountsAxesFromTheLast() {
        Tensor y = IndexOps.pad(count(1, 2), -1, 1, 0, 0, 1);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(y.toDoubles()).containsExactly(-1, 0, 1, -1, -1, -1);
    }

    @Test
    void oneHotMarksTheClass() {
        Tensor y = IndexOps.oneHot(Tensor.of(new long[] {2, 0}), 3, DType.F32);
        assertThat(y.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(y.toDoubles()).containsExactly(0, 0, 1, 1, 0, 0);
    }

    @Test
    void refusesIndicesOutOfRange() {
        Tensor weight = Tensor.zeros(10, 4);
        assertThatThrownBy(() -> IndexOps.embedding(weight, Tensor.of(new long[] {0, 1, 9, 12})))
                .isInstanceOf(ShapeException.class)
                .hasMessage("embedding: indices must be in [0, 10); got 12 at position 3");
        assertThatThrownBy(() -> IndexOps.take(weight, Tensor.of(new long[] {-1})))
                .hasMessage("take: indices must be in [0, 10); got -1 at position 0");
        assertThatThrownBy(() -> IndexOps.oneHot(Tensor.of(new long[] {3}), 3, DType.F32))
                .hasMessage("oneHot: indices must be in [0, 3); got 3 at position 0");
        assertThatThrownBy(() -> IndexOps.embedding(weight, Tensor.zeros(2)))
                .hasMessage(
                        "embedding: indices must be I64 or I32; got F32 [2]. Convert with to(DType.I64)");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Tensor x = Tensor.zeros(2, 3);
        assertThatThrownBy(() -> IndexOps.gather(x, 0, index(new int[] {1, 4}, 0, 0, 0, 0)))
                .hasMessage(
                        "gather: the index must have x's axes and nowhere be larger but along the axis; got"
                                + " index [1, 4] for x [2, 3], axis 0");
        assertThatThrownBy(() -> IndexOps.embedding(Tensor.zeros(2), Tensor.of(new long[] {0})))
                .hasMessage("embedding: the weight must have two axes; got [2]");
        assertThatThrownBy(() -> IndexOps.cat(List.of(x, Tensor.zeros(2, 2)), 0))
                .hasMessage(
                        "cat: types and all sizes but axis 0's must be equal; got F32 [2, 3], F32 [2, 2]");
        assertThatThrownBy(() -> IndexOps.cat(List.of(), 0))
                .hasMessage("cat: at least one tensor is needed; got none");
        assertThatThrownBy(() -> IndexOps.split(x, 1, 1, 1))
                .hasMessage(
                        "split: sizes must be at least 0 and add up to the axis's; got [1, 1] for axis 1 of"
                                + " [2, 3]");
        assertThatThrownBy(() -> IndexOps.stack(List.of(x, Tensor.zeros(2, 2)), 0))
                .hasMessage("stack: types and shapes must be equal; got F32 [2, 3], F32 [2, 2]");
        assertThatThrownBy(() -> IndexOps.pad(x, 0, 1))
                .hasMessage(
                        "pad: widths must be pairs, at most one per axis, none negative; got [1] for [2, 3]");
    }
}
