package dev.tenon.kernel.machine;

import dev.tenon.kernel.Nest;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A [Pass] over the rows of up to three strided F32 operands, the loop over rows written around
/// it: `rdi`, `rsi` and `rdx` lead to the first row, `rcx` to the bytes from row to row of each,
/// `r8` are the rows and `r9` the elements of a row.
final class PlaneRoutine {
    private static final Gpr[] POINTERS = {Gpr.RDI, Gpr.RSI, Gpr.RDX};
    private static final Gpr[] STEPS = {Gpr.R12, Gpr.R13, Gpr.R14};
    private static final int GRAIN = 16_384; // elements of a part

    private final Routine routine;

    /// @param pass over one row; it reads nothing at `rcx`
    PlaneRoutine(Pass pass) {
        Assembler code = new Assembler();
        code.enter();
        for (int k = 0; k < STEPS.length; k++) {
            code.mov(STEPS[k], Mem.at(Gpr.RCX, 8L * k));
        }
        new LaneFold(pass.isa(), code)
                .rows(
                        Gpr.R8,
                        () -> {
                            PassCode.emit(pass, code, Gpr.R9, PassCode.registers(pass.isa(), 0), 2);
                            for (int k = 0; k < STEPS.length; k++) {
                                code.add(POINTERS[k], STEPS[k]);
                            }
                        });
        if (pass.isStreaming()) {
            code.sfence();
        }
        code.leave();
        routine = Routine.of(code);
    }

    /// Says whether all operands are native and rows of the first are contiguous, of the others
    /// contiguous or one element repeated.
    static boolean takes(Nest nest, Strided... operands) {
        for (int k = 0; k < operands.length; k++) {
            long step = nest.innerStride(k);
            boolean fits = step == 1 || (k > 0 && step == 0) || nest.inner() == 1;
            if (!fits || !operands[k].data().isNative()) {
                return false;
            }
        }
        return true;
    }

    /// Runs over all elements, in parts side by side.
    ///
    /// @throws IndexOutOfBoundsException if an operand ends beyond its memory
    void run(Nest nest, Strided... operands) {
        long[] bases = new long[3];
        for (int k = 0; k < operands.length; k++) {
            bases[k] = address(operands[k]);
        }
        int last = nest.rank() - 1;
        long[] steps = new long[3];
        if (last > 0 && nest.inner() < 2 * GRAIN) {
            for (int k = 0; k < operands.length; k++) {
                steps[k] = 4 * nest.stride(k, last - 1);
            }
            nest.planes(last - 1)
                    .rows(
                            Math.max(1, GRAIN / Math.max(1, nest.inner())),
                            (at, rows) -> call(bases, at, steps, rows, nest.inner()));
        } else {
            nest.rows(GRAIN, (at, count) -> call(bases, at, steps, 1, count));
        }
    }

    private void call(long[] bases, long[] at, long[] steps, long rows, long count) {
        MemorySegment block = Arguments.block();
        for (int k = 0; k < steps.length; k++) {
            block.setAtIndex(ValueLayout.JAVA_LONG, k, steps[k]);
        }
        routine.call(
                bases[0] + 4 * at[0],
                bases[1] + 4 * at[1],
                at.length > 2 ? bases[2] + 4 * at[2] : 0,
                block.address(),
                rows,
                count);
    }

    /// Returns the address of the operand's memory after checking that its elements are inside.
    static long address(Strided operand) {
        long first = operand.offset();
        long last = operand.offset();
        for (int axis = 0; axis < operand.sizes().length; axis++) {
            if (operand.sizes()[axis] == 0) {
                return operand.data().address();
            }
            long span = (operand.sizes()[axis] - 1) * operand.strides()[axis];
            first += Math.min(0, span);
            last += Math.max(0, span);
        }
        if (first < 0 || operand.type().bytes(last + 1) > operand.data().byteSize()) {
            throw new IndexOutOfBoundsException(
                    "elementwise: elements must lie inside their memory; got elements "
                            + first
                            + " to "
                            + last
                            + " of "
                            + operand.data().byteSize()
                            + " bytes");
        }
        return operand.data().address();
    }
}
