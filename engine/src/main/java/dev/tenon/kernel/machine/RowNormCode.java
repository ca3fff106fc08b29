package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.NormCode.HIGH;
import static dev.tenon.kernel.machine.NormCode.IN;
import static dev.tenon.kernel.machine.NormCode.LENGTH;
import static dev.tenon.kernel.machine.NormCode.OUT;
import static dev.tenon.kernel.machine.NormCode.PASSING;
import static dev.tenon.kernel.machine.NormCode.SCALE;
import static dev.tenon.kernel.machine.NormCode.SOME;
import static dev.tenon.kernel.machine.NormCode.word;

import java.util.List;

/// Routines that normalise rows with a weight and a bias per element.
final class RowNormCode {
    private static final Gpr WEIGHTS = Gpr.RCX;
    private static final Gpr BIASES = Gpr.RDX;
    private static final Gpr UPSTREAM = Gpr.RDX;
    private static final Gpr WEIGHT_GRADIENTS = Gpr.R14;
    private static final Gpr BIAS_GRADIENTS = Gpr.RBP;
    private static final Gpr BIASES_BACKWARD = Gpr.RBP; // before the gradients

    static final int CONSTANT = 6; // registers, backward
    static final int SLOPE = 7;

    /// Bytes by which memory is asked for in advance, so that it works while the gradient of a row
    /// in cache is made.
    private static final int AHEAD = 4096;

    private RowNormCode() {}

    /// Mean and variance of a row of which each element is read once from memory.
    static Routine moments(Isa isa) {
        NormCode norm = new NormCode(isa);
        norm.enter();
        norm.code.mov(LENGTH, word(NormCode.SIZE));
        norm.momentsAtOnce();
        norm.storeVariance();
        return norm.finish(false);
    }

    /// `y = f(z * weight + bias)`, f as `end` says; writes mean and rstd.
    static Routine forward(Isa isa, NormEnd end, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(BIASES, word(NormCode.BIAS));
        Label row = new Label();
        code.bindLoop(row);
        norm.moments(true);
        norm.storeRstd();
        norm.spread();
        Pass pass = new Pass(isa).streaming(streaming);
        Node z = norm.normalized(pass, pass.stream(IN));
        Node u = z.fma(pass.stream(WEIGHTS), pass.stream(BIASES));
        pass.store(OUT, end.value(pass, u));
        end.point(code);
        PassCode.emit(pass, code, LENGTH, norm.allBut(SCALE, HIGH + 1), 4);
        for (Gpr pointer : List.of(OUT, IN, WEIGHTS, BIASES)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        norm.wrap(WEIGHTS, BIASES, NormCode.FIRST_BIAS);
        norm.nextRow(row);
        return norm.finish(streaming);
    }

    /// Adds to the gradients of weights and biases, and with `toward` writes `dx`. Where `end` has
    /// an activation, first writes what its gradient makes of `dy`.
    static Routine backward(Isa isa, boolean toward, NormEnd end, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        code.mov(WEIGHT_GRADIENTS, word(NormCode.FIRST_BIAS));
        Label row = new Label();
        code.bindLoop(row);
        norm.loadRstd();
        norm.spread();
        if (!end.isPlain()) {
            slope(norm, end);
        }
        code.mov(BIAS_GRADIENTS, word(NormCode.TO_BIAS));
        code.lea(BIAS_GRADIENTS, Mem.at(WEIGHT_GRADIENTS, BIAS_GRADIENTS, 1, 0));
        norm.zero(4, 6);
        norm.chunks(
                List.of(IN, WEIGHTS, UPSTREAM, WEIGHT_GRADIENTS, BIAS_GRADIENTS), () -> sums(norm));
        if (toward) {
            toward(norm, streaming);
            code.lea(OUT, Mem.at(OUT, LENGTH, 4, 0));
        }
        for (Gpr pointer : List.of(IN, WEIGHTS, UPSTREAM, WEIGHT_GRADIENTS)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        norm.wrap(WEIGHTS, WEIGHT_GRADIENTS, NormCode.FIRST_BIAS);
        norm.nextRow(row);
        return norm.finish(streaming);
    }

    /// For the same columns of some rows, which lie [NormCode#TO_NEXT] apart: adds to the gradients
    /// of weights and biases, and writes each row's sums of `g` and of `g z` to [NormCode#RESULT],
    /// which lie [NormCode#INNER] apart. Where `end` has an activation, first writes what its
    /// gradient makes of `dy`.
    static Routine pieceSums(Isa isa, NormEnd end) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        code.mov(WEIGHT_GRADIENTS, word(NormCode.FIRST_BIAS));
        Label row = new Label();
        code.bindLoop(row);
        norm.loadRstd();
        norm.spread();
        if (!end.isPlain()) {
            slope(norm, end);
        }
        code.mov(BIAS_GRADIENTS, word(NormCode.TO_BIAS));
        code.lea(BIAS_GRADIENTS, Mem.at(WEIGHT_GRADIENTS, BIAS_GRADIENTS, 1, 0));
        norm.zero(4, 6);
        norm.chunks(
                List.of(IN, WEIGHTS, UPSTREAM, WEIGHT_GRADIENTS, BIAS_GRADIENTS), () -> sums(norm));
        norm.pair(4, 5, 6);
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(OUT), norm.vec(4).x());
        code.add(OUT, word(NormCode.INNER));
        code.add(IN, word(NormCode.TO_NEXT));
        code.add(UPSTREAM, word(NormCode.TO_NEXT));
        norm.nextRow(row);
        return norm.finish(false);
    }

    /// `dx` of the same columns of some rows, which lie [NormCode#TO_NEXT] apart; each row's
    /// numbers are in a table at [NormCode#MEAN], as [PlaneNormCode#towardEach] has them.
    static Routine pieceToward(Isa isa, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        Label row = new Label();
        code.bindLoop(row);
        int place = 0;
        for (int register : new int[] {HIGH, NormCode.LOW, SCALE, SLOPE, CONSTANT}) {
            code.emit(VectorOp.VBROADCASTSS, norm.vec(register), Mem.at(NormCode.MEANS, place));
            place += 4;
        }
        dx(norm, streaming);
        code.add(NormCode.MEANS, 4 * PlaneNormCode.SLOPES - 8); // and 8 more for the next row
        for (Gpr pointer : List.of(OUT, IN, UPSTREAM)) {
            code.add(pointer, word(NormCode.TO_NEXT));
        }
        norm.nextRow(row);
        return norm.finish(streaming);
    }

    /// Writes `dy * f'(z * weight + bias)` to where the upstream gradient is read.
    private static void slope(NormCode norm, NormEnd end) {
        Assembler code = norm.code;
        code.mov(BIASES_BACKWARD, word(NormCode.WEIGHT_TO_BIAS));
        code.lea(BIASES_BACKWARD, Mem.at(WEIGHTS, BIASES_BACKWARD, 1, 0));
        end.pointGradient(code);
        Pass pass = new Pass(norm.isa);
        Node z = norm.normalized(pass, pass.stream(IN));
        Node u = z.fma(pass.stream(WEIGHTS), pass.stream(BIASES_BACKWARD));
        end.storeGradient(pass, UPSTREAM, u);
        PassCode.emit(pass, code, LENGTH, norm.allBut(SCALE, HIGH + 1), 4);
    }

    /// Adds the sums of `g` and `g z` of a chunk to registers 4 and 5.
    private static void sums(NormCode norm) {
        norm.zero(0, 4);
        Pass pass = new Pass(norm.isa);
        pass.ahead(IN, AHEAD);
        pass.ahead(UPSTREAM, AHEAD);
        Node up = pass.stream(UPSTREAM);
        Node z = norm.normalized(pass, pass.stream(IN));
        Node g = up.mul(pass.stream(WEIGHTS));
        pass.addTo(norm.vecs(0, 2), g);
        pass.addTo(norm.vecs(2, 4), g.mul(z));
        pass.store(WEIGHT_GRADIENTS, up.fma(z, pass.stream(WEIGHT_GRADIENTS)));
        pass.store(BIAS_GRADIENTS, up.add(pass.stream(BIAS_GRADIENTS)));
        List<Vec> free = norm.allBut(0, HIGH + 1);
        free.addAll(List.of(norm.vecs(6, 8)));
        PassCode.emit(pass, norm.code, SOME, free, 4);
        norm.fold(0, 2);
        norm.fold(2, 2);
        norm.widen(4, 0, 6);
        norm.widen(5, 2, 6);
    }

    /// `dx = rstd * (g - sum(g) / n - z * sum(g z) / n)` from the sums in registers 4 and 5.
    private static void toward(NormCode norm, boolean streaming) {
        norm.pair(4, 5, 6);
        norm.code.mov(PASSING, word(NormCode.TO_RSTD));
        Mem rstd = Mem.at(NormCode.MEANS, PASSING, 1, 0);
        norm.code.emit(VectorOp.VMOVSD, norm.vec(0).x(), rstd);
        slopes(norm, 4);
        dx(norm, streaming);
    }

    /// `dx = g * rstd + ((x - mean) * slope + constant)`.
    private static void dx(NormCode norm, boolean streaming) {
        Pass pass = new Pass(norm.isa).streaming(streaming);
        Node g = pass.stream(UPSTREAM).mul(pass.stream(WEIGHTS));
        Node d = norm.centred(pass, pass.stream(IN));
        Node rest = d.fma(pass.pinned(norm.vec(SLOPE)), pass.pinned(norm.vec(CONSTANT)));
        pass.store(OUT, g.fma(pass.pinned(norm.vec(SCALE)), rest));
        PassCode.emit(pass, norm.code, LENGTH, norm.allBut(CONSTANT, HIGH + 1), 4);
    }

    /// Sets [#SLOPE] to what the gradient has per `x - mean` and [#CONSTANT] to the rest.
    ///
    /// @param sums holds the sums of `g` and of `g z`, F64; rstd is in register 0, F64
    static void slopes(NormCode norm, int sums) {
        Vec both = norm.vec(sums).x();
        norm.code.emit(VectorOp.VMULPD, both, both, word(NormCode.INVERSE));
        norm.zero(1, 2);
        norm.scalar(VectorOp.VSUBSD, 1, 1, 0); // -rstd
        norm.scalar(VectorOp.VMULSD, 2, 1, sums);
        norm.code.emit(VectorOp.VUNPCKHPD, both, both, both);
        norm.scalar(VectorOp.VMULSD, 3, 1, sums);
        norm.scalar(VectorOp.VMULSD, 3, 3, 0);
        norm.repeat(CONSTANT, 2);
        norm.repeat(SLOPE, 3);
    }

    /// Adds up columns in F64: `rdi` totals (F64), `rsi` F32, `rdx` bytes from one row to the next,
    /// `rcx` rows, `r9` blocks of [#COLUMNS] columns.
    static Routine columns(Isa isa) {
        Assembler code = new Assembler();
        code.enter();
        int vectors = COLUMNS / isa.lanes();
        int half = isa.bytes() / 2;
        Label block = new Label();
        code.bindLoop(block);
        for (int i = 0; i < 2 * vectors; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.mov(Gpr.RAX, Gpr.RSI);
        code.mov(Gpr.RBX, Gpr.RCX);
        Label row = new Label();
        code.bindLoop(row);
        for (int i = 0; i < 2 * vectors; i++) {
            Vec passing = isa.vec(2 * vectors + i % 4);
            code.emit(VectorOp.VCVTPS2PD, passing, Mem.at(Gpr.RAX, (long) i * half));
            code.emit(VectorOp.VADDPD, isa.vec(i), isa.vec(i), passing);
        }
        code.add(Gpr.RAX, Gpr.RDX);
        code.sub(Gpr.RBX, 1);
        code.jump(GeneralInstructions.Condition.NOT_EQUAL, row);
        for (int i = 0; i < 2 * vectors; i++) {
            code.store(VectorOp.VMOVUPS_STORE, Mem.at(Gpr.RDI, (long) i * isa.bytes()), isa.vec(i));
        }
        code.add(Gpr.RSI, 4 * COLUMNS);
        code.add(Gpr.RDI, 8 * COLUMNS);
        code.sub(Gpr.R9, 1);
        code.jump(GeneralInstructions.Condition.NOT_EQUAL, block);
        code.leave();
        return Routine.of(code);
    }

    /// Columns that [#columns] adds up at a time.
    static final int COLUMNS = 32;
}
