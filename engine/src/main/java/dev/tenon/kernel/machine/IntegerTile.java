package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.VectorOp.VADDPS;
import static dev.tenon.kernel.machine.VectorOp.VANDPS;
import static dev.tenon.kernel.machine.VectorOp.VBROADCASTSS;
import static dev.tenon.kernel.machine.VectorOp.VCVTDQ2PS;
import static dev.tenon.kernel.machine.VectorOp.VCVTPH2PS;
import static dev.tenon.kernel.machine.VectorOp.VFMADD213PS;
import static dev.tenon.kernel.machine.VectorOp.VFMADD231PS;
import static dev.tenon.kernel.machine.VectorOp.VMOVUPS;
import static dev.tenon.kernel.machine.VectorOp.VMOVUPS_STORE;
import static dev.tenon.kernel.machine.VectorOp.VMULPS;
import static dev.tenon.kernel.machine.VectorOp.VPABSB;
import static dev.tenon.kernel.machine.VectorOp.VPADDD;
import static dev.tenon.kernel.machine.VectorOp.VPADDW;
import static dev.tenon.kernel.machine.VectorOp.VPBROADCASTD;
import static dev.tenon.kernel.machine.VectorOp.VPDPBUSD;
import static dev.tenon.kernel.machine.VectorOp.VPMADDUBSW;
import static dev.tenon.kernel.machine.VectorOp.VPMADDWD;
import static dev.tenon.kernel.machine.VectorOp.VPSIGNB;
import static dev.tenon.kernel.machine.VectorOp.VPSLLW;
import static dev.tenon.kernel.machine.VectorOp.VPSRAW;
import static dev.tenon.kernel.machine.VectorOp.VPSRLW;
import static dev.tenon.kernel.machine.VectorOp.VXORPS;

import dev.tenon.dtype.BlockFormat;
import dev.tenon.kernel.machine.IntegerTiles.Way;

/// Writes the code of one tile: some rows of activations times groups of sixteen quantised rows of
/// weights.
///
/// For each block of 32 columns a row's products are added up as integers, in sums that begin at
/// the correction; then one conversion and one multiply-add with the product of the two scales. The
/// sums of F32 run over the 64 blocks of a piece and are added to the result at its end.
///
/// Why nothing overflows, with codes of activations `|q| <= 127`:
/// - `vpdpbusd` and `vpmaddwd` add in 32 bits: at most `32 * 255 * 127`, the correction as much.
/// - `vpmaddubsw` with the sizes of weights, 128 at most, times activations to which `vpsignb` has
///   given the weights' signs makes pairs of at most `2 * 128 * 127 = 32512` in 16 bits.
/// - `vpmaddubsw` with weights 0 to 15 makes pairs of at most `2 * 15 * 127 = 3810` in 16 bits,
///   which saturate at 32767. The additions that follow wrap around, so only the final sum counts:
///   a lane has half a block, `16 * 8 * 127 = 16256` at most, since the correction of that half is
///   in it.
///
/// A block with NaN or an infinity has codes of -128, which may saturate; its scale is NaN.
///
/// Registers of vectors, by way: four bytes: codes of weights 0 to 7, sums of F32 from 8, sums of
/// integers from 24, scale 28, product of scales 29, mask 30. Else: sums of integers, codes (with
/// signs: of one vector, and their sizes), two more, then sums of F32. Three rows and more leave
/// AVX2 no registers for these: they lie in memory, one addition per block.
final class IntegerTile {
    private static final int MOST_VNNI = 16;
    private static final int SCALES = 2 * PackedWeights.GROUP; // bytes of a block's scales
    private static final int LINE = 64;

    /// How far ahead weights are asked for: the processor's own prefetching ends at each page.
    private static final int AHEAD = 16_384;

    private static final int CLUSTER = 4; // rows side by side: chains of vpdpbusd
    private static final int BLOCKS = PackedWeights.pieceDepth(BlockFormat.Q8_0) / 32;

    private final Isa isa;
    private final BlockFormat format;
    private final Way way;
    private final int rows;
    private final int vectors; // of a group
    private final boolean sumsInMemory;
    private final int panelBytes; // of a block
    private final int bias; // in the middle of a block, so that displacements are short
    private final Assembler code = new Assembler();

    IntegerTile(Isa isa, BlockFormat format, Way way, int rows) {
        this.isa = isa;
        this.format = format;
        this.way = way;
        this.rows = rows;
        vectors = PackedWeights.GROUP / isa.lanes();
        sumsInMemory = !isa.wide() && rows > 2;
        panelBytes = rows * (way.codeBytes() + 8);
        bias = panelBytes / 8 * 4;
    }

    /// Returns the most rows that there are registers for.
    static int mostRows(Isa isa) {
        return isa.vnni() ? MOST_VNNI : isa.wide() ? 12 : 6;
    }

    /// Registers: rdi result, rsi panel, rdx groups left, rcx stride, r8 blocks, r9 whether to add
    /// at first, r10 whether to add now, r11 pool of constants, r12 sums in memory, r13 panel's
    /// block, r14 blocks left, r15 blocks of the piece, rax weights' block, rbp a row of the
    /// result.
    Assembler code() {
        Label group = new Label();
        Label piece = new Label();
        code.enter();
        code.mov(Gpr.RAX, Gpr.RDX); // weights, from here on one stream
        constants();
        code.mov(Gpr.RDX, Gpr.R8);
        code.shr(Gpr.RDX, 32);
        code.mov(Gpr.R9, Gpr.RDX);
        code.and(Gpr.R9, 1);
        code.shr(Gpr.RDX, 1);
        code.shl(Gpr.R8, 32);
        code.shr(Gpr.R8, 32);
        if (sumsInMemory) {
            code.sub(Gpr.RSP, sumsBytes() + LINE);
            code.lea(Gpr.R12, Mem.at(Gpr.RSP, LINE));
            code.and(Gpr.R12, -LINE);
        }
        code.bind(group);
        code.lea(Gpr.R13, Mem.at(Gpr.RSI, bias));
        code.mov(Gpr.R14, Gpr.R8);
        code.mov(Gpr.R10, Gpr.R9);
        code.bind(piece);
        beginPiece();
        blocks();
        result();
        code.mov(Gpr.R10, 1);
        code.cmp(Gpr.R14, 0);
        code.jump(Assembler.Condition.GREATER, piece);
        code.add(Gpr.RDI, 4 * PackedWeights.GROUP);
        code.sub(Gpr.RDX, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, group);
        if (sumsInMemory) {
            code.add(Gpr.RSP, sumsBytes() + LINE);
        }
        code.leave();
        return code;
    }

    private int sumsBytes() {
        return rows * vectors * isa.bytes();
    }

    private void constants() {
        code.mov(Gpr.R11, ConstantPool.address());
        if (way == Way.FOUR_BYTES) {
            code.emit(VMOVUPS, isa.vec(30), constant(0x0F0F_0F0F));
        }
    }

    private static Mem constant(int bits) {
        return Mem.at(Gpr.R11, ConstantPool.repeated(bits));
    }

    private void beginPiece() {
        Label whole = new Label();
        code.mov(Gpr.R15, BLOCKS);
        code.cmp(Gpr.R14, BLOCKS);
        code.jump(Assembler.Condition.GREATER_EQUAL, whole);
        code.mov(Gpr.R15, Gpr.R14);
        code.bind(whole);
        code.sub(Gpr.R14, Gpr.R15);
    }

    /// The loop over the blocks of a piece.
    private void blocks() {
        Label loop = new Label();
        for (int i = 0; i < rows * vectors; i++) {
            Vec zero = sumsInMemory ? isa.vec(0) : sum(i);
            code.emit(VXORPS, zero, zero, zero);
            if (sumsInMemory) {
                code.store(VMOVUPS_STORE, sumInMemory(i), zero);
            }
        }
        code.bindLoop(loop);
        for (int i = 0; i < format.bytes() * PackedWeights.GROUP; i += LINE) {
            code.prefetchFar(Mem.at(Gpr.RAX, AHEAD + i));
        }
        switch (way) {
            case FOUR_BYTES -> fourBytes();
            case TWO_BYTES, TWO_WORDS -> halves();
            case SIGNED_BYTES -> signedBytes();
        }
        code.add(Gpr.R13, panelBytes);
        code.add(Gpr.RAX, format.bytes() * PackedWeights.GROUP);
        code.sub(Gpr.R15, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, loop);
    }

    // ---- with vpdpbusd

    private void fourBytes() {
        if (format == BlockFormat.Q8_0) {
            for (int i = 0; i < 8; i++) {
                code.emit(VMOVUPS, isa.vec(i), Mem.at(Gpr.RAX, SCALES + 64L * i));
            }
        } else {
            Vec mask = isa.vec(30);
            for (int i = 0; i < 4; i++) {
                code.emit(VMOVUPS, isa.vec(i), Mem.at(Gpr.RAX, SCALES + 64L * i));
                code.emit(VPSRLW, isa.vec(4 + i), isa.vec(i), 4);
                code.emit(VANDPS, isa.vec(i), isa.vec(i), mask);
                code.emit(VANDPS, isa.vec(4 + i), isa.vec(4 + i), mask);
            }
        }
        Vec scale = isa.vec(28);
        Vec product = isa.vec(29);
        code.emit(VCVTPH2PS, scale, Mem.at(Gpr.RAX, 0));
        for (int begin = 0; begin < rows; begin += CLUSTER) {
            int end = Math.min(rows, begin + CLUSTER);
            for (int row = begin; row < end; row++) {
                code.emit(VPBROADCASTD, isa.vec(24 + row - begin), correction(row));
            }
            for (int i = 0; i < 8; i++) {
                for (int row = begin; row < end; row++) {
                    Mem four = codes(row, 4 * i).repeated();
                    code.emit(VPDPBUSD, isa.vec(24 + row - begin), isa.vec(i), four);
                }
            }
            for (int row = begin; row < end; row++) {
                Vec integers = isa.vec(24 + row - begin);
                code.emit(VMULPS, product, scale, scale(row).repeated());
                code.emit(VCVTDQ2PS, integers, integers);
                code.emit(VFMADD231PS, sum(row), integers, product);
            }
        }
    }

    // ---- with vpmaddubsw or vpmaddwd

    private int loads() {
        return (format.bytes() - 2) / 4;
    }

    /// The low and the high halves of bytes or of words.
    private void halves() {
        begin();
        for (int i = 0; i < loads(); i++) {
            for (int half = 0; half < 2; half++) {
                weights(i, half == 1);
                int at = way == Way.TWO_WORDS ? 8 * i + 4 * half : 4 * i + 16 * half;
                for (int row = 0; row < rows; row++) {
                    products(row, at);
                }
            }
        }
        addBlock();
    }

    /// Sums of integers begin at the correction.
    private void begin() {
        for (int i = 0; i < rows * vectors; i++) {
            if (way.signed()) {
                code.emit(VXORPS, integers(i), integers(i), integers(i));
            } else {
                code.emit(VPBROADCASTD, integers(i), correction(i / vectors));
            }
        }
    }

    private void signedBytes() {
        Vec codes = weight(0);
        Vec sizes = weight(1);
        Vec ones = spare();
        code.emit(VMOVUPS, ones, constant(0x0001_0001));
        begin();
        for (int i = 0; i < loads(); i++) {
            for (int v = 0; v < vectors; v++) {
                code.emit(VMOVUPS, codes, codesOf(i, v));
                code.emit(VPABSB, sizes, codes);
                for (int row = 0; row < rows; row++) {
                    Vec product = activations();
                    Vec integers = integers(row * vectors + v);
                    code.emit(VPBROADCASTD, product, codes(row, 4 * i));
                    code.emit(VPSIGNB, product, product, codes);
                    code.emit(VPMADDUBSW, product, sizes, product);
                    code.emit(VPMADDWD, product, product, ones);
                    code.emit(VPADDD, integers, integers, product);
                }
            }
        }
        addBlock();
    }

    private void addBlock() {
        for (int v = 0; v < vectors; v++) {
            code.emit(VCVTPH2PS, weight(v), Mem.at(Gpr.RAX, (long) isa.bytes() / 2 * v));
        }
        for (int row = 0; row < rows; row++) {
            code.emit(VBROADCASTSS, activations(), scale(row));
            for (int v = 0; v < vectors; v++) {
                addTo(row * vectors + v, weight(v));
            }
        }
    }

    /// Adds a block's integers to the sum of F32, times the scales of weights and of activations.
    private void addTo(int i, Vec scale) {
        Vec integers = integers(i);
        code.emit(VMULPS, spare(), activations(), scale);
        if (way == Way.TWO_BYTES) {
            code.emit(VPMADDWD, integers, integers, constant(0x0001_0001));
        }
        code.emit(VCVTDQ2PS, integers, integers);
        if (sumsInMemory) {
            code.emit(VFMADD213PS, integers, spare(), sumInMemory(i));
            code.store(VMOVUPS_STORE, sumInMemory(i), integers);
        } else {
            code.emit(VFMADD231PS, sum(i), integers, spare());
        }
    }

    private Mem codesOf(int load, int v) {
        return Mem.at(Gpr.RAX, SCALES + 64L * load + (long) isa.bytes() * v);
    }

    /// Loads codes of weights: the low or the high halves of bytes, or bytes 0 and 2 or 1 and 3 of
    /// each four as words.
    private void weights(int load, boolean high) {
        for (int v = 0; v < vectors; v++) {
            Vec weight = weight(v);
            code.emit(VMOVUPS, weight, codesOf(load, v));
            if (way == Way.TWO_WORDS) {
                if (!high) {
                    code.emit(VPSLLW, weight, weight, 8);
                }
                code.emit(VPSRAW, weight, weight, 8);
            } else {
                if (high) {
                    code.emit(VPSRLW, weight, weight, 4);
                }
                code.emit(VANDPS, weight, weight, constant(0x0F0F_0F0F));
            }
        }
    }

    private void products(int row, int at) {
        code.emit(VPBROADCASTD, activations(), codes(row, at));
        for (int v = 0; v < vectors; v++) {
            Vec integers = integers(row * vectors + v);
            if (way == Way.TWO_BYTES) { // the weights have no sign
                code.emit(VPMADDUBSW, spare(), weight(v), activations());
                code.emit(VPADDW, integers, integers, spare());
            } else {
                code.emit(VPMADDWD, spare(), weight(v), activations());
                code.emit(VPADDD, integers, integers, spare());
            }
        }
    }

    // ---- registers and places

    private Vec sum(int i) {
        return isa.vec(way == Way.FOUR_BYTES ? 8 + i : spare().number() + 1 + i);
    }

    private Mem sumInMemory(int i) {
        return Mem.at(Gpr.R12, (long) isa.bytes() * i);
    }

    private Vec integers(int i) {
        return isa.vec(i);
    }

    private Vec weight(int v) {
        return isa.vec(rows * vectors + v);
    }

    private Vec activations() {
        return isa.vec((rows + 1) * vectors);
    }

    private Vec spare() {
        return isa.vec(activations().number() + 1);
    }

    private Mem codes(int row, int at) {
        return Mem.at(Gpr.R13, (long) row * way.codeBytes() + at - bias);
    }

    private Mem scale(int row) {
        return Mem.at(Gpr.R13, (long) rows * way.codeBytes() + 4L * row - bias);
    }

    private Mem correction(int row) {
        return scale(row).plus(4L * rows);
    }

    // ---- the result

    private void result() {
        Label overwrite = new Label();
        Label done = new Label();
        code.test(Gpr.R10, Gpr.R10);
        code.jump(Assembler.Condition.EQUAL, overwrite);
        write(true);
        code.jump(done);
        code.bind(overwrite);
        write(false);
        code.bind(done);
    }

    /// Writes the sums, or adds them to what the result holds.
    private void write(boolean add) {
        code.mov(Gpr.RBP, Gpr.RDI);
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < vectors; v++) {
                int i = row * vectors + v;
                Vec sum = sumsInMemory ? isa.vec(0) : sum(i);
                Mem place = Mem.at(Gpr.RBP, (long) isa.bytes() * v);
                if (sumsInMemory) {
                    code.emit(VMOVUPS, sum, sumInMemory(i));
                }
                if (add) {
                    code.emit(VADDPS, sum, sum, place);
                }
                code.store(VMOVUPS_STORE, place, sum);
            }
            code.add(Gpr.RBP, Gpr.RCX);
        }
    }
}
