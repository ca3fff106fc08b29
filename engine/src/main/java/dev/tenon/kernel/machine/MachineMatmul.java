package dev.tenon.kernel.machine;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Epilogue;
import dev.tenon.kernel.MatmulKernel;
import dev.tenon.kernel.Parallel;
import dev.tenon.kernel.Strided;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/// The family Matmul in machine code: products of F32 matrices ([MatmulJob]).
///
/// Small matrices of a batch are dealt to the threads whole. A product with one column is turned
/// into one with one row, which reads its matrix in vectors.
public final class MachineMatmul implements MatmulKernel {
    private static final int MANY = 16; // matrices that keep all threads busy one by one

    private static final long LARGE = 1 << 18; // elements of a result: 1 MB, a second cache

    private final MatmulKernel below;
    private final ElementwiseKernel elementwise;
    private final MatmulRoutines routines;

    /// @param below the backend that does what has no machine code
    /// @param elementwise does what a product's store does not
    MachineMatmul(MatmulKernel below, ElementwiseKernel elementwise, Isa isa) {
        this.below = below;
        this.elementwise = elementwise;
        routines = new MatmulRoutines(isa);
    }

    @Override
    public void multiply(Strided c, Strided a, Strided b, boolean accumulate) {
        if (serves(c, a, b)) {
            product(c, a, b, accumulate ? Epilogue.ADD : Epilogue.STORE);
        } else {
            below.multiply(c, a, b, accumulate);
        }
    }

    @Override
    public void multiply(Strided c, Strided a, Strided b, Epilogue epilogue) {
        MemorySegment bias = epilogue.bias();
        if (!serves(c, a, b) || (bias != null && !bias.isNative())) {
            below.multiply(c, a, b, epilogue);
        } else if (!product(c, a, b, epilogue)) {
            epilogue.activate(c, elementwise);
        }
    }

    private static boolean serves(Strided c, Strided a, Strided b) {
        return serves(c) && serves(a) && serves(b) && a.sizes()[2] > 0 && c.count() > 0;
    }

    /// Returns whether the activation is done, if there is one.
    private boolean product(Strided c, Strided a, Strided b, Epilogue epilogue) {
        check(c, "c");
        check(a, "a");
        check(b, "b");
        check(epilogue.bias(), c.sizes()[2]);
        boolean column = c.sizes()[2] == 1 && c.strides()[1] == 1;
        Batch batch =
                column
                        ? new Batch(turned(c), turned(b), turned(a), started(c, epilogue))
                        : new Batch(c, a, b, epilogue);
        try {
            batch.run();
        } finally {
            Reference.reachabilityFence(c);
            Reference.reachabilityFence(a);
            Reference.reachabilityFence(b);
            Reference.reachabilityFence(epilogue);
        }
        return batch.shape.activation() == epilogue.activation();
    }

    /// The rest of the epilogue where a column's one bias, which is not one for each column of the
    /// turned product, is done.
    private Epilogue started(Strided c, Epilogue told) {
        if (told.bias() == null) {
            return told;
        }
        told.prepare(c, elementwise);
        return new Epilogue(told.alpha(), 1, null, told.activation());
    }

    private static void check(@Nullable MemorySegment bias, int columns) {
        if (bias != null && bias.byteSize() < (long) Float.BYTES * columns) {
            throw new IndexOutOfBoundsException(
                    "matmul: bias must have an element per column; got "
                            + bias.byteSize() / Float.BYTES
                            + " for "
                            + columns);
        }
    }

    private static boolean serves(Strided x) {
        return x.type() == DType.F32 && x.data().isNative();
    }

    /// Code has no bounds of its own.
    private static void check(Strided x, String name) {
        long first = x.offset();
        long last = x.offset();
        for (int axis = 0; axis < 3; axis++) {
            long reach = (x.sizes()[axis] - 1) * x.strides()[axis];
            first += Math.min(reach, 0);
            last += Math.max(reach, 0);
        }
        if (first < 0 || 4 * (last + 1) > x.data().byteSize()) {
            throw new IndexOutOfBoundsException(
                    "matmul: "
                            + name
                            + " must lie within its segment; got elements "
                            + first
                            + " to "
                            + last
                            + " of "
                            + x.data().byteSize() / 4);
        }
    }

    /// The same elements with rows as columns.
    private static Strided turned(Strided x) {
        int[] sizes = x.sizes();
        long[] strides = x.strides();
        return new Strided(
                x.data(),
                x.type(),
                x.offset(),
                new int[] {sizes[0], sizes[2], sizes[1]},
                new long[] {strides[0], strides[2], strides[1]});
    }

    private Product product(MatmulShape shape) {
        return SkinnyJob.serves(shape)
                ? new SkinnyJob(routines, shape)
                : new MatmulJob(routines, shape);
    }

    /// The matrices of one call.
    private final class Batch {
        private final Strided c;
        private final Strided a;
        private final Strided b;
        private final long d; // address of what is added if it is not `c`, or 0
        private final boolean accumulate;
        private final MatmulShape shape;

        Batch(Strided c, Strided a, Strided b, Epilogue epilogue) {
            this.c = c;
            this.a = a;
            this.b = b;
            MemorySegment bias = epilogue.bias();
            accumulate = bias == null && epilogue.beta() == 1;
            d = bias == null ? 0 : bias.address();
            long row = Float.BYTES * c.strides()[1];
            MatmulShape sums =
                    new MatmulShape(
                            c.sizes()[1],
                            c.sizes()[2],
                            a.sizes()[2],
                            row,
                            Float.BYTES * a.strides()[1],
                            Float.BYTES * a.strides()[2],
                            Float.BYTES * b.strides()[1],
                            Float.BYTES * b.strides()[2],
                            bias == null ? row : 0,
                            (float) epilogue.alpha(),
                            accumulate ? 0 : (float) epilogue.beta(),
                            null);
            UnaryOp activation = epilogue.activation();
            shape = activation != null && stores(activation, sums) ? sums.with(activation) : sums;
        }

        /// Says whether sums go through the activation before they are stored. Those of tiles do
        /// not where the result stays in a cache: a formula is faster over long rows, by as much as
        /// 6 % of the whole, than over a few vectors at a time.
        private boolean stores(UnaryOp activation, MatmulShape sums) {
            return UnaryFormula.has(activation)
                    && (c.count() >= LARGE || !c.isContiguous() || SkinnyJob.serves(sums));
        }

        void run() {
            int count = c.sizes()[0];
            long work = (long) shape.m() * shape.n() * shape.k();
            boolean small =
                    work <= MatmulJob.SMALL || (count >= MANY && work <= MANY * MatmulJob.SMALL);
            if (count > 1 && small) {
                Parallel.range(count, Math.max(1, MatmulJob.SMALL / work), this::matrices);
            } else {
                matrices(0, count);
            }
        }

        private void matrices(long from, long to) {
            Product job = product(shape);
            for (long i = from; i < to; i++) {
                long target = address(c, i);
                job.at(target, address(a, i), address(b, i), accumulate ? target : d);
                job.run();
            }
        }

        private long address(Strided x, long matrix) {
            return x.data().address() + Float.BYTES * (x.offset() + matrix * x.strides()[0]);
        }
    }
}
