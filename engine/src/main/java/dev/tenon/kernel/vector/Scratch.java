package dev.tenon.kernel.vector;

import java.util.function.IntFunction;

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
    IMAGES;

    private static final ThreadLocal<float[][]> KEPT =
            ThreadLocal.withInitial(() -> new float[values().length][0]);

    /// Returns this thread's array of the slot, of at least `count` elements; contents are left
    /// over from before.
    float[] floats(long count) {
        return grown(count, KEPT.get(), float[]::new);
    }

    private float[] grown(long count, float[][] kept, IntFunction<float[]> make) {
        if (kept[ordinal()].length < count) {
            int length =
                    Math.toIntExact(count + count / 8); // sizes that creep up do not grow each time
            kept[ordinal()] = make.apply(length);
        }
        return kept[ordinal()];
    }
}
