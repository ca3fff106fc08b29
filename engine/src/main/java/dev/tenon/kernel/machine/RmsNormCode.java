package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.NormCode.IN;
import static dev.tenon.kernel.machine.NormCode.LENGTH;
import static dev.tenon.kernel.machine.NormCode.MEANS;
import static dev.tenon.kernel.machine.NormCode.OUT;
import static dev.tenon.kernel.machine.NormCode.SCALE;
import static dev.tenon.kernel.machine.NormCode.SOME;
import static dev.tenon.kernel.machine.NormCode.word;
import static dev.tenon.kernel.machine.RowNormCode.SLOPE;

import java.util.List;

/// Routines that divide rows by their root mean square and weigh each element. Where the others
/// have means, [NormCode#MEAN], these have rstd.
final class RmsNormCode {
    private static final Gpr WEIGHTS = Gpr.RCX;
    private static final Gpr UPSTREAM = Gpr.RDX;
    private static final Gpr WEIGHT_GRADIENTS = Gpr.RBP;
    private static final Gpr NEXT = Gpr.R14;

    private static final int TOTALS = 8; // free until rstd is known
    private static final int PASSING_VECTOR = 11;

    /// Bytes by which memory is asked for in advance, so that it works while the gradient of a row
    /// in cache is made.
    private static final int AHEAD = 4096;

    private RmsNormCode() {}

    /// `y = x * rstd * weight`; writes rstd.
    static Routine forward(Isa isa, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        Label row = new Label();
        code.bindLoop(row);
        norm.zero(TOTALS, TOTALS + 2);
        norm.chunks(List.of(IN), () -> squares(norm));
        norm.pair(TOTALS, TOTALS + 1, PASSING_VECTOR);
        norm.scalar(VectorOp.VMULSD, 0, TOTALS, word(NormCode.INVERSE));
        norm.scalar(VectorOp.VADDSD, 0, 0, word(NormCode.EPS));
        norm.scalar(VectorOp.VSQRTSD, 0, 0, 0);
        code.emit(VectorOp.VMOVSD, norm.vec(1).x(), word(NormCode.ONE));
        norm.scalar(VectorOp.VDIVSD, 0, 1, 0);
        code.store(VectorOp.VMOVSD_STORE, Mem.at(MEANS), norm.vec(0).x());
        norm.repeat(SCALE, 0);
        Pass pass = new Pass(isa).streaming(streaming);
        if (streaming) {
            code.lea(NEXT, Mem.at(IN, LENGTH, 4, 0));
            pass.ahead(NEXT, 0);
        }
        Node z = pass.stream(IN).mul(pass.pinned(norm.vec(SCALE)));
        pass.store(OUT, z.mul(pass.stream(WEIGHTS)));
        PassCode.emit(pass, code, LENGTH, norm.allBut(SCALE, SCALE + 1), 4);
        for (Gpr pointer : List.of(OUT, IN)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        norm.nextRow(row);
        return norm.finish(streaming);
    }

    /// Adds a chunk's squares to [#TOTALS], and memory is asked for the next row meanwhile.
    private static void squares(NormCode norm) {
        norm.zero(0, 4);
        Pass pass = new Pass(norm.isa);
        norm.code.lea(NEXT, Mem.at(IN, LENGTH, 4, 0));
        pass.ahead(NEXT);
        Node x = pass.stream(IN);
        pass.addTo(norm.vecs(0, 4), x.mul(x));
        PassCode.emit(pass, norm.code, SOME, norm.allBut(0, PASSING_VECTOR), 4);
        norm.fold(0, 4);
        norm.widen(TOTALS, 0, PASSING_VECTOR);
    }

    /// Adds `dy z` to the gradients of the weights at [NormCode#FIRST_BIAS], and with `toward`
    /// writes `dx`.
    static Routine backward(Isa isa, boolean toward, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        code.mov(WEIGHT_GRADIENTS, word(NormCode.FIRST_BIAS));
        Label row = new Label();
        code.bindLoop(row);
        code.emit(VectorOp.VMOVSD, norm.vec(0).x(), Mem.at(MEANS));
        norm.repeat(SCALE, 0);
        norm.zero(4, 6);
        norm.chunks(List.of(IN, WEIGHTS, UPSTREAM, WEIGHT_GRADIENTS), () -> sums(norm));
        if (toward) {
            toward(norm, streaming);
            code.lea(OUT, Mem.at(OUT, LENGTH, 4, 0));
        }
        for (Gpr pointer : List.of(IN, UPSTREAM)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        norm.nextRow(row);
        return norm.finish(streaming);
    }

    /// Adds the sum of `g z` of a chunk to register 4.
    private static void sums(NormCode norm) {
        norm.zero(0, 4);
        Pass pass = new Pass(norm.isa);
        pass.ahead(IN, AHEAD);
        pass.ahead(UPSTREAM, AHEAD);
        Node up = pass.stream(UPSTREAM);
        Node z = pass.stream(IN).mul(pass.pinned(norm.vec(SCALE)));
        Node product = up.mul(z);
        pass.addTo(norm.vecs(0, 4), product.mul(pass.stream(WEIGHTS)));
        pass.store(WEIGHT_GRADIENTS, product.add(pass.stream(WEIGHT_GRADIENTS)));
        List<Vec> free = norm.allBut(0, SCALE + 1);
        free.addAll(List.of(norm.vecs(6, SCALE)));
        PassCode.emit(pass, norm.code, SOME, free, 4);
        norm.fold(0, 4);
        norm.widen(4, 0, 6);
    }

    /// `dx = g * rstd + x * slope` with the slope `-rstd^2 sum(g z) / n`, from the sum in register
    /// 4.
    private static void toward(NormCode norm, boolean streaming) {
        norm.pair(4, 5, 6);
        Assembler code = norm.code;
        code.emit(VectorOp.VMOVSD, norm.vec(0).x(), Mem.at(MEANS));
        norm.scalar(VectorOp.VMULSD, 4, 4, word(NormCode.INVERSE));
        norm.zero(1, 2);
        norm.scalar(VectorOp.VSUBSD, 1, 1, 0); // -rstd
        norm.scalar(VectorOp.VMULSD, 4, 4, 1);
        norm.scalar(VectorOp.VMULSD, 4, 4, 0);
        norm.repeat(SLOPE, 4);
        Pass pass = new Pass(norm.isa).streaming(streaming);
        if (streaming) {
            pass.ahead(IN, AHEAD);
            pass.ahead(UPSTREAM, AHEAD);
        }
        Node g = pass.stream(UPSTREAM).mul(pass.stream(WEIGHTS));
        Node rest = pass.stream(IN).mul(pass.pinned(norm.vec(SLOPE)));
        pass.store(OUT, g.fma(pass.pinned(norm.vec(SCALE)), rest));
        PassCode.emit(pass, code, LENGTH, norm.allBut(SLOPE, SCALE + 1), 4);
    }
}
