package dev.tenon.kernel.scalar;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.IndexKernel;
import java.lang.foreign.MemorySegment;

/// The definition of the family Index: moving elements by index: gather, embedding, concatenation,
/// padding.
public final class ScalarIndex implements IndexKernel {
    @Override
    public void take(
            MemorySegment y,
            MemorySegment x,
            MemorySegment index,
            int picks,
            int width,
            DType type) {
        for (int i = 0; i < picks; i++) {
            long row = DType.I64.readLong(index, i);
            for (int j = 0; j < width; j++) {
                move(y, (long) i * width + j, x, row * width + j, type);
            }
        }
    }

    @Override
    public void takeGradient(
            MemorySegment dx,
            MemorySegment dy,
            MemorySegment index,
            int picks,
            int width,
            DType type) {
        dx.fill((byte) 0);
        for (int i = 0; i < picks; i++) {
            long row = DType.I64.readLong(index, i);
            for (int j = 0; j < width; j++) {
                add(dx, row * width + j, type.read(dy, (long) i * width + j), type);
            }
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
        for (int o = 0; o < outer; o++) {
            for (int p = 0; p < picks; p++) {
                for (int i = 0; i < inner; i++) {
                    long to = ((long) o * picks + p) * inner + i;
                    long from = ((long) o * size + DType.I64.readLong(index, to)) * inner + i;
                    move(y, to, x, from, type);
                }
            }
        }
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
        dx.fill((byte) 0);
        for (int o = 0; o < outer; o++) {
            for (int p = 0; p < picks; p++) {
                for (int i = 0; i < inner; i++) {
                    long from = ((long) o * picks + p) * inner + i;
                    long to = ((long) o * size + DType.I64.readLong(index, from)) * inner + i;
                    add(dx, to, type.read(dy, from), type);
                }
            }
        }
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
        for (int i = 0; i < blocks; i++) {
            MemorySegment.copy(x, xStart + i * xStep, y, yStart + i * yStep, bytes);
        }
    }

    @Override
    public void oneHot(MemorySegment y, MemorySegment index, int count, int classes, DType type) {
        for (int i = 0; i < count; i++) {
            long hot = DType.I64.readLong(index, i);
            for (int c = 0; c < classes; c++) {
                type.write(y, (long) i * classes + c, c == hot ? 1 : 0);
            }
        }
    }

    private static void move(MemorySegment y, long to, MemorySegment x, long from, DType type) {
        if (type.isFloating()) {
            type.write(y, to, type.read(x, from));
        } else {
            type.writeLong(y, to, type.readLong(x, from));
        }
    }

    private static void add(MemorySegment y, long at, double more, DType type) {
        type.write(y, at, type.read(y, at) + more);
    }
}
