package dev.tenon.kernel.machine;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What the gradient of a normalisation down columns adds up: of each column the sums of `dy` and
/// of `dy (x - mean)`, and what statistics and parameters make of them.
final class ColumnSums {
    private static final int PART = 2048; // terms that are worth waking a thread for

    private final ColumnShape shape;
    private final MemorySegment rstd;
    private final @Nullable MemorySegment weight;
    private final ColumnBlocks sums;
    private final MemorySegment totals; // [statistics, 2], over n

    ColumnSums(ColumnShape shape, MemorySegment rstd, @Nullable MemorySegment weight) {
        this.shape = shape;
        this.rstd = rstd;
        this.weight = weight;
        long bytes = ColumnBlocks.bytes(shape);
        MemorySegment all =
                Workspace.SUMS.bytes(bytes + 16L * shape.sections() * shape.perSection());
        sums = new ColumnBlocks(shape, all.asSlice(0, bytes));
        totals = all.asSlice(bytes);
    }

    /// Of each statistic the sums of `g` and `g z` over n, after [#section].
    MemorySegment totals() {
        return totals;
    }

    /// Takes over what was added up for a part.
    void set(int part, MemorySegment added) {
        sums.set(part, added);
    }

    /// Adds up a section's parts and forms the totals of its statistics.
    void section(int section) {
        sums.merge(section);
        Parallel.range(
                shape.perSection(),
                Math.max(1, PART / shape.span()),
                (from, to) -> {
                    for (int group = (int) from; group < to; group++) {
                        total(section, group);
                    }
                });
    }

    private void total(int section, int group) {
        int statistic = section * shape.perSection() + group;
        double r = DType.F64.read(rstd, statistic);
        double sum = 0;
        double product = 0;
        int channel = group * shape.span() / shape.inner();
        int next = (channel + 1) * shape.inner();
        for (int c = group * shape.span(); c < (group + 1) * shape.span(); c++) {
            if (c == next) {
                channel++;
                next += shape.inner();
            }
            float w = weight == null ? 1 : weight.get(JAVA_FLOAT_UNALIGNED, 4L * channel);
            double ups = sums.first(section, c);
            double z = sums.second(section, c) * r;
            sums.setSecond(section, c, z);
            sum += w * ups;
            product += w * z;
        }
        totals.setAtIndex(JAVA_DOUBLE, 2L * statistic, sum / shape.n());
        totals.setAtIndex(JAVA_DOUBLE, 2L * statistic + 1, product / shape.n());
    }

    /// Writes the gradients of the parameters, over all sections.
    void parameters(@Nullable MemorySegment dweight, @Nullable MemorySegment dbias) {
        int channels = shape.width() / shape.inner();
        Parallel.range(
                channels,
                Math.max(1, PART / (shape.sections() * shape.inner())),
                (from, to) -> {
                    for (int channel = (int) from; channel < to; channel++) {
                        parameter(dbias, false, channel);
                        parameter(dweight, true, channel);
                    }
                });
    }

    private void parameter(@Nullable MemorySegment gradient, boolean second, int channel) {
        if (gradient == null) {
            return;
        }
        double sum = 0;
        int inner = shape.inner();
        for (int section = 0; section < shape.sections(); section++) {
            for (int c = channel * inner; c < (channel + 1) * inner; c++) {
                sum += second ? sums.second(section, c) : sums.first(section, c);
            }
        }
        gradient.set(JAVA_FLOAT_UNALIGNED, 4L * channel, (float) sum);
    }
}
