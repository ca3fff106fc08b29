package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.Gpr.R10;
import static dev.tenon.kernel.machine.Gpr.R11;
import static dev.tenon.kernel.machine.Gpr.R8;
import static dev.tenon.kernel.machine.Gpr.R9;
import static dev.tenon.kernel.machine.Gpr.RCX;
import static dev.tenon.kernel.machine.Gpr.RDI;
import static dev.tenon.kernel.machine.Gpr.RDX;
import static dev.tenon.kernel.machine.Gpr.RSI;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Sums over one channel of many images, the gradient of a bias.
///
/// Four vectors of sums for a piece of an image, which are added to one vector for all of them; its
/// lanes are added up in F64. No chain of F32 additions has more than [#CHAIN] terms.
final class PlaneSums {
    private static final int CHAIN = 256;
    private static final int SUMS = 4;
    private static final Mask REST = Mask.k(1);

    private final Isa isa;
    private final Routine routine;

    PlaneSums(Isa isa) {
        this.isa = isa;
        routine = generate();
    }

    /// Returns the sum of `count` elements of each of `images` images.
    ///
    /// @param from address of the first
    /// @param stride bytes from one image to the next
    double sum(long from, long stride, int images, int count) {
        MemorySegment lanes = Workspace.ARGUMENTS.bytes(128);
        int most = CHAIN * SUMS * isa.lanes();
        double sum = 0;
        for (int at = 0; at < count; at += most) {
            int piece = Math.min(most, count - at);
            int vectors = piece / isa.lanes();
            long rest = Masks.lanes(isa, 0, piece % isa.lanes());
            for (int image = 0; image < images; image += CHAIN) {
                routine.call(
                        from + 4L * at + image * stride,
                        stride,
                        Math.min(CHAIN, images - image),
                        vectors,
                        rest,
                        lanes.address());
                for (int i = 0; i < isa.lanes(); i++) {
                    sum += lanes.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                }
            }
        }
        return sum;
    }

    /// Registers: rdi the image, rsi stride, rdx images, rcx vectors, r8 the lanes of the rest, r9
    /// the result; vector 0 is the sum, 1 to 4 those of an image.
    private Routine generate() {
        Assembler code = new Assembler();
        Label image = new Label();
        Label fours = new Label();
        Label ones = new Label();
        Label rest = new Label();
        code.enter();
        if (isa.wide()) {
            code.kmov(REST, R8);
        } else {
            code.emit(VectorOp.VMOVUPS, isa.vec(6), Mem.at(R8));
        }
        code.emit(VectorOp.VXORPS, isa.vec(0), isa.vec(0), isa.vec(0));
        code.bind(image);
        code.mov(R10, RDI);
        code.mov(R11, RCX);
        if (isa.wide()) {
            code.under(REST.zeroed()).emit(VectorOp.VMOVUPS, isa.vec(1), tail(code));
        } else {
            code.emit(VectorOp.VMASKMOVPS, isa.vec(1), isa.vec(6), tail(code));
        }
        for (int i = 1; i < SUMS; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(1 + i), isa.vec(1 + i), isa.vec(1 + i));
        }
        code.bind(fours);
        code.sub(R11, SUMS);
        code.jump(Assembler.Condition.LESS, ones);
        for (int i = 0; i < SUMS; i++) {
            Mem at = Mem.at(R10, (long) i * isa.bytes());
            code.emit(VectorOp.VADDPS, isa.vec(1 + i), isa.vec(1 + i), at);
        }
        code.add(R10, SUMS * isa.bytes());
        code.jump(fours);
        code.bind(ones);
        code.add(R11, SUMS - 1);
        code.jump(Assembler.Condition.LESS, rest);
        code.emit(VectorOp.VADDPS, isa.vec(2), isa.vec(2), Mem.at(R10));
        code.add(R10, isa.bytes());
        code.sub(R11, SUMS);
        code.jump(ones);
        code.bind(rest);
        code.emit(VectorOp.VADDPS, isa.vec(1), isa.vec(1), isa.vec(2));
        code.emit(VectorOp.VADDPS, isa.vec(3), isa.vec(3), isa.vec(4));
        code.emit(VectorOp.VADDPS, isa.vec(1), isa.vec(1), isa.vec(3));
        code.emit(VectorOp.VADDPS, isa.vec(0), isa.vec(0), isa.vec(1));
        code.add(RDI, RSI);
        code.sub(RDX, 1);
        code.jump(Assembler.Condition.NOT_EQUAL, image);
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(R9), isa.vec(0));
        code.leave();
        return Routine.of(code);
    }

    /// Returns the place behind the whole vectors of an image, worked out in rax.
    private Mem tail(Assembler code) {
        code.mov(Gpr.RAX, RCX);
        code.shl(Gpr.RAX, isa.wide() ? 6 : 5);
        return Mem.at(Gpr.RAX, RDI, 1, 0);
    }
}
