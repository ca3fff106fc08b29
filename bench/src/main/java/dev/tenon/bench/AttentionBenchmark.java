package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel;
import dev.tenon.kernel.AttentionKernel.Sizes;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Attention as language models have it, as the article's U-Net has it (16 samples of 4 heads, over
/// images of 32, 16 and 8 pixels a side), and as the model of digits has it: hundreds of heads of a
/// few positions.
final class AttentionBenchmark {
    private static final int SAMPLE = 4;

    private AttentionBenchmark() {}

    static List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        add(trials, "attention 1x12x1024x64", new Sizes(12, 1024, 1024, 64, 64));
        add(trials, "attention 16x4x1024x16", new Sizes(64, 1024, 1024, 16, 16));
        add(trials, "attention 16x4x256x16", new Sizes(64, 256, 256, 16, 16));
        add(trials, "attention 16x4x64x64", new Sizes(64, 64, 64, 64, 64));
        add(trials, "attention 64x4x64x8", new Sizes(256, 64, 64, 8, 8));
        add(trials, "attention 64x4x16x8", new Sizes(256, 16, 16, 8, 8));
        return trials;
    }

    private static void add(List<Trial> trials, String name, Sizes sizes) {
        double product = 2.0 * count(sizes) * sizes.keys(); // operations, in all heads
        trials.add(
                Trial.of(
                        name + ", forward",
                        Work.ARITHMETIC,
                        2 * product,
                        () -> {
                            Forward forward = new Forward(name, sizes);
                            forward.run();
                            forward.check();
                            return new TaskRun(forward.task(), forward);
                        }));
        // customarily five products: the scores once more, and one for each factor of two
        trials.add(
                Trial.of(
                        name + ", backward",
                        Work.ARITHMETIC,
                        5 * product,
                        () -> {
                            Backward backward = new Backward(name, sizes);
                            backward.run();
                            backward.check();
                            return new TaskRun(backward.task(), backward);
                        }));
    }

    /// Elements of `q`, `k`, `v` and `y` each.
    private static long count(Sizes sizes) {
        return (long) sizes.batch() * sizes.queries() * sizes.size();
    }

    private static final class Forward implements Runnable {
        final AttentionKernel kernel = Backend.kernels().attention();
        final String name;
        final Sizes sizes;
        final double scale;
        final MemorySegment q;
        final MemorySegment k;
        final MemorySegment v;
        final MemorySegment y;
        final MemorySegment rows;

        Forward(String name, Sizes sizes) {
            this.name = name;
            this.sizes = sizes;
            scale = 1 / Math.sqrt(sizes.size());
            q = Operands.numbers(count(sizes));
            k = Operands.numbers(count(sizes), 1);
            v = Operands.numbers(count(sizes), 2);
            y = Operands.empty(count(sizes));
            rows = Operands.empty(2L * sizes.batch() * sizes.queries());
        }

        @Override
        public void run() {
            kernel.attention(y, rows, q, k, v, sizes, scale, DType.F32);
        }

        Task task() {
            return new Task.Attention(
                    y, q, k, v, sizes.batch(), sizes.queries(), sizes.size(), scale);
        }

        /// Compares the last queries of the last head.
        void check() {
            MemorySegment expected = Operands.empty((long) SAMPLE * sizes.size());
            Operands.DEFINITION
                    .attention()
                    .attention(
                            expected,
                            Operands.empty(2 * SAMPLE),
                            lastQueries(q),
                            lastHead(k),
                            lastHead(v),
                            last(),
                            scale,
                            DType.F32);
            Operands.check(name, lastQueries(y), expected, 1e-5);
        }

        Sizes last() {
            return new Sizes(1, SAMPLE, sizes.keys(), sizes.size(), sizes.size());
        }

        MemorySegment lastQueries(MemorySegment all) {
            long count = (long) SAMPLE * sizes.size();
            return Operands.part(all, count(sizes) - count, count);
        }

        MemorySegment lastHead(MemorySegment all) {
            long count = (long) sizes.keys() * sizes.size();
            return Operands.part(all, count(sizes) - count, count);
        }
    }

    private static final class Backward implements Runnable {
        final Forward forward;
        final MemorySegment dy;
        final MemorySegment dq;
        final MemorySegment dk;
        final MemorySegment dv;

        Backward(String name, Sizes sizes) {
            forward = new Forward(name, sizes);
            dy = Operands.numbers(count(sizes), 3);
            dq = Operands.empty(count(sizes));
            dk = Operands.empty(count(sizes));
            dv = Operands.empty(count(sizes));
            forward.run();
        }

        @Override
        public void run() {
            forward.kernel.attentionGradient(
                    dq,
                    dk,
                    dv,
                    dy,
                    forward.y,
                    forward.rows,
                    forward.q,
                    forward.k,
                    forward.v,
                    forward.sizes,
                    forward.scale,
                    DType.F32);
        }

        Task task() {
            return new Task.AttentionGradient(
                    dq,
                    dk,
                    dv,
                    dy,
                    forward.q,
                    forward.k,
                    forward.v,
                    forward.sizes.batch(),
                    forward.sizes.queries(),
                    forward.sizes.size(),
                    forward.scale);
        }

        /// Compares `dq` of the last queries with the definition. `dk` and `dv` sum over all
        /// queries, which the definition takes seconds for; they are held against two laws: `y` is
        /// linear in `v`, and scores depend on the products of `q` and `k` alone.
        void check() {
            String name = forward.name;
            MemorySegment expected = Operands.empty((long) SAMPLE * forward.sizes.size());
            long head = (long) forward.sizes.keys() * forward.sizes.size();
            Operands.DEFINITION
                    .attention()
                    .attentionGradient(
                            expected,
                            Operands.empty(head),
                            Operands.empty(head),
                            forward.lastQueries(dy),
                            forward.lastQueries(forward.y),
                            Operands.part(
                                    forward.rows,
                                    forward.rows.byteSize() / 4 - 2 * SAMPLE,
                                    2 * SAMPLE),
                            forward.lastQueries(forward.q),
                            forward.lastHead(forward.k),
                            forward.lastHead(forward.v),
                            forward.last(),
                            forward.scale,
                            DType.F32);
            Operands.check(name, forward.lastQueries(dq), expected, 1e-5);
            Operands.check(name, Operands.dot(dv, forward.v), Operands.dot(dy, forward.y), 1e-3);
            Operands.check(name, Operands.dot(dk, forward.k), Operands.dot(dq, forward.q), 1e-3);
        }
    }
}
