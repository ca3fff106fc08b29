package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.NormCode.HIGH;
import static dev.tenon.kernel.machine.NormCode.IN;
import static dev.tenon.kernel.machine.NormCode.LENGTH;
import static dev.tenon.kernel.machine.NormCode.LOW;
import static dev.tenon.kernel.machine.NormCode.OUT;
import static dev.tenon.kernel.machine.NormCode.PASSING;
import static dev.tenon.kernel.machine.NormCode.SCALE;
import static dev.tenon.kernel.machine.NormCode.word;
import static dev.tenon.kernel.machine.RowNormCode.CONSTANT;
import static dev.tenon.kernel.machine.RowNormCode.SLOPE;

import java.util.List;

/// Routines that normalise groups of planes, with one weight and one bias per plane.
///
/// A group's planes lie one after another, so that its statistics are those of a row.
final class PlaneNormCode {
    private static final Gpr WEIGHTS = Gpr.RCX;
    private static final Gpr BIASES = Gpr.RDX;
    private static final Gpr UPSTREAM = Gpr.RDX;
    private static final Gpr SUMS = Gpr.RBP;
    private static final Gpr PLANES = Gpr.R14;

    private static final int PLANE_SCALE = 11;
    private static final int PLANE_SHIFT = 12;
    private static final int TOTALS = 11; // of a group, backward; a plane's scale with constants
    private static final int SLOPE_SCALE = 12; // before a plane's sums
    private static final int SLOPE_SHIFT = 13;

    private PlaneNormCode() {}

    /// Mean and variance of some planes of a channel together.
    static Routine moments(Isa isa) {
        NormCode norm = new NormCode(isa);
        norm.enter();
        norm.code.mov(LENGTH, word(NormCode.INNER));
        norm.momentsOfPlanes();
        norm.storeVariance();
        return norm.finish(false);
    }

    /// `y = f(z * weight + bias)` for groups, f as `end` says; with `statistics` writes mean and
    /// rstd, else reads them.
    static Routine forward(Isa isa, boolean statistics, NormEnd end, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(BIASES, word(NormCode.BIAS));
        Label group = new Label();
        code.bindLoop(group);
        if (statistics) {
            code.mov(LENGTH, word(NormCode.SIZE));
            norm.moments(false);
            norm.storeRstd();
        } else {
            norm.loadRstd();
        }
        norm.spread();
        planes(norm, () -> apply(norm, end, streaming));
        norm.wrap(WEIGHTS, BIASES, NormCode.FIRST_BIAS);
        norm.nextRow(group);
        return norm.finish(streaming);
    }

    /// Writes `body` as a loop over the planes of a group.
    private static void planes(NormCode norm, Runnable body) {
        Assembler code = norm.code;
        code.mov(LENGTH, word(NormCode.INNER));
        code.mov(PLANES, word(NormCode.CHANNELS));
        Label plane = new Label();
        code.bindLoop(plane);
        body.run();
        code.sub(PLANES, 1);
        code.jump(GeneralInstructions.Condition.NOT_EQUAL, plane);
    }

    /// `y = f((x - mean) * (rstd * weight) + bias)` for one plane.
    private static void apply(NormCode norm, NormEnd end, boolean streaming) {
        Assembler code = norm.code;
        Vec scale = norm.vec(PLANE_SCALE);
        Vec shift = norm.vec(PLANE_SHIFT);
        code.emit(VectorOp.VBROADCASTSS, scale, Mem.at(WEIGHTS));
        code.emit(VectorOp.VBROADCASTSS, shift, Mem.at(BIASES));
        code.emit(VectorOp.VMULPS, scale, scale, norm.vec(SCALE));
        Pass pass = new Pass(norm.isa).streaming(streaming);
        Node d = norm.centred(pass, pass.stream(IN));
        pass.store(OUT, end.value(pass, d.fma(pass.pinned(scale), pass.pinned(shift))));
        end.point(code);
        PassCode.emit(pass, code, LENGTH, norm.allBut(SCALE, PLANE_SHIFT + 1), 4);
        for (Gpr pointer : List.of(OUT, IN)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        code.add(WEIGHTS, 4);
        code.add(BIASES, 4);
    }

    /// What is written to `dx` beside the sums of a plane.
    enum Slope {
        /// Nothing.
        NONE,
        /// `dy * (rstd * weight)`, in the pass that adds up: the statistics are constants.
        CONSTANT,
        /// What the sums of the group make of it, in a second pass.
        GROUP
    }

    /// Sets each plane's sums of `dy` and of `dy z`, and writes `dx` as `slope` says. Where `end`
    /// has an activation, first writes what its gradient makes of `dy`.
    static Routine backward(Isa isa, Slope slope, NormEnd end, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        code.mov(SUMS, word(NormCode.SUMS));
        Label group = new Label();
        code.bindLoop(group);
        norm.loadRstd();
        code.store(VectorOp.VMOVSD_STORE, word(NormCode.RSTD), norm.vec(0).x());
        norm.spread();
        norm.zero(TOTALS, TOTALS + 1);
        planes(norm, () -> sums(norm, end, slope, streaming));
        if (slope == Slope.GROUP) {
            back(code, NormCode.SIZE, IN, UPSTREAM);
            back(code, NormCode.CHANNELS, WEIGHTS, WEIGHTS);
            code.emit(VectorOp.VMOVSD, norm.vec(0).x(), word(NormCode.RSTD));
            RowNormCode.slopes(norm, TOTALS);
            planes(norm, () -> toward(norm, streaming));
        }
        norm.wrap(WEIGHTS, WEIGHTS, NormCode.FIRST_WEIGHT);
        norm.nextRow(group);
        return norm.finish(streaming);
    }

    private static void back(Assembler code, int elements, Gpr a, Gpr b) {
        code.mov(PASSING, word(elements));
        code.neg(PASSING);
        code.lea(a, Mem.at(a, PASSING, 4, 0));
        if (a != b) {
            code.lea(b, Mem.at(b, PASSING, 4, 0));
        }
    }

    /// Writes a plane's sums, and for a slope of the group adds them, times the weight, to
    /// [#TOTALS].
    private static void sums(NormCode norm, NormEnd end, Slope slope, boolean streaming) {
        Assembler code = norm.code;
        if (!end.isPlain()) {
            slope(norm, end);
        }
        boolean stores = slope == Slope.CONSTANT;
        if (stores) {
            Vec scale = norm.vec(PLANE_SCALE);
            code.emit(VectorOp.VBROADCASTSS, scale, Mem.at(WEIGHTS));
            code.emit(VectorOp.VMULPS, scale, scale, norm.vec(SCALE));
        }
        List<Gpr> pointers = stores ? List.of(IN, UPSTREAM, OUT) : List.of(IN, UPSTREAM);
        norm.zero(4, 6);
        norm.chunks(pointers, () -> chunk(norm, stores, streaming));
        norm.pair(4, 5, 6);
        Vec both = norm.vec(4).x();
        code.emit(VectorOp.VUNPCKHPD, norm.vec(0).x(), both, both); // sum(dy (x - mean))
        norm.scalar(VectorOp.VMULSD, 0, 0, word(NormCode.RSTD));
        code.emit(VectorOp.VUNPCKLPD, both, both, norm.vec(0).x());
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(SUMS), both);
        code.add(SUMS, 16);
        if (slope == Slope.GROUP) {
            Vec weight = norm.vec(1).x();
            code.emit(VectorOp.VBROADCASTSS, weight, Mem.at(WEIGHTS));
            code.emit(VectorOp.VCVTPS2PD, weight, weight);
            code.emit(VectorOp.VFMADD231PD, norm.vec(TOTALS).x(), both, weight);
        }
        for (Gpr pointer : pointers) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
        code.add(WEIGHTS, 4);
    }

    /// Writes a plane's `dy * f'((x - mean) * (rstd * weight) + bias)` to where the upstream
    /// gradient is read.
    private static void slope(NormCode norm, NormEnd end) {
        Assembler code = norm.code;
        Vec scale = norm.vec(SLOPE_SCALE);
        Vec shift = norm.vec(SLOPE_SHIFT);
        code.emit(VectorOp.VBROADCASTSS, scale, Mem.at(WEIGHTS));
        code.emit(VectorOp.VMULPS, scale, scale, norm.vec(SCALE));
        code.mov(PASSING, word(NormCode.WEIGHT_TO_BIAS));
        code.emit(VectorOp.VBROADCASTSS, shift, Mem.at(WEIGHTS, PASSING, 1, 0));
        end.pointGradient(code);
        Pass pass = new Pass(norm.isa);
        Node d = norm.centred(pass, pass.stream(IN));
        Node u = d.fma(pass.pinned(scale), pass.pinned(shift));
        end.storeGradient(pass, UPSTREAM, u);
        PassCode.emit(pass, code, LENGTH, norm.allBut(SCALE, SLOPE_SHIFT + 1), 4);
    }

    /// Adds a chunk's sums of `dy` and `dy (x - mean)` to registers 4 and 5.
    ///
    /// @param stores whether `dy` times [#PLANE_SCALE] is written, too
    private static void chunk(NormCode norm, boolean stores, boolean streaming) {
        norm.zero(0, 4);
        Pass pass = new Pass(norm.isa).streaming(stores && streaming);
        Node up = pass.stream(UPSTREAM);
        Node d = norm.centred(pass, pass.stream(IN));
        pass.addTo(norm.vecs(0, 2), up);
        pass.addTo(norm.vecs(2, 4), up.mul(d));
        if (stores) { // x has no part in it: where it is not a number, dx may be one
            pass.store(OUT, up.mul(pass.pinned(norm.vec(PLANE_SCALE))));
        }
        List<Vec> free = norm.allBut(0, TOTALS + 1);
        free.addAll(List.of(norm.vecs(6, SCALE)));
        PassCode.emit(pass, norm.code, NormCode.SOME, free, 4);
        norm.fold(0, 2);
        norm.fold(2, 2);
        norm.widen(4, 0, 6);
        norm.widen(5, 2, 6);
    }

    /// `dx = dy * (rstd * weight) + ((x - high) * slope + constant)` for one plane.
    private static void toward(NormCode norm, boolean streaming) {
        Assembler code = norm.code;
        Vec scale = norm.vec(PLANE_SCALE);
        code.emit(VectorOp.VBROADCASTSS, scale, Mem.at(WEIGHTS));
        code.emit(VectorOp.VMULPS, scale, scale, norm.vec(SCALE));
        toward(norm, scale, streaming);
        code.add(WEIGHTS, 4);
    }

    private static void toward(NormCode norm, Vec scale, boolean streaming) {
        Assembler code = norm.code;
        Pass pass = new Pass(norm.isa).streaming(streaming);
        Node up = pass.stream(UPSTREAM);
        Node d = norm.centred(pass, pass.stream(IN));
        Node rest = d.fma(pass.pinned(norm.vec(SLOPE)), pass.pinned(norm.vec(CONSTANT)));
        pass.store(OUT, up.fma(pass.pinned(scale), rest));
        PassCode.emit(pass, code, LENGTH, norm.allBut(CONSTANT, PLANE_SCALE + 1), 4);
        for (Gpr pointer : List.of(OUT, IN, UPSTREAM)) {
            code.lea(pointer, Mem.at(pointer, LENGTH, 4, 0));
        }
    }

    /// F32 of a channel in the table of [#towardEach]: high and low part of the mean, the factors
    /// of `dy` and of `x - mean`, a constant.
    static final int SLOPES = 5;

    /// `dx = dy * scale + ((x - mean) * slope + constant)` for planes whose channels' numbers are
    /// in a table, which is read again from its beginning after its end.
    static Routine towardEach(Isa isa, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        code.mov(LENGTH, word(NormCode.INNER));
        Label plane = new Label();
        code.bindLoop(plane);
        int place = 0;
        for (int register : new int[] {HIGH, LOW, SCALE, SLOPE, CONSTANT}) {
            code.emit(VectorOp.VBROADCASTSS, norm.vec(register), Mem.at(WEIGHTS, place));
            place += 4;
        }
        toward(norm, norm.vec(SCALE), streaming);
        code.add(WEIGHTS, 4 * SLOPES);
        norm.wrap(WEIGHTS, WEIGHTS, NormCode.FIRST_WEIGHT);
        norm.nextRow(plane);
        return norm.finish(streaming);
    }

    /// Writes `dx` of planes whose slopes the block has.
    static Routine toward(Isa isa, boolean streaming) {
        NormCode norm = new NormCode(isa);
        Assembler code = norm.code;
        norm.enter();
        code.mov(WEIGHTS, word(NormCode.WEIGHT));
        code.mov(UPSTREAM, word(NormCode.DY));
        int place = NormCode.SLOPES;
        for (int register : new int[] {HIGH, LOW, SCALE, SLOPE, CONSTANT}) {
            code.emit(VectorOp.VBROADCASTSS, norm.vec(register), word(place));
            place += 4;
        }
        planes(norm, () -> toward(norm, streaming));
        return norm.finish(streaming);
    }

    /// Adds rows of pairs of F64 to one row: `rdi` the row, `rsi` the rows one after another, `rcx`
    /// their number, `r9` the pairs of a row.
    static Routine merge() {
        Assembler code = new Assembler();
        code.enter();
        Vec pair = new Vec(0, 128);
        Label row = new Label();
        code.bindLoop(row);
        code.mov(Gpr.RAX, OUT);
        code.mov(Gpr.RBX, LENGTH);
        Label next = new Label();
        code.bindLoop(next);
        code.emit(VectorOp.VMOVUPS, pair, Mem.at(IN));
        code.emit(VectorOp.VADDPD, pair, pair, Mem.at(Gpr.RAX));
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(Gpr.RAX), pair);
        code.add(IN, 16);
        code.add(Gpr.RAX, 16);
        code.sub(Gpr.RBX, 1);
        code.jump(GeneralInstructions.Condition.NOT_EQUAL, next);
        code.sub(Gpr.RCX, 1);
        code.jump(GeneralInstructions.Condition.NOT_EQUAL, row);
        code.leave();
        return Routine.of(code);
    }
}
