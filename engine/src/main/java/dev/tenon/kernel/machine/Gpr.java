package dev.tenon.kernel.machine;

import java.util.Locale;

/// The general-purpose registers of x86-64, in the order of their numbers.
enum Gpr {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15;

    @SuppressWarnings("EnumOrdinal") // the order of the constants is the machine's
    int number() {
        return ordinal();
    }

    /// Returns the register's name as 64 bits, such as `rax`.
    String name64() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Returns the name of its lower 32 bits, such as `eax` or `r8d`.
    String name32() {
        String name = name64();
        return number() >= 8 ? name + "d" : "e" + name.substring(1);
    }
}
