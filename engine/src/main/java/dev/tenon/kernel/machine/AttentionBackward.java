package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.AttentionSlot.BLOCK_STATE;
import static dev.tenon.kernel.machine.AttentionSlot.DK;
import static dev.tenon.kernel.machine.AttentionSlot.DV;
import static dev.tenon.kernel.machine.AttentionSlot.DY;
import static dev.tenon.kernel.machine.AttentionSlot.K;
import static dev.tenon.kernel.machine.AttentionSlot.KEYS;
import static dev.tenon.kernel.machine.AttentionSlot.KEY_ROWS;
import static dev.tenon.kernel.machine.AttentionSlot.Q;
import static dev.tenon.kernel.machine.AttentionSlot.QUERIES;
import static dev.tenon.kernel.machine.AttentionSlot.SIZE;
import static dev.tenon.kernel.machine.AttentionSlot.SIZE_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.SUMS;
import static dev.tenon.kernel.machine.AttentionSlot.TURNED;
import static dev.tenon.kernel.machine.AttentionSlot.TURNED_VALUES;
import static dev.tenon.kernel.machine.AttentionSlot.V;
import static dev.tenon.kernel.machine.AttentionSlot.VALUE;
import static dev.tenon.kernel.machine.AttentionSlot.VALUE_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.VALUE_SUMS;
import static dev.tenon.kernel.machine.AttentionSlot.WEIGHTS;
import static dev.tenon.kernel.machine.AttentionSlot.WEIGHT_GRADIENTS;
import static dev.tenon.kernel.machine.AttentionSlot.WIDTH_BYTES;
import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R14;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// Writes the routines of attention's gradient: a tile of keys against blocks of queries.
///
/// [#begin] turns the tile's keys and values. [#block] computes the weights of some queries again
/// and their gradients, `[queries, keys]`, and adds to the turned `dk` and `dv`; [#end] writes
/// these. The block's `dq` is left to [AttentionQueries], whose vectors lie the other way.
final class AttentionBackward extends AttentionCode {
    /// Numbers per query in the state: largest score, reciprocal, common part.
    static final int NUMBERS = 3;

    private AttentionBackward(Isa isa, int vectors) {
        super(isa, vectors);
    }

    /// The three routines for tiles whose rows are `vectors` long; their first argument is the
    /// table.
    record Routines(Routine begin, Routine block, Routine end) {
        static Routines of(Isa isa, int vectors) {
            AttentionBackward begin = new AttentionBackward(isa, vectors);
            begin.begin();
            AttentionBackward block = new AttentionBackward(isa, vectors);
            block.block();
            AttentionBackward end = new AttentionBackward(isa, vectors);
            end.end();
            return new Routines(
                    Routine.of(begin.code), Routine.of(block.code), Routine.of(end.code));
        }
    }

    private void begin() {
        code.enter();
        begin(K, TURNED, SUMS, SIZE, SIZE_BYTES);
        begin(V, TURNED_VALUES, VALUE_SUMS, VALUE, VALUE_BYTES);
        Label asIs = new Label();
        code.mov(R9, slot(WIDTH_BYTES));
        code.cmp(R9, slot(SIZE_BYTES));
        code.jump(Condition.EQUAL, asIs); // the caller's rows serve
        code.mov(RSI, slot(TURNED));
        code.mov(R8, step);
        code.mov(RDX, slot(KEY_ROWS));
        code.mov(R10, slot(SIZE));
        code.mov(R11, slot(KEYS));
        turn();
        code.bind(asIs);
        code.leave();
    }

    private void begin(
            AttentionSlot from,
            AttentionSlot turned,
            AttentionSlot sums,
            AttentionSlot size,
            AttentionSlot distance) {
        code.mov(RDX, slot(sums));
        code.mov(RCX, slot(size));
        clear(RDX, RCX);
        Label full = new Label();
        code.mov(RDX, slot(turned));
        code.mov(R10, slot(KEYS));
        code.cmp(R10, vectors * isa.lanes());
        code.jump(Condition.EQUAL, full);
        code.mov(RCX, slot(size));
        clear(RDX, RCX);
        code.mov(RDX, slot(turned));
        code.bind(full);
        code.mov(RSI, slot(from));
        code.mov(R8, slot(distance));
        code.mov(R9, step);
        code.mov(R11, slot(size));
        turn();
    }

    private void block() {
        code.enter();
        scores(Q, TURNED, WEIGHTS, SIZE, SIZE_BYTES);
        scores(DY, TURNED_VALUES, WEIGHT_GRADIENTS, VALUE, VALUE_BYTES);
        weights();
        sums(DY, WEIGHTS, VALUE_SUMS, VALUE, VALUE_BYTES);
        sums(Q, WEIGHT_GRADIENTS, SUMS, SIZE, SIZE_BYTES);
        code.leave();
    }

    /// `target[queries, keys] = left turned`.
    private void scores(
            AttentionSlot left,
            AttentionSlot turned,
            AttentionSlot target,
            AttentionSlot depth,
            AttentionSlot distance) {
        code.mov(RBX, slot(left));
        code.mov(RAX, slot(target));
        code.mov(R14, slot(QUERIES));
        distance(slot(distance));
        groups(
                R14,
                rows -> {
                    code.mov(RSI, RBX);
                    code.mov(RDX, slot(turned));
                    code.mov(RCX, slot(depth));
                    product(rows);
                    for (int r = 0; r < rows; r++) {
                        for (int w = 0; w < vectors; w++) {
                            store(Mem.at(RAX, (long) r * step + w * bytes), sum(r, w));
                        }
                    }
                    code.add(RAX, rows * step);
                    advance(RBX, R8, rows, RSI);
                });
    }

    /// From the scores the weights, and from the weights' gradients those of the scores but for the
    /// scale.
    private void weights() {
        int first = isa.registers() - 9;
        Vec factor = vec(0);
        Vec top = vec(1);
        Vec reciprocal = vec(2);
        Vec common = vec(3);
        numbers(RAX);
        exponentialNumbers(first, RAX);
        repeat(factor, RAX, AT_LOG2_E);
        code.mov(RAX, slot(WEIGHTS));
        code.mov(RDX, slot(WEIGHT_GRADIENTS));
        code.mov(RBX, slot(BLOCK_STATE));
        code.mov(RCX, slot(QUERIES));
        int spare = (first - 4) / 3;
        Label loop = new Label();
        code.bindLoop(loop);
        repeat(top, RBX, 0);
        repeat(reciprocal, RBX, 4);
        repeat(common, RBX, 8);
        for (int w = 0; w < vectors; w++) {
            Mem place = Mem.at(RAX, (long) w * bytes);
            Mem gradient = Mem.at(RDX, (long) w * bytes);
            int at = 4 + 3 * (w % spare);
            Vec x = vec(at);
            Vec p = vec(at + 1);
            Vec other = vec(at + 2);
            load(x, place);
            code.emit(VectorOp.VSUBPS, x, x, top);
            code.emit(VectorOp.VMULPS, x, x, factor);
            exponential(p, x, other, first);
            code.emit(VectorOp.VMULPS, p, p, reciprocal);
            store(place, p);
            load(x, gradient);
            code.emit(VectorOp.VSUBPS, x, x, common);
            code.emit(VectorOp.VMULPS, x, x, p);
            store(gradient, x);
        }
        code.add(RAX, step);
        code.add(RDX, step);
        code.add(RBX, 4 * NUMBERS);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, loop);
    }

    /// `sums[size, keys] += left^T tile`.
    private void sums(
            AttentionSlot left,
            AttentionSlot tile,
            AttentionSlot sums,
            AttentionSlot size,
            AttentionSlot distance) {
        code.mov(RBX, slot(left));
        code.mov(RAX, slot(sums));
        code.mov(R14, slot(size));
        code.mov(R11, slot(distance));
        code.lea(R9, Mem.at(R11, R11, 2, 0));
        groups(
                R14,
                rows -> {
                    code.mov(RSI, RBX);
                    code.mov(RDX, slot(tile));
                    code.mov(RCX, slot(QUERIES));
                    productTurned(rows);
                    for (int r = 0; r < rows; r++) {
                        for (int w = 0; w < vectors; w++) {
                            Mem place = Mem.at(RAX, (long) r * step + w * bytes);
                            code.emit(VectorOp.VADDPS, sum(r, w), sum(r, w), place);
                            store(place, sum(r, w));
                        }
                    }
                    code.add(RAX, rows * step);
                    code.add(RBX, 4 * rows);
                });
    }

    private void end() {
        code.enter();
        end(SUMS, DK, SIZE, SIZE_BYTES);
        end(VALUE_SUMS, DV, VALUE, VALUE_BYTES);
        code.leave();
    }

    private void end(
            AttentionSlot sums, AttentionSlot target, AttentionSlot size, AttentionSlot distance) {
        code.mov(RSI, slot(sums));
        code.mov(R8, step);
        code.mov(RDX, slot(target));
        code.mov(R9, slot(distance));
        code.mov(R10, slot(size));
        code.mov(R11, slot(KEYS));
        turn();
    }
}
