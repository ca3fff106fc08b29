package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.tenon.dtype.DType;
import java.lang.foreign.MemorySegment;

/// Mean and variance of groups of columns, in one pass over memory: sums of `x - shift` and of its
/// square. The shift of a column is the mean of a few rows all over the section.
///
/// With `d = mean - shift`, what the variance loses of its digits grows with `d^2 / variance`.
/// Where `d` is beyond eight standard deviations, or something is no finite number, a statistic is
/// worked out as its definition says, in two passes.
final class ColumnMoments {
    private static final int SAMPLES = 16; // rows
    private static final double FAR = 64; // times the variance

    private final ColumnShape shape;
    private final MemorySegment x;
    private final ColumnAdder adder;
    private final ColumnBlocks sums;
    private final MemorySegment shifts; // [sections, padded], each as often as it is folded
    private final int padded;

    ColumnMoments(ColumnShape shape, MemorySegment x, ColumnAdder adder) {
        this.shape = shape;
        this.x = x;
        this.adder = adder;
        padded = Math.ceilDiv(shape.folds() * shape.width(), 16) * 16;
        long bytes = ColumnBlocks.bytes(shape);
        MemorySegment all = Workspace.SUMS.bytes(bytes + 4L * shape.sections() * padded);
        sums = new ColumnBlocks(shape, all.asSlice(0, bytes));
        shifts = all.asSlice(bytes);
    }

    private MemorySegment shift(int section, int from) {
        return shifts.asSlice(4 * ((long) section * padded + from));
    }

    /// Sets a section's shifts.
    void begin(int section) {
        int samples = Math.min(SAMPLES, shape.rows());
        int step = shape.rows() / samples;
        int strips = shape.strips();
        for (int strip = 0; strip < strips; strip++) {
            int part = section * shape.partsOfSection() + strip;
            int columns = shape.columns(part);
            MemorySegment shift = shift(section, shape.from(part));
            MemorySegment.copy(x, 4 * shape.at(part), shift, 0, 4L * columns);
            MemorySegment added = adder.sample(shape, part, samples, step, x, shift);
            for (int c = 0; c < columns; c++) {
                double off = added.getAtIndex(JAVA_DOUBLE, c) / samples;
                float first = shift.getAtIndex(JAVA_FLOAT, c);
                shift.setAtIndex(JAVA_FLOAT, c, (float) (first + off));
            }
            repeat(shift, columns, shape.folds());
        }
    }

    static void repeat(MemorySegment table, int columns, int copies) {
        for (int copy = 1; copy < copies; copy++) {
            MemorySegment.copy(table, 0, table, 4L * copy * columns, 4L * columns);
        }
    }

    /// Sets a part's sums, after [#begin].
    void part(int part) {
        int rows = shape.rowsOf(shape.block(part));
        MemorySegment shift = shift(shape.section(part), shape.from(part));
        sums.set(part, adder.add(shape, part, rows, x, null, null, shift));
    }

    /// Adds up a section's parts, before [#finish].
    void merge(int section) {
        sums.merge(section);
    }

    /// Writes mean and biased variance of a statistic.
    ///
    /// @param statistic its number, in all sections
    /// @param mean written there, F64
    /// @param variance written there, F64
    void finish(int statistic, MemorySegment mean, MemorySegment variance) {
        int section = statistic / shape.perSection();
        int from = statistic % shape.perSection() * shape.span();
        MemorySegment shift = shift(section, 0);
        double each = 1.0 / shape.rows();
        double sum = 0;
        for (int c = from; c < from + shape.span(); c++) {
            sum += shift.getAtIndex(JAVA_FLOAT, c) + sums.first(section, c) * each;
        }
        double mu = sum / shape.span();
        double own = 0; // variances of columns
        double between = 0; // squares of their distances
        boolean far = false;
        for (int c = from; c < from + shape.span(); c++) {
            double off = sums.first(section, c) * each;
            double square = Math.max(0, sums.second(section, c) * each - off * off);
            double distance = shift.getAtIndex(JAVA_FLOAT, c) + off - mu;
            far |= !(off * off <= FAR * square && square < Double.POSITIVE_INFINITY);
            own += square;
            between += distance * distance;
        }
        if (far) {
            define(section, from, statistic, mean, variance);
            return;
        }
        DType.F64.write(mean, statistic, mu);
        DType.F64.write(variance, statistic, (own + between) / shape.span());
    }

    /// Mean and variance in two passes.
    private void define(
            int section, int from, int statistic, MemorySegment mean, MemorySegment variance) {
        double sum = 0;
        long first = (long) section * shape.rows() * shape.width() + from;
        for (int row = 0; row < shape.rows(); row++) {
            long at = first + (long) row * shape.width();
            for (long i = at; i < at + shape.span(); i++) {
                sum += DType.F32.read(x, i);
            }
        }
        double mu = sum / shape.n();
        double squares = 0;
        for (int row = 0; row < shape.rows(); row++) {
            long at = first + (long) row * shape.width();
            for (long i = at; i < at + shape.span(); i++) {
                double d = DType.F32.read(x, i) - mu;
                squares += d * d;
            }
        }
        DType.F64.write(mean, statistic, mu);
        DType.F64.write(variance, statistic, squares / shape.n());
    }
}
