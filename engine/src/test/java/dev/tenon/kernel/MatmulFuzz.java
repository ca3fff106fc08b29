package dev.tenon.kernel;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Draw.Lie;
import java.lang.foreign.MemorySegment;

/// Calls of the family Matmul: any strides of the factors, rows of the product apart, batches with
/// repeated factors, one row or many.
final class MatmulFuzz implements FuzzFamily {
    @Override
    public int kernels() {
        return 2;
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
        Call call =
                new Call(
                        "multiply "
                                + type
                                + (accumulate ? " accumulate c " : " c ")
                                + toC
                                + ", a "
                                + ofA
                                + ", b "
                                + ofB
                                + ", "
                                + values);
        int c =
                accumulate
                        ? call.changed("c", type, product(d, toC, type))
                        : call.output("c", type, toC.extent());
        int a = call.input("a", type, d.data(ofA.extent(), type, values));
        int b = call.input("b", type, d.data(ofB.extent(), type, Values.NORMAL));
        return call.does((k, s) ->
                        k.matmul()
                                .multiply(
                                        toC.over(s[c], type),
                                        ofA.over(s[a], type),
                                        ofB.over(s[b], type),
                                        accumulate))
                .linear(n[3])
                .overflows(values == Values.HUGE);
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
        return new Lie(
                new int[] {batch, rows, columns},
                new long[] {step, row, column},
                d.oneIn(2) ? 0 : d.below(9));
    }
}
