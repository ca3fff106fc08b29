package dev.tenon.kernel.machine;

/// A vector register: `xmm`, `ymm` or `zmm` with its number.
///
/// @param number 0 to 15, with AVX-512 to 31
/// @param bits 128, 256 or 512
record Vec(int number, int bits) implements VecOperand {
    Vec {
        if (number < 0 || number > 31 || (bits != 128 && bits != 256 && bits != 512)) {
            throw new IllegalArgumentException(
                    "assembler: a vector register has number 0 to 31 and 128, 256 or 512 bits; got number "
                            + number
                            + " and "
                            + bits
                            + " bits");
        }
    }

    /// Returns the part of this register that has `width` bits.
    Vec as(int width) {
        return new Vec(number, width);
    }

    /// Returns the lower 128 bits, in which scalars live.
    Vec x() {
        return as(128);
    }

    int bytes() {
        return bits / 8;
    }

    @Override
    public String toString() {
        return switch (bits) {
                    case 128 -> "xmm";
                    case 256 -> "ymm";
                    default -> "zmm";
                }
                + number;
    }
}
