package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
import static dev.tenon.kernel.machine.Gpr.R14;
import static dev.tenon.kernel.machine.Gpr.R15;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Puts up to eight rows side by side: `to[outer][column][row] = from[outer][row][column]`.
///
/// Blocks of 8 times 8 are turned in registers of 256 bits, at both widths. Four or eight elements
/// are written for each column, those beyond the rows as zeros, and columns are written in eights,
/// those beyond the last as zeros: callers leave room for that, and write what lies there
/// afterwards.
final class Interleave {
    /// Most rows.
    static final int ROWS = 8;

    private static final int BITS = 256;

    private final AtomicReferenceArray<Routine> routines = new AtomicReferenceArray<>(ROWS + 1);

    /// What one call moves; all strides in bytes.
    ///
    /// @param rows 1 to 8
    /// @param columns elements of a row
    /// @param rowStride from one row of `from` to the next
    /// @param columnStride from one column of `to` to the next
    /// @param outer how often, at least 1
    /// @param outerStride from one time to the next in `from`
    /// @param outerTo likewise in `to`
    record Move(
            int rows,
            int columns,
            long rowStride,
            long columnStride,
            int outer,
            long outerStride,
            long outerTo) {}

    void run(long to, long from, Move move) {
        if (move.columns == 0) {
            return;
        }
        Routine routine = routines.get(move.rows);
        if (routine == null) {
            routine = generate(move.rows);
            routines.set(move.rows, routine); // two threads may both generate it: no harm
        }
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(64);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, move.outer);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, move.outerStride);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, move.outerTo);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 3, Masks.lanes8(0, move.columns & 7));
        routine.call(
                to, from, move.rowStride, move.columns, move.columnStride, arguments.address());
    }

    private static Vec vec(int number) {
        return new Vec(number, BITS);
    }

    private static Routine generate(int rows) {
        Assembler code = new Assembler();
        Label outer = new Label();
        Label loop = new Label();
        Label tail = new Label();
        Label next = new Label();
        code.enter();
        code.lea(R10, Mem.at(RDX, RDX, 2, 0)); // three rows
        code.lea(R11, Mem.at(R8, R8, 2, 0)); // three columns
        code.bind(outer);
        code.mov(RAX, RDI);
        code.mov(RBX, RSI);
        code.mov(R12, RCX);
        code.bind(loop);
        code.cmp(R12, 8);
        code.jump(Assembler.Condition.LESS, tail);
        load(code, rows, false);
        turn(code, rows <= 4 ? 128 : BITS);
        code.add(RBX, 32);
        code.sub(R12, 8);
        code.jump(loop);
        code.bind(tail);
        code.test(R12, R12);
        code.jump(Assembler.Condition.EQUAL, next);
        code.mov(R13, Mem.at(R9, 24));
        code.emit(VectorOp.VMOVUPS, vec(15), Mem.at(R13));
        load(code, rows, true);
        turn(code, rows <= 4 ? 128 : BITS);
        code.bind(next);
        code.add(RSI, Mem.at(R9, 8));
        code.add(RDI, Mem.at(R9, 16));
        code.mov(R15, Mem.at(R9));
        code.sub(R15, 1);
        code.mov(Mem.at(R9), R15);
        code.jump(Assembler.Condition.NOT_EQUAL, outer);
        code.leave();
        return Routine.of(code);
    }

    /// Reads eight columns to registers 0 to 7.
    private static void load(Assembler code, int rows, boolean masked) {
        if (rows > 4) {
            code.lea(R14, Mem.at(RBX, RDX, 4, 0));
        }
        for (int row = 0; row < ROWS; row++) {
            if (row >= rows) {
                code.emit(VectorOp.VXORPS, vec(row), vec(row), vec(row));
                continue;
            }
            Gpr base = row < 4 ? RBX : R14;
            Mem at = place(base, RDX, R10, row & 3);
            if (masked) {
                code.emit(VectorOp.VMASKMOVPS, vec(row), vec(15), at);
            } else {
                code.emit(VectorOp.VMOVUPS, vec(row), at);
            }
        }
    }

    private static Mem place(Gpr base, Gpr stride, Gpr three, int times) {
        return switch (times) {
            case 0 -> Mem.at(base);
            case 1 -> Mem.at(base, stride, 1, 0);
            case 2 -> Mem.at(base, stride, 2, 0);
            default -> Mem.at(base, three, 1, 0);
        };
    }

    /// Turns registers 0 to 7 and writes them, one column each, which moves the place on.
    private static void turn(Assembler code, int bits) {
        for (int i = 0; i < 4; i++) { // pairs of rows to 8 .. 14 and 7
            Vec low = vec(8 + 2 * i);
            Vec high = i == 3 ? vec(7) : vec(9 + 2 * i);
            code.emit(VectorOp.VUNPCKLPS, low, vec(2 * i), vec(2 * i + 1));
            code.emit(VectorOp.VUNPCKHPS, high, vec(2 * i), vec(2 * i + 1));
        }
        fours(code, 0, 8, 10); // columns 0 and 1, 2 and 3 of the upper four rows
        fours(code, 2, 9, 11);
        code.emit(VectorOp.VUNPCKLPD, vec(4), vec(12), vec(14));
        code.emit(VectorOp.VUNPCKHPD, vec(5), vec(12), vec(14));
        code.emit(VectorOp.VUNPCKLPD, vec(6), vec(13), vec(7));
        code.emit(VectorOp.VUNPCKHPD, vec(7), vec(13), vec(7));
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < 4; i++) {
                code.emit(
                        VectorOp.VPERM2F128,
                        vec(8 + i),
                        vec(i),
                        vec(4 + i),
                        half == 0 ? 0x20 : 0x31);
                code.store(VectorOp.VMOVUPS_STORE, place(RAX, R8, R11, i), vec(8 + i).as(bits));
            }
            code.lea(RAX, Mem.at(RAX, R8, 4, 0));
        }
    }

    private static void fours(Assembler code, int to, int a, int b) {
        code.emit(VectorOp.VUNPCKLPD, vec(to), vec(a), vec(b));
        code.emit(VectorOp.VUNPCKHPD, vec(to + 1), vec(a), vec(b));
    }
}
