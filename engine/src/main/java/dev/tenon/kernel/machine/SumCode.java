package dev.tenon.kernel.machine;

import java.util.ArrayList;
import java.util.List;

/// Routines that add up rows and columns, and that find the extremes of rows.
final class SumCode {
    /// Rows whose elements are added in F32, in pairs, before they go to F64.
    static final int GROUP = 8;

    private static final int UNROLL = 4;
    private static final Gpr ROWS = Gpr.R12;
    private static final Gpr BYTES = Gpr.R13; // of a row
    private static final Gpr X = Gpr.RSI;
    private static final Gpr OUT = Gpr.RDI;
    private static final Gpr MEANS = Gpr.R8;

    private final Isa isa;
    private final Assembler code = new Assembler();
    private final LaneFold fold;

    SumCode(Isa isa) {
        this.isa = isa;
        fold = new LaneFold(isa, code);
    }

    private Vec[] registers(int from, int count) {
        Vec[] some = new Vec[count];
        for (int i = 0; i < count; i++) {
            some[i] = isa.vec(from + i);
        }
        return some;
    }

    // ---- rows

    /// Returns the routine that adds up rows: `rdi` sums (F64), `rsi` x, `rdx` rows, `rcx` elements
    /// of a row.
    Routine rowSums() {
        Vec[] totals = registers(0, 4);
        Vec[] doubles = registers(4, 2);
        Pass pass = new Pass(isa);
        pass.addTo(totals, pass.stream(X));
        begin();
        fold.rows(
                ROWS,
                () -> {
                    fold.sumInChunks(
                            pass,
                            Gpr.RCX,
                            List.of(X),
                            Gpr.RDX,
                            Gpr.R9,
                            totals,
                            doubles,
                            PassCode.registers(isa, 6));
                    code.store(VectorOp.VMOVSD_STORE, Mem.at(OUT), doubles[0].x());
                    code.add(OUT, 8);
                });
        code.leave();
        return Routine.of(code);
    }

    /// Returns the routine that adds up the squares of the differences to a number, formed in F64:
    /// arguments as [#rowSums] has them, and `r8` leads to an F32 for each row.
    Routine rowSquares() {
        Vec[] totals = registers(0, isa.wide() ? 8 : 4);
        Pass pass = new Pass(isa);
        Node difference = pass.stream(X).sub(pass.scalar(MEANS, 0));
        pass.productTo(totals, difference, difference);
        return rows(pass, totals);
    }

    private Routine rows(Pass pass, Vec... totals) {
        begin();
        fold.rows(
                ROWS,
                () -> {
                    fold.zero(totals);
                    emit(pass, Gpr.RCX, totals.length);
                    fold.sum(totals);
                    code.store(VectorOp.VMOVSD_STORE, Mem.at(OUT), totals[0].x());
                    code.add(OUT, 8);
                    code.add(MEANS, 4);
                    code.add(X, BYTES);
                });
        code.leave();
        return Routine.of(code);
    }

    private void begin() {
        code.enter();
        code.mov(ROWS, Gpr.RDX);
        code.mov(BYTES, Gpr.RCX);
        code.shl(BYTES, 2);
    }

    private void emit(Pass pass, Gpr count, int firstFree) {
        PassCode.emit(pass, code, count, PassCode.registers(isa, firstFree), UNROLL);
    }

    // ---- extremes

    /// Returns the routine that finds the first extreme of each row: `rdi` leads to two F32 for
    /// each row, how many NaN there are (at least 1, if there is one) and the number of the first
    /// element that is the extreme of all numbers; `rsi` x, `rdx` rows, `rcx` elements of a row,
    /// `r8` the F32 0, 1, 2, ... as many as a row has.
    Routine rowExtremes(boolean largest) {
        Vec[] best = registers(0, 2);
        Vec[] missing = registers(2, 2);
        VectorOp op = largest ? VectorOp.VMAXPS : VectorOp.VMINPS;
        float start = largest ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
        begin();
        fold.rows(
                ROWS,
                () -> {
                    fold.fill(start, best);
                    fold.zero(missing);
                    emit(values(best, missing, largest), Gpr.RCX, 4);
                    fold.extreme(op, best);
                    fold.extreme(VectorOp.VMAXPS, missing);
                    code.store(VectorOp.VMOVSS_STORE, Mem.at(OUT), missing[0].x());
                    fold.fill(Float.POSITIVE_INFINITY, missing);
                    emit(places(best[0], missing), Gpr.RCX, 4);
                    fold.extreme(VectorOp.VMINPS, missing);
                    code.store(VectorOp.VMOVSS_STORE, Mem.at(OUT, 4), missing[0].x());
                    code.add(OUT, 8);
                    code.add(X, BYTES);
                });
        code.leave();
        return Routine.of(code);
    }

    private Pass values(Vec[] best, Vec[] missing, boolean largest) {
        Pass pass = new Pass(isa);
        Node x = pass.stream(X);
        if (largest) {
            pass.maxTo(best, x);
        } else {
            pass.minTo(best, x);
        }
        pass.maxTo(
                missing, x.select(Node.Comparison.IS_NAN, x, pass.constant(1f), pass.constant(0f)));
        return pass;
    }

    private Pass places(Vec best, Vec[] first) {
        Pass pass = new Pass(isa);
        Node place = pass.stream(MEANS);
        Node beyond = pass.constant(Float.POSITIVE_INFINITY);
        pass.minTo(
                first,
                pass.stream(X).select(Node.Comparison.EQUAL, pass.pinned(best), place, beyond));
        return pass;
    }

    // ---- columns

    /// Returns the routine that adds `rows` rows (1 or [#GROUP]) to totals: `rdi` totals (F32),
    /// `rsi` x, `rdx` bytes from row to row, `r8` the columns' means if squares of differences are
    /// wanted; `r9` columns.
    Routine columns(int rows, boolean squares) {
        Gpr[] pointers = {Gpr.RSI, Gpr.RCX, Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.RDX};
        Pass pass = new Pass(isa);
        List<Node> terms = new ArrayList<>();
        Node mean = squares ? pass.stream(MEANS) : null;
        for (int i = 0; i < rows; i++) {
            Node x = pass.stream(pointers[i]);
            if (mean != null) {
                Node difference = x.sub(mean);
                x = difference.mul(difference);
            }
            terms.add(x);
        }
        while (terms.size() > 1) { // in pairs
            List<Node> sums = new ArrayList<>();
            for (int i = 0; i < terms.size(); i += 2) {
                sums.add(terms.get(i).add(terms.get(i + 1)));
            }
            terms = sums;
        }
        pass.store(OUT, pass.stream(OUT).add(terms.getFirst()));
        code.enter();
        for (int i = 1; i < rows; i++) { // the stride's own register comes last
            code.lea(pointers[i], Mem.at(pointers[i - 1], Gpr.RDX, 1, 0));
        }
        PassCode.emit(pass, code, Gpr.R9, PassCode.registers(isa, 0), 2);
        code.leave();
        return Routine.of(code);
    }

    /// Returns the routine that moves totals: `rdi` totals (F64, with room for whole vectors) grow
    /// by the F32 at `rsi`, which become 0; `r9` columns.
    Routine moveTotals() {
        Pass pass = new Pass(isa);
        pass.accumulate(OUT, pass.stream(X));
        pass.store(X, pass.constant(0f));
        return PassCode.routine(pass, 2);
    }
}
