package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Draw.Lie;
import java.lang.foreign.MemorySegment;

/// Calls of the family Matmul: any strides of the factors, rows of the product apart, batches with
/// repeated factors, one row or many.
final class MatmulFuzz implements FuzzFamily {
    @Override
    public int kernels() {
        return 3;
    }

    @Override
    public Call draw(Draw d, int kernel) {
        boolean accumulate = kernel == 1;
        DType type = d.type();
        int[] n = d.sizes(4, 1); // batch, m, n, k
        if (d.oneIn(2)) {
            n[0] = Math.min(n[0], 1);
        }
        if (d.oneIn(4)) {
            n[1] = 1 + d.below(8); // skinny
        }
        Lie toC = apart(d, n[0], n[1], n[2], false);
        Lie ofA = apart(d, n[0], n[1], n[3], true);
        Lie ofB = apart(d, n[0], n[3], n[2], true);
        Values values =
                d.values(Values.STEPS, Values.OFFSET, Values.TINY, Values.HUGE, Values.SPECIAL);
        String what =
                "multiply "
                        + type
                        + (accumulate ? " accumulate c " : " c ")
                        + toC
                        + ", a "
                        + ofA
                        + ", b "
                        + ofB
                        + ", "
                        + values;
        MemorySegment before = product(d, toC, type);
        MemorySegment left = d.data(ofA.extent(), type, values);
        MemorySegment right = d.data(ofB.extent(), type, d.oneIn(4) ? values : Values.NORMAL);
        Call plain = new Call("");
        int c =
                accumulate
                        ? plain.changed("c", type, before)
                        : plain.output("c", type, toC.extent());
        int a = plain.input("a", type, left);
        int b = plain.input("b", type, right);
        plain.linear(
                type,
                n[3],
                (k, s, t) ->
                        k.matmul()
                                .multiply(
                                        toC.over(s[c], t),
                                        ofA.over(s[a], t),
                                        ofB.over(s[b], t),
                                        accumulate));
        return kernel < 2
                ? plain.named(what)
                : finished(d, what, plain, new Product(toC, ofA, ofB, before, left, right, type));
    }

    private record Product(
            Lie toC,
            Lie ofA,
            Lie ofB,
            MemorySegment before,
            MemorySegment left,
            MemorySegment right,
            DType type) {}

    /// A product with an epilogue: what becomes of the sums that `plain` may come to.
    private static Call finished(Draw d, String what, Call plain, Product p) {
        DType type = p.type;
        double alpha = d.one(1.0, 1.0, 0.3, -2.0);
        double beta = d.one(0.0, 1.0, 0.7, -1.0);
        int columns = p.toC.sizes()[2];
        MemorySegment bias = d.oneIn(2) ? null : d.data(columns, type, Values.NORMAL);
        UnaryOp activation = d.oneIn(3) ? null : d.one(Formulas.ACTIVATIONS);
        Call call =
                new Call(
                        what
                                + ", alpha "
                                + alpha
                                + ", beta "
                                + beta
                                + (bias == null ? "" : ", bias")
                                + ", "
                                + activation);
        int c =
                beta == 0
                        ? call.output("c", type, p.toC.extent())
                        : call.changed("c", type, p.before);
        int a = call.input("a", type, p.left);
        int b = call.input("b", type, p.right);
        int shift = bias == null ? -1 : call.input("bias", type, bias);
        long rowStep = Math.max(1, p.toC.strides()[1]);
        long matrixStep = Math.max(1, p.toC.strides()[0]);
        call.within(
                c,
                i -> {
                    Enclosure y = plain.bound(0, i).times(alpha);
                    y = beta == 0 ? y : y.plus(at(p.before, i, type).times(beta));
                    long column = (i - p.toC.offset()) % matrixStep % rowStep;
                    y = bias == null ? y : y.plus(at(bias, column, type));
                    return activation == null ? y : Formulas.value(activation, y, 0, 0);
                });
        return call.does((k, s) ->
                k.matmul()
                        .multiply(
                                p.toC.over(s[c], type),
                                p.ofA.over(s[a], type),
                                p.ofB.over(s[b], type),
                                new Epilogue(
                                        alpha, beta, shift < 0 ? null : s[shift], activation)));
    }

    private static Enclosure at(MemorySegment data, long i, DType type) {
        return Enclosure.of(type, type.read(data, i));
    }

    /// Returns numbers where the product lies and unwritten elements between its rows.
    private static MemorySegment product(Draw d, Lie lie, DType type) {
        MemorySegment data = d.data(lie.extent(), type, Values.NORMAL);
        MemorySegment numbers = Call.copy(data);
        data.fill(Call.UNWRITTEN);
        int[] sizes = lie.sizes();
        long[] strides = lie.strides();
        for (int b = 0; b < sizes[0]; b++) {
            for (int i = 0; i < sizes[1]; i++) {
                for (int j = 0; j < sizes[2]; j++) {
                    long at = lie.offset() + b * strides[0] + i * strides[1] + j * strides[2];
                    type.write(data, at, type.read(numbers, at));
                }
            }
        }
        return data;
    }

    /// Returns the lie of matrices: rows or columns one after another, or apart; a factor may lie
    /// any way and be the same for the whole batch.
    private static Lie apart(Draw d, int batch, int rows, int columns, boolean factor) {
        long row = columns;
        long column = 1;
        int order = d.below(factor ? 6 : 3);
        if (order == 0) {
            row = (long) columns + d.below(9);
        } else if (order >= 4) {
            row = 1;
            column = (long) rows + (order == 4 ? 0 : d.below(9));
        } else if (order == 3) {
            row = 2L * columns;
            column = 2;
        }
        long matrix = Math.max(rows * row, columns * column);
        boolean repeated = factor && d.oneIn(4);
        long step = repeated ? 0 : matrix + (d.oneIn(4) ? d.below(9) : 0);
        Lie lie =
                new Lie(
                        new int[] {batch, rows, columns},
                        new long[] {step, row, column},
                        d.oneIn(2) ? 0 : d.below(9));
        return factor ? lie.turned(d) : lie;
    }
}
