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

    /// Bytes by which memory is asked for in advance: it works while a slope is computed (a norm of
    /// 50 MB with SiLU, backward, AVX-512: 2.3 to 2.4 ms, without 3.1 to 3.3).
    private static final int AHEAD = 4096;

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
        Node sum = sum(pass, u);
        return activation == null ? sum : formula(pass).value(activation, sum);
    }

    private Node sum(Pass pass, Node u) {
        if (!residual) {
            return u;
        }
        pass.ahead(SOME, AHEAD);
        return u.add(pass.stream(SOME));
    }

    /// Writes what comes before a pass with [#storeGradient]: `rbx` leads to the residual and `r13`
    /// to dy.
    void pointGradient(Assembler code) {
        point(code);
        code.mov(PASSING, word(NormCode.TO_DY));
        code.lea(PASSING, Mem.at(IN, PASSING, 1, 0));
    }

    /// Writes `dy * f'(u)` to `to`.
    ///
    /// @param u without the residual
    void storeGradient(Pass pass, Gpr to, Node u) {
        if (activation == null) {
            throw new IllegalStateException("norm: without activation the gradient is dy");
        }
        pass.ahead(IN, AHEAD);
        pass.ahead(PASSING, AHEAD);
        if (!residual) { // with it there would be more than the second cache holds
            pass.ahead(to, AHEAD);
        }
        Node sum = sum(pass, u);
        pass.store(to, formula(pass).gradient(activation, pass.stream(PASSING), sum));
    }

    private static UnaryFormula formula(Pass pass) {
        return new UnaryFormula(pass, pass.constant(0), pass.constant(0)); // without settings
    }
}
