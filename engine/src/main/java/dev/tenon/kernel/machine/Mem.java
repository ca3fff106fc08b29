package dev.tenon.kernel.machine;

import org.jspecify.annotations.Nullable;

/// A memory operand: the bytes at `base + index * scale + displacement`.
///
/// @param base register with an address
/// @param index register, or null for none; not RSP, whose number means none
/// @param scale 1, 2, 4 or 8
/// @param displacement bytes
/// @param broadcast whether one element is repeated into all lanes (AVX-512 only)
record Mem(Gpr base, @Nullable Gpr index, int scale, int displacement, boolean broadcast)
        implements VecOperand {
    Mem {
        if (index == Gpr.RSP || Integer.bitCount(scale) != 1 || scale < 1 || scale > 8) {
            throw new IllegalArgumentException(
                    "assembler: an index is not rsp and its scale 1, 2, 4 or 8; got "
                            + index
                            + " * "
                            + scale);
        }
    }

    static Mem at(Gpr base) {
        return at(base, 0);
    }

    static Mem at(Gpr base, long displacement) {
        return new Mem(base, null, 1, Math.toIntExact(displacement), false);
    }

    static Mem at(Gpr base, Gpr index, int scale, long displacement) {
        return new Mem(base, index, scale, Math.toIntExact(displacement), false);
    }

    /// Returns the operand `bytes` further on.
    Mem plus(long bytes) {
        return new Mem(base, index, scale, Math.toIntExact(displacement + bytes), broadcast);
    }

    /// Returns this with its one element repeated into all lanes.
    Mem repeated() {
        return new Mem(base, index, scale, displacement, true);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[").append(base.name64());
        if (index != null) {
            text.append('+').append(index.name64()).append('*').append(scale);
        }
        if (displacement != 0) {
            text.append(displacement < 0 ? "-0x" : "+0x")
                    .append(Long.toHexString(Math.abs((long) displacement)));
        }
        return text.append(']').toString();
    }
}
