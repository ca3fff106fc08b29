package dev.tenon.kernel;

import java.util.Arrays;

/// The loop nest over several strided operands of equal sizes: axes that all operands walk with one
/// stride are merged, axes of size 1 dropped; what is left is an outer nest and rows along the last
/// axis.
public final class Nest {
    /// Elements per part of a parallel job, enough to pay for handing it out and a fixed number, so
    /// that cuts do not depend on threads.
    public static final int GRAIN = 16_384;

    private final int[] sizes;
    private final long[][] strides; // [operand][axis]
    private final long[] offsets; // [operand]

    private Nest(int[] sizes, long[][] strides, long[] offsets) {
        this.sizes = sizes;
        this.strides = strides;
        this.offsets = offsets;
    }

    /// Makes the nest over `operands`, all of the same sizes.
    public static Nest of(Strided... operands) {
        int[] all = operands[0].sizes();
        int[] sizes = new int[all.length + 1];
        long[][] strides = new long[operands.length][all.length + 1];
        int rank = 0;
        for (int axis = 0; axis < all.length; axis++) {
            if (all[axis] == 1) {
                continue;
            }
            boolean merges = rank > 0 && (long) sizes[rank - 1] * all[axis] <= Integer.MAX_VALUE;
            for (int k = 0; k < operands.length && merges; k++) {
                merges = strides[k][rank - 1] == operands[k].strides()[axis] * all[axis];
            }
            int to = merges ? rank - 1 : rank++;
            sizes[to] = merges ? sizes[to] * all[axis] : all[axis];
            for (int k = 0; k < operands.length; k++) {
                strides[k][to] = operands[k].strides()[axis];
            }
        }
        if (rank == 0) { // one element
            sizes[rank++] = 1;
            for (long[] stride : strides) {
                stride[0] = 1;
            }
        }
        long[] offsets = new long[operands.length];
        for (int k = 0; k < operands.length; k++) {
            offsets[k] = operands[k].offset();
            strides[k] = Arrays.copyOf(strides[k], rank);
        }
        return new Nest(Arrays.copyOf(sizes, rank), strides, offsets);
    }

    /// Returns the number of axes, at least 1.
    public int rank() {
        return sizes.length;
    }

    /// Returns the length of a row.
    public int inner() {
        return sizes[sizes.length - 1];
    }

    /// Returns the number of elements along `axis`.
    public int size(int axis) {
        return sizes[axis];
    }

    /// Returns how far apart neighbours along `axis` lie in `operand`, in elements.
    public long stride(int operand, int axis) {
        return strides[operand][axis];
    }

    /// Returns how far apart the elements of a row lie in `operand`.
    public long innerStride(int operand) {
        return strides[operand][sizes.length - 1];
    }

    /// Returns the nest without the last axis and with `axis` in its place: its rows walk the
    /// planes that the two span.
    public Nest planes(int axis) {
        int last = sizes.length - 1;
        int[] fewer = new int[last];
        long[][] steps = new long[strides.length][last];
        int to = 0;
        for (int from = 0; from < last; from++) {
            int at = from == axis ? last - 1 : to++;
            fewer[at] = sizes[from];
            for (int k = 0; k < steps.length; k++) {
                steps[k][at] = strides[k][from];
            }
        }
        return new Nest(fewer, steps, offsets);
    }

    /// What is done with a part of a row.
    @FunctionalInterface
    public interface Row {
        /// Does it.
        ///
        /// @param at number of the part's first element in each operand
        /// @param count number of elements
        void run(long[] at, int count);
    }

    /// Runs `row` on all rows, cut into parts of about `grain` elements that run side by side.
    public void rows(int grain, Row row) {
        int inner = inner();
        long outer = 1;
        for (int axis = 0; axis < sizes.length - 1; axis++) {
            outer *= sizes[axis];
        }
        if (inner == 0 || outer == 0) {
            return;
        }
        if (inner >= 2L * grain) {
            int cuts = (inner + grain - 1) / grain;
            Parallel.range(outer * cuts, 1, (from, to) -> piece(from, cuts, grain, row));
        } else {
            Parallel.range(outer, Math.max(1, grain / inner), (from, to) -> pieces(from, to, row));
        }
    }

    private void piece(long part, int cuts, int grain, Row row) {
        long[] at = new long[offsets.length];
        locate(part / cuts, new int[sizes.length], at);
        int from = (int) (part % cuts) * grain;
        for (int k = 0; k < at.length; k++) {
            at[k] += from * innerStride(k);
        }
        row.run(at, Math.min(grain, inner() - from));
    }

    private void pieces(long from, long to, Row row) {
        long[] at = new long[offsets.length];
        int[] index = new int[sizes.length];
        locate(from, index, at);
        for (long r = from; r < to; r++) {
            row.run(at, inner());
            for (int axis = sizes.length - 2; axis >= 0; axis--) {
                boolean wraps = ++index[axis] == sizes[axis];
                for (int k = 0; k < at.length; k++) {
                    at[k] += wraps ? -strides[k][axis] * (sizes[axis] - 1) : strides[k][axis];
                }
                if (!wraps) {
                    break;
                }
                index[axis] = 0;
            }
        }
    }

    /// Finds row number `row`: its index along each outer axis and its first elements.
    private void locate(long row, int[] index, long[] at) {
        System.arraycopy(offsets, 0, at, 0, at.length);
        long left = row;
        for (int axis = sizes.length - 2; axis >= 0; axis--) {
            index[axis] = (int) (left % sizes[axis]);
            left /= sizes[axis];
            for (int k = 0; k < at.length; k++) {
                at[k] += index[axis] * strides[k][axis];
            }
        }
    }
}
