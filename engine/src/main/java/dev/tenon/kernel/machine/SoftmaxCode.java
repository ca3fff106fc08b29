package dev.tenon.kernel.machine;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;
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
    private final Vec[] sums; // F64
    private final Vec max;
    private final Vec maxBefore; // the row's before, for logarithms
    private final Vec factor; // of a row's exponentials, or the logarithm of their sum
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
        factor = isa.vec(totals.length + 3);
        maxBefore = isa.vec(totals.length + 4);
        free = PassCode.registers(isa, totals.length + (log ? 5 : 4));
    }

    // ---- forward

    /// Returns the routine for whole rows: `rdi` results, `rsi` x, `rdx` rows, `rcx` elements of a
    /// row.
    Routine forward() {
        enter();
        fold.rows(
                ROWS,
                () -> {
                    row(RESULT, false);
                    emit(last(RESULT, false));
                    code.add(RESULT, BYTES);
                    code.add(Gpr.RSI, BYTES);
                });
        return finish(false);
    }

    /// Returns the routine for whole rows that are stored past the caches: arguments as [#forward]
    /// has them, `r8` leads to room for a row, results begin at a multiple of a vector's bytes.
    ///
    /// A row's results are written while the next row's exponentials are worked out, so that memory
    /// is never idle.
    Routine pastCaches() {
        Label row = new Label();
        Label end = new Label();
        Label none = new Label();
        enter();
        code.test(ROWS, ROWS);
        code.jump(Condition.EQUAL, none);
        row(Gpr.R8, false);
        code.bindLoop(row);
        code.sub(ROWS, 1);
        code.jump(Condition.EQUAL, end);
        if (log) {
            code.emit(VectorOp.VMOVUPS, maxBefore, max);
        }
        code.add(Gpr.RSI, BYTES);
        row(Gpr.R8, true);
        code.jump(row);
        code.bind(end);
        emit(last(Gpr.R8, true));
        code.bind(none);
        return finish(true);
    }

    /// Finds a row's maximum and factor.
    ///
    /// @param between where the exponentials are kept
    /// @param writes whether the row before is written meanwhile
    private void row(Gpr between, boolean writes) {
        code.lea(NEXT, Mem.at(Gpr.RSI, BYTES, 1, 0));
        largest();
        exponentials(log && !writes ? null : between, true, writes);
        if (log) {
            logarithm();
        } else {
            reciprocal();
        }
    }

    private Pass last(Gpr between, boolean past) {
        Pass pass = new Pass(isa).streaming(past);
        pass.store(RESULT, result(pass, log ? Gpr.RSI : between, max));
        return pass;
    }

    /// The result from x or the exponentials at `from`.
    private Node result(Pass pass, Gpr from, Vec rowMax) {
        Node value = pass.stream(from);
        return log
                ? value.sub(pass.pinned(rowMax)).sub(pass.pinned(factor))
                : value.mul(pass.pinned(factor));
    }

    /// Returns the routine that sums a part of a row up: `rdi` leads to two F64, the largest
    /// element and the sum of the exponentials of the differences to it; `rsi` x, `rdx` 1, `rcx`
    /// elements.
    Routine summary() {
        enter();
        largest();
        exponentials(null, false, false);
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
                RESULT,
                log ? x.sub(number) : new MachineMath(pass).roughExpOfNegative(x).mul(number));
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
    ///
    /// @param between where the exponentials are kept, or null
    /// @param ahead whether the next row is wanted soon
    /// @param writes whether the row before is written meanwhile
    private void exponentials(@Nullable Gpr between, boolean ahead, boolean writes) {
        List<Gpr> pointers = new ArrayList<>(List.of(SOURCE));
        code.mov(SOURCE, Gpr.RSI);
        Pass pass = new Pass(isa);
        if (between != null) {
            code.mov(TARGET, between);
            pointers.add(TARGET);
        }
        if (writes) {
            if (log) {
                code.mov(TARGET, Gpr.RSI);
                code.sub(TARGET, BYTES);
            }
            pass.storePast(RESULT, result(pass, TARGET, maxBefore));
            pointers.add(RESULT);
        }
        Node difference = pass.stream(SOURCE).sub(pass.pinned(max));
        Node e = new MachineMath(pass).roughExpOfNegative(difference);
        if (between != null && !log) {
            pass.store(TARGET, e);
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
        code.emit(VectorOp.VBROADCASTSS, factor, x);
    }

    private void logarithm() {
        Vec x = sums[0].x();
        code.emit(VectorOp.VCVTSD2SS, x, x, x);
        code.emit(VectorOp.VBROADCASTSS, sums[0], x);
        Pass pass = new Pass(isa);
        pass.keep(factor, new MachineMath(pass).log(pass.pinned(sums[0])));
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
                log
                        ? new MachineMath(pass).roughExpOfNegative(y).fnma(sum, dy)
                        : dy.sub(sum).mul(y));
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
