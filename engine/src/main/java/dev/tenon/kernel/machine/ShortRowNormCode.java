package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.NormCode.IN;
import static dev.tenon.kernel.machine.NormCode.LENGTH;
import static dev.tenon.kernel.machine.NormCode.MEANS;
import static dev.tenon.kernel.machine.NormCode.OUT;
import static dev.tenon.kernel.machine.NormCode.PASSING;
import static dev.tenon.kernel.machine.NormCode.word;

import java.util.List;

/// The routine that normalises rows of a few vectors, which stay in registers from the one load to
/// the one store.
///
/// A row's chain of sums, divisions and the root takes some 200 cycles. With few instructions to a
/// row the processor works on several rows at once: in cache a row of 32 elements takes 9
/// nanoseconds instead of 15, one of 128 elements 18 instead of 25 (AVX-512, one core of an AMD
/// EPYC).
final class ShortRowNormCode {
    /// Vectors of the longest row.
    static final int MOST = 8;

    // registers after the row's own, which are 0 to MOST - 1
    private static final int SUM = 8;
    private static final int SQUARE = 9;
    private static final int SHIFT = 10;
    private static final int PASSING_VECTOR = 11;
    private static final int FURTHER = 12;
    private static final int SQUARES = 13; // and the next
    private static final int TAIL = 15; // AVX2

    private static final Gpr WEIGHTS = Gpr.RCX;
    private static final Gpr BIASES = Gpr.RDX;
    private static final Gpr POOL = Gpr.R15;
    private static final Mask REST = Mask.k(1);

    private final NormCode norm;
    private final Assembler code;
    private final Isa isa;
    private final int vectors;
    private final boolean whole;
    private final boolean streaming;
    private final boolean centred; // or the root mean square

    private ShortRowNormCode(
            Isa isa, int vectors, boolean whole, boolean streaming, boolean centred) {
        norm = new NormCode(isa);
        code = norm.code;
        this.isa = isa;
        this.vectors = vectors;
        this.whole = whole;
        this.streaming = streaming;
        this.centred = centred;
    }

    /// `y = z * weight + bias`; writes mean and rstd.
    ///
    /// @param vectors of a row, at most [#MOST]
    /// @param whole whether the last vector is full
    /// @param streaming whether results go past the caches, if all vectors are full
    static Routine forward(Isa isa, int vectors, boolean whole, boolean streaming) {
        return new ShortRowNormCode(isa, vectors, whole, streaming && whole, true).forward();
    }

    /// `y = x * rstd * weight`; writes rstd, the root mean square's, to where means go.
    ///
    /// @param vectors of a row, at most [#MOST]
    /// @param whole whether the last vector is full
    /// @param streaming whether results go past the caches, if all vectors are full
    static Routine rootMeanSquare(Isa isa, int vectors, boolean whole, boolean streaming) {
        return new ShortRowNormCode(isa, vectors, whole, streaming && whole, false).forward();
    }

    private Routine forward() {
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        if (centred) {
            code.mov(BIASES, word(NormCode.BIAS));
        }
        if (!whole) {
            mask();
        }
        Label row = new Label();
        code.bindLoop(row);
        for (int i = 0; i < vectors; i++) {
            load(i, IN, i);
        }
        if (centred) {
            shift();
            centre();
        } else {
            norm.zero(SUM, SUM + 1);
        }
        squares();
        if (centred) {
            statistics();
        } else {
            rootMeanSquare();
        }
        for (int i = 0; i < vectors; i++) {
            apply(i);
        }
        for (Gpr pointer : centred ? List.of(OUT, IN, WEIGHTS, BIASES) : List.of(OUT, IN)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        if (centred) {
            norm.wrap(WEIGHTS, BIASES, NormCode.FIRST_BIAS);
        }
        norm.nextRow(row);
        return norm.finish(streaming);
    }

    /// Sets the mask of the last vector's elements.
    private void mask() {
        code.mov(POOL, ConstantPool.address());
        code.lea(Gpr.RAX, Mem.at(LENGTH, -(long) (vectors - 1) * isa.lanes()));
        code.shl(Gpr.RAX, 2);
        if (isa.wide()) {
            code.mov32(Gpr.RAX, Mem.at(POOL, Gpr.RAX, 1, ConstantPool.lowerBits()));
            code.kmov(REST, Gpr.RAX);
        } else {
            code.neg(Gpr.RAX);
            code.emit(
                    VectorOp.VMOVUPS,
                    norm.vec(TAIL),
                    Mem.at(POOL, Gpr.RAX, 1, ConstantPool.zeroLanes()));
        }
    }

    private boolean masked(int i) {
        return !whole && i == vectors - 1;
    }

    private void load(int to, Gpr pointer, int i) {
        Mem from = Mem.at(pointer, (long) i * isa.bytes());
        if (!masked(i)) {
            code.emit(VectorOp.VMOVUPS, norm.vec(to), from);
        } else if (isa.wide()) {
            code.under(REST.zeroed()).emit(VectorOp.VMOVUPS, norm.vec(to), from);
        } else {
            code.emit(VectorOp.VMASKMOVPS, norm.vec(to), norm.vec(TAIL), from);
        }
    }

    /// Leaves about the mean in all lanes of [#SHIFT]. F32 is enough: what is off comes back, in
    /// F64, as the sum of what remains.
    private void shift() {
        sum();
        if (isa.wide()) {
            halve(norm.vec(SUM));
        }
        halve(norm.vec(SUM).as(256));
        Vec low = norm.vec(SUM).x();
        Vec other = norm.vec(SQUARE).x();
        code.emit(VectorOp.VUNPCKHPD, other, low, low);
        code.emit(VectorOp.VADDPS, low, low, other);
        code.emit(VectorOp.VMOVSHDUP, other, low);
        code.emit(VectorOp.VADDPS, low, low, other);
        code.emit(VectorOp.VMULSS, low, low, word(NormCode.INVERSE_F32));
        code.emit(VectorOp.VBROADCASTSS, norm.vec(SHIFT), low);
    }

    private void halve(Vec whole) {
        Vec lower = whole.as(whole.bits() / 2);
        Vec upper = norm.vec(SQUARE).as(lower.bits());
        norm.upperHalf(upper, whole);
        code.emit(VectorOp.VADDPS, lower, lower, upper);
    }

    /// Adds the row's vectors, two chains at a time, into [#SUM].
    private void sum() {
        add(SUM, 0, Math.min(1, vectors - 1));
        if (vectors >= 4) {
            add(SQUARE, 2, 3);
        }
        for (int i = vectors < 4 ? 2 : 4; i < vectors; i++) {
            int chain = vectors >= 4 && i % 2 == 1 ? SQUARE : SUM;
            add(chain, chain, i);
        }
        if (vectors >= 4) {
            add(SUM, SUM, SQUARE);
        }
    }

    private void add(int to, int a, int b) {
        if (a == b) {
            code.emit(VectorOp.VMOVUPS, norm.vec(to), norm.vec(a)); // the only vector
        } else {
            code.emit(VectorOp.VADDPS, norm.vec(to), norm.vec(a), norm.vec(b));
        }
    }

    /// Turns F32 lanes into half as many F64 lanes with the same sum.
    private void widen(int register) {
        Vec lanes = norm.vec(register);
        Vec half = norm.vec(PASSING_VECTOR).as(isa.bits() / 2);
        norm.upperHalf(half, lanes);
        code.emit(VectorOp.VCVTPS2PD, norm.vec(FURTHER), half);
        code.emit(VectorOp.VCVTPS2PD, lanes, lanes.as(isa.bits() / 2));
        code.emit(VectorOp.VADDPD, lanes, lanes, norm.vec(FURTHER));
    }

    /// Takes the shift from the row, and adds up what remains.
    private void centre() {
        for (int i = 0; i < vectors; i++) {
            Vec d = norm.vec(i);
            if (masked(i) && isa.wide()) {
                code.under(REST.zeroed()).emit(VectorOp.VSUBPS, d, d, norm.vec(SHIFT));
            } else {
                code.emit(VectorOp.VSUBPS, d, d, norm.vec(SHIFT));
                if (masked(i)) {
                    code.emit(VectorOp.VANDPS, d, d, norm.vec(TAIL));
                }
            }
        }
        sum();
    }

    /// Leaves the sum in [#SUM] and the row's sum of squares in the two lowest F64 of [#SUM].
    private void squares() {
        for (int i = 0; i < vectors; i++) {
            Vec chain = norm.vec(SQUARES + i % 2);
            VectorOp op = i < 2 ? VectorOp.VMULPS : VectorOp.VFMADD231PS;
            code.emit(op, chain, norm.vec(i), norm.vec(i));
        }
        if (vectors > 1) {
            add(SQUARES, SQUARES, SQUARES + 1);
        }
        widen(SUM);
        widen(SQUARES);
        norm.pair(SUM, SQUARES, PASSING_VECTOR);
    }

    /// Writes rstd of the root mean square and leaves it in [#SQUARE].
    private void rootMeanSquare() {
        Vec both = norm.vec(SUM).x();
        code.emit(VectorOp.VMULPD, both, both, word(NormCode.INVERSE));
        code.emit(VectorOp.VUNPCKHPD, norm.vec(SQUARE).x(), both, both);
        rstd();
        code.store(VectorOp.VMOVSD_STORE, Mem.at(MEANS), norm.vec(SQUARE).x());
        norm.repeat(SQUARE, SQUARE);
    }

    /// Turns what is in [#SQUARE], F64, into `1 / sqrt(square + eps)`.
    private void rstd() {
        norm.scalar(VectorOp.VADDSD, SQUARE, SQUARE, word(NormCode.EPS));
        norm.scalar(VectorOp.VSQRTSD, SQUARE, SQUARE, SQUARE);
        code.emit(VectorOp.VMOVSD, norm.vec(PASSING_VECTOR).x(), word(NormCode.ONE));
        norm.scalar(VectorOp.VDIVSD, SQUARE, PASSING_VECTOR, SQUARE);
    }

    /// Writes mean and rstd; leaves what the shift left of the mean in [#SHIFT] and rstd in
    /// [#SQUARE].
    private void statistics() {
        Vec both = norm.vec(SUM).x();
        code.emit(VectorOp.VMULPD, both, both, word(NormCode.INVERSE));
        code.emit(VectorOp.VUNPCKHPD, norm.vec(SQUARE).x(), both, both);
        code.emit(VectorOp.VFNMADD231PD, norm.vec(SQUARE).x(), both, both);
        norm.zero(PASSING_VECTOR, PASSING_VECTOR + 1);
        norm.scalar(VectorOp.VMAXSD, SQUARE, PASSING_VECTOR, SQUARE); // in this order NaN stays
        norm.numberOrZero(SUM, PASSING_VECTOR, FURTHER);
        rstd();
        norm.scalar(VectorOp.VCVTSS2SD, PASSING_VECTOR, SHIFT, SHIFT);
        norm.scalar(VectorOp.VADDSD, PASSING_VECTOR, PASSING_VECTOR, SUM);
        code.mov(PASSING, word(NormCode.TO_RSTD));
        code.store(VectorOp.VMOVSD_STORE, Mem.at(MEANS), norm.vec(PASSING_VECTOR).x());
        code.store(VectorOp.VMOVSD_STORE, Mem.at(MEANS, PASSING, 1, 0), norm.vec(SQUARE).x());
        norm.repeat(SHIFT, SUM);
        norm.repeat(SQUARE, SQUARE);
    }

    private void apply(int i) {
        Vec z = norm.vec(i);
        if (centred) {
            code.emit(VectorOp.VSUBPS, z, z, norm.vec(SHIFT));
        }
        code.emit(VectorOp.VMULPS, z, z, norm.vec(SQUARE));
        load(PASSING_VECTOR, WEIGHTS, i);
        if (centred) {
            load(FURTHER, BIASES, i);
            code.emit(VectorOp.VFMADD213PS, z, norm.vec(PASSING_VECTOR), norm.vec(FURTHER));
        } else {
            code.emit(VectorOp.VMULPS, z, z, norm.vec(PASSING_VECTOR));
        }
        Mem to = Mem.at(OUT, (long) i * isa.bytes());
        if (!masked(i)) {
            code.store(streaming ? VectorOp.VMOVNTPS_STORE : VectorOp.VMOVUPS_STORE, to, z);
        } else if (isa.wide()) {
            code.under(REST).store(VectorOp.VMOVUPS_STORE, to, z);
        } else {
            code.store(VectorOp.VMASKMOVPS_STORE, to, norm.vec(TAIL), z);
        }
    }
}
