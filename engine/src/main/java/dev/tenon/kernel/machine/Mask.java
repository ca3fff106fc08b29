package dev.tenon.kernel.machine;

/// A mask register of AVX-512, `k1` to `k7`: one bit per lane. `k0` as a write mask means none.
///
/// @param number 0 to 7
/// @param zeroing whether lanes that are masked out become zero instead of staying as they are
record Mask(int number, boolean zeroing) {
    /// No mask: all lanes are written.
    static final Mask NONE = new Mask(0, false);

    static Mask k(int number) {
        return new Mask(number, false);
    }

    /// Returns this mask in the form that sets masked-out lanes to zero.
    Mask zeroed() {
        return new Mask(number, true);
    }

    @Override
    public String toString() {
        return "k" + number;
    }
}
