package dev.tenon.bench;

import dev.tenon.tensor.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/// What a process holds after a training step.
///
/// @param step how many steps are done
/// @param inUse bytes that tensors hold
/// @param reserved bytes that Tenon took from the operating system for tensors
/// @param heap bytes of the Java heap after a collection
/// @param resident bytes of main memory that the process takes, where the system says
record MemorySample(int step, long inUse, long reserved, long heap, OptionalLong resident) {
    /// What the heap may gain without growing: classes and tables are still made in the first
    /// hundreds of steps.
    static final long HEAP_SLACK = 2 << 20;

    private static final double MEGA = 1e6;

    /// Takes a sample now. Tensors are counted first, as training left them, for a collection of
    /// the heap also finds tensors that nothing refers to.
    static MemorySample take(int step) {
        long inUse = Memory.inUse();
        long reserved = Memory.reserved();
        return new MemorySample(
                step, inUse, reserved, Machine.heapBytes(), Machine.residentBytes());
    }

    /// Returns the sample as figures in MB.
    List<Figure> figures() {
        String after = " after step " + step;
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.of("tensors in use" + after, inUse / MEGA, "MB"));
        figures.add(Figure.of("tensors reserved" + after, reserved / MEGA, "MB"));
        figures.add(Figure.of("Java heap" + after, heap / MEGA, "MB"));
        resident.ifPresent(
                bytes -> figures.add(Figure.of("whole process" + after, bytes / MEGA, "MB")));
        return figures;
    }

    /// Says in one line whether memory is flat from the first sample to the last: tensors hold and
    /// reserve no more bytes, and the heap is at most [#HEAP_SLACK] larger.
    ///
    /// The whole process is not judged: it also holds the compiler's work and the code it made.
    static String verdict(List<MemorySample> samples) {
        MemorySample first = samples.getFirst();
        MemorySample last = samples.getLast();
        boolean flat =
                samples.stream().allMatch(sample -> sample.inUse <= first.inUse)
                        && last.reserved <= first.reserved
                        && last.heap <= first.heap + HEAP_SLACK;
        return String.format(
                Locale.ROOT,
                "Memory is %s from step %d to step %d: tensors in use %+.1f MB, reserved %+.1f MB; Java heap %+.1f MB.",
                flat ? "flat" : "NOT flat",
                first.step,
                last.step,
                (last.inUse - first.inUse) / MEGA,
                (last.reserved - first.reserved) / MEGA,
                (last.heap - first.heap) / MEGA);
    }
}
