package dev.tenon.kernel.machine;

import static dev.tenon.kernel.machine.NormCode.IN;
import static dev.tenon.kernel.machine.NormCode.PASSING;
import static dev.tenon.kernel.machine.NormCode.SOME;
import static dev.tenon.kernel.machine.NormCode.word;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.UnaryOp;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What is compiled into a normalisation's routines for the way out: `f(u)` with `u = z * weight +
/// bias + residual`, and `dy * f'(u)`.
///
/// Operands that lie as `x` does are found by their distance from it, so that they need no register
/// of their own.
///
/// @param activation f, or null for none
/// @param residual whether there is one
record NormEnd(@Nullable UnaryOp activation, boolean residual) {
    private static final NormEnd PLAIN = new NormEnd(null, false);

    /// Returns the end of a forward pass.
    static NormEnd of(NormEpilogue epilogue) {
        return epilogue.activation() == null && epilogue.residual() == null
                ? PLAIN
                : new NormEnd(epilogue.activation(), epilogue.residual() != null);
    }

    /// Returns the end of a gradient, for which a residual without activation is nothing.
    static NormEnd ofGradient(NormEpilogue epilogue) {
        return epilogue.activation() == null ? PLAIN : of(epilogue);
    }

    boolean isPlain() {
        return activation == null && !residual;
    }

    /// Returns the copies of the body in a loop: long formulas fill the processor alone.
    int unroll() {
        return activation == null ? 4 : 2;
    }

    /// Writes to the block what the routines ask for.
    ///
    /// @param dy null in a forward pass
    /// @param toBias from a weight to its bias, in bytes
    void write(
            MemorySegment block,
            MemorySegment x,
            @Nullable MemorySegment dy,
            NormEpilogue epilogue,
            long toBias) {
        MemorySegment other = epilogue.residual();
        if (other != null) {
            block.set(JAVA_LONG, NormCode.TO_RESIDUAL, other.address() - x.address());
        }
        if (dy != null) {
            block.set(JAVA_LONG, NormCode.TO_DY, dy.address() - x.address());
        }
        block.set(JAVA_LONG, NormCode.WEIGHT_TO_BIAS, toBias);
    }

    /// Writes what comes before a pass with [#value]: `rbx` leads to the residual.
    void point(Assembler code) {
        if (residual) {
            code.mov(SOME, word(NormCode.TO_RESIDUAL));
            code.lea(SOME, Mem.at(IN, SOME, 1, 0));
        }
    }

    /// Returns `f(u)`.
    ///
    /// @param u without the residual
    Node value(Pass pass, Node u) {
        Node sum = residual ? u.add(pass.stream(SOME)) : u;
        return activation == null ? sum : formula(pass).value(activation, sum);
    }

    /// Writes what comes before a pass with [#gradient]: `rbx` leads to the residual and `r13` to
    /// dy.
    void pointGradient(Assembler code) {
        point(code);
        code.mov(PASSING, word(NormCode.TO_DY));
        code.lea(PASSING, Mem.at(IN, PASSING, 1, 0));
    }

    /// Returns `dy * f'(u)`.
    ///
    /// @param u without the residual
    Node gradient(Pass pass, Node u) {
        if (activation == null) {
            throw new IllegalStateException("norm: without activation the gradient is dy");
        }
        Node sum = residual ? u.add(pass.stream(SOME)) : u;
        return formula(pass).gradient(activation, pass.stream(PASSING), sum);
    }

    private static UnaryFormula formula(Pass pass) {
        return new UnaryFormula(pass, pass.constant(0), pass.constant(0)); // without settings
    }
}
