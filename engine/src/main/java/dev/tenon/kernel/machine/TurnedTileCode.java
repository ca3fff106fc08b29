package dev.tenon.kernel.machine;

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

/// Writes products of a few rows with a matrix `b` whose depths lie side by side, such as the
/// weight of a linear layer: the matrix is read once, in order, and never packed.
///
/// A square of as many columns as depths is loaded, a vector per column, and turned in registers
/// ([Turning]), so that a vector holds one depth of all columns; then each row goes on with its
/// chains of multiply-adds as in [TileCode], in the same order. Turning takes all registers: sums
/// rest in memory meanwhile.
///
/// A chain is the limit where there are few: 16 multiply-adds of 4 cycles and a sum's way through
/// memory take longer than turning and loading a square does. So two squares are worked on in
/// turns, whose chains do not wait for each other: of neighbouring columns, or of the same columns
/// and two blocks of the depth.
final class TurnedTileCode {
    private static final Gpr A = RSI;
    private static final Gpr B = RDX;
    private static final Gpr C = RCX;
    private static final Gpr D = R8;
    private static final Gpr DEPTH = R9;
    private static final Gpr LINE = RAX;
    private static final Gpr COLUMN_STRIDE = R11;
    private static final Gpr SCRATCH = R12;
    private static final Gpr TURNED = R10;
    private static final Gpr ELEMENT = R13;
    private static final Gpr LEFT = R14;
    private static final Gpr OTHER = R15;
    private static final Gpr NEXT = RBP;
    private static final Mask TAIL = Mask.k(1);
    private static final Mask REST = Mask.k(2);

    /// What is worked on in turns.
    enum Pair {
        NONE,
        /// Two squares of columns.
        COLUMNS,
        /// Two whole blocks of the depth.
        BLOCKS;

        int squares() {
            return this == NONE ? 1 : 2;
        }

        /// Returns the vectors of columns in a group.
        int wide() {
            return this == COLUMNS ? 2 : 1;
        }

        /// Returns the blocks of the depth in a call.
        int blocks() {
            return this == BLOCKS ? 2 : 1;
        }
    }

    private static final int BLOCK = Float.BYTES * MatmulJob.DEPTH; // of a column
    private static final int LINE_BYTES = 64;

    private final Isa isa;
    private final int rows;
    private final int columns;
    private final Pair pair;
    private final int squares;
    private final Assembler code = new Assembler();
    private final int lanes;
    private final int together; // rows whose sums are in registers at once

    private TurnedTileCode(Isa isa, int rows, int columns, Pair pair) {
        this.isa = isa;
        this.rows = rows;
        this.columns = columns;
        this.pair = pair;
        squares = pair.squares();
        lanes = isa.lanes();
        together = isa.wide() ? 12 : 7;
    }

    /// Returns the routine for `rows` rows of a packed `a [depth, rows]` and groups of columns.
    ///
    /// Its argument is the address of [TileArguments]: the stride of `b` is from a column to the
    /// next, the panels are groups, and there is no panel of `a`.
    ///
    /// @param columns columns of a square, at most the lanes of a vector
    /// @param pair two squares of columns do not ask for the elements that are wanted next; two
    ///   blocks are whole, and what is added is added to the first
    static Routine generate(Isa isa, int rows, int columns, Pair pair) {
        TurnedTileCode tile = new TurnedTileCode(isa, rows, columns, pair);
        tile.write();
        return Routine.of(tile.code);
    }

    /// Returns the bytes of [TileArguments#SCRATCH].
    static long scratch(Isa isa, int rows) {
        return (long) isa.bytes() * (2 * rows + isa.lanes());
    }

    private void write() {
        Label groups = new Label();
        Label loop = new Label();
        Label rest = new Label();
        Label done = new Label();
        code.enter();
        code.mov(SCRATCH, TileArguments.SCRATCH.in(RDI));
        code.mov(C, TileArguments.C.in(RDI));
        code.mov(D, TileArguments.D.in(RDI));
        code.mov(RBX, TileArguments.B.in(RDI));
        code.mov(COLUMN_STRIDE, TileArguments.B_STRIDE.in(RDI));
        code.mov(NEXT, TileArguments.NEXT.in(RDI));
        if (!isa.wide()) {
            code.sub(NEXT, RBX); // how far it is to what is wanted next
        }
        code.bindLoop(groups);
        code.mov(A, TileArguments.A.in(RDI));
        code.mov(B, RBX);
        code.mov(DEPTH, TileArguments.DEPTH.in(RDI));
        code.emit(VectorOp.VXORPS, isa.vec(0), isa.vec(0), isa.vec(0));
        for (int i = 0; i < squares * rows; i++) {
            code.store(VectorOp.VMOVUPS_STORE, sum(i), isa.vec(0));
        }
        code.sub(DEPTH, lanes);
        code.jump(Condition.LESS, rest);
        code.bindLoop(loop);
        for (int i = 0; i < squares; i++) {
            if (i == 0 || pair == Pair.BLOCKS) {
                code.lea(LINE, Mem.at(B, (long) i * BLOCK));
            }
            square(i);
        }
        code.add(B, isa.bytes());
        if (isa.wide()) {
            code.add(NEXT, COLUMN_STRIDE);
        }
        code.add(A, 4 * lanes * rows);
        code.sub(DEPTH, lanes);
        code.jump(Condition.GREATER_EQUAL, loop);
        code.bind(rest);
        if (pair != Pair.BLOCKS) {
            code.add(DEPTH, lanes);
            code.jump(Condition.EQUAL, done);
            code.mov(LINE, B);
            for (int i = 0; i < squares; i++) {
                remainder(i);
            }
        }
        code.bind(done);
        finish();
        next(groups);
        code.leave();
    }

    private Mem sum(int number) {
        return Mem.at(SCRATCH, (long) number * isa.bytes());
    }

    private Mem turned(int depth) {
        return Mem.at(SCRATCH, (long) (squares * rows + depth) * isa.bytes());
    }

    private void square(int number) {
        loadColumns(false);
        Turning turning = new Turning(code, isa);
        turning.turn();
        int first = isa.wide() ? lanes : 0; // registers that turning has left free
        int block = pair == Pair.BLOCKS ? number * BLOCK * rows : 0;
        for (int row = 0; row < rows; row += together) {
            int last = Math.min(rows, row + together);
            for (int i = row; i < last; i++) {
                code.emit(VectorOp.VMOVUPS, isa.vec(first + i - row), sum(number * rows + i));
            }
            for (int depth = 0; depth < lanes; depth++) {
                for (int i = row; i < last; i++) {
                    Vec sum = isa.vec(first + i - row);
                    Mem a = Mem.at(A, block + 4L * (depth * rows + i));
                    if (isa.wide()) {
                        code.emit(VectorOp.VFMADD231PS, sum, turning.result(depth), a.repeated());
                    } else {
                        Vec repeated = isa.vec(together);
                        code.emit(VectorOp.VBROADCASTSS, repeated, a);
                        code.emit(VectorOp.VFMADD231PS, sum, turning.result(depth), repeated);
                    }
                }
            }
            for (int i = row; i < last; i++) {
                Mem sum = sum(number * rows + i);
                code.store(VectorOp.VMOVUPS_STORE, sum, isa.vec(first + i - row));
            }
        }
    }

    private void loadColumns(boolean part) {
        Vec signs = isa.vec(15); // free until the columns are turned
        if (part) {
            code.mov(OTHER, TileArguments.REST.in(RDI));
            Tails.load(code, isa, REST, signs, OTHER);
        }
        for (int column = 0; column < lanes; column++) {
            Vec to = isa.vec(column);
            if (column >= columns) {
                code.emit(VectorOp.VXORPS, to, to, to);
                continue;
            }
            if (part) {
                Tails.loadPart(code, isa, to, Mem.at(LINE), REST, signs);
            } else {
                code.emit(VectorOp.VMOVUPS, to, Mem.at(LINE));
                if (pair != Pair.COLUMNS) {
                    code.prefetchFar(next(column));
                }
            }
            code.add(LINE, COLUMN_STRIDE);
        }
    }

    /// What is asked for with each column that is loaded. Memory likes long runs, and a square
    /// takes a line of each of its columns; so while the squares of 256 depths are worked on, as
    /// many columns of the next 256 come one after the other, a line with each load. With AVX2, a
    /// square of which is half a line wide, each column asks for its own elements, or at its end
    /// for those of a column of the next square.
    private Mem next(int column) {
        return isa.wide() ? Mem.at(NEXT, (long) column * LINE_BYTES) : Mem.at(LINE, NEXT, 1, 0);
    }

    /// Fewer depths than a square has, one by one.
    private void remainder(int number) {
        Label loop = new Label();
        loadColumns(true);
        Turning turning = new Turning(code, isa);
        turning.turn();
        for (int depth = 0; depth < lanes; depth++) {
            code.store(VectorOp.VMOVUPS_STORE, turned(depth), turning.result(depth));
        }
        code.lea(TURNED, turned(0));
        code.mov(ELEMENT, A);
        code.mov(LEFT, DEPTH);
        code.bind(loop);
        Vec b = isa.vec(0);
        Vec a = isa.vec(1);
        Vec sum = isa.vec(2);
        code.emit(VectorOp.VMOVUPS, b, Mem.at(TURNED));
        for (int row = 0; row < rows; row++) {
            Mem at = sum(number * rows + row);
            code.emit(VectorOp.VBROADCASTSS, a, Mem.at(ELEMENT, 4L * row));
            code.emit(VectorOp.VMOVUPS, sum, at);
            code.emit(VectorOp.VFMADD231PS, sum, b, a);
            code.store(VectorOp.VMOVUPS_STORE, at, sum);
        }
        code.add(TURNED, isa.bytes());
        code.add(ELEMENT, 4 * rows);
        code.sub(LEFT, 1);
        code.jump(Condition.NOT_EQUAL, loop);
    }

    /// `c = alpha * sum`, or with `d` added.
    private void finish() {
        Label plain = new Label();
        Label stored = new Label();
        code.mov(OTHER, TileArguments.TAIL.in(RDI));
        Tails.load(code, isa, TAIL, isa.vec(3), OTHER);
        code.emit(VectorOp.VBROADCASTSS, isa.vec(1), TileArguments.ALPHA.in(RDI));
        code.test(D, D);
        code.jump(Condition.EQUAL, plain);
        for (int i = 0; i < pair.wide(); i++) {
            finish(i, true);
        }
        code.jump(stored);
        code.bind(plain);
        for (int i = 0; i < pair.wide(); i++) {
            finish(i, false);
        }
        code.bind(stored);
    }

    private void finish(int number, boolean adding) {
        Vec sum = isa.vec(0);
        Vec alpha = isa.vec(1);
        Vec part = isa.vec(2);
        Vec signs = isa.vec(3);
        code.mov(LINE, C);
        code.mov(TURNED, D);
        for (int row = 0; row < rows; row++) {
            code.emit(VectorOp.VMOVUPS, sum, sum(number * rows + row));
            if (adding) {
                Tails.loadPart(code, isa, part, Mem.at(TURNED), TAIL, signs);
                code.emit(VectorOp.VFMADD213PS, sum, alpha, part);
                code.add(TURNED, TileArguments.D_STRIDE.in(RDI));
            } else {
                code.emit(VectorOp.VMULPS, sum, sum, alpha);
            }
            if (pair == Pair.BLOCKS) {
                code.emit(VectorOp.VMOVUPS, part, sum(rows + row));
                code.emit(VectorOp.VFMADD231PS, sum, part, alpha);
            }
            Tails.storePart(code, isa, Mem.at(LINE), sum, TAIL, signs);
            code.add(LINE, TileArguments.C_STRIDE.in(RDI));
        }
        code.add(C, isa.bytes());
        if (adding) {
            code.add(D, isa.bytes());
        }
    }

    private void next(Label groups) {
        code.imul(OTHER, COLUMN_STRIDE, pair.wide() * lanes);
        code.add(RBX, OTHER);
        code.mov(OTHER, TileArguments.PANELS.in(RDI));
        code.sub(OTHER, 1);
        code.mov(TileArguments.PANELS.in(RDI), OTHER);
        code.jump(Condition.NOT_EQUAL, groups);
    }
}
