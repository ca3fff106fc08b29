package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.VectorOp.VADDPS;
import static dev.tenon.kernel.machine.VectorOp.VBROADCASTSS;
import static dev.tenon.kernel.machine.VectorOp.VCVTPH2PS;
import static dev.tenon.kernel.machine.VectorOp.VFMADD231PS;
import static dev.tenon.kernel.machine.VectorOp.VMOVUPS_STORE;
import static dev.tenon.kernel.machine.VectorOp.VPMOVZXWD;
import static dev.tenon.kernel.machine.VectorOp.VPSLLD;
import static dev.tenon.kernel.machine.VectorOp.VXORPS;

import dev.tenon.dtype.BlockFormat;

/// Writes the code of one tile: some rows of activations times groups of sixteen rows of weights in
/// F16 or BF16.
///
/// Sums run over the 256 columns of a piece and are added to the result at its end. Each element is
/// one chain of multiply-adds, however many rows and groups there are.
final class FloatTile {
    private static final int UNROLLED = 4;
    private static final int DEPTH = PackedWeights.pieceDepth(BlockFormat.F16);
    private static final int COLUMN = 2 * PackedWeights.GROUP; // bytes
    private static final int LINE = 64;
    private static final int AHEAD = 4096;

    private final Isa isa;
    private final BlockFormat format;
    private final int rows;
    private final int groups;
    private final int perGroup; // vectors
    private final Assembler code = new Assembler();

    /// @param groups 1, 2 or 4
    FloatTile(Isa isa, BlockFormat format, int rows, int groups) {
        this.isa = isa;
        this.format = format;
        this.rows = rows;
        this.groups = groups;
        perGroup = PackedWeights.GROUP / isa.lanes();
    }

    private int vectors() {
        return groups * perGroup;
    }

    /// Registers: rdi result, rsi panel, rdx weights, rcx stride, r8 columns, r9 bytes of a group,
    /// r10 whether to add now, r11 runs left, r12 three groups, r13 panel's column, r14 columns
    /// left, r15 columns of the piece, rax weights' column, rbx whether to add at first, rbp a row
    /// of the result.
    Assembler code() {
        Label run = new Label();
        Label piece = new Label();
        Label whole = new Label();
        code.enter();
        code.mov(Gpr.R11, Gpr.R8);
        code.shr(Gpr.R11, 32);
        code.mov(Gpr.RBX, Gpr.R11);
        code.and(Gpr.RBX, 1);
        code.shr(Gpr.R11, 1);
        code.shl(Gpr.R8, 32);
        code.shr(Gpr.R8, 32 - 5);
        code.lea(Gpr.R12, Mem.at(Gpr.R9, Gpr.R9, 2, 0));
        code.bind(run);
        code.mov(Gpr.R13, Gpr.RSI);
        code.mov(Gpr.R14, Gpr.R8);
        code.mov(Gpr.R10, Gpr.RBX);
        code.mov(Gpr.RAX, Gpr.RDX);
        code.bind(piece);
        code.mov(Gpr.R15, DEPTH);
        code.cmp(Gpr.R14, DEPTH);
        code.jump(Assembler.Condition.GREATER_EQUAL, whole);
        code.mov(Gpr.R15, Gpr.R14);
        code.bind(whole);
        code.sub(Gpr.R14, Gpr.R15);
        columns();
        result();
        code.mov(Gpr.R10, 1);
        code.cmp(Gpr.R14, 0);
        code.jump(Assembler.Condition.GREATER, piece);
        code.lea(Gpr.RDX, Mem.at(Gpr.RDX, Gpr.R9, groups, 0));
        code.add(Gpr.RDI, 4 * PackedWeights.GROUP * groups);
        code.sub(Gpr.R11, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, run);
        code.leave();
        return code;
    }

    private void columns() {
        Label loop = new Label();
        for (int i = 0; i < rows * vectors(); i++) {
            code.emit(VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.bindLoop(loop);
        for (int group = 0; group < groups; group++) {
            for (int i = 0; i < UNROLLED * COLUMN; i += LINE) {
                code.prefetchFar(weights(group, AHEAD + i));
            }
        }
        for (int column = 0; column < UNROLLED; column++) {
            if (rows < vectors()) {
                byVector(column);
            } else {
                byRow(column);
            }
        }
        code.add(Gpr.R13, UNROLLED * 4 * rows);
        code.add(Gpr.RAX, UNROLLED * COLUMN);
        code.sub(Gpr.R15, UNROLLED);
        code.jump(Assembler.Condition.NOT_EQUAL, loop);
    }

    /// Few rows: their numbers stay in registers, vectors of weights come one by one.
    private void byVector(int column) {
        int first = rows * vectors();
        Vec weight = isa.vec(first + rows);
        for (int row = 0; row < rows; row++) {
            code.emit(VBROADCASTSS, isa.vec(first + row), activation(column, row));
        }
        for (int v = 0; v < vectors(); v++) {
            widen(weight, column, v);
            for (int row = 0; row < rows; row++) {
                code.emit(VFMADD231PS, sum(row, v), weight, isa.vec(first + row));
            }
        }
    }

    /// Many rows: vectors of weights stay in registers, rows come one by one.
    private void byRow(int column) {
        int first = rows * vectors();
        Vec x = isa.vec(first + vectors());
        for (int v = 0; v < vectors(); v++) {
            widen(isa.vec(first + v), column, v);
        }
        for (int row = 0; row < rows; row++) {
            code.emit(VBROADCASTSS, x, activation(column, row));
            for (int v = 0; v < vectors(); v++) {
                code.emit(VFMADD231PS, sum(row, v), isa.vec(first + v), x);
            }
        }
    }

    private Vec sum(int row, int v) {
        return isa.vec(row * vectors() + v);
    }

    private Mem activation(int column, int row) {
        return Mem.at(Gpr.R13, 4L * (column * rows + row));
    }

    private void widen(Vec to, int column, int v) {
        long at = (long) column * COLUMN + (long) v % perGroup * isa.bytes() / 2;
        Mem from = weights(v / perGroup, at);
        if (format == BlockFormat.F16) {
            code.emit(VCVTPH2PS, to, from);
        } else {
            code.emit(VPMOVZXWD, to, from);
            code.emit(VPSLLD, to, to, 16);
        }
    }

    /// Returns the place `offset` bytes on in a group's column.
    private static Mem weights(int group, long offset) {
        return switch (group) {
            case 0 -> Mem.at(Gpr.RAX, offset);
            case 1 -> Mem.at(Gpr.RAX, Gpr.R9, 1, offset);
            case 2 -> Mem.at(Gpr.RAX, Gpr.R9, 2, offset);
            default -> Mem.at(Gpr.RAX, Gpr.R12, 1, offset);
        };
    }

    private void result() {
        Label overwrite = new Label();
        code.test(Gpr.R10, Gpr.R10);
        code.jump(Assembler.Condition.EQUAL, overwrite);
        walk(true);
        code.bind(overwrite);
        walk(false);
    }

    /// Adds what the result holds, or writes it.
    private void walk(boolean add) {
        code.mov(Gpr.RBP, Gpr.RDI);
        for (int row = 0; row < rows; row++) {
            for (int v = 0; v < vectors(); v++) {
                Vec sum = sum(row, v);
                Mem place = Mem.at(Gpr.RBP, (long) isa.bytes() * v);
                if (add) {
                    code.emit(VADDPS, sum, sum, place);
                } else {
                    code.store(VMOVUPS_STORE, place, sum);
                }
            }
            code.add(Gpr.RBP, Gpr.RCX);
        }
    }
}
