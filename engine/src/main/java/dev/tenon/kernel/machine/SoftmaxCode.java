package dev.tenon.kernel.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Routines of softmax over rows: three passes over a row that stays in the cache, the loop over
/// rows around them, and the next row brought nearer meanwhile.
///
/// Exponentials are F32, their sums F64.
final class SoftmaxCode {
    private static final Gpr RESULT = Gpr.RDI;
    private static final Gpr ROWS = Gpr.R12;
    private static final Gpr BYTES = Gpr.R13; // of a row
    private static final Gpr NEXT = Gpr.R14;
    private static final Gpr Y = Gpr.R8; // backward
    private static final Gpr SOURCE = Gpr.RBX; // within a row
    private static final Gpr TARGET = Gpr.RBP;
    private static final Gpr SOME = Gpr.RDX;
    private static final Gpr LEFT = Gpr.R9;
    private static final int UNROLL = 4;

    private final Isa isa;
    private final boolean log;
    private final Assembler code = new Assembler();
    private final LaneFold fold;
    private final Vec[] totals; // F32
    private final Vec[] sums; // F64; then the row's factor or logarithm as F32
    private final Vec max;
    private final List<Vec> free;

    /// @param log whether the logarithm of softmax is wanted
    SoftmaxCode(Isa isa, boolean log) {
        this.isa = isa;
        this.log = log;
        fold = new LaneFold(isa, code);
        totals = new Vec[isa.wide() ? 4 : 2];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = isa.vec(i);
        }
        max = isa.vec(totals.length);
        sums = new Vec[] {isa.vec(totals.length + 1), isa.vec(totals.length + 2)};
        free = PassCode.registers(isa, totals.length + 3);
    }

    // ---- forward

    /// Returns the routine for whole rows: `rdi` results, `rsi` x, `rdx` rows, `rcx` elements of a
    /// row; with `streaming` `r8` leads to room for a row, and results begin at a multiple of a
    /// vector's bytes.
    Routine forward(boolean streaming) {
        Gpr between = streaming ? Gpr.R8 : RESULT;
        enter();
        fold.rows(
                ROWS,
                () -> {
                    code.lea(NEXT, Mem.at(Gpr.RSI, BYTES, 1, 0));
                    largest();
                    exponentials(log ? null : between, true);
                    Pass last = new Pass(isa).streaming(streaming);
                    if (log) {
                        logarithm();
                        Node x = last.stream(Gpr.RSI).sub(last.pinned(max));
                        last.store(RESULT, x.sub(last.pinned(sums[0])));
                    } else {
                        reciprocal();
                        last.store(RESULT, last.stream(between).mul(last.pinned(sums[0])));
                    }
                    emit(last);
                    code.add(RESULT, BYTES);
                    code.add(Gpr.RSI, BYTES);
                });
        return finish(streaming);
    }

    /// Returns the routine that sums a part of a row up: `rdi` leads to two F64, the largest
    /// element and the sum of the exponentials of the differences to it; `rsi` x, `rdx` 1, `rcx`
    /// elements.
    Routine summary() {
        enter();
        largest();
        exponentials(null, false);
        code.store(VectorOp.VMOVSD_STORE, Mem.at(RESULT, 8), sums[0].x());
        code.emit(VectorOp.VCVTSS2SD, max.x(), max.x(), max.x());
        code.store(VectorOp.VMOVSD_STORE, Mem.at(RESULT), max.x());
        return finish(false);
    }

    /// Returns the routine for a part of a row that has been summed up: `rdi` results, `rsi` x,
    /// `rdx` two F32, the largest element and the factor or logarithm; `r9` elements.
    Routine apply(boolean streaming) {
        Pass pass = new Pass(isa).streaming(streaming);
        Node x = pass.stream(Gpr.RSI).sub(pass.scalar(Gpr.RDX, 0));
        Node number = pass.scalar(Gpr.RDX, 4);
        pass.store(
                RESULT, log ? x.sub(number) : new MachineMath(pass).expOfNegative(x).mul(number));
        return PassCode.routine(pass, 2);
    }

    /// The largest element of the row, in all lanes of `max`.
    private void largest() {
        Pass pass = new Pass(isa);
        pass.maxTo(totals, pass.stream(Gpr.RSI));
        fold.fill(Float.NEGATIVE_INFINITY, totals);
        emit(pass);
        fold.extreme(VectorOp.VMAXPS, totals);
        code.emit(VectorOp.VMOVUPS, max, totals[0]);
    }

    /// The sum of `exp(x - max)` in the lowest lane of the first total.
    private void exponentials(@Nullable Gpr to, boolean ahead) {
        List<Gpr> pointers = new ArrayList<>(List.of(SOURCE));
        code.mov(SOURCE, Gpr.RSI);
        Pass pass = new Pass(isa);
        Node difference = pass.stream(SOURCE).sub(pass.pinned(max));
        Node e = new MachineMath(pass).expOfNegative(difference);
        if (to != null) {
            code.mov(TARGET, to);
            pass.store(TARGET, e);
            pointers.add(TARGET);
        }
        pass.addTo(totals, e);
        if (ahead) {
            pass.ahead(NEXT);
            pointers.add(NEXT);
        }
        fold.sumInChunks(pass, Gpr.RCX, pointers, SOME, LEFT, totals, sums, free);
    }

    private void reciprocal() {
        Vec x = sums[0].x();
        Vec one = sums[1].x();
        code.emit(VectorOp.VCVTSD2SS, x, x, x);
        code.emit(VectorOp.VMOVSS, one, LaneFold.pooled(1));
        code.emit(VectorOp.VDIVSS, x, one, x);
        code.emit(VectorOp.VBROADCASTSS, sums[0], x);
    }

    private void logarithm() {
        Vec x = sums[0].x();
        code.emit(VectorOp.VCVTSD2SS, x, x, x);
        code.emit(VectorOp.VBROADCASTSS, sums[0], x);
        Pass pass = new Pass(isa);
        pass.keep(sums[0], new MachineMath(pass).log(pass.pinned(sums[0])));
        PassCode.once(pass, code, free);
    }

    // ---- backward

    /// Returns the routine for whole rows: `rdi` results, `rsi` upstream gradients, `rdx` rows,
    /// `rcx` elements of a row, `r8` the forward pass's results.
    Routine gradient(boolean streaming) {
        enter();
        fold.rows(
                ROWS,
                () -> {
                    gradientSum(); // its pointers end at the next row
                    code.emit(VectorOp.VCVTSD2SS, sums[0].x(), sums[0].x(), sums[0].x());
                    code.emit(VectorOp.VBROADCASTSS, sums[0], sums[0].x());
                    Pass last = new Pass(isa).streaming(streaming);
                    gradientOf(last, last.pinned(sums[0]), Y);
                    last.ahead(SOURCE);
                    last.ahead(TARGET);
                    emit(last);
                    code.add(RESULT, BYTES);
                    code.add(Gpr.RSI, BYTES);
                    code.add(Y, BYTES);
                });
        return finish(streaming);
    }

    /// Returns the routine that sums a part of a row up: `rdi` leads to an F64, `rsi` upstream
    /// gradients, `rdx` 1, `rcx` elements, `r8` the forward pass's results.
    Routine gradientSummary() {
        enter();
        gradientSum();
        code.store(VectorOp.VMOVSD_STORE, Mem.at(RESULT), sums[0].x());
        return finish(false);
    }

    /// Returns the routine for a part of a row that has been summed up: `rdi` results, `rsi`
    /// upstream gradients, `rdx` the forward pass's results, `rcx` the sum as F32, `r9` elements.
    Routine gradientApply(boolean streaming) {
        Pass pass = new Pass(isa).streaming(streaming);
        gradientOf(pass, pass.scalar(Gpr.RCX, 0), Gpr.RDX);
        return PassCode.routine(pass, 2);
    }

    private void gradientSum() {
        Pass pass = new Pass(isa);
        code.mov(SOURCE, Gpr.RSI);
        code.mov(TARGET, Y);
        Node dy = pass.stream(SOURCE);
        pass.addTo(totals, log ? dy : dy.mul(pass.stream(TARGET)));
        List<Gpr> pointers = List.of(SOURCE, TARGET);
        fold.sumInChunks(pass, Gpr.RCX, pointers, SOME, LEFT, totals, sums, free);
    }

    private void gradientOf(Pass pass, Node sum, Gpr results) {
        Node dy = pass.stream(Gpr.RSI);
        Node y = pass.stream(results);
        pass.store(
                RESULT,
                log ? new MachineMath(pass).expOfNegative(y).fnma(sum, dy) : dy.sub(sum).mul(y));
    }

    // ---- shared

    private void enter() {
        code.enter();
        code.mov(ROWS, Gpr.RDX);
        code.mov(BYTES, Gpr.RCX);
        code.shl(BYTES, 2);
    }

    private void emit(Pass pass) {
        PassCode.emit(pass, code, Gpr.RCX, free, UNROLL);
    }

    private Routine finish(boolean streaming) {
        if (streaming) {
            code.sfence();
        }
        code.leave();
        return Routine.of(code);
    }
}
