package dev.tenon.dtype;

/// The bfloat16 format: the upper sixteen bits of a binary32, rounded to nearest even.
public final class BFloat16 {
    private BFloat16() {}

    /// Returns the float that `bits` stand for; exact.
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /// Returns the bfloat16 nearest to `value`, ties to even; NaN stays NaN.
    public static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short)
                    (bits >>> 16
                            | 0x40); // keep the sign and a set quiet bit, so that it cannot become
            // infinity
        }
        int roundUp = 0x7fff + (bits >>> 16 & 1);
        return (short) (bits + roundUp >>> 16);
    }
}
