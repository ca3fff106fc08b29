package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.OptimRule.FIRST;
import static dev.tenon.kernel.machine.OptimRule.GRADIENT;
import static dev.tenon.kernel.machine.OptimRule.NUMBERS;
import static dev.tenon.kernel.machine.OptimRule.SECOND;
import static dev.tenon.kernel.machine.OptimRule.WEIGHT;
import static dev.tenon.kernel.machine.OptimRule.number;

import java.util.Objects;

/// Routines of Lamb and Adafactor.
///
/// Those of Adafactor go over some rows of a matrix: `rsi` the first element, `rdx` rows, `rcx`
/// bytes from row to row, `r9` columns; what else they need is in the block that `r8` leads to.
final class SizedOptimCode {
    /// Bytes behind the numbers where sums come out: two F64.
    static final int SUMS = 256;

    // words of the block of Adafactor's routines
    static final int LIMIT = 0; // F32
    static final int KEEP = 4; // F32
    static final int RATE = 8; // F32
    static final int ROWS = 16; // address of the rows' factors
    static final int COLUMNS = 24; // address of the columns' factors
    static final int WEIGHTS = 32; // address of the weight of the first element

    private static final int UNROLL = 2;
    private static final Gpr X = Gpr.RSI;
    private static final Gpr OUT = Gpr.RDI;
    private static final Gpr STRIDE = Gpr.RCX;
    private static final Gpr BLOCK = Gpr.R8;
    private static final Gpr ROW = Gpr.R12; // rows that are left
    private static final Gpr ROW_FACTOR = Gpr.RBX;
    private static final Gpr COLUMN_FACTORS = Gpr.RBP;
    private static final Gpr WEIGHT_ROW = Gpr.R14;

    private final Isa isa;
    private final Assembler code = new Assembler();
    private final LaneFold fold;

    SizedOptimCode(Isa isa) {
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

    private void emit(Pass pass, int firstFree) {
        PassCode.emit(pass, code, Gpr.R9, PassCode.registers(isa, firstFree), UNROLL);
    }

    private Routine finish() {
        code.leave();
        return Routine.of(code);
    }

    // ---- Lamb

    /// Moves the moments and leaves the sums of squares of weights and changes at [#SUMS]; operands
    /// and numbers as a rule's.
    ///
    /// @param decays whether the weight is part of the gradient
    Routine lambMoments(boolean decays) {
        int each = isa.wide() ? 4 : 2;
        Vec[] weights = registers(0, each);
        Vec[] changes = registers(each, each);
        Pass pass = new Pass(isa);
        Node weight = pass.stream(WEIGHT);
        Node gradient = OptimRule.gradient(pass, weight, decays);
        Node first = OptimRule.moved(pass, FIRST, gradient, 3);
        Node second = OptimRule.movedToSquare(pass, SECOND, gradient, 4);
        Node root = second.sqrt().fma(number(pass, 6), number(pass, 7));
        Node change = first.mul(number(pass, 5)).div(root);
        Node kept = weight.mul(number(pass, 2));
        pass.productTo(weights, kept, kept);
        pass.productTo(changes, change, change);
        code.enter();
        fold.zero(weights);
        fold.zero(changes);
        emit(pass, 2 * each);
        fold.sum(weights);
        fold.sum(changes);
        code.store(VectorOp.VMOVSD_STORE, Mem.at(NUMBERS, SUMS), weights[0].x());
        code.store(VectorOp.VMOVSD_STORE, Mem.at(NUMBERS, SUMS + 8), changes[0].x());
        return finish();
    }

    /// Changes the weights by the moments, of which the first stands where others have the
    /// gradient: numbers are what is kept, the rate, the root's scale and epsilon.
    Routine lambStep() {
        Pass pass = new Pass(isa);
        Node root = pass.stream(FIRST).sqrt().fma(number(pass, 2), number(pass, 3));
        Node change = pass.stream(GRADIENT).mul(number(pass, 1)).div(root);
        pass.store(WEIGHT, pass.stream(WEIGHT).mul(number(pass, 0)).sub(change));
        code.enter();
        emit(pass, 0);
        return finish();
    }

    // ---- Adafactor

    /// Rows whose squares of a column are added in F32 before they go to F64.
    static final int GROUP = 4;

    /// Writes the sum of squares of each row to `rdi` (F64) and adds those of the columns to the
    /// F64 at `r8`, which have room for whole vectors. The rows are as many as `rdx` groups have.
    ///
    /// @param group rows of a group: 1 or [#GROUP]
    Routine squares(int group) {
        Gpr[] pointers = {X, Gpr.RBX, Gpr.RBP, Gpr.R14};
        Pass pass = new Pass(isa);
        Node sum = null;
        for (int i = 0; i < group; i++) {
            Node x = pass.stream(pointers[i]);
            pass.productTo(registers(2 * i, 2), x, x);
            sum = sum == null ? x.mul(x) : x.fma(x, sum);
        }
        pass.accumulate(BLOCK, Objects.requireNonNull(sum));
        code.enter();
        code.mov(ROW, Gpr.RDX);
        fold.rows(
                ROW,
                () -> {
                    for (int i = 1; i < group; i++) {
                        code.lea(pointers[i], Mem.at(pointers[i - 1], STRIDE, 1, 0));
                    }
                    fold.zero(registers(0, 2 * group));
                    emit(pass, 2 * group);
                    for (int i = 0; i < group; i++) {
                        fold.sum(registers(2 * i, 2));
                        Vec total = isa.vec(2 * i).x();
                        code.store(VectorOp.VMOVSD_STORE, Mem.at(OUT, 8L * i), total);
                    }
                    code.add(OUT, 8 * group);
                    code.lea(X, Mem.at(pointers[group - 1], STRIDE, 1, 0));
                });
        return finish();
    }

    /// Writes the sum of squares of the changes to `rdi` (F64).
    Routine size() {
        Vec[] totals = registers(0, isa.wide() ? 8 : 4);
        Pass pass = new Pass(isa);
        Node change = change(pass);
        pass.productTo(totals, change, change);
        begin();
        fold.zero(totals);
        fold.rows(
                ROW,
                () -> {
                    emit(pass, totals.length);
                    nextRow();
                });
        fold.sum(totals);
        code.store(VectorOp.VMOVSD_STORE, Mem.at(OUT), totals[0].x());
        return finish();
    }

    /// Changes the weights.
    Routine step() {
        Pass pass = new Pass(isa);
        Node change = change(pass);
        Node kept = pass.stream(WEIGHT_ROW).mul(pass.scalar(BLOCK, KEEP));
        pass.store(WEIGHT_ROW, change.fnma(pass.scalar(BLOCK, RATE), kept));
        begin();
        code.mov(WEIGHT_ROW, Mem.at(BLOCK, WEIGHTS));
        fold.rows(
                ROW,
                () -> {
                    emit(pass, 0);
                    code.add(WEIGHT_ROW, STRIDE);
                    nextRow();
                });
        return finish();
    }

    private void begin() {
        code.enter();
        code.mov(ROW, Gpr.RDX);
        code.mov(ROW_FACTOR, Mem.at(BLOCK, ROWS));
        code.mov(COLUMN_FACTORS, Mem.at(BLOCK, COLUMNS));
    }

    private void nextRow() {
        code.add(ROW_FACTOR, 4);
        code.add(X, STRIDE);
    }

    private static Node change(Pass pass) {
        Node factor = pass.stream(COLUMN_FACTORS).mul(pass.scalar(ROW_FACTOR, 0));
        Node limited = pass.scalar(BLOCK, LIMIT).min(factor); // NaN stays
        return pass.stream(X).mul(limited);
    }
}
