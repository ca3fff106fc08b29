package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.GeneralInstructions.Condition.EQUAL;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.GREATER_EQUAL;
import static dev.tenon.kernel.machine.GeneralInstructions.Condition.LESS;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes a [Pass] as a loop: some vectors at a time, then single vectors, then the elements that
/// fill no vector, under a mask.
///
/// Vectors of one turn go side by side: each step of the formula is written for all of them before
/// the next step. A formula is one long chain, each instruction waiting four cycles for the one
/// before; a processor finds work for that time among the hundred instructions that it looks at,
/// which is two vectors of a long formula behind each other, but all that lie side by side.
///
/// It uses `rax` (bytes done), `r10`, `r11` and `r15` (the constant pool), with AVX-512 the masks
/// k1 and k2, and the vector registers it is given. All else, the pointers and the count included,
/// stays as it was.
final class PassCode {
    private static final Gpr INDEX = Gpr.RAX;
    private static final Gpr REST = Gpr.R10;
    private static final Gpr LIMIT = Gpr.R11;
    private static final Gpr POOL = Gpr.R15;
    private static final Mask TAIL = Mask.k(1);
    private static final int LINE = 64; // bytes of a line of the cache

    /// How far ahead of a streaming pass its operands are asked for: 16 KB bring 10 to 15 % where
    /// two cores have a way to memory each, 4 KB half of that.
    private static final int AHEAD = 16_384;

    /// Constants without a register that a vector may read with AVX-512, which loads two vectors
    /// per cycle: a long formula with more is bound by its loads.
    private static final int LOADS = 16;

    private final Pass pass;
    private final Isa isa;
    private final Assembler code;
    private final List<Vec> free; // for values
    private final IdentityHashMap<Node, Vec> hoisted = new IdentityHashMap<>();
    private @Nullable Vec tailMask; // AVX2, while the last elements are written
    private final boolean asks; // for its operands, which nothing else asks for

    private PassCode(Pass pass, Assembler code, List<Vec> registers, int hoists) {
        this.pass = pass;
        this.code = code;
        isa = pass.isa();
        at = new Lane(0);
        asks = pass.isStreaming() && pass.steps().stream().noneMatch(Pass.Ahead.class::isInstance);
        free = new ArrayList<>(registers);
        List<Node> wanted = new ArrayList<>(pass.constants());
        // scalars first: on AVX2 they cannot be operands in memory
        wanted.sort((a, b) ->
                a.kind != b.kind ? (a.kind == Node.Kind.SCALAR ? -1 : 1) : b.uses - a.uses);
        for (int i = 0; i < Math.min(hoists, wanted.size()); i++) {
            hoisted.put(wanted.get(i), free.removeLast());
        }
    }

    /// There are too few registers for the values that live at once.
    private static final class TooFewRegisters extends RuntimeException {
        @java.io.Serial private static final long serialVersionUID = 1;
    }

    /// Writes the loop over `count` elements.
    ///
    /// @param count holds the number of elements, not negative
    /// @param registers the vector registers that are free, three at least
    /// @param unroll vectors side by side in the main loop, if the registers suffice for them
    static void emit(Pass pass, Assembler code, Gpr count, List<Vec> registers, int unroll) {
        int copies = unroll;
        int hoists = hoists(pass, registers, copies);
        int least = pass.isa().wide() ? Math.max(0, pass.constants().size() - LOADS) : 0;
        while (copies > 1 && hoists < least) {
            copies--;
            hoists = hoists(pass, registers, copies);
        }
        new PassCode(pass, code, registers, hoists).loops(count, copies);
    }

    /// Writes the formula for one vector, without a loop: it has neither streams nor stores.
    static void once(Pass pass, Assembler code, List<Vec> registers) {
        PassCode writer = new PassCode(pass, code, registers, hoists(pass, registers, 1));
        code.mov(POOL, ConstantPool.address());
        writer.hoisted.forEach(writer::hoist);
        writer.body(1, false);
    }

    /// Returns a routine of a single pass: the count is its sixth argument, the pointers are the
    /// others, `rdi`, `rsi`, `rdx`, `rcx`, `r8`.
    static Routine routine(Pass pass, int unroll) {
        Assembler code = new Assembler();
        code.enter();
        emit(pass, code, Gpr.R9, registers(pass.isa(), 0), unroll);
        if (pass.isStreaming()) {
            code.sfence();
        }
        code.leave();
        return Routine.of(code);
    }

    /// Returns the registers from number `first` on.
    static List<Vec> registers(Isa isa, int first) {
        List<Vec> all = new ArrayList<>();
        for (int i = first; i < isa.registers(); i++) {
            all.add(isa.vec(i));
        }
        return all;
    }

    /// Returns how many constants can stay in registers, by trying; negative if there are too few
    /// registers even without.
    private static int hoists(Pass pass, List<Vec> registers, int copies) {
        pass.prune();
        int hoists = Math.min(pass.constants().size(), registers.size() - 2);
        for (; hoists >= 0; hoists--) {
            try {
                PassCode trial = new PassCode(pass, new Assembler(), registers, hoists);
                trial.body(copies, false);
                trial.tail();
                return hoists;
            } catch (TooFewRegisters e) {
                if (copies == 1 && hoists == 0) {
                    throw e;
                }
            }
        }
        return -1;
    }

    private void loops(Gpr count, int unroll) {
        code.mov(POOL, ConstantPool.address());
        hoisted.forEach(this::hoist);
        code.mov(REST, count);
        code.shl(REST, 2);
        code.mov(INDEX, 0);
        loop(unroll);
        if (unroll > 1) {
            loop(1);
        }
        Label done = new Label();
        code.sub(REST, INDEX);
        code.jump(EQUAL, done);
        tail();
        code.bind(done);
    }

    /// The elements that fill no vector.
    private void tail() {
        if (isa.wide()) {
            code.mov32(REST, Mem.at(POOL, REST, 1, ConstantPool.lowerBits()));
            code.kmov(TAIL, REST);
            body(1, true);
            return;
        }
        tailMask = take();
        code.neg(REST);
        code.emit(VectorOp.VMOVUPS, tailMask, Mem.at(POOL, REST, 1, ConstantPool.zeroLanes()));
        body(1, true);
    }

    private Vec tailMask() {
        return Objects.requireNonNull(tailMask, "pass: a mask only for the last elements");
    }

    private void hoist(Node node, Vec register) {
        if (node.kind == Node.Kind.SCALAR) {
            code.emit(VectorOp.VBROADCASTSS, register, memory(node));
        } else if (node.kind == Node.Kind.CONSTANT && node.number == 0) {
            code.emit(VectorOp.VXORPS, register, register, register); // loads nothing
        } else {
            code.emit(VectorOp.VMOVUPS, register, memory(node));
        }
    }

    private static Mem memory(Node constant) {
        Gpr pointer = constant.pointer;
        if (pointer != null) {
            return Mem.at(pointer, constant.number);
        }
        boolean table = constant.kind == Node.Kind.TABLE;
        return Mem.at(POOL, table ? constant.number : ConstantPool.repeated(constant.number));
    }

    /// `copies` vectors per turn, while there are that many.
    private void loop(int copies) {
        int step = copies * isa.bytes();
        Label loop = new Label();
        Label done = new Label();
        code.lea(LIMIT, Mem.at(REST, 1 - step)); // index < limit: a whole step is left
        code.cmp(INDEX, LIMIT);
        code.jump(GREATER_EQUAL, done);
        code.bindLoop(loop);
        body(copies, false);
        code.add(INDEX, step);
        code.cmp(INDEX, LIMIT);
        code.jump(LESS, loop);
        code.bind(done);
    }

    // ---- one step of one vector

    /// One of the vectors side by side.
    private final class Lane {
        final int copy;
        final int displacement; // bytes behind the first vector's
        final IdentityHashMap<Node, Vec> values = new IdentityHashMap<>();
        final IdentityHashMap<Node, Integer> left = new IdentityHashMap<>(); // uses to come

        Lane(int copy) {
            this.copy = copy;
            displacement = copy * isa.bytes();
        }
    }

    private Lane at; // the vector that is being written

    private void body(int copies, boolean tail) {
        List<Lane> lanes = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            lanes.add(new Lane(copy));
        }
        for (Pass.Step step : pass.steps()) {
            for (Lane lane : lanes) {
                at = lane;
                write(step, tail);
            }
        }
    }

    private void write(Pass.Step step, boolean tail) {
        switch (step) {
            case Pass.Work work -> work(work.node(), tail);
            case Pass.End end -> end(end, tail);
            case Pass.Ahead ahead -> {
                if (!tail) {
                    ahead(ahead.pointer(), ahead.bytes());
                }
            }
        }
    }

    private void ahead(@Nullable Gpr pointer, int bytes) {
        if (at.displacement % LINE == 0) {
            code.prefetch(element(pointer, at.displacement + bytes));
        }
    }

    private void work(Node node, boolean tail) {
        switch (node.kind) {
            case STREAM -> {
                if (asks && !tail) {
                    ahead(node.pointer, node.number + AHEAD);
                }
                load(node, tail);
            }
            case AGAIN -> load(node, tail);
            case INSTRUCTION -> instruction(node);
            case SHIFT -> {
                Vec x = register(node.inputs[0]);
                used(node.inputs[0]);
                code.emit(operation(node), result(node), x, node.number);
            }
            case FMA, FNMA -> multiplyAdd(node);
            case SELECT -> select(node);
            case BLEND -> blend(node);
            case PINNED, CONSTANT, TABLE, SCALAR -> {} // nothing to work out
        }
    }

    private void load(Node node, boolean tail) {
        Mem from = element(node.pointer, at.displacement + node.number);
        Vec to = result(node);
        if (!tail) {
            code.emit(VectorOp.VMOVUPS, to, from);
        } else if (isa.wide()) {
            code.under(TAIL.zeroed()).emit(VectorOp.VMOVUPS, to, from);
        } else {
            code.emit(VectorOp.VMASKMOVPS, to, tailMask(), from);
        }
    }

    private static Mem element(@Nullable Gpr pointer, int displacement) {
        if (pointer == null) {
            throw new IllegalStateException("pass: a stream has a pointer");
        }
        return Mem.at(pointer, INDEX, 1, displacement);
    }

    private void instruction(Node node) {
        if (node.inputs.length == 1) {
            VecOperand x = operand(node.inputs[0]);
            used(node.inputs[0]);
            code.emit(operation(node), result(node), x);
            return;
        }
        Vec a = register(node.inputs[0]);
        VecOperand b = operand(node.inputs[1]);
        used(node.inputs[0]);
        used(node.inputs[1]);
        code.emit(operation(node), result(node), a, b);
    }

    private static VectorOp operation(Node node) {
        if (node.op == null) {
            throw new IllegalStateException("pass: " + node.kind + " has an instruction");
        }
        return node.op;
    }

    /// `a * b + c` overwrites one of the three: the one that is used last here, else a copy of `c`.
    private void multiplyAdd(Node node) {
        boolean negative = node.kind == Node.Kind.FNMA;
        VectorOp intoSum = negative ? VectorOp.VFNMADD231PS : VectorOp.VFMADD231PS;
        VectorOp intoFactor = negative ? VectorOp.VFNMADD213PS : VectorOp.VFMADD213PS;
        boolean swapped = inMemory(node.inputs[0]); // the second factor may stay there
        Node a = node.inputs[swapped ? 1 : 0];
        Node b = node.inputs[swapped ? 0 : 1];
        Node c = node.inputs[2];
        if (dies(c)) {
            Vec to = register(c);
            code.emit(intoSum, to, register(a), operand(b));
            take(node, c, to);
            used(a);
            used(b);
        } else if (dies(a) && a != b) {
            Vec to = register(a);
            code.emit(intoFactor, to, register(b), operand(c));
            take(node, a, to);
            used(b);
            used(c);
        } else if (dies(b) && a != b) {
            Vec to = register(b);
            code.emit(intoFactor, to, register(a), operand(c));
            take(node, b, to);
            used(a);
            used(c);
        } else {
            Vec left1 = register(a);
            VecOperand right = operand(b);
            Vec to = result(node);
            code.emit(VectorOp.VMOVUPS, to, operand(c));
            code.emit(intoSum, to, left1, right);
            used(a);
            used(b);
            used(c);
        }
    }

    /// Says whether a worked-out value is used here for the last time.
    private boolean dies(Node node) {
        return at.values.containsKey(node) && at.left.getOrDefault(node, node.uses) == 1;
    }

    /// The value `node` replaces `old` in its register.
    private void take(Node node, Node old, Vec register) {
        at.values.remove(old);
        at.left.put(old, 0);
        at.values.put(node, register);
    }

    private void select(Node node) {
        Vec a = register(node.inputs[0]);
        VecOperand b = operand(node.inputs[1]);
        if (isa.wide()) {
            Mask chosen = Mask.k(2);
            code.compare(chosen, a, b, node.number);
            Vec no = register(node.inputs[3]);
            VecOperand yes = operand(node.inputs[2]);
            usedAll(node);
            code.under(chosen).emit(VectorOp.VBLENDMPS, result(node), no, yes);
            return;
        }
        Vec chosen = take();
        code.emit(VectorOp.VCMPPS, chosen, a, b, node.number);
        Vec no = register(node.inputs[3]);
        VecOperand yes = operand(node.inputs[2]);
        usedAll(node);
        code.emit(VectorOp.VBLENDVPS, result(node), no, yes, chosen);
        free.add(chosen);
    }

    private void blend(Node node) {
        Vec sign = register(node.inputs[0]);
        VecOperand yes = operand(node.inputs[1]);
        Vec no = register(node.inputs[2]);
        usedAll(node);
        code.emit(VectorOp.VBLENDVPS, result(node), no, yes, sign);
    }

    private void usedAll(Node node) {
        for (Node input : node.inputs) {
            used(input);
        }
    }

    private void end(Pass.End end, boolean tail) {
        Vec value = register(end.value());
        switch (end.sink()) {
            case STORE, STORE_PAST -> {
                boolean past = pass.isStreaming() || end.sink() == Pass.Sink.STORE_PAST;
                store(element(end.pointer(), at.displacement), value, tail, past);
            }
            case ADD -> total(VectorOp.VADDPS, end, value, tail);
            case MAX -> total(VectorOp.VMAXPS, end, value, tail);
            case MIN -> total(VectorOp.VMINPS, end, value, tail);
            case ACCUMULATE -> accumulate(end.pointer(), value, tail);
            case PRODUCT -> product(end, value, tail);
            case KEEP -> code.emit(VectorOp.VMOVUPS, end.totals()[0], value);
        }
        used(end.value());
        if (end.sink() == Pass.Sink.PRODUCT) {
            used(end.factor());
        }
    }

    private void store(Mem to, Vec value, boolean tail, boolean past) {
        if (!tail) {
            code.store(past ? VectorOp.VMOVNTPS_STORE : VectorOp.VMOVUPS_STORE, to, value);
        } else if (isa.wide()) {
            code.under(TAIL).store(VectorOp.VMOVUPS_STORE, to, value);
        } else {
            code.store(VectorOp.VMASKMOVPS_STORE, to, tailMask(), value);
        }
    }

    /// `total = op(value, total)`: with this order MAX and MIN pass over NaN.
    private void total(VectorOp op, Pass.End end, Vec value, boolean tail) {
        Vec total = end.totals()[at.copy % end.totals().length];
        if (!tail) {
            code.emit(op, total, value, total);
        } else if (isa.wide()) {
            code.under(TAIL).emit(op, total, value, total);
        } else {
            Vec changed = take();
            code.emit(op, changed, value, total);
            code.emit(VectorOp.VBLENDVPS, total, total, changed, tailMask());
            free.add(changed);
        }
    }

    // ---- totals in F64

    /// What is done with half a vector as F64.
    @FunctionalInterface
    private interface Half {
        void take(int half, Vec value);
    }

    private Vec total(Pass.End end, int half) {
        return end.totals()[(2 * at.copy + half) % end.totals().length];
    }

    /// Converts one half of `value` after the other; lanes beyond the last element count as 0.
    private void halves(Vec value, boolean tail, Half half) {
        Vec v = take();
        Vec inside = tail ? inside(value) : value;
        convert(v, inside, 0);
        half.take(0, v);
        convert(v, inside, 1);
        half.take(1, v);
        free.add(v);
        if (tail) {
            free.add(inside);
        }
    }

    private Vec inside(Vec value) {
        Vec inside = take();
        if (isa.wide()) {
            code.under(TAIL.zeroed()).emit(VectorOp.VMOVUPS, inside, value);
        } else {
            code.emit(VectorOp.VANDPS, inside, value, tailMask());
        }
        return inside;
    }

    private void convert(Vec to, Vec from, int half) {
        Vec narrow = from.as(isa.bits() / 2);
        if (half == 1) {
            narrow = to.as(isa.bits() / 2);
            code.store(
                    isa.wide() ? VectorOp.VEXTRACTF64X4_STORE : VectorOp.VEXTRACTF128_STORE,
                    narrow,
                    from,
                    1);
        }
        code.emit(VectorOp.VCVTPS2PD, to, narrow);
    }

    private void accumulate(Gpr pointer, Vec value, boolean tail) {
        halves(
                value,
                tail,
                (half, v) -> {
                    Mem place =
                            Mem.at(pointer, INDEX, 2, 2L * at.displacement + half * isa.bytes());
                    code.emit(VectorOp.VADDPD, v, v, place);
                    code.store(VectorOp.VMOVUPS_STORE, place, v);
                });
    }

    private void product(Pass.End end, Vec a, boolean tail) {
        VectorOp op = VectorOp.VFMADD231PD;
        if (end.factor() == end.value()) {
            halves(a, tail, (half, v) -> code.emit(op, total(end, half), v, v));
            return;
        }
        Vec factor = register(end.factor());
        Vec b = tail ? inside(factor) : factor;
        Vec w = take();
        halves(
                a,
                tail,
                (half, v) -> {
                    convert(w, b, half);
                    code.emit(op, total(end, half), v, w);
                });
        free.add(w);
        if (tail) {
            free.add(b);
        }
    }

    // ---- registers

    /// Returns the register that holds a value, filling one for a constant that lives in memory.
    private Vec register(Node node) {
        Vec known = known(node);
        if (known != null) {
            return known;
        }
        Vec to = take();
        hoist(node, to);
        at.values.put(node, to);
        at.left.putIfAbsent(node, 1); // only for this use
        return to;
    }

    private @Nullable Vec known(Node node) {
        if (node.pinned != null) {
            return node.pinned;
        }
        Vec hoist = hoisted.get(node);
        return hoist != null ? hoist : at.values.get(node);
    }

    /// Returns a value as last operand: constants may stay in memory.
    private VecOperand operand(Node node) {
        return inMemory(node) ? memory(node) : register(node);
    }

    private boolean inMemory(Node node) {
        boolean inPool = node.kind == Node.Kind.CONSTANT || node.kind == Node.Kind.TABLE;
        return inPool && known(node) == null;
    }

    private Vec result(Node node) {
        Vec to = take();
        at.values.put(node, to);
        return to;
    }

    private Vec take() {
        if (free.isEmpty()) {
            throw new TooFewRegisters();
        }
        return free.removeLast();
    }

    /// One use of a value is over; after the last its register is free.
    private void used(Node node) {
        Vec register = at.values.get(node);
        if (register == null) {
            return;
        }
        int more = at.left.getOrDefault(node, node.uses) - 1;
        at.left.put(node, more);
        if (more <= 0) {
            at.values.remove(node);
            at.left.remove(node);
            free.add(register);
        }
    }
}
