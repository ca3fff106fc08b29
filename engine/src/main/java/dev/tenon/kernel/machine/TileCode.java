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

import dev.tenon.kernel.UnaryOp;
import dev.tenon.kernel.machine.GeneralInstructions.Condition;
import java.util.List;

/// Writes the innermost loop of matrix products: tiles of a few rows and a few vectors of columns
/// whose sums stay in registers over one block of the depth, for panels of rows one below the
/// other.
///
/// Each element is one chain of fused multiply-adds in the order of the depth that begins at zero,
/// whatever the tile it is in; then `c = alpha * sum`, or `c = alpha * sum + d`, or what a
/// [TileFinish] makes of that. A tile reads its operands where they are: packed, or in place where
/// their strides allow it.
///
/// One step of the depth broadcasts each row's element of `a` from memory, which costs a load and
/// no arithmetic, and multiplies it with the vectors of `b`. AVX2 holds 6 rows of 2 vectors (12 of
/// 16 registers), AVX-512 14 rows of 2 vectors (28 of 32); with few rows a tile is wider, because
/// eight chains are needed to hide the multiply-add's latency of four cycles.
final class TileCode {
    private static final Gpr B = RDX;
    private static final Gpr C = RCX;
    private static final Gpr D = R8;
    private static final Gpr DEPTH = R9;
    private static final Gpr A_STRIDE = RAX;
    private static final Gpr A_STRIDE_3 = RBX;
    private static final Gpr B_STRIDE = R11;
    private static final Gpr PANEL = R12;
    private static final Gpr C_STRIDE = R13;
    private static final Gpr D_STRIDE = R14;
    private static final Gpr OTHER = R15;
    private static final Gpr[] A_ROWS = {RSI, RBP, R10}; // each for five rows
    private static final Gpr SUMS = RSI; // when a panel's rows are done
    private static final int ROWS_PER_BASE = 5;
    private static final int UNROLLED = 4;
    private static final int LINE = 64; // bytes
    private static final Mask TAIL = Mask.k(1);
    private static final Gpr SIGNS = RBP; // where a crowded tile finds its tail: it has few rows

    private final Isa isa;
    private final int rows;
    private final int vectors;
    private final boolean masked;
    private final boolean apart;
    private final Assembler code = new Assembler();
    private final boolean columnsFirst;
    private final TileFinish finish;
    private final int spare; // the first register that holds no sum
    private final boolean crowded;

    /// @param rows 1 to [#mostRows]
    /// @param vectors 1 to [#vectors(Isa, int)]
    /// @param masked whether the last vector is only partly inside
    /// @param apart whether an element of `a` lies beside the next of its row, and rows are a
    ///   stride apart; else it lies beside the next row's, and depths are a stride apart
    /// @param finish what becomes of the sums before they are stored
    private TileCode(
            Isa isa, int rows, int vectors, boolean masked, boolean apart, TileFinish finish) {
        this.isa = isa;
        this.rows = rows;
        this.vectors = vectors;
        this.masked = masked;
        this.apart = apart;
        this.finish = finish;
        columnsFirst = rows > vectors;
        spare = rows * vectors;
        // 3 rows of 4 vectors leave AVX2 no register for the tail: a vector of b stands there
        crowded = masked && !isa.wide() && spare + rows + 1 == isa.registers();
    }

    /// Returns the routine for tiles of one kind. Its argument is the address of [TileArguments].
    static Routine generate(
            Isa isa, int rows, int vectors, boolean masked, boolean apart, TileFinish finish) {
        TileCode tile = new TileCode(isa, rows, vectors, masked, apart, finish);
        tile.write();
        return Routine.of(tile.code);
    }

    /// Returns the rows of the highest tile.
    static int mostRows(Isa isa) {
        return isa.wide() ? 14 : 6;
    }

    /// Returns the vectors of the widest tile of `rows` rows.
    static int vectors(Isa isa, int rows) {
        if (isa.wide()) {
            return rows <= 3 ? 8 : rows <= 6 ? 4 : 2;
        }
        return rows == 1 ? 8 : rows <= 3 ? 4 : 2;
    }

    /// Returns the bytes of [TileArguments#SCRATCH].
    static long scratch(Isa isa) {
        return (long) isa.registers() * isa.bytes();
    }

    private void write() {
        Label panels = new Label();
        Label next = new Label();
        Label plain = new Label();
        code.enter();
        load();
        code.bindLoop(panels);
        begin();
        depths();
        code.emit(VectorOp.VBROADCASTSS, isa.vec(spare), TileArguments.ALPHA.in(RDI));
        code.test(D, D);
        code.jump(Condition.EQUAL, plain);
        store(true);
        code.jump(next);
        code.bind(plain);
        store(false);
        code.bind(next);
        if (finish.activation() != null) {
            activate(finish.activation());
        }
        code.add(PANEL, TileArguments.A_PANEL.in(RDI));
        code.mov(OTHER, TileArguments.PANELS.in(RDI));
        code.sub(OTHER, 1);
        code.mov(TileArguments.PANELS.in(RDI), OTHER);
        code.jump(Condition.NOT_EQUAL, panels);
        code.leave();
    }

    private void load() {
        code.mov(PANEL, TileArguments.A.in(RDI));
        code.mov(C, TileArguments.C.in(RDI));
        code.mov(D, TileArguments.D.in(RDI));
        code.mov(A_STRIDE, TileArguments.A_STRIDE.in(RDI));
        code.mov(B_STRIDE, TileArguments.B_STRIDE.in(RDI));
        code.mov(C_STRIDE, TileArguments.C_STRIDE.in(RDI));
        code.mov(D_STRIDE, TileArguments.D_STRIDE.in(RDI));
        if (apart) {
            code.lea(A_STRIDE_3, Mem.at(A_STRIDE, A_STRIDE, 2, 0));
        }
        if (masked) {
            code.mov(OTHER, TileArguments.TAIL.in(RDI));
            Tails.load(code, isa, TAIL, tailVector(), OTHER);
            if (crowded) {
                code.mov(SIGNS, OTHER);
            }
        }
    }

    /// The mask of AVX2, which has no mask registers.
    private Vec tailVector() {
        return isa.vec(isa.registers() - 1);
    }

    private void reloadTail() {
        if (crowded) {
            code.emit(VectorOp.VMOVUPS, tailVector(), Mem.at(SIGNS));
        }
    }

    /// Goes to the first depth of a panel: addresses, and sums of zero.
    private void begin() {
        code.mov(A_ROWS[0], PANEL);
        code.mov(B, TileArguments.B.in(RDI));
        for (int i = 1; apart && i * ROWS_PER_BASE < rows; i++) {
            code.lea(A_ROWS[i], Mem.at(A_ROWS[i - 1], A_STRIDE, 4, 0));
            code.add(A_ROWS[i], A_STRIDE);
        }
        code.mov(OTHER, C);
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < vectors; j += LINE / isa.bytes()) {
                code.prefetch(Mem.at(OTHER, (long) j * isa.bytes()));
            }
            code.add(OTHER, C_STRIDE);
        }
        for (int i = 0; i < rows * vectors; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
    }

    private void depths() {
        Label unrolled = new Label();
        Label rest = new Label();
        Label single = new Label();
        Label done = new Label();
        code.mov(DEPTH, TileArguments.DEPTH.in(RDI));
        code.sub(DEPTH, UNROLLED);
        code.jump(Condition.LESS, rest);
        code.bindLoop(unrolled);
        for (int u = 0; u < UNROLLED; u++) {
            step(u);
        }
        advance(UNROLLED);
        code.sub(DEPTH, UNROLLED);
        code.jump(Condition.GREATER_EQUAL, unrolled);
        code.bind(rest);
        code.add(DEPTH, UNROLLED);
        code.jump(Condition.EQUAL, done);
        code.bind(single);
        step(0);
        advance(1);
        code.sub(DEPTH, 1);
        code.jump(Condition.NOT_EQUAL, single);
        code.bind(done);
    }

    /// Where rows lie apart, depths are counted in the displacement until here.
    private void advance(int depths) {
        for (int i = 0; apart && i * ROWS_PER_BASE < rows; i++) {
            code.add(A_ROWS[i], 4 * depths);
        }
    }

    private void step(int u) {
        if (columnsFirst) {
            for (int j = 0; j < vectors; j++) {
                loadColumns(isa.vec(spare + j), j);
            }
            int free = isa.registers() - (masked && !isa.wide() ? 1 : 0) - spare - vectors;
            for (int row = 0; row < rows; row++) {
                Vec a = isa.vec(spare + vectors + row % Math.min(free, 2));
                code.emit(VectorOp.VBROADCASTSS, a, element(row, u));
                for (int j = 0; j < vectors; j++) {
                    code.emit(VectorOp.VFMADD231PS, sum(row, j), a, isa.vec(spare + j));
                }
            }
        } else {
            for (int row = 0; row < rows; row++) {
                code.emit(VectorOp.VBROADCASTSS, isa.vec(spare + row), element(row, u));
            }
            for (int j = 0; j < vectors; j++) {
                Vec b = isa.vec(spare + rows);
                loadColumns(b, j);
                for (int row = 0; row < rows; row++) {
                    code.emit(VectorOp.VFMADD231PS, sum(row, j), isa.vec(spare + row), b);
                }
            }
        }
        code.add(B, B_STRIDE);
        if (!apart) {
            code.add(A_ROWS[0], A_STRIDE);
        }
    }

    private Vec sum(int row, int j) {
        return isa.vec(row * vectors + j);
    }

    private void loadColumns(Vec to, int j) {
        Mem from = Mem.at(B, (long) j * isa.bytes());
        if (inside(j)) {
            code.emit(VectorOp.VMOVUPS, to, from);
        } else {
            reloadTail();
            Tails.loadPart(code, isa, to, from, TAIL, tailVector());
        }
    }

    private boolean inside(int j) {
        return !masked || j < vectors - 1;
    }

    /// The address of `a`'s element in `row`, `u` depths on.
    private Mem element(int row, int u) {
        if (!apart) {
            return Mem.at(A_ROWS[0], 4L * row);
        }
        Gpr base = A_ROWS[row / ROWS_PER_BASE];
        return switch (row % ROWS_PER_BASE) {
            case 0 -> Mem.at(base, 4L * u);
            case 1 -> Mem.at(base, A_STRIDE, 1, 4L * u);
            case 2 -> Mem.at(base, A_STRIDE, 2, 4L * u);
            case 3 -> Mem.at(base, A_STRIDE_3, 1, 4L * u);
            default -> Mem.at(base, A_STRIDE, 4, 4L * u);
        };
    }

    private void store(boolean adding) {
        Vec alpha = isa.vec(spare);
        Vec part = isa.vec(spare + 1);
        Vec beta = isa.vec(spare + 2);
        reloadTail();
        if (finish.scaled()) {
            code.emit(VectorOp.VBROADCASTSS, beta, TileArguments.BETA.in(RDI));
        }
        if (finish.activation() != null) {
            code.mov(SUMS, TileArguments.SCRATCH.in(RDI));
        }
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < vectors; j++) {
                Vec sum = sum(row, j);
                Mem d = Mem.at(D, (long) j * isa.bytes());
                if (!adding) {
                    code.emit(VectorOp.VMULPS, sum, sum, alpha);
                } else if (inside(j)) {
                    code.emit(VectorOp.VFMADD213PS, sum, alpha, d);
                } else {
                    Tails.loadPart(code, isa, part, d, TAIL, tailVector());
                    code.emit(VectorOp.VFMADD213PS, sum, alpha, part);
                }
                Mem c = Mem.at(C, (long) j * isa.bytes());
                if (finish.scaled() && inside(j)) {
                    code.emit(VectorOp.VFMADD231PS, sum, beta, c);
                } else if (finish.scaled()) {
                    Tails.loadPart(code, isa, part, c, TAIL, tailVector());
                    code.emit(VectorOp.VFMADD231PS, sum, beta, part);
                }
                if (finish.activation() == null) {
                    store(c, j, sum);
                } else {
                    code.store(VectorOp.VMOVUPS_STORE, aside(row * vectors + j), sum);
                }
            }
            code.add(C, C_STRIDE);
            if (adding) {
                code.add(D, D_STRIDE);
            }
        }
    }

    private void store(Mem to, int j, Vec from) {
        if (inside(j)) {
            code.store(VectorOp.VMOVUPS_STORE, to, from);
        } else {
            Tails.storePart(code, isa, to, from, TAIL, tailVector());
        }
    }

    /// Where a sum waits for the activation.
    private Mem aside(int number) {
        return Mem.at(SUMS, (long) number * isa.bytes());
    }

    /// Stores the activation of the sums, which have been put aside: a formula needs most of the
    /// registers for itself, and is fastest over some vectors side by side.
    private void activate(UnaryOp op) {
        Pass pass = new Pass(isa);
        pass.store(SUMS, TileFinish.activation(pass, op, pass.stream(SUMS)));
        code.mov(DEPTH, rows * vectors * isa.lanes());
        List<Vec> free = PassCode.registers(isa, 0);
        free.remove(tailVector());
        PassCode.emit(pass, code, DEPTH, free, UNROLLED);
        code.imul(OTHER, C_STRIDE, rows);
        code.sub(C, OTHER);
        code.mov(A_STRIDE, TileArguments.A_STRIDE.in(RDI)); // the formula's index was there
        code.mov(B_STRIDE, TileArguments.B_STRIDE.in(RDI)); // and its end
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < vectors; j++) {
                Vec result = isa.vec((row * vectors + j) % spare);
                code.emit(VectorOp.VMOVUPS, result, aside(row * vectors + j));
                store(Mem.at(C, (long) j * isa.bytes()), j, result);
            }
            code.add(C, C_STRIDE);
        }
    }
}
