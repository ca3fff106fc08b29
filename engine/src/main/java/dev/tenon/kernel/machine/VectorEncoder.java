package dev.tenon.kernel.machine;

import org.jspecify.annotations.Nullable;

/// The two encodings of vector instructions, by Intel's Software Developer's Manual, volume 2,
/// sections 2.3 (VEX) and 2.7 (EVEX).
///
/// EVEX is taken where VEX cannot say it: 512 bits, registers from 16 on, masks, repeated elements
/// of memory.
final class VectorEncoder {
    private final CodeBuffer code;

    VectorEncoder(CodeBuffer code) {
        this.code = code;
    }

    /// An instruction's operands by the field they go to.
    ///
    /// @param register number in the register field, or the opcode extension
    /// @param vex number in the VEX register field, 0 if there is none
    /// @param rmNumber number of the last operand where that is a register
    /// @param memory the last operand where that is memory, or null
    /// @param bits the vector length
    /// @param mask AVX-512's write mask
    record Fields(int register, int vex, int rmNumber, @Nullable Mem memory, int bits, Mask mask) {
        boolean needsEvex() {
            return bits == 512
                    || register > 15
                    || vex > 15
                    || rmNumber > 15
                    || mask.number() > 0
                    || (memory != null && memory.broadcast());
        }
    }

    /// Emits everything but an immediate byte; returns whether it is in EVEX form.
    boolean emit(VectorOp op, Fields f) {
        boolean evex = f.needsEvex() || !op.hasVex();
        if (evex && !op.hasEvex()) {
            throw new IllegalArgumentException(
                    "assembler: "
                            + op.mnemonic
                            + " has no AVX-512 form: at most 256 bits, registers 0 to 15, no mask; got "
                            + f);
        }
        Mem memory = f.memory;
        if (memory != null && memory.broadcast() && !op.canRepeat()) {
            throw new IllegalArgumentException(
                    "assembler: " + op.mnemonic + " cannot repeat an element of memory; got " + f);
        }
        if (evex) {
            evexPrefix(op, f);
        } else {
            vexPrefix(op, f);
        }
        code.add(op.opcode);
        if (memory == null) {
            code.addRegister(f.register, f.rmNumber);
        } else {
            code.addMemory(
                    f.register, memory, evex ? op.memoryBytes(f.bits / 8, memory.broadcast()) : 1);
        }
        return evex;
    }

    private void vexPrefix(VectorOp op, Fields f) {
        boolean x = indexHigh(f);
        boolean b = baseHigh(f);
        int length = f.bits == 256 ? 1 : 0;
        int low = (~f.vex & 15) << 3 | length << 2 | op.pp();
        int r = f.register < 8 ? 0x80 : 0; // high bits are stored inverted
        if (op.map == 1 && !x && !b && !op.vexWide()) {
            code.add(0xC5);
            code.add(r | low);
            return;
        }
        code.add(0xC4);
        code.add(r | (x ? 0 : 0x40) | (b ? 0 : 0x20) | op.map);
        code.add((op.vexWide() ? 0x80 : 0) | low);
    }

    private void evexPrefix(VectorOp op, Fields f) {
        Mem memory = f.memory;
        boolean x = memory == null ? (f.rmNumber & 16) != 0 : indexHigh(f);
        boolean wide = op.evexWide() || op.form == VectorOp.Form.FROM_GPR64;
        code.add(0x62);
        code.add(
                ((f.register & 8) != 0 ? 0 : 0x80)
                        | (x ? 0 : 0x40)
                        | (baseHigh(f) ? 0 : 0x20)
                        | ((f.register & 16) != 0 ? 0 : 0x10)
                        | op.map);
        code.add((wide ? 0x80 : 0) | (~f.vex & 15) << 3 | 4 | op.pp());
        int length = f.bits == 512 ? 2 : f.bits == 256 ? 1 : 0;
        code.add(
                (f.mask.zeroing() ? 0x80 : 0)
                        | length << 5
                        | (memory != null && memory.broadcast() ? 0x10 : 0)
                        | ((f.vex & 16) != 0 ? 0 : 8)
                        | f.mask.number());
    }

    private static boolean indexHigh(Fields f) {
        Gpr index = f.memory == null ? null : f.memory.index();
        return index != null && index.number() >= 8;
    }

    private static boolean baseHigh(Fields f) {
        return f.memory == null ? (f.rmNumber & 8) != 0 : f.memory.base().number() >= 8;
    }
}
