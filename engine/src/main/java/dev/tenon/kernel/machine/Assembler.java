package dev.tenon.kernel.machine;

import org.jspecify.annotations.Nullable;

/// Writes x86-64 machine code, one instruction per call, and beside it a listing in Intel's syntax.
///
/// A routine begins with [#enter] and ends with [#leave]; between them it finds its up to six
/// arguments in `rdi`, `rsi`, `rdx`, `rcx`, `r8` and `r9` on every platform and may use all
/// registers but `rsp`. Vector instructions are [VectorOp]s; the destination comes first.
final class Assembler extends GeneralInstructions {
    private final VectorEncoder vectors = new VectorEncoder(code);
    private Mask mask = Mask.NONE;

    Assembler() {
        this(System.getProperty("os.name", "").startsWith("Windows"));
    }

    /// @param windows whether arguments come as Windows passes them
    Assembler(boolean windows) {
        super(windows);
    }

    @Override
    void saveVector(Mem to, Vec from) {
        store(VectorOp.VMOVUPS_STORE, to, from);
    }

    @Override
    void restoreVector(Vec to, Mem from) {
        emit(VectorOp.VMOVUPS, to, from);
    }

    /// The next vector instruction writes only the lanes of `lanes` (AVX-512).
    Assembler under(Mask lanes) {
        mask = lanes;
        return this;
    }

    /// `to = op(a, b)`; with FMA also `to` is read.
    void emit(VectorOp op, Vec to, Vec a, VecOperand b) {
        require(op, VectorOp.Form.RVM);
        finish(op, vector(op, to.number(), a.number(), b, to.bits()), to + "," + a, b, "");
    }

    /// `to = op(a, b, immediate)`.
    void emit(VectorOp op, Vec to, Vec a, VecOperand b, int immediate) {
        require(op, VectorOp.Form.RVMI);
        var form = vector(op, to.number(), a.number(), b, to.bits());
        code.add(immediate);
        finish(op, form, to + "," + a, b, "," + hex(immediate & 0xFF));
    }

    /// `to = op(a, b, choice)`, lanes chosen by a fourth register.
    void emit(VectorOp op, Vec to, Vec a, VecOperand b, Vec choice) {
        require(op, VectorOp.Form.RVMR);
        var form = vector(op, to.number(), a.number(), b, to.bits());
        code.add(choice.number() << 4);
        finish(op, form, to + "," + a, b, "," + choice);
    }

    /// `to = op(from)`.
    void emit(VectorOp op, Vec to, VecOperand from) {
        require(op, VectorOp.Form.RM);
        int bits = op == VectorOp.VCVTPD2PS && from instanceof Vec v ? v.bits() : to.bits();
        finish(op, vector(op, to.number(), 0, from, bits), to.toString(), from, "");
    }

    /// `to = op(from, immediate)`, shifts by a fixed count included.
    void emit(VectorOp op, Vec to, VecOperand from, int immediate) {
        int extension =
                switch (op.form) {
                    case VMI_2 -> 2;
                    case VMI_4 -> 4;
                    case VMI_6 -> 6;
                    default -> 0;
                };
        VectorEncoder.Fields form;
        if (extension == 0) {
            require(op, VectorOp.Form.RMI);
            form = vector(op, to.number(), 0, from, to.bits());
        } else if (from instanceof Mem) {
            throw new IllegalArgumentException(
                    "assembler: " + op.mnemonic + " shifts a register; got " + from);
        } else {
            form = vector(op, extension, to.number(), from, to.bits());
        }
        code.add(immediate);
        finish(op, form, to.toString(), from, "," + hex(immediate & 0xFF));
    }

    /// Writes a vector to memory.
    void store(VectorOp op, Mem to, Vec from) {
        require(op, VectorOp.Form.MR);
        var form = vector(op, from.number(), 0, to, from.bits());
        finish(op, form, to + masks(), null, "," + from);
    }

    /// Writes the lanes of `from` whose sign bit is set in `lanes` (AVX).
    void store(VectorOp op, Mem to, Vec lanes, Vec from) {
        require(op, VectorOp.Form.MVR);
        var form = vector(op, from.number(), lanes.number(), to, from.bits());
        finish(op, form, to.toString(), null, "," + lanes + "," + from);
    }

    /// Writes a part of a vector or its conversion to a register or to memory.
    void store(VectorOp op, VecOperand to, Vec from, int immediate) {
        require(op, VectorOp.Form.MRI);
        var form = vector(op, from.number(), 0, to, from.bits());
        code.add(immediate);
        finish(op, form, to + masks(), null, "," + from + "," + hex(immediate & 0xFF));
    }

    /// Moves a general register to the lowest lane; the others become zero.
    void emit(VectorOp op, Vec to, Gpr from) {
        boolean wide = op.form == VectorOp.Form.FROM_GPR64;
        vectors.emit(
                op, new VectorEncoder.Fields(to.number(), 0, from.number(), null, 128, Mask.NONE));
        listing.add(op.mnemonic + " " + to.x() + "," + (wide ? from.name64() : from.name32()));
    }

    /// Moves the lowest lane to a general register's lower half.
    void emit(VectorOp op, Gpr to, Vec from) {
        require(op, VectorOp.Form.TO_GPR32);
        vectors.emit(
                op, new VectorEncoder.Fields(from.number(), 0, to.number(), null, 128, Mask.NONE));
        listing.add(op.mnemonic + " " + to.name32() + "," + from.x());
    }

    /// Compares lanes into a mask register (AVX-512).
    void compare(Mask to, Vec a, VecOperand b, int predicate) {
        VectorOp op = VectorOp.VCMPPS_MASK;
        var form = vector(op, to.number(), a.number(), b, a.bits());
        code.add(predicate);
        finish(op, form, to + "," + a, b, "," + hex(predicate));
    }

    private void require(VectorOp op, VectorOp.Form form) {
        if (op.form != form) {
            throw new IllegalArgumentException(
                    "assembler: " + op + " takes operands " + op.form + "; got " + form);
        }
    }

    private VectorEncoder.Fields vector(VectorOp op, int field, int vex, VecOperand rm, int bits) {
        boolean scalar =
                switch (op.tuple) {
                    case ONE_4, ONE_8 ->
                            op.form == VectorOp.Form.RVM || op.form == VectorOp.Form.MR;
                    default -> false;
                };
        int length = scalar || op == VectorOp.VMOVSS || op == VectorOp.VMOVSD ? 128 : bits;
        var fields =
                switch (rm) {
                    case Vec v ->
                            new VectorEncoder.Fields(field, vex, v.number(), null, length, mask);
                    case Mem m -> new VectorEncoder.Fields(field, vex, 0, m, length, mask);
                };
        vectors.emit(op, fields);
        return fields;
    }

    private String masks() {
        return mask.number() == 0 ? "" : "{" + mask + "}" + (mask.zeroing() ? "{z}" : "");
    }

    /// Writes the listing's line and forgets the mask.
    private void finish(
            VectorOp op,
            VectorEncoder.Fields form,
            String first,
            @Nullable VecOperand last,
            String end) {
        StringBuilder line = new StringBuilder();
        line.append(form.needsEvex() || !op.hasVex() ? op.evexMnemonic : op.mnemonic).append(' ');
        if (last == null) {
            line.append(first);
        } else {
            int comma = first.indexOf(',');
            line.append(comma < 0 ? first : first.substring(0, comma)).append(masks());
            line.append(comma < 0 ? "" : first.substring(comma)).append(',').append(last);
            if (last instanceof Mem m && m.broadcast()) {
                line.append("{1to").append(form.bits() / 8 / op.elementBytes()).append('}');
            }
        }
        listing.add(line.append(end).toString());
        mask = Mask.NONE;
    }
}
