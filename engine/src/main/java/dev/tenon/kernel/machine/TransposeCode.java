package dev.tenon.kernel.machine;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// The routine that turns a matrix of words of 32 bits, in blocks of 8 by 8 that are turned in
/// registers: `rdi` results, `rsi` x, `rdx` and `rcx` bytes from row to row of either, `r8` rows of
/// the results in blocks, `r9` columns in steps.
///
/// Rows of x are read along, so that their lines are used up at once; a step is two blocks wide
/// where it can, so that a line of the results is written whole. Vectors of 256 bits serve on all
/// machines: shuffles are not what limits.
final class TransposeCode {
    /// Rows and columns of a block.
    static final int SIDE = 8;

    private static final Gpr RESULT_STEP = Gpr.RDX;
    private static final Gpr STEP = Gpr.RCX;
    private static final Gpr RESULT = Gpr.RBX; // of a block
    private static final Gpr X = Gpr.RBP;
    private static final Gpr ROWS = Gpr.R12; // that are left, in blocks
    private static final Gpr STEP_3 = Gpr.R13;
    private static final Gpr RESULT_STEP_3 = Gpr.R14;
    private static final Gpr SECOND_HALF = Gpr.R10;
    private static final Gpr FIRST_HALF = Gpr.RAX;

    private final Assembler code = new Assembler();
    private final int blocks;

    /// @param blocks of a step, 1 or 2
    TransposeCode(int blocks) {
        this.blocks = blocks;
    }

    /// @param streaming whether results, at a multiple of 64 bytes in each row, are stored past the
    ///   caches
    Routine routine(boolean streaming) {
        Label columns = new Label();
        Label rows = new Label();
        code.enter();
        code.lea(STEP_3, Mem.at(STEP, STEP, 2, 0));
        code.lea(RESULT_STEP_3, Mem.at(RESULT_STEP, RESULT_STEP, 2, 0));
        code.bindLoop(columns);
        code.mov(RESULT, Gpr.RDI);
        code.mov(X, Gpr.RSI);
        code.mov(ROWS, Gpr.R8);
        code.bindLoop(rows);
        code.mov(FIRST_HALF, X);
        for (int block = 0; block < blocks; block++) {
            code.lea(SECOND_HALF, Mem.at(FIRST_HALF, STEP, 4, 0));
            load();
            turn();
            code.lea(SECOND_HALF, Mem.at(RESULT, RESULT_STEP, 4, 0));
            store(streaming, 4L * SIDE * block);
            code.lea(FIRST_HALF, Mem.at(FIRST_HALF, STEP, 8, 0));
        }
        for (int block = 0; block < blocks; block++) { // the rows of the next step
            prefetch();
            code.lea(FIRST_HALF, Mem.at(FIRST_HALF, STEP, 4, 0));
            prefetch();
            code.lea(FIRST_HALF, Mem.at(FIRST_HALF, STEP, 4, 0));
        }
        code.lea(RESULT, Mem.at(RESULT, RESULT_STEP, 8, 0));
        code.add(X, 4 * SIDE);
        code.sub(ROWS, 1);
        code.jump(Condition.NOT_EQUAL, rows);
        code.add(Gpr.RDI, 4 * SIDE * blocks);
        for (int block = 0; block < blocks; block++) {
            code.lea(Gpr.RSI, Mem.at(Gpr.RSI, STEP, 8, 0));
        }
        code.sub(Gpr.R9, 1);
        code.jump(Condition.NOT_EQUAL, columns);
        if (streaming) {
            code.sfence();
        }
        code.leave();
        return Routine.of(code);
    }

    private void prefetch() {
        for (int k = 0; k < 4; k++) {
            code.prefetchFar(row(FIRST_HALF, STEP, STEP_3, k));
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
                code.emit(
                        VectorOp.VMOVUPS,
                        to.x(),
                        row(FIRST_HALF, STEP, STEP_3, k).plus(16L * half));
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

    private void store(boolean streaming, long at) {
        VectorOp op = streaming ? VectorOp.VMOVNTPS_STORE : VectorOp.VMOVUPS_STORE;
        for (int k = 0; k < 4; k++) {
            code.store(op, row(RESULT, RESULT_STEP, RESULT_STEP_3, k).plus(at), ymm(k));
        }
        for (int k = 0; k < 4; k++) {
            code.store(op, row(SECOND_HALF, RESULT_STEP, RESULT_STEP_3, k).plus(at), ymm(4 + k));
        }
    }
}
