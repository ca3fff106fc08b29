package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.IndexKernel;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The family Index made fast: moving elements by index: gather, embedding, concatenation, padding.
///
/// Rows and blocks are moved as memory, which the JDK does with the machine's widest vectors; rows
/// of gradients are added as vectors of F32. Threads share outputs, never the additions to one
/// element, which stay in the order of the indices.
public final class VectorIndex implements IndexKernel {
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final long PART = 65_536; // bytes that make a part worth handing out
    private static final long COLUMNS = 1024; // of a gradient's rows that a part adds up

    private final IndexKernel below;

    /// @param below the backend that does what has no vector form
    public VectorIndex(IndexKernel below) {
        this.below = below;
    }

    @Override
    public void take(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int picks,
            int width,
            DType type) {
        long bytes = type.bytes(width);
        Parallel.range(
                picks,
                Math.max(1, PART / Math.max(1, bytes)),
                (from, to) -> {
                    for (long i = from; i < to; i++) {
                        MemorySegment.copy(x, index.get(LONG, i * 8) * bytes, y, i * bytes, bytes);
                    }
                });
    }

    @Override
    public void takeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int picks,
            int width,
            DType type) {
        if (type != DType.F32) {
            below.takeGradient(dx, dy, index, picks, width, type);
            return;
        }
        dx.fill((byte) 0);
        Parallel.range(
                width,
                COLUMNS,
                (from, to) -> { // each part adds all picks to its columns
                    for (int i = 0; i < picks; i++) {
                        addRow(dx, index.get(LONG, i * 8L) * width, dy, (long) i * width, from, to);
                    }
                });
    }

    /// `dx[to + j] += dy[at + j]` for the columns `j` in `[from, end)`.
    private static void addRow(
            MemorySegment dx, long to, MemorySegment dy, long at, long from, long end) {
        long j = from;
        for (; j + S.length() <= end; j += S.length()) {
            FloatVector.fromMemorySegment(S, dx, (to + j) * 4, ORDER)
                    .add(FloatVector.fromMemorySegment(S, dy, (at + j) * 4, ORDER))
                    .intoMemorySegment(dx, (to + j) * 4, ORDER);
        }
        for (; j < end; j++) {
            float sum = dx.get(FLOAT, (to + j) * 4) + dy.get(FLOAT, (at + j) * 4);
            dx.set(FLOAT, (to + j) * 4, sum);
        }
    }

    @Override
    public void gather(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int outer,
            int size,
            int picks,
            int inner,
            DType type) {
        below.gather(y, x, index, outer, size, picks, inner, type);
    }

    @Override
    public void gatherGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int outer,
            int size,
            int picks,
            int inner,
            DType type) {
        below.gatherGradient(dx, dy, index, outer, size, picks, inner, type);
    }

    @Override
    public void copyBlocks(
            MemorySegment y,
            long yStart,
            long yStep,
            MemorySegment x,
            long xStart,
            long xStep,
            int blocks,
            long bytes) {
        Parallel.range(
                blocks,
                Math.max(1, PART / Math.max(1, bytes)),
                (from, to) -> {
                    for (long i = from; i < to; i++) {
                        MemorySegment.copy(x, xStart + i * xStep, y, yStart + i * yStep, bytes);
                    }
                });
    }

    @Override
    public void oneHot(MemorySegment y, MemorySegment index, int count, int classes, DType type) {
        below.oneHot(y, index, count, classes, type);
    }
}
