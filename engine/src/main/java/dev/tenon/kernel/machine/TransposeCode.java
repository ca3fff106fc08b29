package dev.tenon.kernel.machine;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// The routine that turns a matrix of words of 32 bits, in blocks of 8 by 8 that are turned in
/// registers: `rdi` results, `rsi` x, `rdx` and `rcx` bytes from row to row of either, `r8` rows
/// and `r9` columns of the results, in blocks.
///
/// Vectors of 256 bits serve on all machines: with them shuffles are not what limits.
final class TransposeCode {
    /// Rows and columns of a block.
    static final int SIDE = 8;

    private static final Gpr RESULT_STEP = Gpr.RDX;
    private static final Gpr STEP = Gpr.RCX;
    private static final Gpr ROW = Gpr.RBX; // of results
    private static final Gpr X = Gpr.RBP;
    private static final Gpr COLUMNS = Gpr.R12; // that are left
    private static final Gpr STEP_3 = Gpr.R13;
    private static final Gpr RESULT_STEP_3 = Gpr.R14;
    private static final Gpr SECOND_HALF = Gpr.R10;
    private static final Gpr AHEAD = Gpr.R11; // bytes to the next columns
    private static final Gpr SOON = Gpr.R15;

    private final Assembler code = new Assembler();

    /// @param streaming whether results, at a multiple of 32 bytes in each row, are stored past the
    ///   caches
    Routine routine(boolean streaming) {
        Label rows = new Label();
        Label columns = new Label();
        code.enter();
        code.lea(STEP_3, Mem.at(STEP, STEP, 2, 0));
        code.lea(RESULT_STEP_3, Mem.at(RESULT_STEP, RESULT_STEP, 2, 0));
        code.mov(AHEAD, STEP);
        code.imul(AHEAD, Gpr.R9);
        code.shl(AHEAD, 3);
        code.bindLoop(rows);
        code.mov(ROW, Gpr.RDI);
        code.mov(X, Gpr.RSI);
        code.mov(COLUMNS, Gpr.R9);
        code.bindLoop(columns);
        code.lea(SOON, Mem.at(X, AHEAD, 1, 0));
        prefetch();
        code.lea(SOON, Mem.at(SOON, STEP, 4, 0));
        prefetch();
        code.lea(SECOND_HALF, Mem.at(X, STEP, 4, 0));
        load();
        turn();
        code.lea(SECOND_HALF, Mem.at(ROW, RESULT_STEP, 4, 0));
        store(streaming);
        code.lea(X, Mem.at(X, STEP, 8, 0));
        code.add(ROW, 4 * SIDE);
        code.sub(COLUMNS, 1);
        code.jump(Condition.NOT_EQUAL, columns);
        code.add(Gpr.RSI, 4 * SIDE);
        code.lea(Gpr.RDI, Mem.at(Gpr.RDI, RESULT_STEP, 8, 0));
        code.sub(Gpr.R8, 1);
        code.jump(Condition.NOT_EQUAL, rows);
        if (streaming) {
            code.sfence();
        }
        code.leave();
        return Routine.of(code);
    }

    private void prefetch() {
        for (int k = 0; k < 4; k++) {
            code.prefetch(row(SOON, STEP, STEP_3, k));
        }
    }

    private static Vec ymm(int number) {
        return new Vec(number, 256);
    }

    /// Row k of four.
    private static Mem row(Gpr first, Gpr step, Gpr threeSteps, int k) {
        return switch (k) {
            case 0 -> Mem.at(first);
            case 1 -> Mem.at(first, step, 1, 0);
            case 2 -> Mem.at(first, step, 2, 0);
            default -> Mem.at(first, threeSteps, 1, 0);
        };
    }

    /// Registers 0 to 3: the first four elements of rows k and k + 4; 4 to 7: the last four.
    private void load() {
        for (int half = 0; half < 2; half++) {
            for (int k = 0; k < 4; k++) {
                Vec to = ymm(4 * half + k);
                code.emit(VectorOp.VMOVUPS, to.x(), row(X, STEP, STEP_3, k).plus(16L * half));
                code.emit(
                        VectorOp.VINSERTF128,
                        to,
                        to,
                        row(SECOND_HALF, STEP, STEP_3, k).plus(16L * half),
                        1);
            }
        }
    }

    private void turn() {
        for (int half = 0; half < 8; half += 4) {
            Vec a = ymm(8 + half);
            Vec b = ymm(9 + half);
            Vec c = ymm(10 + half);
            Vec d = ymm(11 + half);
            code.emit(VectorOp.VUNPCKLPS, a, ymm(half), ymm(half + 1));
            code.emit(VectorOp.VUNPCKHPS, b, ymm(half), ymm(half + 1));
            code.emit(VectorOp.VUNPCKLPS, c, ymm(half + 2), ymm(half + 3));
            code.emit(VectorOp.VUNPCKHPS, d, ymm(half + 2), ymm(half + 3));
            code.emit(VectorOp.VUNPCKLPD, ymm(half), a, c);
            code.emit(VectorOp.VUNPCKHPD, ymm(half + 1), a, c);
            code.emit(VectorOp.VUNPCKLPD, ymm(half + 2), b, d);
            code.emit(VectorOp.VUNPCKHPD, ymm(half + 3), b, d);
        }
    }

    private void store(boolean streaming) {
        VectorOp op = streaming ? VectorOp.VMOVNTPS_STORE : VectorOp.VMOVUPS_STORE;
        for (int k = 0; k < 4; k++) {
            code.store(op, row(ROW, RESULT_STEP, RESULT_STEP_3, k), ymm(k));
        }
        for (int k = 0; k < 4; k++) {
            code.store(op, row(SECOND_HALF, RESULT_STEP, RESULT_STEP_3, k), ymm(4 + k));
        }
    }
}
