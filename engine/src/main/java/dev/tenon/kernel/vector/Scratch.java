package dev.tenon.kernel.vector;

/// Work space of the kernels: arrays that each thread keeps and that only ever grow, so that a
/// network in steady state allocates none.
///
/// A thread asks for one slot at a time and holds its array until it asks for the same slot again.
enum Scratch {
    /// Panels of the left operand, shared with the workers of one job.
    LEFT,
    /// Panels of the right operand, shared with the workers of one job.
    RIGHT,
    /// Panels that one part of a job packs for itself.
    PART,
    /// Sums of one part.
    TILE,
    /// A matrix in another order, before it is packed.
    STAGING,
    /// Padded images of one part.
    IMAGES,
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
    SUMMARY;

    private static final ThreadLocal<float[][]> KEPT =
            ThreadLocal.withInitial(() -> new float[values().length][0]);
    private static final ThreadLocal<double[][]> KEPT_DOUBLES =
            ThreadLocal.withInitial(() -> new double[values().length][0]);

    /// Returns this thread's array of the slot, of at least `count` elements; contents are left
    /// over from before.
    float[] floats(long count) {
        float[][] kept = KEPT.get();
        if (kept[ordinal()].length < count) {
            kept[ordinal()] = new float[roomy(count)];
        }
        return kept[ordinal()];
    }

    /// Returns this thread's array of doubles of the slot, of at least `count` elements; contents
    /// are left over from before.
    double[] doubles(long count) {
        double[][] kept = KEPT_DOUBLES.get();
        if (kept[ordinal()].length < count) {
            kept[ordinal()] = new double[roomy(count)];
        }
        return kept[ordinal()];
    }

    /// Sizes that creep up do not grow each time.
    private static int roomy(long count) {
        return Math.toIntExact(count + count / 8);
    }
}
