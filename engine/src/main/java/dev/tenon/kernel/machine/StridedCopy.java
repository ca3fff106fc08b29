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

/// Copies rows of some channels element by element, with steps between elements on both sides.
final class StridedCopy {
    private final Routine routine = generate();

    /// @param to address of the first element of the first row
    /// @param from likewise
    /// @param count elements of a row
    /// @param toStep elements from one to the next
    /// @param fromStep likewise
    void run(long to, long from, PlaneCopy.Rows rows, int count, int toStep, int fromStep) {
        if (rows.rows() == 0 || count == 0) {
            return;
        }
        MemorySegment arguments = Workspace.ARGUMENTS.bytes(128);
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 0, rows.rows());
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 1, rows.fromChannel());
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 2, rows.toChannel());
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 3, rows.fromRow());
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 4, rows.toRow());
        arguments.setAtIndex(ValueLayout.JAVA_LONG, 5, count);
        routine.call(to, from, rows.channels(), 4L * toStep, 4L * fromStep, arguments.address());
    }

    /// Registers: rdi to, rsi from, rdx channels, rcx and r8 the steps, r9 arguments; rax and rbx
    /// walk over rows, r10 and r11 over elements, which r12 counts; r14 and r15 are three steps.
    private static Routine generate() {
        Assembler code = new Assembler();
        Label channel = new Label();
        Label row = new Label();
        Label fours = new Label();
        Label ones = new Label();
        Label done = new Label();
        code.enter();
        code.lea(R14, Mem.at(RCX, RCX, 2, 0));
        code.lea(R15, Mem.at(R8, R8, 2, 0));
        code.bind(channel);
        code.mov(RAX, RDI);
        code.mov(RBX, RSI);
        code.mov(R13, Mem.at(R9));
        code.bind(row);
        code.mov(R10, RAX);
        code.mov(R11, RBX);
        code.mov(R12, Mem.at(R9, 40));
        code.bind(fours);
        code.sub(R12, 4);
        code.jump(Assembler.Condition.LESS, ones);
        four(code);
        code.jump(fours);
        code.bind(ones);
        code.add(R12, 3);
        code.jump(Assembler.Condition.LESS, done);
        code.mov32(RBP, Mem.at(R11));
        code.mov32(Mem.at(R10), RBP);
        code.add(R10, RCX);
        code.add(R11, R8);
        code.sub(R12, 4);
        code.jump(ones);
        code.bind(done);
        code.add(RBX, Mem.at(R9, 24));
        code.add(RAX, Mem.at(R9, 32));
        code.sub(R13, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, row);
        code.add(RSI, Mem.at(R9, 8));
        code.add(RDI, Mem.at(R9, 16));
        code.sub(RDX, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, channel);
        code.leave(true);
        return Routine.of(code);
    }

    private static void four(Assembler code) {
        code.mov32(RBP, Mem.at(R11));
        code.mov32(Mem.at(R10), RBP);
        code.mov32(RBP, Mem.at(R11, R8, 1, 0));
        code.mov32(Mem.at(R10, RCX, 1, 0), RBP);
        code.mov32(RBP, Mem.at(R11, R8, 2, 0));
        code.mov32(Mem.at(R10, RCX, 2, 0), RBP);
        code.mov32(RBP, Mem.at(R11, R15, 1, 0));
        code.mov32(Mem.at(R10, R14, 1, 0), RBP);
        code.lea(R10, Mem.at(R10, RCX, 4, 0));
        code.lea(R11, Mem.at(R11, R8, 4, 0));
    }
}
