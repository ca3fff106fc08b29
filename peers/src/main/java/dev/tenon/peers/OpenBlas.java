package dev.tenon.peers;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.OPENBLAS_VERSION;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemv;

import dev.tenon.bench.peer.Attempt;
import dev.tenon.bench.peer.Peer;
import dev.tenon.bench.peer.Task;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/// OpenBLAS: matrix products.
public final class OpenBlas implements Peer {
    @Override
    public String name() {
        return OPENBLAS_VERSION.replace(" ", " ").strip();
    }

    @Override
    public @Nullable Attempt attempt(Task task, int threads) {
        return task instanceof Task.Matmul product ? new Product(product, threads) : null;
    }

    private static final class Product implements Attempt {
        private final Task.Matmul task;
        private final Arena arena = Arena.ofShared();
        private final MemorySegment result;
        private final FloatPointer a;
        private final FloatPointer b;
        private final FloatPointer c;

        Product(Task.Matmul task, int threads) {
            blas_set_num_threads(threads);
            this.task = task;
            result = arena.allocate(task.c().byteSize(), 64);
            a = Address.of(task.a());
            b = Address.of(task.b());
            c = Address.of(result);
        }

        @Override
        public void run() {
            int m = task.m();
            int n = task.n();
            int k = task.k();
            int stored = task.transposed() ? k : n; // elements of a row of b
            if (m == 1) { // the routine meant for it
                cblas_sgemv(
                        CblasRowMajor,
                        task.transposed() ? CblasNoTrans : CblasTrans,
                        task.transposed() ? n : k,
                        stored,
                        1,
                        b,
                        stored,
                        a,
                        1,
                        0,
                        c,
                        1);
                return;
            }
            cblas_sgemm(
                    CblasRowMajor,
                    CblasNoTrans,
                    task.transposed() ? CblasTrans : CblasNoTrans,
                    m,
                    n,
                    k,
                    1,
                    a,
                    k,
                    b,
                    stored,
                    0,
                    c,
                    n);
        }

        @Override
        public List<MemorySegment> results() {
            return List.of(result);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
