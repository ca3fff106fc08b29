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
import static dev.tenon.kernel.machine.Gpr.RBP;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Copies the rows of some channels: into scratch with zeros around them, and from scratch to where
/// exactly they belong.
///
/// Rows in scratch are written in ascending order and by whole vectors, which may reach into the
/// next row: that is written after. Outside scratch nothing is touched but the rows themselves.
final class PlaneCopy {
    private static final Mask FIRST = Mask.k(1);
    private static final Mask LAST = Mask.k(2);

    private final Isa isa;
    private final Routine padded;
    private final Routine exact;

    PlaneCopy(Isa isa) {
        this.isa = isa;
        padded = generatePadded();
        exact = generateExact();
    }

    /// The rows of some channels; strides in bytes.
    ///
    /// @param channels at least 1
    /// @param rows rows of a channel to copy, at least 0
    /// @param fromChannel from one channel to the next in the source
    /// @param toChannel likewise in the destination
    /// @param fromRow from one row to the next in the source
    /// @param toRow likewise in the destination
    record Rows(
            int channels, int rows, long fromChannel, long toChannel, long fromRow, long toRow) {}

    /// Says whether [#toPadded] can do with rows of `pitch` elements, of which those from `left` to
    /// `right` come from the source.
    boolean fits(int pitch, int left, int right) {
        int vectors = (pitch + isa.lanes() - 1) / isa.lanes();
        int last = (vectors - 1) * isa.lanes();
        return left <= isa.lanes() && right >= last && right - last <= isa.lanes();
    }

    /// Copies rows between zeros.
    ///
    /// @param to address of the first channel, before the zeros above it
    /// @param from address of where element 0 of the first row would be in the source
    /// @param pitch elements of a row
    /// @param left zeros at its beginning
    /// @param right end of what comes from the source
    /// @param above zeros above a channel, in elements
    /// @param below zeros below a channel, in elements
    void toPadded(
            long to, long from, Rows rows, int pitch, int left, int right, int above, int below) {
        int lanes = isa.lanes();
        int vectors = (pitch + lanes - 1) / lanes;
        int last = (vectors - 1) * lanes;
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(128);
        set(arguments, 0, rows.rows);
        set(arguments, 1, rows.fromChannel);
        set(arguments, 2, rows.toChannel);
        set(arguments, 3, 4L * above);
        set(arguments, 4, 4L * below);
        set(arguments, 5, vectors - 1);
        set(arguments, 6, Masks.lanes(isa, Math.min(left, lanes), lanes));
        int start = vectors == 1 ? left : 0;
        set(arguments, 7, Masks.lanes(isa, start, Math.max(start, right - last)));
        padded.call(to, from, rows.channels, rows.fromRow, rows.toRow, arguments.address());
    }

    /// Copies the first `count` elements of each row, and writes nothing else.
    void toExact(long to, long from, Rows rows, int count) {
        int lanes = isa.lanes();
        int full = count / lanes;
        int rest = count % lanes;
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(128);
        set(arguments, 0, rows.rows);
        set(arguments, 1, rows.fromChannel);
        set(arguments, 2, rows.toChannel);
        set(arguments, 3, full);
        set(arguments, 4, rest);
        set(arguments, 5, Masks.lanes(isa, 0, rest));
        exact.call(to, from, rows.channels, rows.fromRow, rows.toRow, arguments.address());
    }

    private static void set(MemorySegment arguments, int index, long value) {
        arguments.setAtIndex(ValueLayout.JAVA_LONG, index, value);
    }

    /// Registers: rdi to, rsi from, rdx channels, rcx and r8 the strides of rows, r9 arguments; rax
    /// and rbx walk over rows, r10 and r11 within one.
    private Routine generatePadded() {
        Assembler code = new Assembler();
        Label channel = new Label();
        Label row = new Label();
        Label noRows = new Label();
        code.enter();
        code.emit(VectorOp.VXORPS, isa.vec(0), isa.vec(0), isa.vec(0));
        code.mov(R12, Mem.at(R9, 48));
        code.mov(R13, Mem.at(R9, 56));
        if (isa.wide()) {
            code.kmov(FIRST, R12);
            code.kmov(LAST, R13);
        } else {
            code.emit(VectorOp.VMOVUPS, isa.vec(2), Mem.at(R12));
            code.emit(VectorOp.VMOVUPS, isa.vec(3), Mem.at(R13));
        }
        code.bind(channel);
        code.mov(RAX, RDI);
        code.mov(RBX, RSI);
        zeros(code, Mem.at(R9, 24));
        code.mov(R14, Mem.at(R9));
        code.test(R14, R14);
        code.jump(Assembler.Condition.EQUAL, noRows);
        code.bind(row);
        paddedRow(code);
        code.add(RBX, RCX);
        code.add(RAX, R8);
        code.sub(R14, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, row);
        code.bind(noRows);
        zeros(code, Mem.at(R9, 32));
        code.add(RSI, Mem.at(R9, 8));
        code.add(RDI, Mem.at(R9, 16));
        code.sub(RDX, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, channel);
        code.leave();
        return Routine.of(code);
    }

    /// Writes zeros from rax on, which moves on by `bytes`.
    private void zeros(Assembler code, Mem bytes) {
        Label loop = new Label();
        Label done = new Label();
        code.mov(R10, RAX);
        code.add(RAX, bytes);
        code.bind(loop);
        code.cmp(R10, RAX);
        code.jump(Assembler.Condition.ABOVE_EQUAL, done);
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(R10), isa.vec(0));
        code.add(R10, isa.bytes());
        code.jump(loop);
        code.bind(done);
    }

    private void paddedRow(Assembler code) {
        Label loop = new Label();
        Label last = new Label();
        code.mov(R10, RBX);
        code.mov(R11, RAX);
        code.mov(R15, Mem.at(R9, 40));
        code.test(R15, R15);
        code.jump(Assembler.Condition.EQUAL, last);
        masked(code, FIRST, isa.vec(2));
        code.bind(loop);
        code.add(R10, isa.bytes());
        code.add(R11, isa.bytes());
        code.sub(R15, 1);
        code.jump(Assembler.Condition.EQUAL, last);
        code.emit(VectorOp.VMOVUPS, isa.vec(1), Mem.at(R10));
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(R11), isa.vec(1));
        code.jump(loop);
        code.bind(last);
        masked(code, LAST, isa.vec(3));
    }

    private void masked(Assembler code, Mask mask, Vec lanes) {
        if (isa.wide()) {
            code.under(mask.zeroed()).emit(VectorOp.VMOVUPS, isa.vec(1), Mem.at(R10));
        } else {
            code.emit(VectorOp.VMASKMOVPS, isa.vec(1), lanes, Mem.at(R10));
        }
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(R11), isa.vec(1));
    }

    private Routine generateExact() {
        Assembler code = new Assembler();
        Label channel = new Label();
        Label row = new Label();
        Label noRows = new Label();
        code.enter();
        code.mov(R12, Mem.at(R9, 24));
        code.mov(R13, Mem.at(R9, 32));
        if (isa.wide()) {
            code.mov(R14, Mem.at(R9, 40));
            code.kmov(LAST, R14);
        }
        code.bind(channel);
        code.mov(RAX, RDI);
        code.mov(RBX, RSI);
        code.mov(R14, Mem.at(R9));
        code.test(R14, R14);
        code.jump(Assembler.Condition.EQUAL, noRows);
        code.bind(row);
        exactRow(code);
        code.add(RBX, RCX);
        code.add(RAX, R8);
        code.sub(R14, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, row);
        code.bind(noRows);
        code.add(RSI, Mem.at(R9, 8));
        code.add(RDI, Mem.at(R9, 16));
        code.sub(RDX, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, channel);
        code.leave();
        return Routine.of(code);
    }

    /// One row of r12 vectors and r13 elements more.
    private void exactRow(Assembler code) {
        Label loop = new Label();
        Label rest = new Label();
        Label done = new Label();
        code.mov(R10, RBX);
        code.mov(R11, RAX);
        code.mov(R15, R12);
        code.bind(loop);
        code.sub(R15, 1);
        code.jump(Assembler.Condition.LESS, rest);
        code.emit(VectorOp.VMOVUPS, isa.vec(1), Mem.at(R10));
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(R11), isa.vec(1));
        code.add(R10, isa.bytes());
        code.add(R11, isa.bytes());
        code.jump(loop);
        code.bind(rest);
        code.test(R13, R13);
        code.jump(Assembler.Condition.EQUAL, done);
        if (isa.wide()) {
            code.under(LAST.zeroed()).emit(VectorOp.VMOVUPS, isa.vec(1), Mem.at(R10));
            code.under(LAST).store(VectorOp.VMOVUPS_STORE, Mem.at(R11), isa.vec(1));
        } else { // element by element: a masked store of AVX2 takes tens of cycles on AMD
            Label one = new Label();
            code.mov(RBP, R13);
            code.bind(one);
            code.emit(VectorOp.VMOVSS, isa.vec(1).x(), Mem.at(R10));
            code.store(VectorOp.VMOVSS_STORE, Mem.at(R11), isa.vec(1).x());
            code.add(R10, 4);
            code.add(R11, 4);
            code.sub(RBP, 1);
            code.jump(Assembler.Condition.NOT_EQUAL, one);
        }
        code.bind(done);
    }
}
