package dev.tenon.kernel.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Code that is really called: arguments, vectors, what the processor says of itself.
class RoutineTest {
    static boolean isX86() {
        return Cpu.isX86();
    }

    @Test
    @EnabledIf("isX86")
    void passesSixArgumentsAndKeepsTheCallersRegisters() {
        Gpr[] arguments = {Gpr.RDI, Gpr.RSI, Gpr.RDX, Gpr.RCX, Gpr.R8, Gpr.R9};
        Assembler code = new Assembler();
        code.enter(false);
        for (int i = 1; i < arguments.length; i++) {
            code.mov(Mem.at(Gpr.RDI, 8L * i), arguments[i]);
        }
        for (Gpr register : Gpr.values()) { // all but the stack may be overwritten
            if (register != Gpr.RSP) {
                code.mov(register, -1);
            }
        }
        code.leave(false);
        Routine routine = Routine.of(code);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, 6);
            for (long round = 0; round < 50_000; round++) { // so that the call is compiled as well
                routine.call(out.address(), round, -2, 3L << 40, 4, 5);
            }
            assertThat(out.toArray(ValueLayout.JAVA_LONG))
                    .containsExactly(0, 49_999, -2, 3L << 40, 4, 5);
        }
    }

    @Test
    @EnabledIf("isX86")
    void countsWithALoopAndVectors() {
        if (!Cpu.detect().avx2()) {
            return;
        }
        Isa isa = Isa.detect();
        Assembler code = new Assembler();
        Label loop = new Label();
        code.enter();
        code.emit(VectorOp.VMOVUPS, isa.vec(1), Mem.at(Gpr.RSI));
        code.emit(VectorOp.VXORPS, isa.vec(0), isa.vec(0), isa.vec(0));
        code.bindLoop(loop);
        code.emit(VectorOp.VADDPS, isa.vec(0), isa.vec(0), isa.vec(1));
        code.sub(Gpr.RDX, 1);
        code.jump(GeneralInstructions.Condition.NOT_EQUAL, loop);
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(Gpr.RDI), isa.vec(0));
        code.leave();
        Routine routine = Routine.of(code);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment y = arena.allocate(isa.bytes(), 64);
            MemorySegment x = arena.allocate(isa.bytes(), 64);
            for (int i = 0; i < isa.lanes(); i++) {
                x.setAtIndex(ValueLayout.JAVA_FLOAT, i, i + 0.5f);
            }
            routine.call(y.address(), x.address(), 10, 0, 0, 0);
            for (int i = 0; i < isa.lanes(); i++) {
                assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(10 * i + 5f);
            }
        }
        assertThat(routine.listing()).contains("sub rdx,0x1").endsWith("ret");
        assertThat(routine.size()).isGreaterThan(20);
    }
}
