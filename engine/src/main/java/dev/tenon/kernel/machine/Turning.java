package dev.tenon.kernel.machine;

/// Turns a square of as many vectors as a vector has lanes: lane `i` of vector `j` goes to lane `j`
/// of vector `i`.
///
/// The vectors lie in registers from 0 on, and so do the results; the next as many registers are
/// used in between. Pairs are interleaved, then pairs of pairs, which turns the squares of four
/// within each 128 bits; then the parts of 128 bits are turned. It takes four shuffles per vector
/// with AVX-512 (16 vectors), three with AVX2 (8 vectors).
final class Turning {
    private final Assembler code;
    private final Isa isa;
    private final int size;

    Turning(Assembler code, Isa isa) {
        this.code = code;
        this.isa = isa;
        size = isa.lanes();
    }

    /// Returns where vector `i` is after [#turn].
    Vec result(int i) {
        return isa.vec(isa.wide() ? i : size + i);
    }

    /// Writes the shuffles.
    void turn() {
        for (int i = 0; i < size; i += 2) { // rows i and i + 1, lanes side by side
            code.emit(VectorOp.VUNPCKLPS, isa.vec(size + i), isa.vec(i), isa.vec(i + 1));
            code.emit(VectorOp.VUNPCKHPS, isa.vec(size + i + 1), isa.vec(i), isa.vec(i + 1));
        }
        for (int i = 0; i < size; i += 4) { // vector i + c: column c of four rows, in each 128 bits
            for (int pair = 0; pair < 2; pair++) {
                Vec first = isa.vec(size + i + pair);
                Vec second = isa.vec(size + i + pair + 2);
                code.emit(VectorOp.VUNPCKLPD, isa.vec(i + 2 * pair), first, second);
                code.emit(VectorOp.VUNPCKHPD, isa.vec(i + 2 * pair + 1), first, second);
            }
        }
        for (int c = 0; c < 4; c++) {
            if (isa.wide()) {
                quarters(c);
            } else {
                code.emit(VectorOp.VPERM2F128, isa.vec(size + c), isa.vec(c), isa.vec(4 + c), 0x20);
                code.emit(
                        VectorOp.VPERM2F128,
                        isa.vec(size + 4 + c),
                        isa.vec(c),
                        isa.vec(4 + c),
                        0x31);
            }
        }
    }

    /// Turns the 4 x 4 parts of 128 bits of vectors c, 4 + c, 8 + c and 12 + c.
    private void quarters(int c) {
        Vec lowFirst = isa.vec(size + c);
        Vec lowLast = isa.vec(size + 4 + c);
        Vec highFirst = isa.vec(size + 8 + c);
        Vec highLast = isa.vec(size + 12 + c);
        shuffle(lowFirst, isa.vec(c), isa.vec(4 + c), 0x44);
        shuffle(lowLast, isa.vec(8 + c), isa.vec(12 + c), 0x44);
        shuffle(highFirst, isa.vec(c), isa.vec(4 + c), 0xEE);
        shuffle(highLast, isa.vec(8 + c), isa.vec(12 + c), 0xEE);
        shuffle(isa.vec(c), lowFirst, lowLast, 0x88);
        shuffle(isa.vec(4 + c), lowFirst, lowLast, 0xDD);
        shuffle(isa.vec(8 + c), highFirst, highLast, 0x88);
        shuffle(isa.vec(12 + c), highFirst, highLast, 0xDD);
    }

    private void shuffle(Vec to, Vec a, Vec b, int choice) {
        code.emit(VectorOp.VSHUFF32X4, to, a, b, choice);
    }
}
