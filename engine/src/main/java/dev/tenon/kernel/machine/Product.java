package dev.tenon.kernel.machine;

/// A way to work out matrix products of one [MatmulShape], one matrix after another.
sealed interface Product permits MatmulJob, SkinnyJob {
    /// Takes other matrices.
    ///
    /// @param c address of the result
    /// @param a address of the left operand
    /// @param b address of the right operand
    /// @param d address of what is added, or 0 for nothing
    void at(long c, long a, long b, long d);

    /// Works out the product of the matrices last taken.
    void run();
}
