package dev.tenon.kernel.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Says whether all numbers of an array are finite, in one pass: a number times zero is zero, an
/// infinity or NaN times zero is NaN, and so is their sum.
final class FiniteCheck {
    private static final int TOTALS = 4;

    private final Isa isa;
    private final Routine routine;

    FiniteCheck(Isa isa) {
        this.isa = isa;
        Vec[] totals = new Vec[TOTALS];
        for (int i = 0; i < TOTALS; i++) {
            totals[i] = isa.vec(i);
        }
        Assembler code = new Assembler();
        code.enter();
        new LaneFold(isa, code).zero(totals);
        Pass pass = new Pass(isa);
        pass.addTo(totals, pass.stream(Gpr.RSI).mul(pass.constant(0f)));
        PassCode.emit(pass, code, Gpr.R9, PassCode.registers(isa, TOTALS), TOTALS);
        for (int i = 1; i < TOTALS; i++) {
            code.emit(VectorOp.VADDPS, totals[0], totals[0], totals[i]);
        }
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(Gpr.RDI), totals[0]);
        code.leave();
        routine = Routine.of(code);
    }

    /// Says whether the first `count` F32 of `x`, native memory, are finite.
    boolean all(MemorySegment x, long count) {
        MemorySegment sums = Arguments.block();
        routine.call(sums.address(), x.address(), 0, 0, 0, count);
        for (int lane = 0; lane < isa.lanes(); lane++) {
            if (sums.getAtIndex(ValueLayout.JAVA_FLOAT, lane) != 0) { // NaN is not 0
                return false;
            }
        }
        return true;
    }
}
