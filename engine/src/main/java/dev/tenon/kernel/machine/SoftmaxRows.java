package dev.tenon.kernel.machine;

import dev.tenon.kernel.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Softmax of rows of F32, its logarithm, and their gradients.
///
/// A row up to [#LONG] elements stays in the second-level cache between the passes over it. Longer
/// ones are cut into parts, each with a maximum and a sum of its own, that are merged in order; so
/// memory is read twice and several threads share a row. All cuts follow from the size of a row.
final class SoftmaxRows {
    private static final int LONG = 32_768;
    private static final int PART = 16_384; // elements of a part of a long row
    private static final int TOGETHER = 32_768; // elements of rows that one call takes
    private static final int STREAMING = 1 << 18; // where stores go past the caches

    /// Bytes of a result from which on it is stored past the caches.
    private static final long PAST_CACHES = 16L << 20;

    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /// A routine and its twin that stores past the caches.
    private record Pair(Routine cached, Routine streaming) {}

    private final Isa isa;
    private final boolean log;
    private final Pair forward;
    private final Pair apply;
    private final Routine summary;
    private final Pair gradient;
    private final Pair gradientApply;
    private final Routine gradientSummary;

    /// @param log whether the logarithm of softmax is wanted
    SoftmaxRows(Isa isa, boolean log) {
        this.isa = isa;
        this.log = log;
        forward = new Pair(code().forward(), code().pastCaches());
        apply = new Pair(code().apply(false), code().apply(true));
        summary = code().summary();
        gradient = new Pair(code().gradient(false), code().gradient(true));
        gradientApply = new Pair(code().gradientApply(false), code().gradientApply(true));
        gradientSummary = code().gradientSummary();
    }

    private SoftmaxCode code() {
        return new SoftmaxCode(isa, log);
    }

    /// Returns the rows of one call.
    private static int together(Pair pair, Routine chosen, int size) {
        return Math.max(1, (chosen == pair.streaming ? STREAMING : TOGETHER) / Math.max(1, size));
    }

    /// @param step bytes from one place where a call begins to the next
    private Routine choose(Pair pair, MemorySegment y, long bytes, long step) {
        boolean aligned = y.address() % isa.bytes() == 0 && step % isa.bytes() == 0;
        return aligned && bytes >= PAST_CACHES ? pair.streaming : pair.cached;
    }

    // ---- forward

    void forward(MemorySegment y, MemorySegment x, int outer, int size) {
        if (size > LONG) {
            for (int o = 0; o < outer; o++) {
                longRow(y, x, 4L * o * size, size);
            }
            return;
        }
        Routine routine = choose(forward, y, 4L * outer * size, 4L * size);
        Parallel.range(
                outer,
                together(forward, routine, size),
                (from, to) ->
                        routine.call(
                                y.address() + 4 * from * size,
                                x.address() + 4 * from * size,
                                to - from,
                                size,
                                Workspace.ROW.floats(size).address(),
                                0));
    }

    private void longRow(MemorySegment y, MemorySegment x, long at, int size) {
        int parts = (size + PART - 1) / PART;
        MemorySegment sums = Workspace.SUMS.bytes(16L * parts);
        Parallel.run(
                parts,
                p ->
                        summary.call(
                                sums.address() + 16L * p,
                                x.address() + at + 4L * p * PART,
                                1,
                                Math.min(PART, size - p * PART),
                                0,
                                0));
        double max = Double.NEGATIVE_INFINITY;
        for (int p = 0; p < parts; p++) {
            max = Math.max(max, sums.getAtIndex(DOUBLE, 2L * p));
        }
        double sum = 0;
        for (int p = 0; p < parts; p++) {
            double top = sums.getAtIndex(DOUBLE, 2L * p);
            if (top > Double.NEGATIVE_INFINITY || isAnyNan(x, at, p, size)) {
                sum += sums.getAtIndex(DOUBLE, 2L * p + 1) * Math.exp(top - max);
            }
        }
        float[] numbers = {
            (float) max,
            max == Double.NEGATIVE_INFINITY ? Float.NaN : (float) (log ? Math.log(sum) : 1 / sum)
        };
        Routine routine = choose(apply, y, 4L * size, at);
        Parallel.range(
                size,
                PART,
                (from, to) ->
                        routine.call(
                                y.address() + at + 4 * from,
                                x.address() + at + 4 * from,
                                Arguments.floats(numbers),
                                0,
                                0,
                                to - from));
    }

    /// Says whether the part without a number above -infinity has NaN.
    private static boolean isAnyNan(MemorySegment x, long at, int part, int size) {
        for (int i = part * PART; i < Math.min(size, (part + 1) * PART); i++) {
            if (Float.isNaN(x.get(FLOAT, at + 4L * i))) {
                return true;
            }
        }
        return false;
    }

    // ---- backward

    void gradient(MemorySegment dx, MemorySegment dy, MemorySegment y, int outer, int size) {
        if (size > LONG) {
            for (int o = 0; o < outer; o++) {
                longGradient(dx, dy, y, 4L * o * size, size);
            }
            return;
        }
        Routine routine = choose(gradient, dx, 4L * outer * size, 4L * size);
        Parallel.range(
                outer,
                together(gradient, routine, size),
                (from, to) ->
                        routine.call(
                                dx.address() + 4 * from * size,
                                dy.address() + 4 * from * size,
                                to - from,
                                size,
                                y.address() + 4 * from * size,
                                0));
    }

    private void longGradient(
            MemorySegment dx, MemorySegment dy, MemorySegment y, long at, int size) {
        int parts = (size + PART - 1) / PART;
        MemorySegment sums = Workspace.SUMS.bytes(8L * parts);
        Parallel.run(
                parts,
                p ->
                        gradientSummary.call(
                                sums.address() + 8L * p,
                                dy.address() + at + 4L * p * PART,
                                1,
                                Math.min(PART, size - p * PART),
                                y.address() + at + 4L * p * PART,
                                0));
        double sum = 0;
        for (int p = 0; p < parts; p++) {
            sum += sums.getAtIndex(DOUBLE, p);
        }
        float total = (float) sum;
        Routine routine = choose(gradientApply, dx, 4L * size, at);
        Parallel.range(
                size,
                PART,
                (from, to) ->
                        routine.call(
                                dx.address() + at + 4 * from,
                                dy.address() + at + 4 * from,
                                y.address() + at + 4 * from,
                                Arguments.floats(total),
                                0,
                                to - from));
    }
}
