package dev.tenon.kernel.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The compiler of formulas: every kind of node, every length of the rest, and more values than
/// registers.
class PassTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final float UNTOUCHED = -77;
    private Isa isa = new Isa(256, false);

    @BeforeEach
    void needsTheMachine() {
        assumeTrue(Cpu.isX86() && Cpu.detect().avx2(), "needs x86-64 with AVX2");
        isa = Isa.detect();
    }

    private static float input(int i) {
        return (i % 13 - 6) * 0.75f;
    }

    /// Applies `formula` to n elements for many n, from an address that is a multiple of 4 only.
    private void check(UnaryOperator<Node> formula, UnaryOperator<Float> expected) {
        Pass pass = new Pass(isa);
        pass.store(Gpr.RDI, formula.apply(pass.stream(Gpr.RSI)));
        Routine routine = PassCode.routine(pass, 3);
        try (Arena arena = Arena.ofConfined()) {
            for (int n : new int[] {0, 1, 7, 8, 9, 15, 16, 17, 47, 48, 49, 100, 207}) {
                MemorySegment x = arena.allocate(4L * n + 4, 64).asSlice(4);
                MemorySegment y = arena.allocate(4L * n + 12, 64).asSlice(4);
                for (int i = 0; i < n; i++) {
                    x.setAtIndex(FLOAT, i, input(i));
                }
                for (int i = 0; i < n + 2; i++) {
                    y.setAtIndex(FLOAT, i, UNTOUCHED);
                }
                routine.call(y.address(), x.address(), 0, 0, 0, n);
                for (int i = 0; i < n; i++) {
                    float wanted = expected.apply(input(i));
                    assertThat(y.getAtIndex(FLOAT, i)).as("n %d, i %d", n, i).isEqualTo(wanted);
                }
                assertThat(y.getAtIndex(FLOAT, n)).isEqualTo(UNTOUCHED);
                assertThat(y.getAtIndex(FLOAT, n + 1L)).isEqualTo(UNTOUCHED);
            }
        }
    }

    @Test
    void knowsEveryKindOfNode() {
        check(x -> x.add(x.pass.constant(1.5f)).mul(x).sub(x), x -> (x + 1.5f) * x - x);
        check(x -> x.div(x.pass.constant(3f)), x -> x / 3);
        check(x -> x.abs().sqrt().neg(), x -> -(float) Math.sqrt(Math.abs(x)));
        check(
                x -> x.max(x.pass.constant(0.5f)).min(x.pass.constant(2f)),
                x -> Math.clamp(x, 0.5f, 2f));
        check(x -> x.fma(x, x), x -> Math.fma(x, x, x));
        check(x -> x.fma(x.pass.constant(2f), x.add(x)), x -> Math.fma(x, 2f, x + x));
        check(x -> x.add(x).fma(x, x.pass.constant(4f)), x -> Math.fma(x + x, x, 4f));
        check(x -> x.add(x).fnma(x, x.pass.constant(4f)), x -> Math.fma(-(x + x), x, 4f));
        check(
                x -> x.select(Node.Comparison.LESS, x.pass.constant(0f), x.neg(), x.add(x)),
                x -> x < 0 ? -x : x + x);
        check(x -> x.pass.constant(1f).addInts(x.pass.bits(1 << 23)).mul(x), x -> 2 * x);
        check(
                x -> x.and(x.pass.bits(0x8000_0000)).shiftRight(31).intsToFloats(),
                x -> Float.floatToRawIntBits(x) < 0 ? -1f : 0f);
        check(
                x -> x.or(x.pass.bits(0x8000_0000)).shiftLeft(1),
                x -> Float.intBitsToFloat(Float.floatToRawIntBits(x) << 1));
    }

    @Test
    void keepsManyValuesAndManyConstants() {
        check(
                x -> {
                    List<Node> powers = new ArrayList<>();
                    Node power = x;
                    for (int i = 0; i < 9; i++) { // all alive until the end
                        powers.add(power);
                        power = power.add(x.pass.constant(i + 1f));
                    }
                    Node sum = power;
                    for (int i = 0; i < 30; i++) { // more constants than registers
                        sum = sum.add(x.pass.constant(100f + i));
                    }
                    for (Node each : powers) {
                        sum = sum.add(each);
                    }
                    return sum;
                },
                x -> {
                    float power = x;
                    float[] powers = new float[9];
                    for (int i = 0; i < 9; i++) {
                        powers[i] = power;
                        power += i + 1f;
                    }
                    float sum = power;
                    for (int i = 0; i < 30; i++) {
                        sum += 100f + i;
                    }
                    for (float each : powers) {
                        sum += each;
                    }
                    return sum;
                });
    }

    @Test
    void addsUpInTurnsAndMasksTheRest() {
        Vec[] sums = {isa.vec(0), isa.vec(1)};
        Vec[] highest = {isa.vec(2)};
        Pass pass = new Pass(isa);
        Node x = pass.stream(Gpr.RSI);
        pass.addTo(sums, x.add(pass.scalar(Gpr.RCX, 4))); // not 0 where there is no element
        pass.maxTo(highest, x.sub(pass.scalar(Gpr.RCX, 0)));
        Assembler code = new Assembler();
        code.enter();
        for (int i = 0; i < 2; i++) {
            code.emit(VectorOp.VXORPS, isa.vec(i), isa.vec(i), isa.vec(i));
        }
        code.emit(VectorOp.VBROADCASTSS, isa.vec(2), Mem.at(Gpr.RCX, 8));
        PassCode.emit(pass, code, Gpr.R9, PassCode.registers(isa, 3), 2);
        code.emit(VectorOp.VADDPS, isa.vec(0), isa.vec(0), isa.vec(1));
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(Gpr.RDI), isa.vec(0));
        code.store(VectorOp.VMOVUPS_STORE, Mem.at(Gpr.RDI, isa.bytes()), isa.vec(2));
        code.leave();
        Routine routine = Routine.of(code);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(2L * isa.bytes(), 64);
            for (int n : new int[] {0, 1, 8, 17, 31, 32, 33, 64, 131}) {
                MemorySegment in = arena.allocate(4L * n + 4, 4);
                double sum = 0;
                double most = -1000;
                for (int i = 0; i < n; i++) {
                    in.setAtIndex(FLOAT, i, input(i));
                    sum += input(i) + 0.25;
                    most = Math.max(most, input(i) - 3);
                }
                long numbers = Arguments.floats(3, 0.25f, -1000);
                routine.call(out.address(), in.address(), 0, numbers, 0, n);
                double got = 0;
                double top = Double.NEGATIVE_INFINITY;
                for (int i = 0; i < isa.lanes(); i++) {
                    got += out.getAtIndex(FLOAT, i);
                    top = Math.max(top, out.getAtIndex(FLOAT, isa.lanes() + i));
                }
                assertThat(got).as("n %d", n).isCloseTo(sum, within(1e-4));
                assertThat(top).as("n %d", n).isEqualTo(most);
            }
        }
    }

    @Test
    void storesPastTheCaches() {
        Pass pass = new Pass(isa).streaming(true);
        pass.store(Gpr.RDI, pass.stream(Gpr.RSI).neg());
        Routine routine = PassCode.routine(pass, 2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4 * 1001, 64);
            MemorySegment y = arena.allocate(4 * 1001, 64);
            for (int i = 0; i < 1001; i++) {
                x.setAtIndex(FLOAT, i, i);
            }
            routine.call(y.address(), x.address(), 0, 0, 0, 1001);
            for (int i = 0; i < 1001; i++) {
                assertThat(y.getAtIndex(FLOAT, i)).isEqualTo(-(float) i);
            }
        }
        assertThat(routine.listing()).anyMatch(line -> line.startsWith("vmovntps"));
    }
}
