package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R12;
import static dev.tenon.kernel.machine.Gpr.R13;
import static dev.tenon.kernel.machine.Gpr.R14;
import static dev.tenon.kernel.machine.Gpr.R15;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RBP;
import static dev.tenon.kernel.machine.Gpr.RBX;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;
import static dev.tenon.kernel.machine.Gpr.RSP;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The part of [Assembler] that knows frames, jumps and general registers.
abstract sealed class GeneralInstructions permits Assembler {
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14, R15};
    private static final int VECTORS_SAVED = 16 * 10 + 8; // xmm6 to xmm15, and to a multiple of 16
    private static final Gpr[] WINDOWS_ARGUMENTS = {RCX, RDX, R8, R9};
    private static final Gpr[] ARGUMENTS = {RDI, RSI, RDX, RCX, R8, R9};

    /// Conditions of [#jump(Condition, Label)], by the machine's numbers; the names are those of a
    /// comparison `cmp a, b`, signed unless told.
    enum Condition {
        BELOW(0x2, "jb"), // unsigned
        ABOVE_EQUAL(0x3, "jae"), // unsigned
        EQUAL(0x4, "je"),
        NOT_EQUAL(0x5, "jne"),
        LESS(0xC, "jl"),
        GREATER_EQUAL(0xD, "jge"),
        LESS_EQUAL(0xE, "jle"),
        GREATER(0xF, "jg");

        private final int number;
        private final String mnemonic;

        Condition(int number, String mnemonic) {
            this.number = number;
            this.mnemonic = mnemonic;
        }
    }

    /// Two-operand arithmetic by the machine's numbers.
    private enum Arithmetic {
        ADD(0),
        OR(1),
        AND(4),
        SUB(5),
        XOR(6),
        CMP(7);

        private final int number;

        Arithmetic(int number) {
            this.number = number;
        }
    }

    final CodeBuffer code = new CodeBuffer();
    final List<String> listing = new ArrayList<>();
    private final List<Label> labels = new ArrayList<>();
    private final boolean windows;

    GeneralInstructions(boolean windows) {
        this.windows = windows;
    }

    /// Returns the code.
    ///
    /// @throws IllegalStateException if a jump leads to a label that was never bound
    byte[] toBytes() {
        for (Label label : labels) {
            for (int jump : label.jumps()) {
                if (!label.isBound()) {
                    throw new IllegalStateException(
                            "assembler: each jump leads to a bound label; the one at "
                                    + jump
                                    + " does not");
                }
                code.set32(jump, label.place() - (jump + 4));
            }
        }
        return code.toBytes();
    }

    /// Returns the instructions as text, in Intel's syntax, one a line; labels are not resolved.
    List<String> listing() {
        return List.copyOf(listing);
    }

    int size() {
        return code.size();
    }

    // ---- frame

    /// Saves the registers that belong to the caller and brings the arguments to their places.
    void enter() {
        enter(true);
    }

    /// As [#enter()]; `vectors` says whether the routine uses vectors, without which it runs on any
    /// processor.
    void enter(boolean vectors) {
        for (Gpr saved : SAVED) {
            push(saved);
        }
        if (!windows) {
            return;
        }
        push(RDI);
        push(RSI);
        sub(RSP, VECTORS_SAVED);
        for (int i = 0; vectors && i < 10; i++) {
            saveVector(Mem.at(RSP, 16L * i), new Vec(6 + i, 128));
        }
        // what was pushed, return address, shadow space
        int stack = VECTORS_SAVED + 8 * (SAVED.length + 2) + 8 + 32;
        mov(R10, Mem.at(RSP, stack));
        mov(R11, Mem.at(RSP, stack + 8));
        for (int i = 0; i < 4; i++) { // in this order none is overwritten before it is read
            mov(ARGUMENTS[i], WINDOWS_ARGUMENTS[i]);
        }
        mov(R8, R10);
        mov(R9, R11);
    }

    /// Gives the caller's registers back and returns.
    void leave() {
        leave(true);
    }

    /// As [#leave()], the counterpart of [#enter(boolean)].
    void leave(boolean vectors) {
        if (vectors) {
            vzeroupper();
        }
        if (windows) {
            for (int i = 0; vectors && i < 10; i++) {
                restoreVector(new Vec(6 + i, 128), Mem.at(RSP, 16L * i));
            }
            add(RSP, VECTORS_SAVED);
            pop(RSI);
            pop(RDI);
        }
        for (int i = SAVED.length - 1; i >= 0; i--) {
            pop(SAVED[i]);
        }
        code.add(0xC3);
        listing.add("ret");
    }

    // ---- places and jumps

    /// Binds `label` to this place.
    void bind(Label label) {
        label.bind(code.size());
        labels.add(label);
    }

    /// Binds `label` to this place, moved to a multiple of 32 bytes, where fetching begins.
    void bindLoop(Label label) {
        int gap = -code.size() & 31;
        while (gap > 0) {
            int length = Math.min(gap, 8);
            nop(length);
            gap -= length;
        }
        bind(label);
    }

    private void nop(int length) { // the forms that Intel recommends
        String[] forms = {
            "90",
            "6690",
            "0f1f00",
            "0f1f4000",
            "0f1f440000",
            "660f1f440000",
            "0f1f8000000000",
            "0f1f840000000000"
        };
        String form = forms[length - 1];
        for (int i = 0; i < form.length(); i += 2) {
            code.add(Integer.parseInt(form.substring(i, i + 2), 16));
        }
        listing.add("nop" + length);
    }

    void jump(Label label) {
        code.add(0xE9);
        target(label);
        listing.add("jmp");
    }

    void jump(Condition condition, Label label) {
        code.add(0x0F);
        code.add(0x80 | condition.number);
        target(label);
        listing.add(condition.mnemonic);
    }

    private void target(Label label) {
        label.waitAt(code.size());
        if (!labels.contains(label)) {
            labels.add(label);
        }
        code.add32(0);
    }

    // ---- general registers

    void mov(Gpr to, Gpr from) {
        registers(0x89, from, to);
        listing.add("mov " + to.name64() + "," + from.name64());
    }

    void mov(Gpr to, long value) {
        if (value >= 0 && value <= 0xFFFF_FFFFL) { // 32 bits; the upper half becomes zero
            if (to.number() >= 8) {
                code.add(0x41);
            }
            code.add(0xB8 | (to.number() & 7));
            code.add32((int) value);
            listing.add("mov " + to.name32() + "," + hex(value));
            return;
        }
        code.add(0x48 | (to.number() >= 8 ? 1 : 0));
        code.add(0xB8 | (to.number() & 7));
        code.add64(value);
        listing.add("movabs " + to.name64() + ",0x" + Long.toHexString(value));
    }

    void mov(Gpr to, Mem from) {
        memory(true, 0x8B, to.number(), from);
        listing.add("mov " + to.name64() + "," + from);
    }

    void mov(Mem to, Gpr from) {
        memory(true, 0x89, from.number(), to);
        listing.add("mov " + to + "," + from.name64());
    }

    void mov32(Gpr to, Mem from) {
        memory(false, 0x8B, to.number(), from);
        listing.add("mov " + to.name32() + "," + from);
    }

    void mov32(Mem to, Gpr from) {
        memory(false, 0x89, from.number(), to);
        listing.add("mov " + to + "," + from.name32());
    }

    void lea(Gpr to, Mem from) {
        memory(true, 0x8D, to.number(), from);
        listing.add("lea " + to.name64() + "," + from);
    }

    void add(Gpr to, Gpr from) {
        arithmetic(Arithmetic.ADD, to, from);
    }

    void add(Gpr to, int value) {
        arithmetic(Arithmetic.ADD, to, value);
    }

    void add(Gpr to, Mem from) {
        arithmetic(Arithmetic.ADD, to, from);
    }

    void sub(Gpr to, Gpr from) {
        arithmetic(Arithmetic.SUB, to, from);
    }

    void sub(Gpr to, int value) {
        arithmetic(Arithmetic.SUB, to, value);
    }

    void and(Gpr to, int value) {
        arithmetic(Arithmetic.AND, to, value);
    }

    void or(Gpr to, Gpr from) {
        arithmetic(Arithmetic.OR, to, from);
    }

    void xor(Gpr to, Gpr from) {
        arithmetic(Arithmetic.XOR, to, from);
    }

    void cmp(Gpr a, Gpr b) {
        arithmetic(Arithmetic.CMP, a, b);
    }

    void cmp(Gpr a, int value) {
        arithmetic(Arithmetic.CMP, a, value);
    }

    void cmp(Gpr a, Mem b) {
        arithmetic(Arithmetic.CMP, a, b);
    }

    void imul(Gpr to, Gpr from) {
        code.add(rex(true, to.number(), null, from.number()));
        code.add(0x0F);
        code.add(0xAF);
        code.addRegister(to.number(), from.number());
        listing.add("imul " + to.name64() + "," + from.name64());
    }

    void imul(Gpr to, Gpr from, int value) {
        code.add(rex(true, to.number(), null, from.number()));
        code.add(0x69);
        code.addRegister(to.number(), from.number());
        code.add32(value);
        listing.add("imul " + to.name64() + "," + from.name64() + "," + hex(value));
    }

    void shl(Gpr to, int count) {
        shift(4, "shl", to, count);
    }

    void shr(Gpr to, int count) {
        shift(5, "shr", to, count);
    }

    void sar(Gpr to, int count) {
        shift(7, "sar", to, count);
    }

    void neg(Gpr to) {
        code.add(rex(true, 3, null, to.number()));
        code.add(0xF7);
        code.addRegister(3, to.number());
        listing.add("neg " + to.name64());
    }

    void test(Gpr a, Gpr b) {
        registers(0x85, b, a);
        listing.add("test " + a.name64() + "," + b.name64());
    }

    void push(Gpr from) {
        if (from.number() >= 8) {
            code.add(0x41);
        }
        code.add(0x50 | (from.number() & 7));
        listing.add("push " + from.name64());
    }

    void pop(Gpr to) {
        if (to.number() >= 8) {
            code.add(0x41);
        }
        code.add(0x58 | (to.number() & 7));
        listing.add("pop " + to.name64());
    }

    void cpuid() {
        code.add(0x0F);
        code.add(0xA2);
        listing.add("cpuid");
    }

    void xgetbv() {
        code.add(0x0F);
        code.add(0x01);
        code.add(0xD0);
        listing.add("xgetbv");
    }

    void sfence() {
        code.add(0x0F);
        code.add(0xAE);
        code.add(0xF8);
        listing.add("sfence");
    }

    void vzeroupper() {
        code.add(0xC5);
        code.add(0xF8);
        code.add(0x77);
        listing.add("vzeroupper");
    }

    /// Asks for a line of memory to be brought to all caches.
    void prefetch(Mem from) {
        memoryWithoutRex(0x0F18, 1, from);
        listing.add("prefetcht0 " + from);
    }

    /// Asks for a line of memory to be brought to the second-level cache.
    void prefetchFar(Mem from) {
        memoryWithoutRex(0x0F18, 2, from);
        listing.add("prefetcht1 " + from);
    }

    private void memoryWithoutRex(int opcode, int field, Mem m) {
        int rex = rex(false, field, m, 0);
        if (rex != 0x40) {
            code.add(rex);
        }
        code.add(opcode >> 8);
        code.add(opcode);
        code.addMemory(field, m, 1);
    }

    /// Sets AVX-512's mask register `to` from the lower 32 bits of `from`.
    void kmov(Mask to, Gpr from) {
        code.add(from.number() >= 8 ? 0xC4 : 0xC5);
        if (from.number() >= 8) {
            code.add(0xC1);
            code.add(0x7B);
        } else {
            code.add(0xFB);
        }
        code.add(0x92);
        code.addRegister(to.number(), from.number());
        listing.add("kmovd " + to + "," + from.name32());
    }

    private void arithmetic(Arithmetic kind, Gpr to, Gpr from) {
        registers(kind.number << 3 | 1, from, to);
        listing.add(name(kind) + to.name64() + "," + from.name64());
    }

    private void arithmetic(Arithmetic kind, Gpr to, Mem from) {
        memory(true, kind.number << 3 | 3, to.number(), from);
        listing.add(name(kind) + to.name64() + "," + from);
    }

    private void arithmetic(Arithmetic kind, Gpr to, int value) {
        code.add(rex(true, 0, null, to.number()));
        boolean small = value >= -128 && value <= 127;
        if (small) {
            code.add(0x83);
        } else if (to == Gpr.RAX) { // a form of its own, a byte shorter
            code.add(kind.number << 3 | 5);
        } else {
            code.add(0x81);
        }
        if (small || to != Gpr.RAX) {
            code.addRegister(kind.number, to.number());
        }
        if (small) {
            code.add(value);
        } else {
            code.add32(value);
        }
        listing.add(name(kind) + to.name64() + "," + hex(value));
    }

    private static String name(Arithmetic kind) {
        return kind.name().toLowerCase(Locale.ROOT) + " ";
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private void shift(int extension, String mnemonic, Gpr to, int count) {
        code.add(rex(true, 0, null, to.number()));
        code.add(0xC1);
        code.addRegister(extension, to.number());
        code.add(count);
        listing.add(mnemonic + " " + to.name64() + "," + hex(count));
    }

    private void registers(int opcode, Gpr field, Gpr other) {
        code.add(rex(true, field.number(), null, other.number()));
        code.add(opcode);
        code.addRegister(field.number(), other.number());
    }

    private void memory(boolean wide, int opcode, int field, Mem m) {
        int rex = rex(wide, field, m, 0);
        if (rex != 0x40) {
            code.add(rex);
        }
        code.add(opcode);
        code.addMemory(field, m, 1);
    }

    private static int rex(boolean wide, int field, @Nullable Mem m, int register) {
        int base = m == null ? register : m.base().number();
        Gpr index = m == null ? null : m.index();
        return 0x40
                | (wide ? 8 : 0)
                | (field >= 8 ? 4 : 0)
                | (index != null && index.number() >= 8 ? 2 : 0)
                | (base >= 8 ? 1 : 0);
    }

    abstract void saveVector(Mem to, Vec from);

    abstract void restoreVector(Vec to, Mem from);
}
