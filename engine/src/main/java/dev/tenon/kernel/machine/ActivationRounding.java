package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.VectorOp.VADDPS;
import static dev.tenon.kernel.machine.VectorOp.VANDPS;
import static dev.tenon.kernel.machine.VectorOp.VBROADCASTSS;
import static dev.tenon.kernel.machine.VectorOp.VCVTPS2DQ;
import static dev.tenon.kernel.machine.VectorOp.VDIVPS;
import static dev.tenon.kernel.machine.VectorOp.VEXTRACTF128_STORE;
import static dev.tenon.kernel.machine.VectorOp.VMINPS;
import static dev.tenon.kernel.machine.VectorOp.VMOVSS_STORE;
import static dev.tenon.kernel.machine.VectorOp.VMOVUPS;
import static dev.tenon.kernel.machine.VectorOp.VMOVUPS_STORE;
import static dev.tenon.kernel.machine.VectorOp.VMULPS;
import static dev.tenon.kernel.machine.VectorOp.VPACKSSDW;
import static dev.tenon.kernel.machine.VectorOp.VPACKSSWB;
import static dev.tenon.kernel.machine.VectorOp.VPADDW;
import static dev.tenon.kernel.machine.VectorOp.VPBROADCASTD;
import static dev.tenon.kernel.machine.VectorOp.VPERMD;
import static dev.tenon.kernel.machine.VectorOp.VPERMILPS;
import static dev.tenon.kernel.machine.VectorOp.VPMADDUBSW;
import static dev.tenon.kernel.machine.VectorOp.VPMADDWD;
import static dev.tenon.kernel.machine.VectorOp.VPMAXSD;
import static dev.tenon.kernel.machine.VectorOp.VPMOVSXBW;
import static dev.tenon.kernel.machine.VectorOp.VPSHUFB;
import static dev.tenon.kernel.machine.VectorOp.VPSUBB;
import static dev.tenon.kernel.machine.VectorOp.VSUBPS;
import static dev.tenon.kernel.machine.VectorOp.VXORPS;

import dev.tenon.dtype.BlockFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Writes the code that rounds a row of activations to integers, 32 at a time, as
/// [dev.tenon.kernel.QuantKernel] defines.
///
/// | argument | what |
/// |---|---|
/// | a | where the first block's codes go |
/// | b | activations |
/// | c | blocks |
/// | d | bytes from block to block of the output |
/// | e, f | bytes from a block's codes to its scale and to its correction |
final class ActivationRounding {
    private static final int CODES_ORDER = 0; // how vpacksswb's result is brought back in order
    private static final int WORDS_ORDER = 32; // columns 0, 2, 1, 3 of four
    private static final MemorySegment CONSTANTS = constants();

    private ActivationRounding() {}

    private static MemorySegment constants() {
        int[] order = {0, 4, 1, 5, 2, 6, 3, 7};
        byte[] bytes = new byte[64];
        for (int i = 0; i < 8; i++) {
            bytes[CODES_ORDER + 4 * i] = (byte) order[i];
        }
        for (int i = 0; i < 32; i++) {
            int word = i % 16 / 2; // within 128 bits
            int swapped = word % 4 == 1 ? word + 1 : word % 4 == 2 ? word - 1 : word;
            bytes[WORDS_ORDER + i] = (byte) (2 * swapped + i % 2);
        }
        MemorySegment constants = Arena.global().allocate(bytes.length, 64);
        constants.copyFrom(MemorySegment.ofArray(bytes));
        return constants;
    }

    static Assembler code(IntegerTiles.Way way, BlockFormat format) {
        Assembler code = new Assembler();
        Label loop = new Label();
        code.enter();
        code.mov(Gpr.R11, CONSTANTS.address());
        broadcast(code, 15, 0x7FFF_FFFF);
        broadcast(code, 14, Float.floatToRawIntBits(127));
        broadcast(code, 13, Float.floatToRawIntBits(Float.MAX_VALUE));
        code.emit(VMOVUPS, y(12), Mem.at(Gpr.R11, CODES_ORDER));
        broadcast(code, 11, 0x0808_0808);
        // from eighths of the correction to all of it: times 16 for weights of eight bits
        broadcast(code, 10, format == BlockFormat.Q8_0 ? 0x0010_0010 : 0x0001_0001);
        code.emit(VMOVUPS, y(9), Mem.at(Gpr.R11, WORDS_ORDER));
        code.emit(VXORPS, y(8), y(8), y(8));
        code.bindLoop(loop);
        scale(code);
        codes(code);
        store(code, way);
        if (!way.signed()) {
            correction(code, way);
        }
        code.add(Gpr.RSI, 128);
        code.add(Gpr.RDI, Gpr.RCX);
        code.sub(Gpr.RDX, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, loop);
        code.leave();
        return code;
    }

    /// Loads a block into registers 0 to 3, writes its scale, leaves the inverse in register 6.
    private static void scale(Assembler code) {
        for (int i = 0; i < 4; i++) {
            code.emit(VMOVUPS, y(i), Mem.at(Gpr.RSI, 32L * i));
            code.emit(VANDPS, y(4 + i), y(i), y(15));
        }
        // magnitudes as integers: in their order NaN comes after infinity, and so wins
        code.emit(VPMAXSD, y(4), y(4), y(5));
        code.emit(VPMAXSD, y(6), y(6), y(7));
        code.emit(VPMAXSD, y(4), y(4), y(6));
        code.store(VEXTRACTF128_STORE, x(5), y(4), 1);
        code.emit(VPMAXSD, x(4), x(4), x(5));
        code.emit(VPERMILPS, x(5), x(4), 0x4E);
        code.emit(VPMAXSD, x(4), x(4), x(5));
        code.emit(VPERMILPS, x(5), x(4), 0xB1);
        code.emit(VPMAXSD, x(4), x(4), x(5));
        code.emit(VDIVPS, x(5), x(4), x(14));
        code.emit(VSUBPS, x(6), x(4), x(4)); // 0, or NaN from an infinity or NaN
        code.emit(VADDPS, x(5), x(5), x(6));
        code.store(VMOVSS_STORE, Mem.at(Gpr.RDI, Gpr.R8, 1, 0), x(5));
        code.emit(VDIVPS, x(6), x(14), x(4));
        code.emit(VMINPS, x(6), x(6), x(13));
        code.emit(VBROADCASTSS, y(6), x(6));
    }

    /// Rounds registers 0 to 3 to bytes in register 0.
    private static void codes(Assembler code) {
        for (int i = 0; i < 4; i++) {
            code.emit(VMULPS, y(i), y(i), y(6));
            code.emit(VCVTPS2DQ, y(i), y(i));
        }
        code.emit(VPACKSSDW, y(0), y(0), y(1));
        code.emit(VPACKSSDW, y(2), y(2), y(3));
        code.emit(VPACKSSWB, y(0), y(0), y(2));
        code.emit(VPERMD, y(0), y(12), y(0));
    }

    private static void store(Assembler code, IntegerTiles.Way way) {
        if (way != IntegerTiles.Way.TWO_WORDS) {
            code.store(VMOVUPS_STORE, Mem.at(Gpr.RDI), y(0));
            return;
        }
        code.store(VEXTRACTF128_STORE, x(2), y(0), 1);
        code.emit(VPMOVSXBW, y(1), x(0));
        code.emit(VPMOVSXBW, y(2), x(2));
        for (int i = 1; i <= 2; i++) {
            code.emit(VPSHUFB, y(i), y(i), y(9));
            code.store(VMOVUPS_STORE, Mem.at(Gpr.RDI, 32L * (i - 1)), y(i));
        }
    }

    /// Writes `-8 sum q`, in two halves of 16 bits (columns 0, 1 and 2, 3 of each four) or as one
    /// number, or `-128 sum q`.
    ///
    /// Each half is at most 16 * 127 * 8 = 16256, so it fits.
    private static void correction(Assembler code, IntegerTiles.Way way) {
        code.emit(VPSUBB, y(0), y(8), y(0));
        code.emit(VPMADDUBSW, y(0), y(11), y(0));
        code.store(VEXTRACTF128_STORE, x(1), y(0), 1);
        code.emit(VPADDW, x(0), x(0), x(1));
        code.emit(VPERMILPS, x(1), x(0), 0x4E);
        code.emit(VPADDW, x(0), x(0), x(1));
        code.emit(VPERMILPS, x(1), x(0), 0xB1);
        code.emit(VPADDW, x(0), x(0), x(1));
        if (way != IntegerTiles.Way.TWO_BYTES) {
            code.emit(VPMADDWD, x(0), x(0), x(10));
        }
        code.store(VMOVSS_STORE, Mem.at(Gpr.RDI, Gpr.R9, 1, 0), x(0));
    }

    private static void broadcast(Assembler code, int register, int bits) {
        code.mov(Gpr.RAX, Integer.toUnsignedLong(bits));
        code.emit(VectorOp.VMOVD, x(register), Gpr.RAX);
        code.emit(VPBROADCASTD, y(register), x(register));
    }

    private static Vec y(int number) {
        return new Vec(number, 256);
    }

    private static Vec x(int number) {
        return new Vec(number, 128);
    }
}
