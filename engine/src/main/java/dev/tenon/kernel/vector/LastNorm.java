package dev.tenon.kernel.vector;

import dev.tenon.dtype.DType;
import dev.tenon.kernel.ElementwiseKernel;
import dev.tenon.kernel.NormEpilogue;
import dev.tenon.kernel.NormGradients;
import dev.tenon.kernel.NormKernel;
import dev.tenon.kernel.NormShape;
import dev.tenon.kernel.Strided;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Group norm of samples whose channels are last, by way of copies whose channels come first.
///
/// @param first normalises the copies
/// @param shape with channels last
record LastNorm(NormKernel first, ElementwiseKernel elementwise, NormShape shape) {
    private static final DType T = DType.F32;

    private NormShape turned() {
        return new NormShape(shape.samples(), shape.groups(), shape.channels(), shape.inner());
    }

    /// The elements as `[samples, channels, inner]`, wherever the channels are.
    private Strided view(MemorySegment data, boolean isLast) {
        int channels = shape.parameters();
        long inner = shape.inner();
        return new Strided(
                data,
                T,
                0,
                new int[] {shape.samples(), channels, shape.inner()},
                isLast
                        ? new long[] {channels * inner, 1, channels}
                        : new long[] {channels * inner, inner, 1});
    }

    private MemorySegment space(Scratch slot) {
        return MemorySegment.ofArray(slot.floats(shape.count()));
    }

    private @Nullable MemorySegment turned(@Nullable MemorySegment data, Scratch slot) {
        return data == null ? null : turn(data, space(slot));
    }

    private MemorySegment turn(MemorySegment data, MemorySegment to) {
        elementwise.copy(view(to, false), view(data, true));
        return to;
    }

    private void back(MemorySegment data, MemorySegment from) {
        elementwise.copy(view(data, true), view(from, false));
    }

    private NormEpilogue turned(NormEpilogue end) {
        return new NormEpilogue(
                end.weight(),
                end.bias(),
                turned(end.residual(), Scratch.TURNED_RESIDUAL),
                end.activation());
    }

    void normalize(
            MemorySegment y,
            MemorySegment mean,
            MemorySegment rstd,
            MemorySegment x,
            NormEpilogue epilogue,
            double eps) {
        MemorySegment in = turn(x, space(Scratch.TURNED));
        MemorySegment out = space(Scratch.TURNED_RESULT);
        first.normalize(out, mean, rstd, in, turned(epilogue), turned(), eps, T);
        back(y, out);
    }

    void normalizeGradient(
            NormGradients gradients,
            MemorySegment dy,
            MemorySegment x,
            MemorySegment mean,
            MemorySegment rstd,
            NormEpilogue epilogue) {
        MemorySegment dx = gradients.dx();
        MemorySegment dresidual = gradients.dresidual();
        MemorySegment in = turn(x, space(Scratch.TURNED));
        MemorySegment up = turn(dy, space(Scratch.TURNED_GRADIENT));
        NormGradients places =
                new NormGradients(
                        dx == null ? null : space(Scratch.TURNED_RESULT),
                        gradients.dweight(),
                        gradients.dbias(),
                        dresidual == null ? null : space(Scratch.TURNED_DRESIDUAL));
        first.normalizeGradient(places, up, in, mean, rstd, turned(epilogue), turned(), T);
        if (dx != null) {
            back(dx, space(Scratch.TURNED_RESULT));
        }
        if (dresidual != null) {
            back(dresidual, space(Scratch.TURNED_DRESIDUAL));
        }
    }
}
