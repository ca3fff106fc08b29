package dev.tenon.kernel;

/// One family of kernels as the fuzz test sees it: draws a call of any of its kernels.
///
/// A new family is one class with this interface and a place in [KernelFuzz#FAMILIES].
interface FuzzFamily {
    /// Returns the family's name, as in the names of its files.
    default String name() {
        return getClass().getSimpleName().replace("Fuzz", "");
    }

    /// Returns the number of kernels, each function of an elementwise kernel being one.
    int kernels();

    /// Draws a call of kernel number `kernel`.
    Call draw(Draw draw, int kernel);
}
