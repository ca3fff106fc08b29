package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The gradient of layer norm where a row's weights and their gradients would fill a cache.
///
/// Some rows at a time are cut into pieces of columns, each of which is done for all of these rows
/// while the gradients of its weights are in the first cache; then the rows' sums are known, and
/// the pieces are gone through again.
final class MachineLongRowNorm {
    /// Elements of a row that is long.
    static final int LONG = 16_384;

    private static final int PIECE = 2048; // columns
    private static final int TOGETHER = 1 << 20; // elements of rows that are done at a time
    private static final int LONGEST = 128; // rows whose weight gradients are added up in F32

    private final Isa isa;
    private final Map<NormEnd, Routine> sums = new ConcurrentHashMap<>();
    private final Routine[] toward; // without and with stores past the caches

    MachineLongRowNorm(Isa isa) {
        this.isa = isa;
        toward =
                new Routine[] {
                    RowNormCode.pieceToward(isa, false), RowNormCode.pieceToward(isa, true)
                };
    }

    /// Returns how many rows are done at a time: so many partial gradients are added up in F32.
    static int together(int size) {
        return Math.clamp(TOGETHER / size, 1, LONGEST);
    }

    /// What the gradient reads.
    ///
    /// @param upstream as in [MachineRowNorm#backward]
    /// @param weight one number per element of a row
    /// @param bias likewise
    record Source(
            int size,
            MemorySegment upstream,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment weight,
            MemorySegment bias,
            NormEpilogue epilogue) {}

    /// Writes the gradients of the weights of rows `from` to below `to` and, unless the result is 0
    /// bytes long, `dx`.
    ///
    /// @param partial the gradients of weights, and `toBias` bytes behind them those of biases
    void backward(
            Source of,
            int from,
            int to,
            MemorySegment dx,
            MemorySegment partial,
            long toBias,
            boolean streams) {
        int size = of.size;
        int rows = to - from;
        int pieces = Math.ceilDiv(size, PIECE);
        NormEnd end = NormEnd.ofGradient(of.epilogue);
        Routine routine = sums.computeIfAbsent(end, e -> RowNormCode.pieceSums(isa, e));
        MemorySegment all = Workspace.SUMMARY.bytes(16L * rows * pieces); // [rows, pieces, 2]
        Parallel.run(
                pieces,
                piece -> {
                    MemorySegment block = block(of, from, rows, piece);
                    long column = 4L * piece * PIECE;
                    partial.asSlice(column, 4L * columns(size, piece)).fill((byte) 0);
                    partial.asSlice(toBias + column, 4L * columns(size, piece)).fill((byte) 0);
                    block.set(JAVA_LONG, NormCode.RESULT, all.address() + 16L * piece);
                    block.set(JAVA_LONG, NormCode.INNER, 16L * pieces);
                    block.set(JAVA_LONG, NormCode.MEAN, of.mean.address() + 8L * from);
                    block.set(JAVA_LONG, NormCode.FIRST_BIAS, partial.address() + column);
                    block.set(JAVA_LONG, NormCode.TO_BIAS, toBias);
                    long toBiases = of.bias.address() - of.weight.address();
                    end.write(block, of.x, of.dy, of.epilogue, toBiases);
                    routine.call(block.address(), 0, 0, 0, 0, 0);
                });
        if (dx.byteSize() == 0) {
            return;
        }
        MemorySegment table = Workspace.TABLES.floats((long) PlaneNormCode.SLOPES * rows);
        for (int row = 0; row < rows; row++) {
            slopes(of, from + row, all.asSlice(16L * row * pieces), pieces, table, row);
        }
        Parallel.run(
                pieces,
                piece -> {
                    MemorySegment block = block(of, from, rows, piece);
                    long at = 4 * ((long) from * size + (long) piece * PIECE);
                    block.set(JAVA_LONG, NormCode.RESULT, dx.address() + at);
                    block.set(JAVA_LONG, NormCode.MEAN, table.address());
                    toward[streams ? 1 : 0].call(block.address(), 0, 0, 0, 0, 0);
                });
    }

    private static int columns(int size, int piece) {
        return Math.min(PIECE, size - piece * PIECE);
    }

    private static MemorySegment block(Source of, int from, int rows, int piece) {
        long column = 4L * piece * PIECE;
        long at = 4L * from * of.size + column;
        MemorySegment block = Arguments.block();
        block.set(JAVA_LONG, NormCode.X, of.x.address() + at);
        block.set(JAVA_LONG, NormCode.DY, of.upstream.address() + at);
        block.set(JAVA_LONG, NormCode.WEIGHT, of.weight.address() + column);
        block.set(JAVA_LONG, NormCode.SIZE, columns(of.size, piece));
        block.set(JAVA_LONG, NormCode.ROWS, rows);
        block.set(JAVA_LONG, NormCode.TO_NEXT, 4L * of.size);
        block.set(JAVA_LONG, NormCode.TO_RSTD, of.rstd.address() - of.mean.address());
        return block;
    }

    /// Adds up a row's pieces, in their order, and writes its numbers to the table.
    private static void slopes(
            Source of, int row, MemorySegment pieces, int count, MemorySegment table, int place) {
        double sum = 0;
        double product = 0;
        for (int piece = 0; piece < count; piece++) {
            sum += pieces.getAtIndex(JAVA_DOUBLE, 2L * piece);
            product += pieces.getAtIndex(JAVA_DOUBLE, 2L * piece + 1);
        }
        double mu = DType.F64.read(of.mean, row);
        double r = DType.F64.read(of.rstd, row);
        float high = (float) mu;
        float[] numbers = {
            high,
            (float) (mu - high),
            (float) r,
            (float) (-r * r * product / of.size),
            (float) (-r * sum / of.size)
        };
        long at = 4L * PlaneNormCode.SLOPES * place;
        MemorySegment.copy(numbers, 0, table, JAVA_FLOAT, at, numbers.length);
    }
}
