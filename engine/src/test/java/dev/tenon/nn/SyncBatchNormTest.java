package dev.tenon.nn;

import static dev.tenon.kernel.Tolerances.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.dtype.DType;
import dev.tenon.nn.activation.ReLU;
import dev.tenon.nn.norm.BatchNorm1d;
import dev.tenon.nn.norm.BatchNorm2d;
import dev.tenon.nn.norm.SyncBatchNorm;
import dev.tenon.tensor.Autograd;
import dev.tenon.tensor.Exchange;
import dev.tenon.tensor.IndexOps;
import dev.tenon.tensor.Rng;
import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/// Batch norm over the batches of several workers, here threads, is batch norm over one batch.
class SyncBatchNormTest {
    /// Threads that meet to exchange numbers.
    private static final class Meeting {
        private final double[][] given;
        private final CyclicBarrier barrier;

        Meeting(int workers) {
            given = new double[workers][];
            barrier = new CyclicBarrier(workers);
        }

        Exchange of(int rank) {
            return new Exchange() {
                @Override
                public int workers() {
                    return given.length;
                }

                @Override
                public List<double[]> gather(double[] mine) {
                    given[rank] = mine.clone();
                    await(); // all have given
                    List<double[]> all = List.of(given.clone());
                    await(); // all have taken
                    return all;
                }
            };
        }

        private void await() {
            try {
                barrier.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// What a worker ends with: the result, gradients and running statistics.
    private record Ended(Tensor y, Tensor dx, List<Tensor> gradients, List<Tensor> state) {}

    private static Ended work(
            UnaryLayer layer, Function<Tensor, Tensor> apply, Tensor part, Tensor upstream) {
        Tensor x = part.contiguous().detach().requireGradient();
        Tensor y = Mode.train(Rng.of(1), () -> apply.apply(x));
        y.backward(upstream.contiguous(), Autograd.Graph.KEEP);
        return new Ended(
                y,
                Objects.requireNonNull(x.gradient()),
                layer.params().values().stream()
                        .map(p -> Objects.requireNonNull(p.gradient()))
                        .toList(),
                layer.running().values().stream().map(Running::value).toList());
    }

    /// Runs a layer of its own on each part, in a thread each.
    private static List<Ended> workers(
            IntFunction<UnaryLayer> layers, List<Tensor> parts, List<Tensor> upstreams)
            throws InterruptedException, ExecutionException {
        Meeting meeting = new Meeting(parts.size());
        List<Future<Ended>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(parts.size())) {
            for (int rank = 0; rank < parts.size(); rank++) {
                int worker = rank;
                UnaryLayer layer = layers.apply(rank);
                all.add(
                        threads.submit(() ->
                                work(
                                        layer,
                                        x ->
                                                SyncBatchNorm.over(
                                                        meeting.of(worker), () -> layer.apply(x)),
                                        parts.get(worker),
                                        upstreams.get(worker))));
            }
        }
        List<Ended> ended = new ArrayList<>();
        for (Future<Ended> one : all) {
            ended.add(one.get());
        }
        return ended;
    }

    private static UnaryLayer model(DType type) {
        Init init = Init.of(Rng.of(7), type);
        UnaryLayer model =
                Sequential.of(
                        BatchNorm2d.of(3, 1e-3, 0.2, true, true, init),
                        new ReLU(),
                        BatchNorm2d.of(3, 1e-5, null, false, true, init));
        Param weight = Objects.requireNonNull(model.params().get("0.weight"));
        weight.value().assign(Tensor.of(new double[] {0.7, -1.2, 2}, 3).to(type));
        return model;
    }

    private static List<Tensor> split(Tensor x, int... sizes) {
        List<Tensor> parts = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            parts.add(x.slice(0, from, from + size));
            from += size;
        }
        return parts;
    }

    private static void equalsOneBatch(DType type, double mean, int... sizes)
            throws InterruptedException, ExecutionException {
        Shape shape = Shape.of(7, 3, 4, 5);
        Tensor x = Rng.of(2).normal(type, shape).add(mean);
        Tensor upstream = Rng.of(3).normal(type, shape);
        UnaryLayer whole = model(type);
        Ended one = work(whole, whole::apply, x, upstream);
        List<Ended> all = workers(i -> model(type), split(x, sizes), split(upstream, sizes));
        String name = type + " " + sizes.length + " workers, mean " + mean;
        double times = mean == 0 ? 4 : 4000; // x itself has lost digits of x - mean
        same(all.stream().map(Ended::y).toList(), one.y, times, type, name + " y");
        same(all.stream().map(Ended::dx).toList(), one.dx, times, type, name + " dx");
        for (int i = 0; i < one.gradients.size(); i++) {
            int param = i;
            double[] sum = new double[3];
            for (Ended worker : all) {
                double[] part = worker.gradients.get(param).toDoubles();
                for (int c = 0; c < sum.length; c++) {
                    sum[c] += part[c];
                }
            }
            assertClose(
                    sum, one.gradients.get(i).toDoubles(), 20 * times, type, name + " gradient");
        }
        for (Ended worker : all) {
            for (int i = 0; i < one.state.size(); i++) {
                assertClose(
                        worker.state.get(i).toDoubles(),
                        one.state.get(i).toDoubles(),
                        times,
                        type,
                        name + " running");
                assertThat(worker.state.get(i).toDoubles())
                        .containsExactly(all.getFirst().state.get(i).toDoubles());
            }
        }
    }

    private static void same(
            List<Tensor> parts, Tensor whole, double times, DType type, String name) {
        assertClose(IndexOps.cat(parts, 0).toDoubles(), whole.toDoubles(), times, type, name);
    }

    @Test
    void equalsBatchNormOverTheWholeBatch() throws InterruptedException, ExecutionException {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            equalsOneBatch(type, 0, 4, 3);
            equalsOneBatch(type, 0, 1, 5, 1);
            equalsOneBatch(type, 0, 3, 0, 4); // one has no samples
        }
        equalsOneBatch(DType.F32, 1e4, 4, 3);
        equalsOneBatch(DType.F64, 1e4, 2, 2, 3);
    }

    /// One value for each worker is enough, one for all together is not.
    @Test
    void countsTheValuesOfAllWorkers() throws InterruptedException, ExecutionException {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 8}, 2, 2);
        List<Ended> all =
                workers(i -> BatchNorm1d.of(2, Init.of(1)), split(x, 1, 1), split(x, 1, 1));
        assertThat(all.getFirst().y.toFloats()[0]).isBetween(-1f, -0.99f);
        assertThatThrownBy(() ->
                        workers(i -> BatchNorm1d.of(2, Init.of(1)), split(x, 1, 0), split(x, 1, 0)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "BatchNorm1d: batchNorm: Expected more than 1 value per channel when training,"
                                + " got input size torch.Size([1, 2]); got 2 workers with one value"
                                + " together");
    }

    @Test
    void refusesWorkersOfOtherChannels() {
        assertThatThrownBy(() ->
                        workers(
                                i -> BatchNorm1d.of(2 + i, Init.of(1)),
                                List.of(Tensor.zeros(3, 2), Tensor.zeros(3, 3)),
                                List.of(Tensor.zeros(3, 2), Tensor.zeros(3, 3))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage(
                        "BatchNorm1d: syncBatchNorm: all workers must have the same channels; got [2, 3]");
    }

    /// In evaluation nobody is asked: the meeting would wait for the other worker in vain.
    @Test
    void evaluationIsPlainBatchNorm() {
        UnaryLayer layer = BatchNorm2d.of(3, Init.of(1));
        Tensor x = Rng.of(2).normal(DType.F32, Shape.of(2, 3, 4, 5));
        Tensor y = SyncBatchNorm.over(new Meeting(2).of(0), () -> layer.apply(x));
        assertThat(y.toFloats()).containsExactly(layer.apply(x).toFloats());
    }
}
