package dev.tenon.kernel.machine;

import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.Kernels;

/// The machine backend: code generated at run time for this processor, and the backend below for
/// what it has no code for.
public final class MachineKernels {
    private MachineKernels() {}

    /// Returns the kernels for this machine.
    ///
    /// @param below the backend that does what has no machine code
    /// @throws MachineException if the processor is none of x86-64 with AVX2 and FMA, or the
    ///   operating system refuses executable memory
    public static Kernels create(Kernels below) {
        Isa isa = Isa.detect();
        ElementwiseKernel elementwise = new MachineElementwise(isa, below.elementwise());
        return new Kernels(
                "machine",
                elementwise,
                new MachineReduce(isa, below.reduce()),
                new MachineMatmul(below.matmul(), elementwise, isa),
                new MachineNorm(isa, below.norm()),
                new MachineConv(isa, below.conv()),
                below.resample(),
                new MachineAttention(isa, below.attention()),
                below.index(),
                new MachineLoss(isa, below.loss()),
                below.random(),
                new MachineOptim(isa, below.optim()),
                new MachineQuant(isa, below.quant()));
    }

    /// Describes the instructions in use, for example `AVX-512, 16 floats`.
    ///
    /// @throws MachineException as [#create]
    public static String describe() {
        return Isa.detect().describe();
    }
}
