package dev.tenon.kernel.machine;

import dev.tenon.kernel.UnaryOp;
import java.util.List;

/// Writes what products of a few rows do with some columns of their result, which are in the first
/// cache then: before their first sums are added and after their last ([SkinnyJob]).
///
/// Arguments of a routine: address of the first element of `c`; of the first one to add; bytes from
/// a row of `c` to the next; beta as bits of F32; rows; columns.
final class ResultCode {
    private static final Gpr C = Gpr.RDI;
    private static final Gpr ADDED = Gpr.RSI;
    private static final Gpr STRIDE = Gpr.RDX;
    private static final Gpr BETA = Gpr.RCX;
    private static final Gpr ROWS = Gpr.R8;
    private static final Gpr COLUMNS = Gpr.R9;
    private static final int UNROLL = 4;

    private ResultCode() {}

    /// Returns the routine `c = beta * c`, or with one row added to all.
    static Routine scale(Isa isa, boolean adding) {
        Pass pass = new Pass(isa);
        Node beta = pass.pinned(isa.vec(0));
        Node c = pass.stream(C);
        pass.store(C, adding ? c.fma(beta, pass.stream(ADDED)) : c.mul(beta));
        return routine(isa, pass);
    }

    /// Returns the routine `c = op(c)`.
    static Routine activate(Isa isa, UnaryOp op) {
        Pass pass = new Pass(isa);
        pass.store(C, TileFinish.activation(pass, op, pass.stream(C)));
        return routine(isa, pass);
    }

    private static Routine routine(Isa isa, Pass pass) {
        Assembler code = new Assembler();
        code.enter();
        code.emit(VectorOp.VMOVD, isa.vec(0), BETA);
        code.emit(VectorOp.VBROADCASTSS, isa.vec(0), isa.vec(0).x());
        List<Vec> free = PassCode.registers(isa, 1);
        new LaneFold(isa, code)
                .rows(
                        ROWS,
                        () -> {
                            PassCode.emit(pass, code, COLUMNS, free, UNROLL);
                            code.add(C, STRIDE);
                        });
        code.leave();
        return Routine.of(code);
    }
}
