package dev.tenon.kernel.machine;

import org.jspecify.annotations.Nullable;

/// One value of a [Pass]'s formula: what a vector register holds at that point, lane by lane.
///
/// Nodes are made by the methods here and of [Pass]; the order in which they are made is the order
/// of the instructions.
final class Node {
    /// Where a value comes from.
    enum Kind {
        /// Element i of an array.
        STREAM,
        /// An element that was loaded before, to be loaded once more.
        AGAIN,
        /// A register that the routine around the pass fills.
        PINNED,
        /// A number known when the code is written.
        CONSTANT,
        /// A number in memory, the same for all elements.
        SCALAR,
        /// Sixteen numbers known when the code is written.
        TABLE,
        /// An instruction of one or two operands.
        INSTRUCTION,
        /// A shift by a fixed count.
        SHIFT,
        /// `a * b + c`.
        FMA,
        /// `c - a * b`.
        FNMA,
        /// `comparison(a, b) ? c : d`.
        SELECT,
        /// `sign bit of a ? b : c` (AVX2).
        BLEND
    }

    /// Comparisons of [#select], by the machine's numbers; ordered ones are false for NaN.
    enum Comparison {
        LESS(0x11),
        LESS_EQUAL(0x12),
        GREATER(0x1E),
        GREATER_EQUAL(0x1D),
        EQUAL(0x00),
        NOT_EQUAL(0x04), // true for NaN
        IS_NAN(0x03);

        final int predicate;

        Comparison(int predicate) {
            this.predicate = predicate;
        }
    }

    final Pass pass;
    final Kind kind;
    final @Nullable VectorOp op;
    final Node[] inputs;
    final int
            number; // bits of a constant, count of a shift, comparison, displacement, place in pool
    final @Nullable Gpr pointer;
    final @Nullable Vec pinned;
    int uses;

    Node(
            Pass pass,
            Kind kind,
            @Nullable VectorOp op,
            int number,
            @Nullable Gpr pointer,
            @Nullable Vec pinned,
            Node... inputs) {
        this.pass = pass;
        this.kind = kind;
        this.op = op;
        this.number = number;
        this.pointer = pointer;
        this.pinned = pinned;
        this.inputs = inputs;
        for (Node input : inputs) {
            input.uses++;
        }
    }

    /// This value, loaded once more if it comes from memory, so that no register holds it until it
    /// is wanted again (AVX2, which has too few).
    Node again() {
        boolean loads = (kind == Kind.STREAM || kind == Kind.AGAIN) && !pass.isa().wide();
        return loads ? pass.add(new Node(pass, Kind.AGAIN, null, number, pointer, null)) : this;
    }

    private Node instruction(VectorOp operation, Node... operands) {
        return pass.add(new Node(pass, Kind.INSTRUCTION, operation, 0, null, null, operands));
    }

    Node add(Node b) {
        return instruction(VectorOp.VADDPS, this, b);
    }

    Node sub(Node b) {
        return instruction(VectorOp.VSUBPS, this, b);
    }

    Node mul(Node b) {
        return instruction(VectorOp.VMULPS, this, b);
    }

    Node div(Node b) {
        return instruction(VectorOp.VDIVPS, this, b);
    }

    /// The larger of the two as the machine has it: `b` if either is NaN.
    Node max(Node b) {
        return instruction(VectorOp.VMAXPS, this, b);
    }

    /// The smaller of the two as the machine has it: `b` if either is NaN.
    Node min(Node b) {
        return instruction(VectorOp.VMINPS, this, b);
    }

    /// The larger of the two: NaN if either is NaN, and 0 rather than -0.
    Node maximum(Node b) {
        Node larger = select(Comparison.EQUAL, b, and(b), max(b));
        return select(Comparison.IS_NAN, this, this, larger);
    }

    /// The smaller of the two: NaN if either is NaN, and -0 rather than 0.
    Node minimum(Node b) {
        Node smaller = select(Comparison.EQUAL, b, or(b), min(b));
        return select(Comparison.IS_NAN, this, this, smaller);
    }

    Node sqrt() {
        return instruction(VectorOp.VSQRTPS, this);
    }

    /// `this * b + c`, rounded once.
    Node fma(Node b, Node c) {
        return pass.add(new Node(pass, Kind.FMA, null, 0, null, null, this, b, c));
    }

    /// `c - this * b`, rounded once.
    Node fnma(Node b, Node c) {
        return pass.add(new Node(pass, Kind.FNMA, null, 0, null, null, this, b, c));
    }

    Node and(Node b) {
        return instruction(VectorOp.VANDPS, this, b);
    }

    Node or(Node b) {
        return instruction(VectorOp.VORPS, this, b);
    }

    Node xor(Node b) {
        return instruction(VectorOp.VXORPS, this, b);
    }

    Node abs() {
        return and(pass.bits(0x7FFF_FFFF));
    }

    /// `-|this|`.
    Node negAbs() {
        return or(pass.bits(0x8000_0000));
    }

    Node neg() {
        return xor(pass.bits(0x8000_0000));
    }

    /// Adds as integers of 32 bits.
    Node addInts(Node b) {
        return instruction(VectorOp.VPADDD, this, b);
    }

    /// Subtracts as integers of 32 bits.
    Node subInts(Node b) {
        return instruction(VectorOp.VPSUBD, this, b);
    }

    /// The smaller of the two as integers of 32 bits.
    Node minInts(Node b) {
        return instruction(VectorOp.VPMINSD, this, b);
    }

    Node shiftLeft(int count) {
        return shift(VectorOp.VPSLLD, count);
    }

    /// Shifts with the sign filled in.
    Node shiftRight(int count) {
        return shift(VectorOp.VPSRAD, count);
    }

    private Node shift(VectorOp operation, int count) {
        return pass.add(new Node(pass, Kind.SHIFT, operation, count, null, null, this));
    }

    /// Converts integers of 32 bits to F32.
    Node intsToFloats() {
        return instruction(VectorOp.VCVTDQ2PS, this);
    }

    /// `this * 2^n` for whole `n` (AVX-512), denormal results included.
    Node scale(Node n) {
        return instruction(VectorOp.VSCALEFPS, this, n);
    }

    /// The element of `table` that the lower bits of each lane number (AVX-512).
    ///
    /// @param table of 16 numbers
    Node lookup(float[] table) {
        return instruction(VectorOp.VPERMPS, this, pass.table(table));
    }

    /// `comparison(this, b) ? yes : no`.
    Node select(Comparison comparison, Node b, Node yes, Node no) {
        int predicate = comparison.predicate;
        return pass.add(new Node(pass, Kind.SELECT, null, predicate, null, null, this, b, yes, no));
    }

    /// `this < 0 ? yes : no`; one or the other where this is -0 or NaN.
    Node ifNegative(Node yes, Node no) {
        return pass.isa().wide()
                ? select(Comparison.LESS, pass.constant(0), yes, no)
                : pass.add(new Node(pass, Kind.BLEND, null, 0, null, null, this, yes, no));
    }
}
