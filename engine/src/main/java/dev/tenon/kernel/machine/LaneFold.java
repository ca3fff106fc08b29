package dev.tenon.kernel.machine;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;
import java.util.List;

/// What follows a [Pass] with totals: registers become one, and a register's lanes one number,
/// always in the same order.
final class LaneFold {
    private final Isa isa;
    private final Assembler code;

    LaneFold(Isa isa, Assembler code) {
        this.isa = isa;
        this.code = code;
    }

    /// Sets registers to zero.
    void zero(Vec... registers) {
        for (Vec register : registers) {
            code.emit(VectorOp.VXORPS, register, register, register);
        }
    }

    /// Fills registers with the F32 `value`; `r15` then leads to the [ConstantPool].
    void fill(float value, Vec... registers) {
        code.mov(Gpr.R15, ConstantPool.address());
        for (Vec register : registers) {
            code.emit(VectorOp.VMOVUPS, register, pooled(value));
        }
    }

    /// Returns the place of a vector of `value` in the pool that `r15` leads to.
    static Mem pooled(float value) {
        return Mem.at(Gpr.R15, ConstantPool.repeated(Float.floatToRawIntBits(value)));
    }

    /// Adds all lanes of F64 totals; the sum is the lowest lane of the first, the others are
    /// overwritten.
    void sum(Vec... totals) {
        fold(VectorOp.VADDPD, totals);
        Vec x = totals[0].x();
        Vec other = totals[1].x();
        code.emit(VectorOp.VUNPCKHPD, other, x, x);
        code.emit(VectorOp.VADDSD, x, x, other);
    }

    /// Takes the largest or smallest (`VMAXPS`, `VMINPS`) of all lanes of F32 totals, none of which
    /// is NaN; it ends up in all lanes of the first, the others are overwritten.
    void extreme(VectorOp op, Vec... totals) {
        fold(op, totals);
        Vec x = totals[0].x();
        Vec other = totals[1].x();
        code.emit(VectorOp.VPERMILPS, other, x, 0x4E);
        code.emit(op, x, x, other);
        code.emit(VectorOp.VPERMILPS, other, x, 0xB1);
        code.emit(op, x, x, other);
        code.emit(VectorOp.VBROADCASTSS, totals[0], x);
    }

    /// Totals become one, and that one 128 bits.
    private void fold(VectorOp op, Vec... totals) {
        for (int step = 1; step < totals.length; step *= 2) {
            for (int i = 0; i + step < totals.length; i += 2 * step) {
                code.emit(op, totals[i], totals[i], totals[i + step]);
            }
        }
        Vec all = totals[0];
        Vec other = totals[1];
        if (isa.wide()) {
            code.store(VectorOp.VEXTRACTF64X4_STORE, other.as(256), all, 1);
            code.emit(op, all.as(256), all.as(256), other.as(256));
        }
        code.store(VectorOp.VEXTRACTF128_STORE, other.x(), all.as(256), 1);
        code.emit(op, all.x(), all.x(), other.x());
    }

    /// Terms that meet in F32 before they go to F64, eight in each of four totals, 15 in each of
    /// two: the error stays below 3e-7 or 6e-7 of the terms' sum even where all round the same way.
    private int terms() {
        return isa.wide() ? 32 : 30; // turns of two or three vectors leave none over
    }

    /// Writes the totals of `pass` over `count` elements, chunk by chunk: F32 in lanes within a
    /// chunk, F64 across chunks. The sum is the lowest lane of the first of `doubles`.
    ///
    /// @param pointers of the pass, which end up behind the last element
    /// @param some becomes the number of elements of a chunk
    /// @param left becomes 0
    /// @param totals of the pass in F32
    /// @param doubles two registers
    /// @param free registers for the pass
    void sumInChunks(
            Pass pass,
            Gpr count,
            List<Gpr> pointers,
            Gpr some,
            Gpr left,
            Vec[] totals,
            Vec[] doubles,
            List<Vec> free) {
        Label chunk = new Label();
        Label shorter = new Label();
        zero(doubles);
        code.mov(left, count);
        code.bindLoop(chunk);
        code.mov(some, terms() * isa.lanes());
        code.cmp(left, some);
        code.jump(Condition.GREATER_EQUAL, shorter);
        code.mov(some, left);
        code.bind(shorter);
        zero(totals);
        PassCode.emit(pass, code, some, free, 4);
        toDoubles(totals, doubles);
        for (Gpr pointer : pointers) {
            code.lea(pointer, Mem.at(pointer, some, 4, 0));
        }
        code.sub(left, some);
        code.jump(Condition.NOT_EQUAL, chunk);
        sum(doubles);
    }

    /// Adds F32 totals, which are overwritten, to two registers of F64.
    private void toDoubles(Vec[] totals, Vec[] doubles) {
        for (int step = 1; step < totals.length; step *= 2) {
            for (int i = 0; i + step < totals.length; i += 2 * step) {
                code.emit(VectorOp.VADDPS, totals[i], totals[i], totals[i + step]);
            }
        }
        Vec half = totals[1].as(isa.bits() / 2);
        code.store(
                isa.wide() ? VectorOp.VEXTRACTF64X4_STORE : VectorOp.VEXTRACTF128_STORE,
                half,
                totals[0],
                1);
        code.emit(VectorOp.VCVTPS2PD, totals[0], totals[0].as(isa.bits() / 2));
        code.emit(VectorOp.VCVTPS2PD, totals[1], half);
        code.emit(VectorOp.VADDPD, doubles[0], doubles[0], totals[0]);
        code.emit(VectorOp.VADDPD, doubles[1], doubles[1], totals[1]);
    }

    /// Writes `body` as a loop that runs as often as `rows` says, possibly never.
    void rows(Gpr rows, Runnable body) {
        Label row = new Label();
        Label done = new Label();
        code.test(rows, rows);
        code.jump(Condition.EQUAL, done);
        code.bindLoop(row);
        body.run();
        code.sub(rows, 1);
        code.jump(Condition.NOT_EQUAL, row);
        code.bind(done);
    }
}
