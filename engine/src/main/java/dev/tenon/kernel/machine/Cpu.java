package dev.tenon.kernel.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/// What this processor can do, as it says itself through CPUID.
///
/// @param avx2 vectors of 256 bits with integers, FMA and half-precision conversions, and an
///   operating system that saves them
/// @param avx512 vectors of 512 bits with masks (F, BW, DQ, VL), saved by the operating system
/// @param vnni products of bytes added up in 32 bits (AVX-512 VNNI)
record Cpu(boolean avx2, boolean avx512, boolean vnni) {
    private static final int WORDS = 4; // eax, ebx, ecx, edx

    /// Says whether code of ours can run on this machine at all.
    static boolean isX86() {
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return arch.equals("amd64") || arch.equals("x86_64");
    }

    /// Asks the processor, by code written for the purpose.
    ///
    /// @throws MachineException if the operating system refuses executable memory
    static Cpu detect() {
        Routine cpuid = Routine.of(cpuidCode());
        Routine xgetbv = Routine.of(xgetbvCode());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(ValueLayout.JAVA_INT, WORDS);
            int highest = ask(cpuid, answer, 0)[0];
            int[] basic = ask(cpuid, answer, 1);
            int[] extended = highest >= 7 ? ask(cpuid, answer, 7) : new int[WORDS];
            boolean saves = bit(basic[2], 27); // OSXSAVE
            int saved = 0;
            if (saves) {
                xgetbv.call(answer.address(), 0, 0, 0, 0, 0);
                saved = answer.getAtIndex(ValueLayout.JAVA_INT, 0);
            }
            boolean avx2 =
                    (saved & 6) == 6 // xmm and ymm
                            && bit(basic[2], 28) // AVX
                            && bit(basic[2], 12) // FMA
                            && bit(basic[2], 29) // F16C
                            && bit(extended[1], 5); // AVX2
            boolean avx512 =
                    avx2
                            && (saved & 0xE6) == 0xE6 // and masks, zmm, registers from 16 on
                            && bit(extended[1], 16) // F
                            && bit(extended[1], 17) // DQ
                            && bit(extended[1], 30) // BW
                            && bit(extended[1], 31); // VL
            return new Cpu(avx2, avx512, avx512 && bit(extended[2], 11));
        }
    }

    private static int[] ask(Routine cpuid, MemorySegment answer, int leaf) {
        cpuid.call(answer.address(), leaf, 0, 0, 0, 0);
        return answer.toArray(ValueLayout.JAVA_INT);
    }

    private static boolean bit(int word, int number) {
        return (word >>> number & 1) != 0;
    }

    /// Writes what CPUID says of leaf `b` to the four words at `a`.
    private static Assembler cpuidCode() {
        Assembler code = new Assembler();
        code.enter(false);
        code.mov(Gpr.RAX, Gpr.RSI);
        code.mov(Gpr.RCX, 0);
        code.cpuid();
        code.mov32(Mem.at(Gpr.RDI), Gpr.RAX);
        code.mov32(Mem.at(Gpr.RDI, 4), Gpr.RBX);
        code.mov32(Mem.at(Gpr.RDI, 8), Gpr.RCX);
        code.mov32(Mem.at(Gpr.RDI, 12), Gpr.RDX);
        code.leave(false);
        return code;
    }

    /// Writes which registers the operating system saves to the word at `a`.
    private static Assembler xgetbvCode() {
        Assembler code = new Assembler();
        code.enter(false);
        code.mov(Gpr.RCX, 0);
        code.xgetbv();
        code.mov32(Mem.at(Gpr.RDI), Gpr.RAX);
        code.leave(false);
        return code;
    }
}
