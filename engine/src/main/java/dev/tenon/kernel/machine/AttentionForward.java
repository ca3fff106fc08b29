package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.AttentionSlot.COUNT;
import static dev.tenon.kernel.machine.AttentionSlot.K;
import static dev.tenon.kernel.machine.AttentionSlot.KEYS;
import static dev.tenon.kernel.machine.AttentionSlot.LEFT;
import static dev.tenon.kernel.machine.AttentionSlot.PHASE;
import static dev.tenon.kernel.machine.AttentionSlot.Q;
import static dev.tenon.kernel.machine.AttentionSlot.QUERIES;
import static dev.tenon.kernel.machine.AttentionSlot.ROWS;
import static dev.tenon.kernel.machine.AttentionSlot.SIZE;
import static dev.tenon.kernel.machine.AttentionSlot.SIZE_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.STATE;
import static dev.tenon.kernel.machine.AttentionSlot.SUMS;
import static dev.tenon.kernel.machine.AttentionSlot.TURNED;
import static dev.tenon.kernel.machine.AttentionSlot.V;
import static dev.tenon.kernel.machine.AttentionSlot.VALUE;
import static dev.tenon.kernel.machine.AttentionSlot.VALUE_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.WEIGHTS;
import static dev.tenon.kernel.machine.AttentionSlot.Y;
import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R14;
import static dev.tenon.kernel.machine.Gpr.R15;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// Writes the routine of attention's forward pass: a tile of queries against a run of keys.
///
/// Keys come in blocks. Of each, first the scores `[keys, queries]` and the largest so far, then
/// the weights `exp(score - largest)` and their sum, then the products with the values. Whatever
/// was summed up under an older largest is multiplied by `exp(old - new)` (Milakov and Gimelshein
/// 2018; Dao 2023). The scale is a factor of the queries, here and in the gradient, so that the
/// gradient finds the same scores again.
final class AttentionForward extends AttentionCode {
    private AttentionForward(Isa isa, int vectors) {
        super(isa, vectors);
    }

    /// Returns the routine for tiles whose rows are `vectors` long; its first argument is the
    /// table.
    static Routine routine(Isa isa, int vectors) {
        AttentionForward forward = new AttentionForward(isa, vectors);
        forward.write();
        return Routine.of(forward.code);
    }

    /// Bytes of the state: four rows of a tile.
    static long stateBytes(Isa isa) {
        return 4L * mostVectors(isa) * isa.bytes();
    }

    private Mem top(int vector) {
        return Mem.at(R15, (long) vector * bytes);
    }

    private Mem base(int vector) {
        return top(vector).plus(step);
    }

    private Mem total(int vector) {
        return top(vector).plus(2L * step);
    }

    private Mem change(int vector) {
        return top(vector).plus(3L * step);
    }

    private void write() {
        Label blocks = new Label();
        Label whole = new Label();
        Label later = new Label();
        Label open = new Label();
        code.enter();
        code.mov(RAX, slot(PHASE));
        code.and(RAX, 1);
        code.jump(Condition.EQUAL, later);
        begin();
        code.bind(later);
        code.mov(RAX, slot(KEYS));
        code.mov(slot(LEFT), RAX);
        code.bindLoop(blocks);
        code.mov(RAX, slot(LEFT));
        code.mov(RCX, BLOCK);
        code.cmp(RAX, RCX);
        code.jump(Condition.GREATER_EQUAL, whole);
        code.mov(RCX, RAX);
        code.bind(whole);
        code.mov(slot(COUNT), RCX);
        code.sub(RAX, RCX);
        code.mov(slot(LEFT), RAX);
        scores();
        bases();
        weights();
        values();
        code.mov(RAX, slot(LEFT));
        code.test(RAX, RAX);
        code.jump(Condition.NOT_EQUAL, blocks);
        code.mov(RAX, slot(PHASE));
        code.and(RAX, 2);
        code.jump(Condition.EQUAL, open);
        finish();
        code.bind(open);
        code.leave();
    }

    /// Turns and scales the queries, and sets the state and the sums to those of no keys.
    private void begin() {
        Label full = new Label();
        code.mov(RDX, slot(TURNED));
        code.mov(R10, slot(QUERIES));
        code.cmp(R10, vectors * isa.lanes());
        code.jump(Condition.EQUAL, full);
        code.mov(RCX, slot(SIZE));
        clear(RDX, RCX);
        code.mov(RDX, slot(TURNED));
        code.bind(full);
        code.mov(RSI, slot(Q));
        code.mov(R8, slot(SIZE_BYTES));
        code.mov(R9, step);
        code.mov(R11, slot(SIZE));
        turn();
        scale(TURNED, SIZE);
        code.mov(RDX, slot(SUMS));
        code.mov(RCX, slot(VALUE));
        clear(RDX, RCX);
        code.mov(R15, slot(STATE));
        numbers(RAX);
        repeat(vec(1), RAX, AT_LOWEST);
        for (int w = 0; w < vectors; w++) {
            store(top(w), vec(1));
            store(base(w), vec(1));
            store(total(w), vec(0));
        }
    }

    /// `weights[keys, queries] = k q^T`, and the largest per query.
    private void scores() {
        code.mov(R15, slot(STATE));
        code.mov(RBX, slot(K));
        code.mov(RAX, slot(WEIGHTS));
        code.mov(R14, slot(COUNT));
        distance(slot(SIZE_BYTES));
        groups(
                R14,
                rows -> {
                    code.mov(RSI, RBX);
                    code.mov(RDX, slot(TURNED));
                    code.mov(RCX, slot(SIZE));
                    product(rows);
                    for (int w = 0; w < vectors; w++) {
                        load(right(w), top(w));
                        for (int r = 0; r < rows; r++) {
                            store(Mem.at(RAX, (long) r * step + w * bytes), sum(r, w));
                            code.emit(VectorOp.VMAXPS, right(w), right(w), sum(r, w));
                        }
                        store(top(w), right(w));
                    }
                    code.add(RAX, rows * step);
                    advance(RBX, R8, rows, RSI);
                });
        code.mov(slot(K), RBX);
    }

    /// What the weights refer to from now on, and by how much the sums shrink.
    private void bases() {
        int first = isa.registers() - 9;
        numbers(RAX);
        exponentialNumbers(first, RAX);
        for (int w = 0; w < vectors; w++) {
            Vec top = vec(0);
            Vec x = vec(1);
            Vec other = vec(2);
            load(top, top(w));
            load(x, base(w));
            code.emit(VectorOp.VSUBPS, x, x, top);
            repeat(other, RAX, AT_LOG2_E);
            code.emit(VectorOp.VMULPS, x, x, other);
            store(base(w), top);
            exponential(vec(3), x, other, first);
            store(change(w), vec(3));
            code.emit(VectorOp.VMULPS, x, vec(3), total(w));
            store(total(w), x);
        }
    }

    /// `weights = exp(weights - base)`, and their sums.
    private void weights() {
        int first = isa.registers() - 9; // set by bases()
        Vec factor = vec(first - 1);
        repeat(factor, RAX, AT_LOG2_E);
        for (int w = 0; w < vectors; w++) {
            zero(vec(w));
        }
        code.mov(RAX, slot(WEIGHTS));
        code.mov(RCX, slot(COUNT));
        Label loop = new Label();
        code.bindLoop(loop);
        int spare = (first - 1 - vectors) / 3; // sets of three registers to work in
        for (int w = 0; w < vectors; w++) {
            int at = vectors + 3 * (w % spare);
            Mem place = Mem.at(RAX, (long) w * bytes);
            Vec x = vec(at);
            Vec p = vec(at + 1);
            load(x, place);
            code.emit(VectorOp.VSUBPS, x, x, base(w));
            code.emit(VectorOp.VMULPS, x, x, factor);
            exponential(p, x, vec(at + 2), first);
            store(place, p);
            code.emit(VectorOp.VADDPS, vec(w), vec(w), p);
        }
        code.add(RAX, step);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, loop);
        for (int w = 0; w < vectors; w++) {
            code.emit(VectorOp.VADDPS, vec(w), vec(w), total(w));
            store(total(w), vec(w));
        }
    }

    /// `sums = sums * change + v^T weights`.
    private void values() {
        code.mov(RBX, slot(V));
        code.mov(RAX, slot(SUMS));
        code.mov(R14, slot(VALUE));
        code.mov(R11, slot(VALUE_BYTES));
        code.lea(R9, Mem.at(R11, R11, 2, 0));
        groups(
                R14,
                rows -> {
                    code.mov(RSI, RBX);
                    code.mov(RDX, slot(WEIGHTS));
                    code.mov(RCX, slot(COUNT));
                    productTurned(rows);
                    for (int w = 0; w < vectors; w++) {
                        load(right(w), change(w));
                        for (int r = 0; r < rows; r++) {
                            Mem place = Mem.at(RAX, (long) r * step + w * bytes);
                            code.emit(VectorOp.VFMADD231PS, sum(r, w), right(w), place);
                            store(place, sum(r, w));
                        }
                    }
                    code.add(RAX, rows * step);
                    code.add(RBX, 4 * rows);
                });
        code.mov(RAX, slot(COUNT));
        code.mov(R11, slot(VALUE_BYTES));
        code.imul(RAX, R11);
        code.add(RAX, slot(V));
        code.mov(slot(V), RAX);
    }

    /// Divides the sums by the total weight and writes `y` and the two numbers per query.
    private void finish() {
        numbers(RAX);
        repeat(vec(14), RAX, AT_ONE);
        for (int w = 0; w < vectors; w++) {
            code.emit(VectorOp.VDIVPS, vec(w), vec(14), total(w));
            // no softmax: the total is NaN, or 0 where all scores are the least infinity; what the
            // largest is depends on the order of the keys then
            code.emit(VectorOp.VSUBPS, vec(8), vec(w), vec(w)); // 0, or NaN
            code.emit(VectorOp.VADDPS, vec(w), vec(w), vec(8));
            code.emit(VectorOp.VADDPS, vec(8), vec(8), top(w));
            store(total(w), vec(w));
            store(top(w), vec(8));
        }
        code.mov(RAX, slot(SUMS));
        code.mov(RCX, slot(VALUE));
        Label loop = new Label();
        code.bindLoop(loop);
        for (int w = 0; w < vectors; w++) {
            Mem place = Mem.at(RAX, (long) w * bytes);
            code.emit(VectorOp.VMULPS, vec(8), vec(w), place);
            store(place, vec(8));
        }
        code.add(RAX, step);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, loop);
        code.mov(RSI, slot(SUMS));
        code.mov(R8, step);
        code.mov(RDX, slot(Y));
        code.mov(R9, slot(VALUE_BYTES));
        code.mov(R10, slot(VALUE));
        code.mov(R11, slot(QUERIES));
        turn();
        code.mov(RDX, slot(ROWS));
        code.mov(RCX, slot(QUERIES));
        Label row = new Label();
        code.bind(row);
        code.mov32(RAX, Mem.at(R15));
        code.mov32(Mem.at(RDX), RAX);
        code.mov32(RAX, Mem.at(R15, 2L * step));
        code.mov32(Mem.at(RDX, 4), RAX);
        code.add(R15, 4);
        code.add(RDX, 8);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, row);
    }
}
