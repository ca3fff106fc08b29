package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Sums and variances down the columns of `[outer, size, inner]`.
///
/// Bands of 32 rows are added in F32, eight rows at a time in pairs; bands, chunks of rows and,
/// where rows are short and several are treated as one, these are added in F64, in order. All cuts
/// follow from `size` and `inner`.
final class SumColumns {
    private static final int PART = 16_384; // elements, at least, of a chunk
    private static final int CHUNKS = 8; // of rows, at most
    private static final int BAND = 32; // rows that are added in F32
    private static final int WIDTH = 2048; // columns at a time: their totals fill 24 KiB
    private static final int SHORT = 1024; // columns below which rows are put together
    private static final long ROOM = 1 << 19; // F64 of totals at a time, if one of outer lets
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

    private final Routine[] sums; // of a group, of one row
    private final Routine[] squares;
    private final Routine move;

    SumColumns(Isa isa) {
        sums = routines(isa, false);
        squares = routines(isa, true);
        move = new SumCode(isa).moveTotals();
    }

    private static Routine[] routines(Isa isa, boolean squares) {
        return new Routine[] {
            new SumCode(isa).columns(SumCode.GROUP, squares), new SumCode(isa).columns(1, squares)
        };
    }

    /// How one of `outer` is cut.
    ///
    /// @param fold rows that are treated as one
    /// @param wide columns of such a row
    /// @param long1 such rows
    /// @param rest rows after the last of them
    /// @param rows such rows of a chunk
    /// @param chunks chunks of rows
    /// @param blocks blocks of columns
    /// @param room F64 between the totals of chunks: room for whole vectors
    private record Cut(
            int fold, int wide, int long1, int rest, int rows, int chunks, int blocks, long room) {
        static Cut of(int size, int inner) {
            int enough = inner >= SHORT ? 1 : (SHORT + inner - 1) / inner;
            int fold = Math.max(1, Math.min(enough, size));
            int wide = fold * inner;
            int long1 = size / fold;
            int rows = Math.max(PART / wide, (long1 + CHUNKS - 1) / CHUNKS);
            rows = (Math.max(1, rows) + BAND - 1) / BAND * BAND;
            int chunks = Math.max(1, (long1 + rows - 1) / rows);
            int blocks = (wide + WIDTH - 1) / WIDTH;
            return new Cut(
                    fold, wide, long1, size % fold, rows, chunks, blocks, (wide + 31) / 32 * 32L);
        }
    }

    /// `y[o, i] = sum over s of x[o, s, i] / divisor`.
    void sum(MemorySegment y, MemorySegment x, int outer, int size, int inner, double divisor) {
        totals(
                x,
                null,
                outer,
                size,
                inner,
                (at, total) -> y.set(FLOAT, 4L * at, (float) (total / divisor)));
    }

    /// `y[o, i] = sum over s of (x[o, s, i] - mean[o, i])^2 / divisor`.
    void variance(
            MemorySegment y, MemorySegment x, int outer, int size, int inner, double divisor) {
        if (inner == 0) {
            return;
        }
        int fold = Cut.of(size, inner).fold;
        // the F32 means, as often as rows are put together, and what F32 leaves of them
        MemorySegment means = Workspace.SUMMARY.bytes(4L * (fold + 2) * outer * inner);
        long left = 4L * fold * outer * inner;
        totals(
                x,
                null,
                outer,
                size,
                inner,
                (at, total) -> {
                    double mean = total / size;
                    long o = at / inner;
                    long i = at % inner;
                    for (int f = 0; f < fold; f++) {
                        means.set(FLOAT, 4 * ((o * fold + f) * inner + i), (float) mean);
                    }
                    means.set(
                            ValueLayout.JAVA_DOUBLE_UNALIGNED, left + 8 * at, mean - (float) mean);
                });
        totals(
                x,
                means,
                outer,
                size,
                inner,
                (at, total) -> {
                    double off = means.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, left + 8 * at);
                    y.set(FLOAT, 4L * at, (float) ((total - size * off * off) / divisor));
                });
    }

    /// What becomes of the total of column `at`, of all `outer * inner`.
    @FunctionalInterface
    private interface Result {
        void take(long at, double total);
    }

    private void totals(
            MemorySegment x,
            @org.jspecify.annotations.Nullable MemorySegment means,
            int outer,
            int size,
            int inner,
            Result result) {
        if (outer == 0 || inner == 0) {
            return;
        }
        Cut cut = Cut.of(size, inner);
        long one = cut.chunks * cut.room;
        int most = (int) Math.min(outer, Math.max(1, ROOM / one));
        MemorySegment totals = Workspace.SUMS.bytes(8 * most * one);
        for (int first = 0; first < outer; first += most) {
            int count = Math.min(most, outer - first);
            totals(x, means, totals, cut, size, inner, first, count, result);
        }
    }

    /// The totals of `count` of outer, from `first` on.
    private void totals(
            MemorySegment x,
            @org.jspecify.annotations.Nullable MemorySegment means,
            MemorySegment totals,
            Cut cut,
            int size,
            int inner,
            int first,
            int count,
            Result result) {
        int parts = cut.chunks * cut.blocks; // of one of outer
        long work = (long) Math.min(cut.rows, cut.long1 + 1) * Math.min(WIDTH, cut.wide);
        Parallel.range(
                Math.multiplyExact((long) count, parts),
                Math.max(1, PART / work),
                (from, to) -> {
                    for (long n = from; n < to; n++) {
                        long part = n / parts;
                        long o = first + part;
                        int chunk = (int) (n % parts) / cut.blocks;
                        int column = (int) (n % parts) % cut.blocks * WIDTH;
                        long mean =
                                means == null ? 0 : means.address() + 4 * (o * cut.wide + column);
                        chunk(
                                means == null ? sums : squares,
                                totals.address()
                                        + 8 * ((part * cut.chunks + chunk) * cut.room + column),
                                totals,
                                x.address() + 4 * (o * size * inner + column),
                                mean,
                                cut,
                                chunk,
                                Math.min(WIDTH, cut.wide - column));
                    }
                });
        Parallel.range(
                count,
                Math.max(1, PART / (cut.chunks * cut.wide)),
                (from, to) -> {
                    for (long part = from; part < to; part++) {
                        merge(totals, part, first, cut, inner, result);
                    }
                });
    }

    /// @param to where the F64 totals go, in `totals`
    private void chunk(
            Routine[] add,
            long to,
            MemorySegment totals,
            long x,
            long means,
            Cut cut,
            int chunk,
            int width) {
        long bytes = 8L * ((width + 15) / 16 * 16);
        totals.asSlice(to - totals.address(), bytes).fill((byte) 0);
        MemorySegment band = Workspace.ROW.floats(WIDTH);
        band.fill((byte) 0);
        long stride = 4L * cut.wide;
        int last = Math.min(cut.long1, (chunk + 1) * cut.rows);
        for (int first = chunk * cut.rows; first < last; first += BAND) {
            int end = Math.min(last, first + BAND);
            int row = first;
            for (; row + SumCode.GROUP <= end; row += SumCode.GROUP) {
                add[0].call(band.address(), x + row * stride, stride, 0, means, width);
            }
            for (; row < end; row++) {
                add[1].call(band.address(), x + row * stride, stride, 0, means, width);
            }
            move.call(to, band.address(), 0, 0, 0, width);
        }
        if (chunk == cut.chunks - 1 && cut.rest > 0) { // short rows: one block of columns
            int some = cut.rest * (cut.wide / cut.fold);
            add[1].call(band.address(), x + cut.long1 * stride, stride, 0, means, some);
            move.call(to, band.address(), 0, 0, 0, some);
        }
    }

    private static void merge(
            MemorySegment totals, long part, int first, Cut cut, int inner, Result result) {
        long at = part * cut.chunks * cut.room;
        for (int i = 0; i < inner; i++) {
            double total = 0;
            for (int c = 0; c < cut.chunks; c++) {
                for (int f = 0; f < cut.fold; f++) {
                    total += totals.getAtIndex(DOUBLE, at + c * cut.room + (long) f * inner + i);
                }
            }
            result.take((first + part) * inner + i, total);
        }
    }
}
