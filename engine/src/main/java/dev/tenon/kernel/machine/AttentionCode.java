package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/// What the routines of attention are made of: products of a matrix with a tile, the exponential,
/// turning.
///
/// A tile is `[rows, vectors]`: its rows are one to four vectors long and follow one another. Along
/// its rows lie queries (forward) or keys (gradient), so that sums over the softmax need no adding
/// up across a vector, and so that the other operand, `q`, `k`, `v` or `dy` as the caller has it,
/// is read one element at a time and needs neither packing nor padding.
///
/// Routines find their operands in a table at `rdi` ([AttentionSlot]); all other registers are
/// free.
abstract class AttentionCode {
    /// Rows of a tile along the softmax: its two tiles of weights stay in the first-level cache,
    /// and no sum in F32 has more terms.
    static final int BLOCK = 64;

    /// Terms of a sum that one turn of [#product]'s loop adds.
    private static final int DEPTHS = 4;

    // 2^f = 1 + C1 f + ... + C6 f^6, |f| <= 1/2: fitted to a largest relative error of 2e-9, each
    // coefficient rounded before the next was fitted; in F32 at most 0.8 ulp off
    private static final float[] POWERS = {
        1f, 0.6931472f, 0.24022648f, 0.0555036f, 0.009618506f, 0.0013390806f, 0.00015326471f
    };
    private static final float LOG2_E = (float) (1 / Math.log(2));
    private static final float ROUNDER = 0x1.8p23f; // adding it leaves an integer in the low bits
    private static final float FLOOR = -127f; // 2^-127 comes out as exactly 0

    /// Numbers that code reads from memory, by their place in [#NUMBERS].
    static final int AT_LOG2_E = 0;

    static final int AT_LOWEST = 4;
    static final int AT_ONE = 8;
    private static final int AT_ROUNDER = 12;
    private static final int AT_FLOOR = 16;
    private static final int AT_POWERS = 20;
    private static final MemorySegment NUMBERS = numbers();

    final Isa isa;
    final Assembler code = new Assembler();

    /// Vectors of a tile's row.
    final int vectors;

    /// Bytes of a vector, and of a tile's row.
    final int bytes;

    final int step;

    /// Rows that one pass computes in registers.
    final int most;

    AttentionCode(Isa isa, int vectors) {
        this.isa = isa;
        this.vectors = vectors;
        this.bytes = isa.bytes();
        this.step = vectors * bytes;
        this.most = (isa.wide() ? new int[] {14, 12, 8, 6} : new int[] {12, 6})[vectors - 1];
    }

    /// Returns the most vectors of a row: enough rows fit into the registers beside them that
    /// operands are read seldom, and queries often are a multiple.
    static int mostVectors(Isa isa) {
        return isa.wide() ? 4 : 2;
    }

    private static MemorySegment numbers() {
        float[] all = new float[5 + POWERS.length];
        all[0] = LOG2_E;
        all[1] = -Float.MAX_VALUE;
        all[2] = 1;
        all[3] = ROUNDER;
        all[4] = FLOOR;
        System.arraycopy(POWERS, 0, all, 5, POWERS.length);
        return Arena.global().allocateFrom(ValueLayout.JAVA_FLOAT, all);
    }

    Mem slot(AttentionSlot slot) {
        return Mem.at(RDI, slot.offset());
    }

    Vec vec(int number) {
        return isa.vec(number);
    }

    /// The sum of a product's row and vector.
    Vec sum(int row, int vector) {
        return vec(row * vectors + vector);
    }

    /// The vectors of the tile's row in [#product], free after it.
    Vec right(int vector) {
        return vec(isa.registers() - 2 - vectors + vector);
    }

    /// Makes `address` the place of [#NUMBERS].
    void numbers(Gpr address) {
        code.mov(address, NUMBERS.address());
    }

    void repeat(Vec to, Gpr numbers, int at) {
        code.emit(VectorOp.VBROADCASTSS, to, Mem.at(numbers, at));
    }

    void load(Vec to, Mem from) {
        code.emit(VectorOp.VMOVUPS, to, from);
    }

    void store(Mem to, Vec from) {
        code.store(VectorOp.VMOVUPS_STORE, to, from);
    }

    void zero(Vec v) {
        code.emit(VectorOp.VXORPS, v, v, v);
    }

    /// Code that handles `count` (a register, used up) rows, as many at a time as registers allow.
    void groups(Gpr count, IntConsumer rows) {
        Label loop = new Label();
        Label rest = new Label();
        Label done = new Label();
        code.bindLoop(loop);
        code.cmp(count, most);
        code.jump(Condition.LESS, rest);
        rows.accept(most);
        code.sub(count, most);
        code.jump(loop);
        code.bind(rest);
        for (int n = most - 1; n > 0; n--) {
            Label other = new Label();
            code.cmp(count, n);
            code.jump(Condition.NOT_EQUAL, other);
            rows.accept(n);
            code.jump(done);
            code.bind(other);
        }
        code.bind(done);
    }

    /// Sets what [#product] needs to know of the distance of rows: `r8`, `r9`, `r10`.
    void distance(Mem of) {
        code.mov(R8, of);
        code.lea(R9, Mem.at(R8, R8, 2, 0));
        code.lea(R10, Mem.at(R8, R8, 4, 0));
    }

    /// `sum(r, w) = sum over l < rcx of a[r, l] * tile[l, w]`, rows of `a` from `rsi` on as far
    /// apart as [#distance] says, the tile at `rdx`.
    void product(int rows) {
        if (rows > 6) {
            code.lea(R12, Mem.at(RSI, R9, 2, 0));
        }
        if (rows > 12) {
            code.lea(R13, Mem.at(RSI, R9, 4, 0));
        }
        product(
                rows,
                (r, l) -> row(r).plus(4L * l),
                depths -> {
                    code.add(RSI, 4 * depths);
                    if (rows > 6) {
                        code.add(R12, 4 * depths);
                    }
                    if (rows > 12) {
                        code.add(R13, 4 * depths);
                    }
                });
    }

    private static Mem row(int r) {
        Gpr base = r < 6 ? RSI : r < 12 ? R12 : R13;
        return switch (r % 6) {
            case 0 -> Mem.at(base);
            case 1 -> Mem.at(base, R8, 1, 0);
            case 2 -> Mem.at(base, R8, 2, 0);
            case 3 -> Mem.at(base, R9, 1, 0);
            case 4 -> Mem.at(base, R8, 4, 0);
            default -> Mem.at(base, R10, 1, 0);
        };
    }

    /// As [#product(int)] with `a` turned: `a[l, r]`, its rows `r11` apart, `r9` being three times
    /// that.
    void productTurned(int rows) {
        product(
                rows,
                (r, l) ->
                        switch (l) {
                            case 0 -> Mem.at(RSI, 4L * r);
                            case 1 -> Mem.at(RSI, R11, 1, 4L * r);
                            case 2 -> Mem.at(RSI, R11, 2, 4L * r);
                            default -> Mem.at(RSI, R9, 1, 4L * r);
                        },
                depths -> code.lea(RSI, Mem.at(RSI, R11, depths, 0)));
    }

    /// Where the left operand of a product has the element of a row and a depth.
    private interface Left {
        Mem at(int row, int depth);
    }

    private void product(int rows, Left left, IntConsumer advance) {
        Label four = new Label();
        Label rest = new Label();
        Label one = new Label();
        Label done = new Label();
        for (int i = 0; i < rows * vectors; i++) {
            zero(vec(i));
        }
        code.sub(RCX, DEPTHS);
        code.jump(Condition.LESS, rest);
        code.bindLoop(four);
        for (int l = 0; l < DEPTHS; l++) {
            add(rows, left, l);
        }
        advance.accept(DEPTHS);
        nextRows(DEPTHS);
        code.sub(RCX, DEPTHS);
        code.jump(Condition.GREATER_EQUAL, four);
        code.bind(rest);
        code.add(RCX, DEPTHS);
        code.jump(Condition.EQUAL, done);
        code.bindLoop(one);
        add(rows, left, 0);
        advance.accept(1);
        nextRows(1);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, one);
        code.bind(done);
    }

    private void add(int rows, Left left, int depth) {
        for (int w = 0; w < vectors; w++) {
            load(right(w), row(depth, w));
        }
        for (int r = 0; r < rows; r++) {
            Vec element = vec(isa.registers() - 1 - r % 2);
            code.emit(VectorOp.VBROADCASTSS, element, left.at(r, depth));
            for (int w = 0; w < vectors; w++) {
                code.emit(VectorOp.VFMADD231PS, sum(r, w), right(w), element);
            }
        }
    }

    /// Where a product's tile has a vector of its row `depth` rows on.
    Mem row(int depth, int vector) {
        return Mem.at(RDX, (long) depth * step + vector * bytes);
    }

    /// Moves on to the tile's row `depths` rows on.
    void nextRows(int depths) {
        code.add(RDX, depths * step);
    }

    /// `place += rows * distance`.
    void advance(Gpr place, Gpr distance, int rows, Gpr temporary) {
        code.imul(temporary, distance, rows);
        code.add(place, temporary);
    }

    /// Loads what [#exponential] needs into the nine registers from `first` on.
    void exponentialNumbers(int first, Gpr address) {
        repeat(vec(first), address, AT_ROUNDER);
        repeat(vec(first + 1), address, AT_FLOOR);
        for (int i = 0; i < POWERS.length; i++) {
            repeat(vec(first + 2 + i), address, AT_POWERS + 4 * i);
        }
    }

    /// `p = 2^x`, 0 below -127, NaN for NaN; x and the other are used up.
    ///
    /// `x = n + f` with n whole; n is added to the exponent of `2^f`.
    void exponential(Vec p, Vec x, Vec other, int numbers) {
        Vec rounder = vec(numbers);
        // the second operand is what comes out if one is NaN
        code.emit(VectorOp.VMAXPS, x, vec(numbers + 1), x);
        code.emit(VectorOp.VADDPS, other, x, rounder);
        code.emit(VectorOp.VSUBPS, p, other, rounder);
        code.emit(VectorOp.VSUBPS, x, x, p);
        int last = POWERS.length - 1;
        code.emit(VectorOp.VMOVUPS, p, vec(numbers + 2 + last));
        for (int i = last - 1; i >= 0; i--) {
            code.emit(VectorOp.VFMADD213PS, p, x, vec(numbers + 2 + i));
        }
        code.emit(VectorOp.VPSLLD, other, other, 23);
        code.emit(VectorOp.VPADDD, p, p, other);
    }

    /// Fills `count` (used up) rows of a tile from `place` on (moved) with zeros.
    void clear(Gpr place, Gpr count) {
        zero(vec(0));
        Label loop = new Label();
        code.bindLoop(loop);
        for (int w = 0; w < vectors; w++) {
            store(Mem.at(place, (long) w * bytes), vec(0));
        }
        code.add(place, step);
        code.sub(count, 1);
        code.jump(Condition.NOT_EQUAL, loop);
    }

    /// Multiplies the `count` rows of a tile by the scale.
    void scale(AttentionSlot tile, AttentionSlot count) {
        repeat(vec(0), RDI, AttentionSlot.SCALE.offset());
        code.mov(RAX, slot(tile));
        code.mov(RCX, slot(count));
        Label loop = new Label();
        code.bindLoop(loop);
        for (int w = 0; w < vectors; w++) {
            Mem place = Mem.at(RAX, (long) w * bytes);
            code.emit(VectorOp.VMULPS, vec(1), vec(0), place);
            store(place, vec(1));
        }
        code.add(RAX, step);
        code.sub(RCX, 1);
        code.jump(Condition.NOT_EQUAL, loop);
    }

    /// Turns `[rows, columns]` at `rsi`, rows `r8` bytes apart, into `[columns, rows]` at `rdx`,
    /// rows `r9` bytes apart. Both counts, `r10` and `r11`, are at least 1. Overwrites all but
    /// `rdi`, `r14` and `r15`.
    void turn() {
        Label loop = new Label();
        Label rest = new Label();
        Label next = new Label();
        Label done = new Label();
        code.lea(R12, Mem.at(R8, R8, 2, 0));
        code.lea(R13, Mem.at(R9, R9, 2, 0));
        code.bindLoop(loop);
        code.cmp(R10, 4);
        code.jump(Condition.LESS, rest);
        startRow();
        turnFours();
        turnSingles(4);
        code.lea(RSI, Mem.at(RSI, R8, 4, 0));
        code.add(RDX, 16);
        code.sub(R10, 4);
        code.jump(loop);
        code.bind(rest);
        code.test(R10, R10);
        code.jump(Condition.EQUAL, done);
        code.bind(next);
        startRow();
        turnSingles(1);
        code.add(RSI, R8);
        code.add(RDX, 4);
        code.sub(R10, 1);
        code.jump(Condition.NOT_EQUAL, next);
        code.bind(done);
    }

    private void startRow() {
        code.mov(RBX, RSI);
        code.mov(RCX, RDX);
        code.mov(RBP, R11);
    }

    private Mem source(int row) {
        return switch (row) {
            case 0 -> Mem.at(RBX);
            case 1 -> Mem.at(RBX, R8, 1, 0);
            case 2 -> Mem.at(RBX, R8, 2, 0);
            default -> Mem.at(RBX, R12, 1, 0);
        };
    }

    /// Turns four rows as long as four columns are left.
    private void turnFours() {
        Label loop = new Label();
        Label done = new Label();
        code.bindLoop(loop);
        code.cmp(RBP, 4);
        code.jump(Condition.LESS, done);
        Vec[] x = new Vec[8];
        for (int i = 0; i < 8; i++) {
            x[i] = new Vec(i, 128);
        }
        for (int i = 0; i < 4; i++) {
            load(x[i], source(i));
        }
        code.emit(VectorOp.VUNPCKLPS, x[4], x[0], x[1]);
        code.emit(VectorOp.VUNPCKHPS, x[5], x[0], x[1]);
        code.emit(VectorOp.VUNPCKLPS, x[6], x[2], x[3]);
        code.emit(VectorOp.VUNPCKHPS, x[7], x[2], x[3]);
        code.emit(VectorOp.VUNPCKLPD, x[0], x[4], x[6]);
        code.emit(VectorOp.VUNPCKHPD, x[1], x[4], x[6]);
        code.emit(VectorOp.VUNPCKLPD, x[2], x[5], x[7]);
        code.emit(VectorOp.VUNPCKHPD, x[3], x[5], x[7]);
        store(Mem.at(RCX), x[0]);
        store(Mem.at(RCX, R9, 1, 0), x[1]);
        store(Mem.at(RCX, R9, 2, 0), x[2]);
        store(Mem.at(RCX, R13, 1, 0), x[3]);
        code.add(RBX, 16);
        code.lea(RCX, Mem.at(RCX, R9, 4, 0));
        code.sub(RBP, 4);
        code.jump(loop);
        code.bind(done);
    }

    /// Turns the columns that are left of `rows` rows, element by element.
    private void turnSingles(int rows) {
        Label loop = new Label();
        Label done = new Label();
        code.bind(loop);
        code.test(RBP, RBP);
        code.jump(Condition.EQUAL, done);
        for (int i = 0; i < rows; i++) {
            code.mov32(RAX, source(i));
            code.mov32(Mem.at(RCX, 4L * i), RAX);
        }
        code.add(RBX, 4);
        code.add(RCX, R9);
        code.sub(RBP, 1);
        code.jump(loop);
        code.bind(done);
    }
}
