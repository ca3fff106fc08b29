package dev.tenon.kernel.machine;

/// The vectors that kernels are generated for.
///
/// Generators are written once, for any width: they ask for the number of lanes and registers.
///
/// @param bits 256 (AVX2 and FMA) or 512 (AVX-512)
/// @param vnni whether there are products of bytes added up in 32 bits, `vpdpbusd`
record Isa(int bits, boolean vnni) {
    /// Returns what this machine offers; the system property `tenon.machine.bits` (256 or 512)
    /// takes the narrower of two.
    ///
    /// @throws MachineException if the processor or the operating system lacks what is needed
    static Isa detect() {
        if (!Cpu.isX86()) {
            throw new MachineException(
                    "machine code: the processor must be x86-64; got "
                            + System.getProperty("os.arch"));
        }
        Cpu cpu = Cpu.detect();
        if (!cpu.avx2()) {
            throw new MachineException("machine code: the processor lacks AVX2, FMA or F16C");
        }
        int most = cpu.avx512() ? 512 : 256;
        int wanted = Integer.getInteger("tenon.machine.bits", most);
        if (wanted != 256 && wanted != most) {
            throw new MachineException(
                    "machine code: tenon.machine.bits must be 256, or 512 with AVX-512; got "
                            + wanted);
        }
        return new Isa(wanted, cpu.vnni() && wanted == 512);
    }

    /// Returns the number of F32 in a vector.
    int lanes() {
        return bits / 32;
    }

    /// Returns the bytes of a vector.
    int bytes() {
        return bits / 8;
    }

    /// Returns the number of vector registers.
    int registers() {
        return wide() ? 32 : 16;
    }

    /// Says whether masks, registers from 16 on and repeated elements of memory are there.
    boolean wide() {
        return bits == 512;
    }

    /// Returns vector register `number` in full width.
    Vec vec(int number) {
        return new Vec(number, bits);
    }

    /// Describes the vectors, for example `AVX-512, 16 floats`.
    String describe() {
        return (wide() ? "AVX-512" : "AVX2 and FMA")
                + ", "
                + lanes()
                + " floats"
                + (vnni ? ", VNNI" : "");
    }
}
