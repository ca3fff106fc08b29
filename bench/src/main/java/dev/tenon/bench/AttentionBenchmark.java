package dev.tenon.bench;

import dev.tenon.bench.peer.Task;
import dev.tenon.bench.peer.TaskRun;
import dev.tenon.dtype.DType;
import dev.tenon.kernel.AttentionKernel;
import dev.tenon.kernel.AttentionKernel.Sizes;
import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Attention of one sample of 12 heads over 1024 positions of 64 elements.
final class AttentionBenchmark {
    private static final Sizes SIZES = new Sizes(12, 1024, 1024, 64, 64);
    private static final String NAME = "attention 1x12x1024x64";
    private static final double SCALE = 1 / Math.sqrt(SIZES.size());

    /// Elements of `q`, `k`, `v` and `y` each.
    private static final long COUNT = (long) SIZES.batch() * SIZES.queries() * SIZES.size();

    /// Operations of one product of two matrices of a head, in all heads.
    private static final double PRODUCT = 2.0 * COUNT * SIZES.keys();

    private static final int SAMPLE = 4;
    private static final Sizes LAST =
            new Sizes(1, SAMPLE, SIZES.keys(), SIZES.size(), SIZES.size());

    private AttentionBenchmark() {}

    static List<Trial> trials() {
        return List.of(
                Trial.of(
                        NAME + ", forward",
                        Work.ARITHMETIC,
                        2 * PRODUCT,
                        () -> {
                            Forward forward = new Forward();
                            forward.run();
                            forward.check();
                            return new TaskRun(forward.task(), forward);
                        }),
                // customarily five products: the scores once more, and one for each factor of two
                Trial.of(
                        NAME + ", backward",
                        Work.ARITHMETIC,
                        5 * PRODUCT,
                        () -> {
                            Backward backward = new Backward();
                            backward.run();
                            backward.check();
                            return new TaskRun(backward.task(), backward);
                        }));
    }

    private static final class Forward implements Runnable {
        final AttentionKernel kernel = Backend.kernels().attention();
        final MemorySegment q = Operands.numbers(COUNT);
        final MemorySegment k = Operands.numbers(COUNT, 1);
        final MemorySegment v = Operands.numbers(COUNT, 2);
        final MemorySegment y = Operands.empty(COUNT);
        final MemorySegment rows = Operands.empty(2L * SIZES.batch() * SIZES.queries());

        @Override
        public void run() {
            kernel.attention(y, rows, q, k, v, SIZES, SCALE, DType.F32);
        }

        Task task() {
            return new Task.Attention(
                    y, q, k, v, SIZES.batch(), SIZES.queries(), SIZES.size(), SCALE);
        }

        /// Compares the last queries of the last head.
        void check() {
            MemorySegment expected = Operands.empty((long) SAMPLE * SIZES.size());
            Operands.DEFINITION
                    .attention()
                    .attention(
                            expected,
                            Operands.empty(2 * SAMPLE),
                            lastQueries(q),
                            lastHead(k),
                            lastHead(v),
                            LAST,
                            SCALE,
                            DType.F32);
            Operands.check(NAME, lastQueries(y), expected, 1e-5);
        }
    }

    private static final class Backward implements Runnable {
        final Forward forward = new Forward();
        final MemorySegment dy = Operands.numbers(COUNT, 3);
        final MemorySegment dq = Operands.empty(COUNT);
        final MemorySegment dk = Operands.empty(COUNT);
        final MemorySegment dv = Operands.empty(COUNT);

        Backward() {
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
                    SIZES,
                    SCALE,
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
                    SIZES.batch(),
                    SIZES.queries(),
                    SIZES.size(),
                    SCALE);
        }

        /// Compares `dq` of the last queries with the definition. `dk` and `dv` sum over all
        /// queries, which the definition takes seconds for; they are held against two laws: `y` is
        /// linear in `v`, and scores depend on the products of `q` and `k` alone.
        void check() {
            MemorySegment expected = Operands.empty((long) SAMPLE * SIZES.size());
            long head = (long) SIZES.keys() * SIZES.size();
            Operands.DEFINITION
                    .attention()
                    .attentionGradient(
                            expected,
                            Operands.empty(head),
                            Operands.empty(head),
                            lastQueries(dy),
                            lastQueries(forward.y),
                            Operands.part(
                                    forward.rows,
                                    forward.rows.byteSize() / 4 - 2 * SAMPLE,
                                    2 * SAMPLE),
                            lastQueries(forward.q),
                            lastHead(forward.k),
                            lastHead(forward.v),
                            LAST,
                            SCALE,
                            DType.F32);
            Operands.check(NAME, lastQueries(dq), expected, 1e-5);
            Operands.check(NAME, Operands.dot(dv, forward.v), Operands.dot(dy, forward.y), 1e-3);
            Operands.check(NAME, Operands.dot(dk, forward.k), Operands.dot(dq, forward.q), 1e-3);
        }
    }

    private static MemorySegment lastQueries(MemorySegment all) {
        long count = (long) SAMPLE * SIZES.size();
        return Operands.part(all, COUNT - count, count);
    }

    private static MemorySegment lastHead(MemorySegment all) {
        long count = (long) SIZES.keys() * SIZES.size();
        return Operands.part(all, COUNT - count, count);
    }
}
