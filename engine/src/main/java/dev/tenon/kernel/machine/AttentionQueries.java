package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.AttentionSlot.BLOCK_SCALED;
import static dev.tenon.kernel.machine.AttentionSlot.BLOCK_STATE;
import static dev.tenon.kernel.machine.AttentionSlot.COUNT;
import static dev.tenon.kernel.machine.AttentionSlot.DQ;
import static dev.tenon.kernel.machine.AttentionSlot.DQ_SUMS;
import static dev.tenon.kernel.machine.AttentionSlot.DY;
import static dev.tenon.kernel.machine.AttentionSlot.KEYS;
import static dev.tenon.kernel.machine.AttentionSlot.KEY_ROWS;
import static dev.tenon.kernel.machine.AttentionSlot.Q;
import static dev.tenon.kernel.machine.AttentionSlot.QUERIES;
import static dev.tenon.kernel.machine.AttentionSlot.ROWS;
import static dev.tenon.kernel.machine.AttentionSlot.RUNS;
import static dev.tenon.kernel.machine.AttentionSlot.RUN_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.SCALE;
import static dev.tenon.kernel.machine.AttentionSlot.SIZE;
import static dev.tenon.kernel.machine.AttentionSlot.TILE_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.VALUE;
import static dev.tenon.kernel.machine.AttentionSlot.WEIGHT_GRADIENTS;
import static dev.tenon.kernel.machine.AttentionSlot.WIDTH_BYTES;
import static dev.tenon.kernel.machine.AttentionSlot.Y;
import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
import static dev.tenon.kernel.machine.Gpr.R14;
import static dev.tenon.kernel.machine.Gpr.R15;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RAX;
import static dev.tenon.kernel.machine.Gpr.RBP;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import dev.tenon.kernel.machine.GeneralInstructions.Condition;

/// Writes the routines of attention's gradient whose vectors lie along the elements of a query: its
/// common part `sum(dy y)`, and `dq`.
final class AttentionQueries extends AttentionCode {
    private AttentionQueries(Isa isa, int vectors) {
        super(isa, vectors);
    }

    /// The routines for vectors of one width.
    ///
    /// @param isa the vectors
    /// @param products by vectors of each query, less one: add the gradients of a block's scores
    ///   times the tile's keys to the sums of `dq`
    /// @param state scales the queries and fills the state
    /// @param merge adds the sums of all runs, multiplies by the scale and writes `dq`
    record Routines(Isa isa, Routine[] products, Routine state, Routine merge) {
        static Routines of(Isa isa) {
            Routine[] products = new Routine[mostVectors(isa)];
            for (int i = 0; i < products.length; i++) {
                AttentionQueries product = new AttentionQueries(isa, i + 1);
                product.product();
                products[i] = Routine.of(product.code);
            }
            AttentionQueries state = new AttentionQueries(isa, 1);
            state.state();
            AttentionQueries merge = new AttentionQueries(isa, 1);
            merge.merge();
            return new Routines(isa, products, Routine.of(state.code), Routine.of(merge.code));
        }

        /// Returns the vectors that `count` elements need.
        int vectors(int count) {
            return (count + isa.lanes() - 1) / isa.lanes();
        }
    }

    @Override
    Mem row(int depth, int vector) {
        long at = (long) vector * bytes;
        return switch (depth) {
            case 0 -> Mem.at(RDX, at);
            case 1 -> Mem.at(RDX, RBP, 1, at);
            case 2 -> Mem.at(RDX, RBP, 2, at);
            default -> Mem.at(RDX, R15, 1, at);
        };
    }

    @Override
    void nextRows(int depths) {
        code.lea(RDX, Mem.at(RDX, RBP, depths, 0));
    }

    private void product() {
        code.enter();
        code.mov(RBX, slot(WEIGHT_GRADIENTS));
        code.mov(RAX, slot(DQ_SUMS));
        code.mov(R14, slot(QUERIES));
        code.mov(RBP, slot(WIDTH_BYTES));
        code.lea(R15, Mem.at(RBP, RBP, 2, 0));
        distance(slot(TILE_BYTES));
        groups(
                R14,
                rows -> {
                    code.mov(RSI, RBX);
                    code.mov(RDX, slot(KEY_ROWS));
                    code.mov(RCX, slot(KEYS));
                    product(rows);
                    for (int r = 0; r < rows; r++) {
                        for (int w = 0; w < vectors; w++) {
                            Mem place = Mem.at(RAX, (long) w * bytes);
                            code.emit(VectorOp.VADDPS, sum(r, w), sum(r, w), place);
                            store(place, sum(r, w));
                        }
                        code.add(RAX, RBP);
                    }
                    advance(RBX, R8, rows, RSI);
                });
        code.leave();
    }

    /// The scaled queries; and per query the largest score, the reciprocal of the sum of weights
    /// and `sum(dy y)`.
    private void state() {
        Label rows = new Label();
        code.enter();
        scaled();
        code.mov(RSI, slot(DY));
        code.mov(RDX, slot(Y));
        code.mov(RBX, slot(ROWS));
        code.mov(R14, slot(BLOCK_STATE));
        code.mov(RCX, slot(QUERIES));
        code.bindLoop(rows);
        code.mov32(RAX, Mem.at(RBX));
        code.mov32(Mem.at(R14), RAX);
        code.mov32(RAX, Mem.at(RBX, 4));
        code.mov32(Mem.at(R14, 4), RAX);
        common();
        code.store(VectorOp.VMOVSS_STORE, Mem.at(R14, 8), vec(0).x());
        code.add(RBX, 8);
        code.add(R14, 4 * AttentionBackward.NUMBERS);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, rows);
        code.leave();
    }

    private void scaled() {
        Label wholes = new Label();
        Label rest = new Label();
        Label singles = new Label();
        Label done = new Label();
        Vec scale = vec(0);
        repeat(scale, RDI, SCALE.offset());
        code.mov(RSI, slot(Q));
        code.mov(RDX, slot(BLOCK_SCALED));
        code.mov(RCX, slot(QUERIES));
        code.mov(R8, slot(SIZE));
        code.imul(RCX, R8);
        code.bindLoop(wholes);
        code.cmp(RCX, isa.lanes());
        code.jump(Condition.LESS, rest);
        code.emit(VectorOp.VMULPS, vec(1), scale, Mem.at(RSI));
        store(Mem.at(RDX), vec(1));
        code.add(RSI, bytes);
        code.add(RDX, bytes);
        code.sub(RCX, isa.lanes());
        code.jump(wholes);
        code.bind(rest);
        code.test(RCX, RCX);
        code.jump(Condition.EQUAL, done);
        code.bind(singles);
        code.emit(VectorOp.VMULSS, vec(1).x(), scale.x(), Mem.at(RSI));
        code.store(VectorOp.VMOVSS_STORE, Mem.at(RDX), vec(1).x());
        code.add(RSI, 4);
        code.add(RDX, 4);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, singles);
        code.bind(done);
    }

    /// The sum of products of two rows, which are moved on.
    private void common() {
        Label wholes = new Label();
        Label rest = new Label();
        Label singles = new Label();
        Label done = new Label();
        Vec sum = vec(0);
        zero(sum);
        zero(vec(3));
        code.mov(R11, slot(VALUE));
        code.bindLoop(wholes);
        code.cmp(R11, isa.lanes());
        code.jump(Condition.LESS, rest);
        load(vec(1), Mem.at(RSI));
        code.emit(VectorOp.VFMADD231PS, sum, vec(1), Mem.at(RDX));
        code.add(RSI, bytes);
        code.add(RDX, bytes);
        code.sub(R11, isa.lanes());
        code.jump(wholes);
        code.bind(rest);
        code.test(R11, R11);
        code.jump(Condition.EQUAL, done);
        code.bind(singles);
        code.emit(VectorOp.VMOVSS, vec(1).x(), Mem.at(RSI));
        code.emit(VectorOp.VFMADD231SS, vec(3).x(), vec(1).x(), Mem.at(RDX));
        code.add(RSI, 4);
        code.add(RDX, 4);
        code.sub(R11, 1);
        code.jump(Condition.NOT_EQUAL, singles);
        code.bind(done);
        if (isa.wide()) {
            code.store(VectorOp.VEXTRACTF64X4_STORE, vec(1).as(256), sum, 1);
            code.emit(VectorOp.VADDPS, sum.as(256), sum.as(256), vec(1).as(256));
        }
        code.store(VectorOp.VEXTRACTF128_STORE, vec(1).x(), sum.as(256), 1);
        code.emit(VectorOp.VADDPS, sum.x(), sum.x(), vec(1).x());
        for (int swap : new int[] {0x4E, 0xB1}) { // halves, then neighbours
            code.emit(VectorOp.VPERMILPS, vec(1).x(), sum.x(), swap);
            code.emit(VectorOp.VADDPS, sum.x(), sum.x(), vec(1).x());
        }
        code.emit(VectorOp.VADDSS, sum.x(), sum.x(), vec(3).x());
    }

    private void merge() {
        Label rows = new Label();
        Label wholes = new Label();
        Label rest = new Label();
        Label next = new Label();
        Label singles = new Label();
        code.enter();
        repeat(vec(1), RDI, SCALE.offset());
        code.mov(RSI, slot(DQ_SUMS));
        code.mov(RAX, slot(DQ));
        code.mov(R14, slot(QUERIES));
        code.mov(R8, slot(RUNS));
        code.mov(R9, slot(RUN_BYTES));
        code.bindLoop(rows);
        code.mov(RBX, RSI);
        code.mov(R11, slot(COUNT));
        code.bindLoop(wholes);
        code.cmp(R11, isa.lanes());
        code.jump(Condition.LESS, rest);
        merged();
        store(Mem.at(RAX), vec(0));
        code.add(RAX, bytes);
        code.add(RBX, bytes);
        code.sub(R11, isa.lanes());
        code.jump(wholes);
        code.bind(rest);
        code.test(R11, R11);
        code.jump(Condition.EQUAL, next);
        merged();
        store(Mem.at(RBX), vec(0)); // rows of sums are padded, those of dq are not
        code.bind(singles);
        code.mov32(R10, Mem.at(RBX));
        code.mov32(Mem.at(RAX), R10);
        code.add(RAX, 4);
        code.add(RBX, 4);
        code.sub(R11, 1);
        code.jump(Condition.NOT_EQUAL, singles);
        code.bind(next);
        code.mov(R15, slot(WIDTH_BYTES));
        code.add(RSI, R15);
        code.sub(R14, 1);
        code.jump(Condition.NOT_EQUAL, rows);
        code.leave();
    }

    /// One vector: the sum of all runs' times the scale.
    private void merged() {
        Label runs = new Label();
        Label last = new Label();
        load(vec(0), Mem.at(RBX));
        code.mov(R12, RBX);
        code.mov(R13, R8);
        code.bind(runs);
        code.sub(R13, 1);
        code.jump(Condition.EQUAL, last);
        code.add(R12, R9);
        code.emit(VectorOp.VADDPS, vec(0), vec(0), Mem.at(R12));
        code.jump(runs);
        code.bind(last);
        code.emit(VectorOp.VMULPS, vec(0), vec(0), vec(1));
    }
}
