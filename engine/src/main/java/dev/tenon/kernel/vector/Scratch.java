package dev.tenon.kernel.vector;

/// Work space of the kernels: arrays that each thread keeps and that only ever grow, so that a
/// network in steady state allocates none.
///
/// A thread holds a slot's array until it asks for the same slot again; its contents are what was
/// left there.
@SuppressWarnings("EnumOrdinal") // a slot is a place in an array, for as long as the process runs
enum Scratch {
    /// Panels of the left operand that the parts of a job share.
    SHARED_LEFT,
    /// Panels of the right operand that the parts of a job share.
    SHARED_RIGHT,
    /// Panels of the left operand that one part packs for itself.
    PART_LEFT,
    /// Panels of the right operand that one part packs for itself.
    PART_RIGHT,
    /// Sums of one part.
    TILES,
    /// Elements as they lie in a tensor, before they are packed.
    STAGING,
    /// Padded images of one part.
    IMAGES,
    /// Places of columns in padded images.
    COLUMNS,
    /// Places of depths in padded images.
    DEPTHS,
    /// Copies of vectors that make up a panel.
    COPIES,
    /// Weights of a normalisation, one per element, shared with the workers of one job.
    WEIGHT,
    /// Biases of a normalisation, one per element, shared with the workers of one job.
    BIAS,
    /// Sums of one part of a normalisation.
    SUMS,
    /// Sums or partial gradients of all parts, shared with the workers of one job.
    SHARED,
    /// Sums or partial gradients of all parts, merged.
    MERGED,
    /// Keys of an attention, turned.
    KEYS,
    /// Keys of an attention, as they are.
    KEY_ROWS,
    /// Values of an attention.
    VALUES,
    /// Queries of an attention, scaled.
    QUERIES,
    /// Scores of some queries.
    SCORES,
    /// Gradients of the scores of some queries.
    SCORE_GRADIENTS,
    /// What some queries of an attention result in, or their gradient.
    RESULT,
    /// Gradient of what some queries result in.
    UPSTREAM,
    /// A few numbers per query.
    SUMMARY,
    /// An input of a normalisation whose channels are last, with them first.
    TURNED,
    /// The gradient that comes to it, likewise.
    TURNED_GRADIENT,
    /// What is added to it, likewise.
    TURNED_RESIDUAL,
    /// Its result or gradient, likewise.
    TURNED_RESULT,
    /// The gradient of what is added to it, likewise.
    TURNED_DRESIDUAL;

    private static final ThreadLocal<float[][]> FLOATS =
            ThreadLocal.withInitial(() -> new float[values().length][0]);
    private static final ThreadLocal<double[][]> DOUBLES =
            ThreadLocal.withInitial(() -> new double[values().length][0]);
    private static final ThreadLocal<int[][]> INTS =
            ThreadLocal.withInitial(() -> new int[values().length][0]);

    /// Returns this thread's floats of the slot, at least `count`.
    float[] floats(long count) {
        float[][] kept = FLOATS.get();
        if (kept[ordinal()].length < count) {
            kept[ordinal()] = new float[roomy(count)];
        }
        return kept[ordinal()];
    }

    /// Returns this thread's doubles of the slot, at least `count`.
    double[] doubles(long count) {
        double[][] kept = DOUBLES.get();
        if (kept[ordinal()].length < count) {
            kept[ordinal()] = new double[roomy(count)];
        }
        return kept[ordinal()];
    }

    /// Returns this thread's ints of the slot, at least `count`.
    int[] ints(long count) {
        int[][] kept = INTS.get();
        if (kept[ordinal()].length < count) {
            kept[ordinal()] = new int[roomy(count)];
        }
        return kept[ordinal()];
    }

    /// Sizes that creep up do not grow each time.
    private static int roomy(long count) {
        return Math.toIntExact(count + count / 8);
    }
}
