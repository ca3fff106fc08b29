package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.GeneralInstructions.Condition.GREATER;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.NOT_EQUAL;
import static dev.tenon.kernel.machine.NormCode.word;

/// Routines that add up columns: some vectors of columns, a strip, keep their sums in registers
/// from row to row and add them to F64 after [#BLOCK] rows; then the next strip of these rows,
/// which was asked for meanwhile.
///
/// The block's words: [NormCode#X] the first row, [NormCode#TO_DY] from it to that of the gradient,
/// [NormCode#TO_DX] to that of `dx` if it is written, [NormCode#TO_NEXT] from one row to the next,
/// [NormCode#ROWS], [NormCode#CHANNELS] the strips, [NormCode#SIZE] the columns of a strip,
/// [NormCode#MEAN] F32 that are taken from x, [NormCode#SUMS] the first sums; the second ones lie
/// [ColumnCall#SUMS] bytes behind them.
final class ColumnSumCode {
    /// Rows that are added up in F32.
    static final int BLOCK = 64;

    /// What is done to an element.
    enum Kind {
        /// Adds `d = x - shift` and `d^2`.
        MOMENTS,
        /// Adds `dy` and `dy (x - mean)`, the mean's two parts as [ColumnNormCode] has them.
        GRADIENT,
        /// As GRADIENT, and writes `dx = dy * scale`: the statistics are constants.
        SLOPE,
        /// As SLOPE, past the caches.
        SLOPE_PAST
    }

    private static final Gpr AT = Gpr.RSI;
    private static final Gpr TO_DY = Gpr.R11;
    private static final Gpr TO_DX = Gpr.RDI;
    private static final Gpr STRIDE = Gpr.RBP;
    private static final Gpr LEFT = Gpr.R14; // rows
    private static final Gpr ROWS = Gpr.R9; // of this block
    private static final Gpr ROW = Gpr.RBX; // counted down
    private static final Gpr FIRST = Gpr.RDX; // row of the block
    private static final Gpr STRIP = Gpr.R10; // its first row
    private static final Gpr STRIPS = Gpr.RCX;
    private static final Gpr SHIFT = Gpr.R12;
    private static final Gpr SUMS = Gpr.R13;
    private static final Mask REST = Mask.k(1);

    private final Isa isa;
    private final NormCode norm;
    private final Assembler code;
    private final int vectors;
    private final boolean whole;
    private final Kind kind;

    private ColumnSumCode(Isa isa, Kind kind, int vectors, boolean whole) {
        this.isa = isa;
        norm = new NormCode(isa);
        code = norm.code;
        this.kind = kind;
        this.vectors = vectors;
        this.whole = whole;
    }

    /// Vectors of a strip: twice as many sums stay in registers.
    static int vectors(Isa isa) {
        return isa.wide() ? 8 : 6;
    }

    /// @param vectors of a strip, at most [#vectors(Isa)]
    /// @param whole whether a strip's last vector is full
    static Routine of(Isa isa, Kind kind, int vectors, boolean whole) {
        return new ColumnSumCode(isa, kind, vectors, whole).routine();
    }

    private boolean stores() {
        return kind == Kind.SLOPE || kind == Kind.SLOPE_PAST;
    }

    private Routine routine() {
        norm.enter();
        code.mov(FIRST, AT);
        code.mov(TO_DY, word(NormCode.TO_DY));
        code.mov(TO_DX, word(NormCode.TO_DX));
        code.mov(STRIDE, word(NormCode.TO_NEXT));
        code.mov(LEFT, word(NormCode.ROWS));
        if (!whole) {
            mask();
        }
        Label block = new Label();
        Label last = new Label();
        code.bind(block);
        code.mov(ROWS, BLOCK);
        code.cmp(LEFT, ROWS);
        code.jump(GREATER, last);
        code.mov(ROWS, LEFT);
        code.bind(last);
        code.mov(SHIFT, word(NormCode.MEAN));
        code.mov(SUMS, word(NormCode.SUMS));
        code.mov(STRIPS, word(NormCode.CHANNELS));
        code.mov(STRIP, FIRST);
        Label strip = new Label();
        code.bind(strip);
        strip();
        code.add(STRIP, vectors * isa.bytes());
        code.add(SHIFT, vectors * isa.bytes());
        code.add(SUMS, 2 * vectors * isa.bytes());
        code.sub(STRIPS, 1);
        code.jump(NOT_EQUAL, strip);
        code.mov(AT, STRIDE);
        code.imul(AT, ROWS);
        code.add(FIRST, AT);
        code.sub(LEFT, ROWS);
        code.jump(GREATER, block);
        return norm.finish(kind == Kind.SLOPE_PAST);
    }

    /// Sets the mask of the last vector's columns.
    private void mask() {
        code.mov(Gpr.R15, ConstantPool.address());
        code.mov(Gpr.RAX, word(NormCode.SIZE));
        code.lea(Gpr.RAX, Mem.at(Gpr.RAX, -(long) (vectors - 1) * isa.lanes()));
        code.shl(Gpr.RAX, 2);
        if (isa.wide()) {
            code.mov32(Gpr.RAX, Mem.at(Gpr.R15, Gpr.RAX, 1, ConstantPool.lowerBits()));
            code.kmov(REST, Gpr.RAX);
        } else {
            code.neg(Gpr.RAX);
            Mem mask = Mem.at(Gpr.R15, Gpr.RAX, 1, ConstantPool.zeroLanes());
            code.emit(VectorOp.VMOVUPS, tail(), mask);
        }
    }

    private Vec tail() {
        return isa.vec(isa.registers() - 1);
    }

    /// Each vector has a register for its sum and one for the other sum.
    private Vec sum(int i) {
        return isa.vec(i);
    }

    private Vec other(int i) {
        return isa.vec(vectors + i);
    }

    private Vec passing(int i) {
        return isa.vec(2 * vectors + i % 2);
    }

    private void strip() {
        norm.zero(0, 2 * vectors);
        code.mov(AT, STRIP);
        code.mov(ROW, ROWS);
        Label row = new Label();
        code.bindLoop(row);
        for (int i = 0; i < vectors; i++) {
            long place = (long) i * isa.bytes();
            if (place % 64 == 0) {
                long next = place + (long) vectors * isa.bytes();
                code.prefetch(Mem.at(AT, next));
                if (kind != Kind.MOMENTS) {
                    code.prefetch(Mem.at(AT, TO_DY, 1, next));
                }
            }
            row(i, place);
        }
        code.add(AT, STRIDE);
        code.sub(ROW, 1);
        code.jump(NOT_EQUAL, row);
        for (int i = 0; i < vectors; i++) {
            widen(sum(i), 2L * i * isa.bytes());
            widen(other(i), 2L * i * isa.bytes() + ColumnCall.SUMS);
        }
    }

    private void row(int i, long place) {
        Vec d = passing(0);
        load(d, Mem.at(AT, place), i);
        subtract(d, Mem.at(SHIFT, place), i);
        if (kind == Kind.MOMENTS) {
            code.emit(VectorOp.VADDPS, sum(i), sum(i), d);
            code.emit(VectorOp.VFMADD231PS, other(i), d, d);
            return;
        }
        subtract(d, Mem.at(SHIFT, place + ColumnNormCode.LOW), i);
        Vec up = passing(1);
        load(up, Mem.at(AT, TO_DY, 1, place), i);
        code.emit(VectorOp.VADDPS, sum(i), sum(i), up);
        code.emit(VectorOp.VFMADD231PS, other(i), d, up);
        if (stores()) { // x has no part in it: where it is not a number, dx may be one
            code.emit(VectorOp.VMULPS, up, up, Mem.at(SHIFT, place + ColumnNormCode.SCALE));
            store(Mem.at(AT, TO_DX, 1, place), up, i);
        }
    }

    /// Lanes beyond the last column stay 0: their sums may be those of other columns.
    private void subtract(Vec d, Mem shift, int i) {
        boolean masked = !whole && i == vectors - 1;
        if (masked && isa.wide()) {
            code.under(REST.zeroed()).emit(VectorOp.VSUBPS, d, d, shift);
            return;
        }
        code.emit(VectorOp.VSUBPS, d, d, shift);
        if (masked) {
            code.emit(VectorOp.VANDPS, d, d, tail());
        }
    }

    private void load(Vec to, Mem from, int i) {
        if (whole || i < vectors - 1) {
            code.emit(VectorOp.VMOVUPS, to, from);
        } else if (isa.wide()) {
            code.under(REST.zeroed()).emit(VectorOp.VMOVUPS, to, from);
        } else {
            code.emit(VectorOp.VMASKMOVPS, to, tail(), from);
        }
    }

    private void store(Mem to, Vec from, int i) {
        if (whole || i < vectors - 1) {
            boolean past = kind == Kind.SLOPE_PAST;
            code.store(past ? VectorOp.VMOVNTPS_STORE : VectorOp.VMOVUPS_STORE, to, from);
        } else if (isa.wide()) {
            code.under(REST).store(VectorOp.VMOVUPS_STORE, to, from);
        } else {
            code.store(VectorOp.VMASKMOVPS_STORE, to, tail(), from);
        }
    }

    /// Adds F32 lanes to F64 in memory, which has room for whole vectors.
    private void widen(Vec lanes, long place) {
        Vec wide = passing(0);
        for (int half = 0; half < 2; half++) {
            Vec narrow = lanes.as(isa.bits() / 2);
            if (half == 1) {
                narrow = wide.as(isa.bits() / 2);
                norm.upperHalf(narrow, lanes);
            }
            code.emit(VectorOp.VCVTPS2PD, wide, narrow);
            Mem to = Mem.at(SUMS, place + (long) half * isa.bytes());
            code.emit(VectorOp.VADDPD, wide, wide, to);
            code.store(VectorOp.VMOVUPS_STORE, to, wide);
        }
    }
}
