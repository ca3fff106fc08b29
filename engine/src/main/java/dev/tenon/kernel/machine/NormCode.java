package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.GeneralInstructions.Condition.GREATER;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.GREATER_EQUAL;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.LESS;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.NOT_EQUAL;

import java.util.ArrayList;
import java.util.List;

/// What the routines of the family Norm have in common: their arguments, mean and variance of
/// elements that lie in a row, totals of F32 lanes in F64.
///
/// A routine's first argument is the address of a block of words ([#block]). General registers:
/// `rdi` result, `rsi` x, `r8` the block, `r9` elements of a row, `r12` means (F64); `rbx` and
/// `r13` are for passing use, `rax`, `r10`, `r11` and `r15` belong to [PassCode].
///
/// A mean splits in two F32, `high + low`, and `x - mean` is computed as `(x - high) - low`, so
/// that a large mean costs no digits.
final class NormCode {
    // words of the block, by displacement
    static final int RESULT = 0; // y or dx
    static final int X = 8;
    static final int DY = 16; // what comes to the norm itself: behind an activation, its gradient
    static final int MEAN = 24;
    static final int TO_RSTD = 32; // from a mean to its rstd, or variance, in bytes
    static final int WEIGHT = 40; // of the first row
    static final int BIAS = 48; // forward; backward the partial gradients of weights
    static final int FIRST_WEIGHT = 56; // of a sample
    static final int FIRST_BIAS = 64;
    static final int END_WEIGHT = 72; // of a sample
    static final int ROWS = 80; // counted down
    static final int SIZE = 88; // elements of a row
    static final int INNER = 96; // elements of a plane
    static final int CHANNELS = 104; // planes of a row
    static final int TO_BIAS = 112; // from a weight's gradient to its bias's, in bytes
    static final int SUMS = 120; // of planes, backward
    static final int INVERSE = 128; // 1 / SIZE, F64, twice
    static final int EPS = 144; // F64
    static final int ONE = 152; // F64 1
    static final int RSTD = 160; // F64, set by the routine
    static final int FIRST = 168; // 1 / elements of the first chunk, F64
    static final int INVERSE_F32 = 200;
    static final int SLOPES = 176; // F32: high, low, rstd, slope, constant
    static final int TO_DY = 208; // from x to the gradient that comes in, in bytes
    static final int TO_RESIDUAL = 216; // from x to the residual
    static final int WEIGHT_TO_BIAS = 224; // from a weight to its bias, backward
    static final int TO_NEXT = 232; // from a plane to the next one of its channel, in bytes
    static final int TO_DX = 240; // from x to its gradient

    static final Gpr OUT = Gpr.RDI;
    static final Gpr IN = Gpr.RSI;
    static final Gpr BLOCK = Gpr.R8;
    static final Gpr LENGTH = Gpr.R9;
    static final Gpr MEANS = Gpr.R12;
    static final Gpr PASSING = Gpr.R13;
    static final Gpr SOME = Gpr.RBX;
    private static final Gpr NEXT = Gpr.R14;

    // vector registers after the statistics
    static final int SCALE = 8; // rstd
    static final int LOW = 9;
    static final int HIGH = 10;
    private static final int PASSING_VECTOR = 11;

    /// Elements that are added in F32 lanes before the lanes go to F64: with 8 lanes and 4 totals
    /// each adds 128 terms.
    static final int CHUNK = 4096;

    final Isa isa;
    final Assembler code = new Assembler();

    NormCode(Isa isa) {
        this.isa = isa;
    }

    Vec vec(int number) {
        return isa.vec(number);
    }

    /// Returns the registers from `from` to below `to`.
    Vec[] vecs(int from, int to) {
        Vec[] some = new Vec[to - from];
        for (int i = 0; i < some.length; i++) {
            some[i] = vec(from + i);
        }
        return some;
    }

    /// Returns all registers but those from `from` to below `to`.
    List<Vec> allBut(int from, int to) {
        List<Vec> all = new ArrayList<>(PassCode.registers(isa, to));
        all.addAll(List.of(vecs(0, from)));
        return all;
    }

    static Mem word(int place) {
        return Mem.at(BLOCK, place);
    }

    void zero(int from, int to) {
        for (int i = from; i < to; i++) {
            code.emit(VectorOp.VXORPS, vec(i), vec(i), vec(i));
        }
    }

    /// Begins a routine: the block's address is the first argument.
    void enter() {
        code.enter();
        code.mov(BLOCK, OUT);
        code.mov(OUT, word(RESULT));
        code.mov(IN, word(X));
        code.mov(MEANS, word(MEAN));
    }

    /// Ends the loop over rows that began at `row`.
    void nextRow(Label row) {
        code.add(MEANS, 8);
        code.mov(PASSING, word(ROWS));
        code.sub(PASSING, 1);
        code.mov(word(ROWS), PASSING);
        code.jump(NOT_EQUAL, row);
    }

    /// After a sample's last weight its first comes again.
    ///
    /// @param second a pointer that goes back with `weight`, to what the block has at `first`
    void wrap(Gpr weight, Gpr second, int first) {
        Label inside = new Label();
        code.cmp(weight, word(END_WEIGHT));
        code.jump(LESS, inside);
        code.mov(weight, word(FIRST_WEIGHT));
        code.mov(second, word(first));
        code.bind(inside);
    }

    Routine finish(boolean streaming) {
        if (streaming) {
            code.sfence();
        }
        code.leave();
        return Routine.of(code);
    }

    /// Writes `body` as a loop over the chunks of a row of `r9` elements: `rbx` holds the chunk's
    /// elements, and `pointers` lead to them.
    void chunks(List<Gpr> pointers, Runnable body) {
        Label again = new Label();
        Label short1 = new Label();
        code.mov(PASSING, LENGTH);
        code.bind(again);
        code.mov(SOME, CHUNK);
        code.cmp(PASSING, SOME);
        code.jump(GREATER_EQUAL, short1);
        code.mov(SOME, PASSING);
        code.bind(short1);
        body.run();
        for (Gpr pointer : pointers) {
            code.lea(pointer, Mem.at(pointer, SOME, 4, 0));
        }
        code.sub(PASSING, SOME);
        code.jump(GREATER, again);
        code.mov(PASSING, LENGTH);
        code.neg(PASSING);
        for (Gpr pointer : pointers) {
            code.lea(pointer, Mem.at(pointer, PASSING, 4, 0));
        }
    }

    // ---- totals

    /// Adds register `first` and those after it, four in all or two, into `first`.
    void fold(int first, int count) {
        add(first, first + 1);
        if (count == 4) {
            add(first + 2, first + 3);
            add(first, first + 2);
        }
    }

    private void add(int to, int from) {
        code.emit(VectorOp.VADDPS, vec(to), vec(to), vec(from));
    }

    /// Adds the F32 lanes of `lanes` to the F64 lanes of `total`.
    void widen(int total, int lanes, int passing) {
        Vec to = vec(total);
        Vec half = vec(passing).as(isa.bits() / 2);
        code.emit(VectorOp.VCVTPS2PD, vec(passing), vec(lanes).as(isa.bits() / 2));
        code.emit(VectorOp.VADDPD, to, to, vec(passing));
        upperHalf(half, vec(lanes));
        code.emit(VectorOp.VCVTPS2PD, vec(passing), half);
        code.emit(VectorOp.VADDPD, to, to, vec(passing));
    }

    void upperHalf(Vec to, Vec from) {
        code.store(
                from.bits() == 512 ? VectorOp.VEXTRACTF64X4_STORE : VectorOp.VEXTRACTF128_STORE,
                to,
                from,
                1);
    }

    /// Leaves the sum of `a`'s F64 lanes in its lowest lane and that of `b`'s in the next.
    void pair(int a, int b, int passing) {
        if (isa.wide()) {
            halve(vec(a), passing);
            halve(vec(b), passing);
        }
        Vec left = vec(a).as(256);
        Vec odd = vec(passing).as(256);
        code.emit(VectorOp.VUNPCKHPD, odd, left, vec(b).as(256));
        code.emit(VectorOp.VUNPCKLPD, left, left, vec(b).as(256));
        code.emit(VectorOp.VADDPD, left, left, odd);
        halve(left, passing);
    }

    private void halve(Vec whole, int passing) {
        Vec lower = whole.as(whole.bits() / 2);
        Vec upper = vec(passing).as(lower.bits());
        upperHalf(upper, whole);
        code.emit(VectorOp.VADDPD, lower, lower, upper);
    }

    /// Repeats the F64 in the lowest lane of `from`, rounded to F32, in all lanes of `to`.
    void repeat(int to, int from) {
        Vec low = vec(to).x();
        code.emit(VectorOp.VCVTSD2SS, low, vec(from).x(), vec(from).x());
        code.emit(VectorOp.VBROADCASTSS, vec(to), low);
    }

    /// `to = op(a, b)` of F64 in the lowest lanes.
    void scalar(VectorOp op, int to, int a, int b) {
        code.emit(op, vec(to).x(), vec(a).x(), vec(b).x());
    }

    /// `to = op(a, memory)` of F64 in the lowest lanes.
    void scalar(VectorOp op, int to, int a, Mem b) {
        code.emit(op, vec(to).x(), vec(a).x(), b);
    }

    // ---- statistics

    /// Leaves the mean of the row at `rsi` as F64 in register 8 and its variance in register 0.
    ///
    /// The variance comes from a second pass over `x - shift` with `shift` the mean to F32
    /// precision: `sum(x^2) - n mean^2` would lose all its digits where the mean is large.
    ///
    /// @param next whether memory is asked for the next row meanwhile, with `r14`
    void moments(boolean next) {
        zero(8, 9);
        chunks(List.of(IN), () -> sum(SOME));
        shift(INVERSE);
        chunks(List.of(IN), () -> squares(next));
        finishMoments();
    }

    /// As [#moments] in a single pass over memory: the shift is the mean of the first [#CHUNK]
    /// elements. Whatever the elements, the squared difference between the two means is at most the
    /// variance times the number of chunks, which is what the variance can lose in relative
    /// accuracy; of a row of 16 chunks that is one digit at worst.
    void momentsAtOnce() {
        zero(8, 9);
        first();
        sum(SOME);
        shift(FIRST);
        chunks(List.of(IN), () -> squares(false));
        finishMoments();
    }

    /// Leaves behind what [#moments] does, of some planes of `r9` elements that lie [#TO_NEXT]
    /// apart and have no more than [#CHUNK] elements together: the shift is the mean of the first.
    void momentsOfPlanes() {
        zero(8, 9);
        sum(LENGTH);
        shift(FIRST);
        zero(0, 8);
        code.mov(NEXT, word(CHANNELS));
        Label plane = new Label();
        code.bindLoop(plane);
        shifted(new Pass(isa), LENGTH);
        code.mov(PASSING, word(TO_NEXT));
        code.lea(IN, Mem.at(IN, PASSING, 1, 0));
        code.sub(NEXT, 1);
        code.jump(NOT_EQUAL, plane);
        total();
        finishMoments();
    }

    /// Sets `rbx` to the number of elements of the first chunk.
    private void first() {
        Label whole = new Label();
        code.mov(SOME, CHUNK);
        code.cmp(LENGTH, SOME);
        code.jump(GREATER_EQUAL, whole);
        code.mov(SOME, LENGTH);
        code.bind(whole);
    }

    private void sum(Gpr count) {
        zero(0, 4);
        Pass pass = new Pass(isa);
        pass.addTo(vecs(0, 4), pass.stream(IN));
        PassCode.emit(pass, code, count, allBut(0, PASSING_VECTOR), 4);
        fold(0, 4);
        widen(8, 0, PASSING_VECTOR);
    }

    /// Turns the totals in register 8 into the shift, in [#HIGH].
    private void shift(int inverse) {
        zero(9, 10);
        pair(8, 9, PASSING_VECTOR);
        scalar(VectorOp.VMULSD, 8, 8, word(inverse));
        repeat(HIGH, 8);
        zero(8, 10);
    }

    private void squares(boolean next) {
        zero(0, 8);
        Pass pass = new Pass(isa);
        if (next) {
            code.lea(NEXT, Mem.at(IN, LENGTH, 4, 0));
            pass.ahead(NEXT);
        }
        shifted(pass, SOME);
        total();
    }

    /// Adds `x - shift` and its square to registers 0 to 3 and 4 to 7.
    private void shifted(Pass pass, Gpr count) {
        Node d = pass.stream(IN).sub(pass.pinned(vec(HIGH)));
        pass.addTo(vecs(0, 4), d);
        pass.addTo(vecs(4, 8), d.mul(d));
        PassCode.emit(pass, code, count, allBut(0, PASSING_VECTOR), 4);
    }

    /// Adds what [#shifted] left to the totals in registers 8 and 9.
    private void total() {
        fold(0, 4);
        fold(4, 4);
        widen(8, 0, PASSING_VECTOR);
        widen(9, 4, PASSING_VECTOR);
    }

    private void finishMoments() {
        pair(8, 9, PASSING_VECTOR);
        Vec both = vec(8).x();
        code.emit(VectorOp.VMULPD, both, both, word(INVERSE)); // what the shift left; squares
        code.emit(VectorOp.VUNPCKHPD, vec(0).x(), both, both);
        code.emit(VectorOp.VFNMADD231PD, vec(0).x(), both, both);
        zero(1, 2);
        scalar(VectorOp.VMAXSD, 0, 1, 0); // in this order NaN stays
        numberOrZero(8, 1, 2);
        scalar(VectorOp.VCVTSS2SD, 1, HIGH, HIGH);
        scalar(VectorOp.VADDSD, 8, 1, 8);
    }

    /// Makes 0 of NaN: where the shift is infinite the rest is NaN, and the mean is the shift.
    ///
    /// @param zero a register that holds 0
    void numberOrZero(int register, int zero, int passing) {
        scalar(VectorOp.VSUBSD, passing, zero, register);
        scalar(VectorOp.VMAXSD, passing, passing, zero);
        scalar(VectorOp.VMAXSD, register, register, zero);
        scalar(VectorOp.VSUBSD, register, register, passing);
    }

    /// Writes what [#moments] left behind to where means and variances go.
    void storeVariance() {
        code.mov(PASSING, word(TO_RSTD));
        code.store(VectorOp.VMOVSD_STORE, Mem.at(MEANS), vec(8).x());
        code.store(VectorOp.VMOVSD_STORE, Mem.at(MEANS, PASSING, 1, 0), vec(0).x());
    }

    /// Turns the variance in register 0 into rstd and writes mean and rstd.
    void storeRstd() {
        scalar(VectorOp.VADDSD, 1, 0, word(EPS));
        scalar(VectorOp.VSQRTSD, 1, 1, 1);
        code.emit(VectorOp.VMOVSD, vec(0).x(), word(ONE));
        scalar(VectorOp.VDIVSD, 0, 0, 1);
        storeVariance();
    }

    /// Loads mean and rstd as [#moments] and [#storeRstd] leave them.
    void loadRstd() {
        code.mov(PASSING, word(TO_RSTD));
        code.emit(VectorOp.VMOVSD, vec(8).x(), Mem.at(MEANS));
        code.emit(VectorOp.VMOVSD, vec(0).x(), Mem.at(MEANS, PASSING, 1, 0));
    }

    /// Spreads the mean in register 8 and rstd in register 0 over the lanes of [#HIGH], [#LOW] and
    /// [#SCALE].
    void spread() {
        repeat(HIGH, 8);
        scalar(VectorOp.VCVTSS2SD, 1, HIGH, HIGH);
        scalar(VectorOp.VSUBSD, 1, 8, 1);
        repeat(LOW, 1);
        repeat(SCALE, 0);
    }

    /// `x - mean`.
    Node centred(Pass pass, Node x) {
        return x.sub(pass.pinned(vec(HIGH))).sub(pass.pinned(vec(LOW)));
    }

    /// `(x - mean) * rstd`.
    Node normalized(Pass pass, Node x) {
        return centred(pass, x).mul(pass.pinned(vec(SCALE)));
    }
}
