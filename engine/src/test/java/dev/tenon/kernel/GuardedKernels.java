package dev.tenon.kernel;

import dev.tenon.tensor.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A process that makes every kernel work between guard pages: all kernels of all families at all
/// awkward sizes, then calls drawn at random.
///
/// It prints each call before it makes it, so that the last line of a process that died names the
/// call that killed it.
final class GuardedKernels {
    static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 207};
    private static final long SEED = 1;
    private static int wrong;

    private GuardedKernels() {}

    /// Makes the calls, or with `overrun` or `underrun` reads a byte that it must not.
    ///
    /// @param args the number of random calls per family, or the crime
    public static void main(String[] args) {
        if (args[0].endsWith("run")) {
            misbehave(args[0].equals("overrun"));
            return;
        }
        int calls = 0;
        for (FuzzFamily family : KernelFuzz.FAMILIES) {
            for (int kernel = 0; kernel < family.kernels(); kernel++) {
                for (int size : SIZES) {
                    long seed = KernelFuzz.mix(SEED, calls);
                    run(family.draw(Draw.pinned(seed, size), kernel), GuardPages.Side.END);
                    run(family.draw(Draw.pinned(seed, size), kernel), GuardPages.Side.START);
                    run(family.draw(Draw.pinned(seed + 1, size), kernel), GuardPages.Side.END);
                    calls += 3;
                }
            }
            for (int i = 0; i < Integer.parseInt(args[0]); i++, calls++) {
                Call call = KernelFuzz.draw(family, SEED, i);
                run(call, i % 2 == 0 ? GuardPages.Side.END : GuardPages.Side.START);
            }
        }
        System.out.println(
                "done: " + calls + " calls on " + Backend.kernels().name() + ", wrong: " + wrong);
    }

    private static void run(Call call, GuardPages.Side side) {
        System.out.println(side + " " + call);
        try (GuardPages pages = new GuardPages(side)) {
            call.compare(call.run(Backend.kernels(), pages), call.expected());
        } catch (AssertionError e) { // go on: a fault further on is worth more
            System.out.println("WRONG " + e.getMessage());
            wrong++;
        }
    }

    @SuppressWarnings("restricted") // that it must not is the point
    private static void misbehave(boolean over) {
        GuardPages.Side side = over ? GuardPages.Side.END : GuardPages.Side.START;
        System.out.println(side + " misbehaves");
        try (GuardPages pages = new GuardPages(side)) {
            MemorySegment five = pages.place(MemorySegment.ofArray(new byte[5]), true);
            long address = over ? five.address() + 5 : five.address() - 1;
            MemorySegment beyond = MemorySegment.ofAddress(address).reinterpret(1);
            System.out.println("read " + beyond.get(ValueLayout.JAVA_BYTE, 0));
        }
    }
}
