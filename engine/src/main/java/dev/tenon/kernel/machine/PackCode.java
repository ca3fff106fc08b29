package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// Writes the routines that bring operands of matrix products into panels `[depth, lines]`: of each
/// depth the elements of some lines (rows of `a`, columns of `b`), side by side.
///
/// A routine's arguments are the panel, the source, the bytes from a depth of the panel to the
/// next, a stride of the source in bytes, the number of depths (at least 1), and a sixth. Whole
/// vectors are stored, so that each depth is followed by elements that mean nothing; the next depth
/// overwrites them where they are in its place.
final class PackCode {
    private static final Gpr TO = RDI;
    private static final Gpr FROM = RSI;
    private static final Gpr TO_STRIDE = RDX;
    private static final Gpr FROM_STRIDE = RCX;
    private static final Gpr DEPTH = R8;
    private static final Gpr LAST = R9;
    private static final Mask TAIL = Mask.k(1);
    private static final int LINE = 64; // bytes of a line of the cache

    private PackCode() {}

    /// Lines lie side by side in the source, as in the panel.
    ///
    /// Arguments: the source's stride from a depth to the next; sixth, [Tails#argument] of the last
    /// vector.
    ///
    /// @param vectors vectors of lines
    static Routine copy(Isa isa, int vectors) {
        Assembler code = new Assembler();
        Label loop = new Label();
        Vec signs = isa.vec(15);
        code.enter();
        Tails.load(code, isa, TAIL, signs, LAST);
        code.bindLoop(loop);
        for (int j = 0; j < vectors; j++) {
            Mem from = Mem.at(FROM, (long) j * isa.bytes());
            if (j < vectors - 1) {
                code.emit(VectorOp.VMOVUPS, isa.vec(j), from);
            } else {
                Tails.loadPart(code, isa, isa.vec(j), from, TAIL, signs);
            }
        }
        for (int j = 0; j < vectors; j += LINE / isa.bytes()) { // the next panel is packed soon
            code.prefetchFar(Mem.at(FROM, (long) (vectors + j) * isa.bytes()));
        }
        code.add(FROM, FROM_STRIDE);
        for (int j = 0; j < vectors; j++) {
            Mem to = Mem.at(TO, (long) j * isa.bytes());
            code.store(VectorOp.VMOVUPS_STORE, to, isa.vec(j));
        }
        code.add(TO, TO_STRIDE);
        code.sub(DEPTH, 1);
        code.jump(Condition.NOT_EQUAL, loop);
        code.leave();
        return Routine.of(code);
    }

    /// Depths lie side by side in the source: blocks of as many lines as depths are turned in
    /// registers. Missing lines become zero.
    ///
    /// Arguments: the source's stride from a line to the next; sixth, [Tails#argument] of the
    /// depths that are left over by whole vectors.
    ///
    /// @param lines at most the lanes of a vector
    static Routine turn(Isa isa, int lines) {
        Assembler code = new Assembler();
        Label loop = new Label();
        Label rest = new Label();
        Label done = new Label();
        int lanes = isa.lanes();
        code.enter();
        code.sub(DEPTH, lanes);
        code.jump(Condition.LESS, rest);
        code.bindLoop(loop);
        Turning turning = new Turning(code, isa);
        loadLines(code, isa, lines, false);
        turning.turn();
        for (int i = 0; i < lanes; i++) {
            code.store(VectorOp.VMOVUPS_STORE, Mem.at(TO), turning.result(i));
            code.add(TO, TO_STRIDE);
        }
        code.add(FROM, isa.bytes());
        code.sub(DEPTH, lanes);
        code.jump(Condition.GREATER_EQUAL, loop);
        code.bind(rest);
        code.add(DEPTH, lanes);
        code.jump(Condition.EQUAL, done);
        loadLines(code, isa, lines, true);
        turning.turn();
        for (int i = 0; i < lanes - 1; i++) {
            code.store(VectorOp.VMOVUPS_STORE, Mem.at(TO), turning.result(i));
            code.add(TO, TO_STRIDE);
            code.sub(DEPTH, 1);
            code.jump(Condition.EQUAL, done);
        }
        code.bind(done);
        code.leave();
        return Routine.of(code);
    }

    private static void loadLines(Assembler code, Isa isa, int lines, boolean part) {
        Vec signs = isa.vec(15); // free until the lines are turned
        if (part) {
            Tails.load(code, isa, TAIL, signs, LAST);
        }
        code.mov(RAX, FROM);
        for (int line = 0; line < isa.lanes(); line++) {
            Vec to = isa.vec(line);
            if (line >= lines) {
                code.emit(VectorOp.VXORPS, to, to, to);
                continue;
            }
            if (part) {
                Tails.loadPart(code, isa, to, Mem.at(RAX), TAIL, signs);
            } else {
                code.emit(VectorOp.VMOVUPS, to, Mem.at(RAX));
            }
            if (line + 1 < lines) {
                code.add(RAX, FROM_STRIDE);
            }
        }
    }

    /// Neither lies side by side in the source: element by element.
    ///
    /// Arguments: the source's stride from a depth to the next; sixth, from a line to the next. The
    /// lines that a vector has beyond `lines` become zero.
    static Routine gather(Isa isa, int lines) {
        Assembler code = new Assembler();
        Label loop = new Label();
        code.enter();
        code.xor(R10, R10);
        code.bindLoop(loop);
        code.mov(RAX, FROM);
        for (int line = 0; line < lines; line++) {
            code.mov32(R11, Mem.at(RAX));
            code.mov32(Mem.at(TO, 4L * line), R11);
            if (line + 1 < lines) {
                code.add(RAX, LAST);
            }
        }
        for (int line = lines; line % isa.lanes() != 0; line++) {
            code.mov32(Mem.at(TO, 4L * line), R10);
        }
        code.add(FROM, FROM_STRIDE);
        code.add(TO, TO_STRIDE);
        code.sub(DEPTH, 1);
        code.jump(Condition.NOT_EQUAL, loop);
        code.leave();
        return Routine.of(code);
    }
}
