package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.GeneralInstructions.Condition.EQUAL;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.LESS;
import static dev.tenon.kernel.machine.NormCode.IN;
import static dev.tenon.kernel.machine.NormCode.LENGTH;
import static dev.tenon.kernel.machine.NormCode.OUT;
import static dev.tenon.kernel.machine.NormCode.word;

import java.util.Arrays;

/// Routines that normalise columns: each column of some rows has its own mean, scale and shift,
/// which lie in tables, one after another at fixed distances.
///
/// Two rows are done side by side, so that a vector of a table is loaded once for both. The block's
/// words: [NormCode#X], [NormCode#RESULT] and [NormCode#DY] lead to the first row,
/// [NormCode#TO_NEXT] is from one row to the next, [NormCode#SIZE] the columns, [NormCode#ROWS] the
/// rows and [NormCode#MEAN] the tables.
final class ColumnNormCode {
    /// Columns that a table has room for.
    static final int MOST = 1024;

    /// Bytes from one table to the next: no power of two, or the tables would share the sets of the
    /// first cache.
    static final int TABLE = 4 * (MOST + 16);

    // tables: the mean in two parts, what multiplies, what is added
    static final int HIGH = 0;
    static final int LOW = TABLE;
    static final int SCALE = 2 * TABLE;
    static final int SHIFT = 3 * TABLE;
    static final int SLOPE = 4 * TABLE; // per x - mean, backward
    static final int TABLES = 5; // so many there are

    private static final Gpr TABLE_POINTER = Gpr.R12;
    private static final Gpr ROWS = Gpr.R14;
    private static final Gpr STRIDE = Gpr.RBP;

    /// Bytes by which memory is asked for in advance where results go past the caches.
    private static final int AHEAD = 16_384;

    private final Isa isa;
    private final NormCode norm;
    private final Assembler code;

    private ColumnNormCode(Isa isa) {
        this.isa = isa;
        norm = new NormCode(isa);
        code = norm.code;
        norm.enter();
        code.mov(LENGTH, word(NormCode.SIZE));
        code.mov(ROWS, word(NormCode.ROWS));
        code.mov(STRIDE, word(NormCode.TO_NEXT));
    }

    /// Writes `body` as a loop that takes `count` rows at a time while there are so many.
    ///
    /// @param pointers the first row's, then the second row's and so on: they are set before the
    ///   body and lead to the next rows after it
    private void rows(int count, Gpr[][] pointers, Runnable body) {
        Label again = new Label();
        Label done = new Label();
        code.bindLoop(again);
        if (count == 1) {
            code.test(ROWS, ROWS);
            code.jump(EQUAL, done);
        } else {
            code.cmp(ROWS, count);
            code.jump(LESS, done);
        }
        for (int row = 1; row < count; row++) {
            next(pointers[row], pointers[row - 1]);
        }
        body.run();
        next(pointers[0], pointers[count - 1]);
        code.sub(ROWS, count);
        code.jump(again);
        code.bind(done);
    }

    private void next(Gpr[] to, Gpr[] from) {
        for (int i = 0; i < to.length; i++) {
            code.lea(to[i], Mem.at(from[i], STRIDE, 1, 0));
        }
    }

    private void emit(Pass pass, int unroll) {
        PassCode.emit(pass, code, LENGTH, PassCode.registers(isa, 0), unroll);
    }

    /// Writes a loop over all rows, some at a time and the last ones singly.
    ///
    /// @param pointers of each row that is done side by side
    /// @param formula is given the pointers of the rows of one turn
    private void pass(Gpr[][] pointers, boolean streaming, Formula formula) {
        for (int count = pointers.length; count >= 1; count = count == 1 ? 0 : 1) {
            Gpr[][] some = Arrays.copyOf(pointers, count);
            rows(
                    count,
                    pointers,
                    () -> {
                        Pass pass = new Pass(isa).streaming(streaming);
                        formula.write(pass, some);
                        emit(pass, 2);
                    });
        }
    }

    /// What is done to a vector of some rows.
    @FunctionalInterface
    private interface Formula {
        void write(Pass pass, Gpr[][] rows);
    }

    private static Node table(Pass pass, int which) {
        return pass.stream(TABLE_POINTER, which);
    }

    /// `y = f((x - mean) * scale + shift)`, f as `end` says.
    static Routine apply(Isa isa, NormEnd end, boolean streaming) {
        ColumnNormCode columns = new ColumnNormCode(isa);
        Gpr[][] one = {{IN, OUT}};
        Gpr[][] two = {{IN, OUT}, {Gpr.RDX, Gpr.RCX}};
        if (!end.isPlain()) {
            columns.rows(
                    1,
                    one,
                    () -> {
                        end.point(columns.code);
                        Pass pass = new Pass(isa).streaming(streaming);
                        if (streaming) {
                            pass.ahead(IN, AHEAD);
                        }
                        pass.store(OUT, end.value(pass, ended(pass, IN)));
                        columns.emit(pass, 4);
                    });
            return columns.norm.finish(streaming);
        }
        columns.pass(
                two,
                streaming,
                (pass, rows) -> {
                    Node high = table(pass, HIGH);
                    Node low = table(pass, LOW);
                    Node scale = table(pass, SCALE);
                    Node shift = table(pass, SHIFT);
                    for (Gpr[] row : rows) {
                        if (streaming) {
                            pass.ahead(row[0], AHEAD);
                        }
                        Node d = pass.stream(row[0]).sub(high).sub(low);
                        pass.store(row[1], d.fma(scale, shift));
                    }
                });
        return columns.norm.finish(streaming);
    }

    private static Node ended(Pass pass, Gpr x) {
        Node d = pass.stream(x).sub(table(pass, HIGH)).sub(table(pass, LOW));
        return d.fma(table(pass, SCALE), table(pass, SHIFT));
    }

    /// Writes `dy * f'((x - mean) * scale + shift)` to [NormCode#DY].
    static Routine slope(Isa isa, NormEnd end) {
        ColumnNormCode columns = new ColumnNormCode(isa);
        columns.code.mov(Gpr.RDX, word(NormCode.DY));
        Gpr[][] one = {{IN, Gpr.RDX}};
        columns.rows(
                1,
                one,
                () -> {
                    end.pointGradient(columns.code);
                    Pass pass = new Pass(isa);
                    end.storeGradient(pass, Gpr.RDX, ended(pass, IN));
                    columns.emit(pass, 4);
                });
        return columns.norm.finish(false);
    }

    /// `dx = dy * scale + ((x - mean) * slope + shift)`.
    static Routine toward(Isa isa, boolean streaming) {
        ColumnNormCode columns = new ColumnNormCode(isa);
        columns.code.mov(Gpr.RDX, word(NormCode.DY));
        Gpr[][] pointers = {{IN, Gpr.RDX, OUT}, {Gpr.RCX, Gpr.RBX, Gpr.R13}};
        columns.pass(
                pointers,
                streaming,
                (pass, rows) -> {
                    Node high = table(pass, HIGH);
                    Node low = table(pass, LOW);
                    Node scale = table(pass, SCALE);
                    Node slope = table(pass, SLOPE);
                    Node shift = table(pass, SHIFT);
                    for (Gpr[] row : rows) {
                        if (streaming) {
                            pass.ahead(row[0], AHEAD);
                            pass.ahead(row[1], AHEAD);
                        }
                        Node d = pass.stream(row[0]).sub(high).sub(low);
                        Node rest = d.fma(slope, shift);
                        pass.store(row[2], pass.stream(row[1]).fma(scale, rest));
                    }
                });
        return columns.norm.finish(streaming);
    }
}
